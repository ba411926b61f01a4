"""``monthline``: gathers the commands of all modules in ``monthline.commands`` into one program."""

import importlib
import pkgutil

import typer

from monthline import commands


def program() -> typer.Typer:
    """The command line with every command; what a command does is imported, nothing is connected to."""
    app = typer.Typer(
        name="monthline",
        help="Monthly plans from the first draft to the score.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_program)
    for module in pkgutil.iter_modules(commands.__path__):
        importlib.import_module(f"{commands.__name__}.{module.name}").add_to(app)
    return app


def _program() -> None:
    """Monthly plans from the first draft to the score."""


app = program()

if __name__ == "__main__":
    app()
