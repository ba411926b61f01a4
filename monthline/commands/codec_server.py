"""``monthline codec-server``: payloads made readable for the Temporal UI."""

import typer
import uvicorn

from monthline.codec_server import codec_app
from shared import log
from shared.process import load_settings
from shared.settings import CodecSettings


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
    uvicorn.run(
        codec_app(settings),
        host=settings.http_host,
        port=settings.http_port,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        log_config=None,
        access_log=False,
        server_header=False,
    )
