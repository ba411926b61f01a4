"""``monthline``: the commands of the modules in ``monthline.commands``, each imported when it is wanted.

A module adds its command with ``add_to(app)`` and has the command's name, but for ``_`` in the place of ``-``
and a last ``_`` where the name is a word of Python's.
"""

import importlib
import os
import pkgutil
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from monthline import commands
from monthline.terminal import complain


class Commands(TyperGroup):
    """The commands by name; a service's libraries are loaded by those alone that need them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of the commands whose packages are installed, in the order of the alphabet."""
        return [name for name in sorted(_modules()) if self._installed(name)]

    def get_command(self, ctx: Any, name: str) -> Any:
        """The command of this name; None when there is none.

        A production image has no embedded servers: a command that needs them says so and ends with 2.
        """
        try:
            return self._command(name)
        except ModuleNotFoundError as missing:
            if _ours(missing):
                raise
            complain(f"{name} needs {missing.name}: pip install 'monthline[embedded]'")
            raise typer.Exit(2) from None

    def _installed(self, name: str) -> bool:
        try:
            return self._command(name) is not None
        except ModuleNotFoundError as missing:
            if _ours(missing):
                raise
            return False

    def _command(self, name: str) -> Any:
        module = _modules().get(name)
        if module is None:
            return None
        app = typer.Typer(callback=_program)
        importlib.import_module(f"{commands.__name__}.{module}").add_to(app)
        group = typer.main.get_group(app)
        return group.commands.get(name)


def _modules() -> dict[str, str]:
    found = (module.name for module in pkgutil.iter_modules(commands.__path__))
    return {name.removesuffix("_").replace("_", "-"): name for name in found}


def _ours(missing: ModuleNotFoundError) -> bool:
    return (missing.name or "").partition(".")[0] in ("monthline", "services", "shared", "workflows")


def _program() -> None:
    """Monthly plans from the first draft to the score."""


class Program(typer.Typer):
    """The program; where the Temporal SDK is loaded it ends at once when a command has ended.

    The SDK's runtime may abort an interpreter that takes itself apart, and a migration that was done
    would count as failed.
    """

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Run the command that the arguments name; raises SystemExit, or ends the process with its code."""
        try:
            return super().__call__(*arguments, **options)
        except SystemExit as ended:
            if "temporalio" not in sys.modules or not isinstance(ended.code, int):
                raise
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(ended.code)


app = Program(
    name="monthline",
    cls=Commands,
    callback=_program,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

if __name__ == "__main__":
    app()
