"""`netkeel completion bash|zsh|fish`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from netkeel.cli.options import examples


@click.command(
    epilog=examples(
        'eval "$(netkeel completion bash)"      # in ~/.bashrc',
        'eval "$(netkeel completion zsh)"       # in ~/.zshrc',
        "netkeel completion fish | source      # in ~/.config/fish/config.fish",
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, /, *, shell: str) -> None:
    """Print the script that completes netkeel's commands and options in a shell."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.BadParameter(f"click completes no {shell}")
    root = context.find_root().command
    click.echo(kind(root, {}, "netkeel", "_NETKEEL_COMPLETE").source())
