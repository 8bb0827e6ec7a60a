"""`netkeel completion`."""

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion for a shell.

    \b
    Examples:
      netkeel completion bash > /etc/bash_completion.d/netkeel
      netkeel completion zsh > "${fpath[1]}/_netkeel"
      netkeel completion fish > ~/.config/fish/completions/netkeel.fish
    """  # noqa: D301 - \b is click's mark
    from netkeel.cli.main import cli  # noqa: PLC0415 - the group that this command belongs to

    kind = get_completion_class(shell)
    if kind is None:
        raise click.ClickException(f"this version of click knows no completion for {shell}")
    click.echo(kind(cli, {}, "netkeel", "_NETKEEL_COMPLETE").source())
