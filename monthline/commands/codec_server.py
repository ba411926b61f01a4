"""``monthline codec-server``: payloads made readable for the Temporal UI."""

import asyncio

import typer

from monthline.codec_server import server_of
from shared.base import log
from shared.base.diagnosis import Unfit
from shared.base.settings import CodecSettings
from shared.process.runner import load_settings
from shared.web import serving

logger = log.get(__name__)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("codec-server")(codec_server)


def codec_server() -> None:
    """Decrypt payloads for the Temporal UI: POST /encode and /decode, with a bearer token.

    Set its address as the UI's codec endpoint with "pass the user's access token". Reads PAYLOAD_KEYS,
    OIDC_…, ADMINS, PAYLOAD_READERS and CODEC_ORIGINS; only the people in those two lists are let in.
    """
    settings = load_settings(CodecSettings)
    log.configure("codec", format=settings.log_format, level=settings.log_level)
    try:
        asyncio.run(serving.serve_alone(server_of(settings)))
    except Unfit as error:
        logger.error("process.unfit", check="http", found=str(error), fix=error.fix)
        raise typer.Exit(1) from None
