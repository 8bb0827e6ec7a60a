"""A real Kubernetes for tests: servers compiled from their Go modules, and two real nodes.

Two beds, the cheap one first. Take the cheap one where what the API server holds is enough:

- `controlplane.ControlPlane`: etcd, kube-apiserver and, if wanted, kube-controller-manager and
  kube-scheduler on loopback. Needs no root. `fake_nodes.FakeNodes` stands in for nodes there, for
  scale only.
- `nodes.Cluster`: the same control plane in a network namespace of its own, a router with a
  100 Mbit/s bottleneck, and two real nodes (kubelet, containerd, runc, CNI). Needs root.

Nothing of a bed outlives the process that started it: servers die with it (`processes`),
namespaces and links have no name that would keep them (`namespaces`), and the little that
can stay behind after a kill -9 is cleared by the next run (`leftovers`).
What a bed does not have: cluster DNS and kube-proxy. Pods reach the API server by its service
address, and each other by pod address.
"""
