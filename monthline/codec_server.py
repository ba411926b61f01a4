"""Payloads made readable for the Temporal UI, for those alone who may read them."""

from collections.abc import Awaitable, Callable, Sequence

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from google.protobuf.json_format import MessageToJson, Parse, ParseError
from httpx2 import AsyncBaseTransport
from temporalio.api.common.v1 import Payload, Payloads

from shared.base import log
from shared.base.settings import CodecSettings
from shared.contracts.refusals import Invalid
from shared.engine.codec import Codec, Unreadable
from shared.org.organisation import Organisation
from shared.web import serving
from shared.web.authentication import Authenticator
from shared.web.http import Caller, create_app
from shared.web.tokens import TokenReader

MOST_BYTES = 8 * 1024 * 1024
"""A page of a history, payloads of 2 MiB among it."""
HEADERS = ("authorization", "content-type", "x-namespace")
Work = Callable[[Sequence[Payload]], Awaitable[list[Payload]]]
logger = log.get(__name__)


def codec_app(settings: CodecSettings, tokens: TokenReader | None = None) -> FastAPI:
    """``/encode`` and ``/decode`` as the Temporal UI and command line call them, behind a bearer token.

    Only ADMINS and PAYLOAD_READERS are let in; every reading is logged with its reader.
    """
    readers = (*settings.admins, *settings.payload_readers)
    authenticator = Authenticator(tokens or token_reader(settings), _nobody, readers)
    app = create_app("codec", authenticator=authenticator, checks={}, most_body=MOST_BYTES)
    codec = Codec(settings.keyring, settings.payload_compress_from)

    @app.post("/decode")
    async def decode(request: Request, caller: Caller) -> Response:
        """The payloads as they were written."""
        return await _worked(request, caller.id, codec.decode)

    @app.post("/encode")
    async def encode(request: Request, caller: Caller) -> Response:
        """The payloads as Temporal keeps them."""
        return await _worked(request, caller.id, codec.encode)

    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.codec_origins),
        allow_methods=["POST"],
        allow_headers=list(HEADERS),
        allow_credentials=True,
        max_age=600,
    )
    return app


def server_of(settings: CodecSettings, tokens: TokenReader | None = None) -> serving.Server:
    """Their HTTP server, which cuts off slow callers as those of the services do."""
    app = codec_app(settings, tokens)
    return serving.server(app, settings.http_host, settings.http_port, behind=settings.forwarded_allow_ips)


def token_reader(settings: CodecSettings, transport: AsyncBaseTransport | None = None) -> TokenReader:
    """Reads the tokens of the issuer that the services trust; ``transport`` is another way to its keys."""
    return TokenReader(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        jwks_url=str(settings.oidc_jwks_url),
        algorithms=settings.oidc_algorithms,
        transport=transport,
    )


async def _nobody() -> Organisation:
    """Roles in the company give no right here: only the settings do."""
    return Organisation(today=None)


async def _worked(request: Request, reader: str, work: Work) -> Response:
    payloads = await _payloads(request)
    try:
        done = await work(payloads)
    except Unreadable as error:
        problem = {"path": "payloads", "code": "unreadable", "message": str(error)}
        raise Invalid(errors=[problem]) from error
    logger.info("codec.used", reader=reader, path=request.url.path, payloads=len(done))
    answer = MessageToJson(Payloads(payloads=done), indent=None)
    return Response(answer, media_type="application/json", headers={"Cache-Control": "no-store"})


async def _payloads(request: Request) -> Sequence[Payload]:
    body = await request.body()
    try:
        if not body.lstrip().startswith(b"{"):
            raise ParseError("no object")
        return Parse(body, Payloads(), max_recursion_depth=20).payloads
    except (ParseError, UnicodeDecodeError, RecursionError) as error:
        problem = {"path": "", "code": "json", "message": 'send {"payloads": […]} as JSON'}
        raise Invalid(errors=[problem]) from error
