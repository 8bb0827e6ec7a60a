"""The options that several commands share, so that they look the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_SERVER = "http://127.0.0.1:9760"


def output_option(function: F) -> F:
    """`-o table|json|yaml`, as `output`."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(["table", "json", "yaml"]),
        default="table",
        show_default=True,
        help="table for people, json or yaml for programs.",
    )(function)


def set_option(function: F) -> F:
    """`--set PATH=VALUE`, many times, as `settings`."""
    return click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="PATH=VALUE",
        help="Override one setting, such as workloads[0].floor=20M; wins over file and variables.",
    )(function)


def server_option(function: F) -> F:
    """`--server URL`, as `server`."""
    return click.option(
        "--server",
        envvar="NETKEEL_SERVER",
        default=DEFAULT_SERVER,
        show_default=True,
        show_envvar=True,
        metavar="URL",
        help="The running netkeel to ask.",
    )(function)


def cluster_options(function: F) -> F:
    """`--kubeconfig FILE` and `--context NAME`, as `kubeconfig` and `context`."""
    function = click.option(
        "--context", metavar="NAME", help="Context of the kubeconfig; default: its current one."
    )(function)
    return click.option(
        "--kubeconfig",
        metavar="FILE",
        help="Default: $KUBECONFIG, the pod's ServiceAccount, ~/.kube/config, in this order.",
    )(function)


def examples(*lines: str) -> str:
    """The epilog of a command's help: examples, each on its own line."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
