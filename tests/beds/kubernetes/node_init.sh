#!/bin/sh
# PID 1 of a node, in namespaces of its own (net, mount, uts, pid). Ending it ends every process
# of the node and frees every mount, namespace and link that they made.
#   node_init.sh NAME NODE_FOLDER
# What kubelet, containerd and CNI plug-ins write to fixed paths goes to a tmpfs of this node's
# own, so that the machine keeps nothing of it.
set -eu
name=$1
folder=$2

# A sysfs that shows this network namespace, with the machine's cgroups beneath it as before.
mkdir "$folder/cgroup"
mount --rbind /sys/fs/cgroup "$folder/cgroup"
mount -t sysfs sysfs /sys
mount -t bpf bpf /sys/fs/bpf
mount --rbind "$folder/cgroup" /sys/fs/cgroup
umount --lazy "$folder/cgroup"

for private in /run /var/log /var/lib/cni; do
    mkdir -p "$private"
    mount -t tmpfs -o mode=755 "$name" "$private"
done

# At its start a kubelet sets these for the whole machine: here it sets a copy, which it reads back.
mkdir "$folder/sysctl"
for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops \
    kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
    copy=$folder/sysctl/$(echo "$setting" | tr / .)
    cat "/proc/sys/$setting" >"$copy"
    mount --bind "$copy" "/proc/sys/$setting"
done

ip link set lo up
sysctl -qw net.ipv4.ip_forward=1
hostname "$name"
touch "$folder/initialised"

# Waiting reaps orphans; without a handler PID 1 would not see a TERM at all.
trap 'exit 0' TERM
while :; do
    sleep 3600 &
    wait $!
done
