"""What a process says about itself to whoever runs it: alive, ready, its figures."""

from fastapi import FastAPI, Response

from shared.base.diagnosis import said_by
from shared.health.gauges import CONTENT_TYPE, Figures
from shared.health.preflight import Check, Preflight

HEALTH_PATHS = frozenset({"/livez", "/readyz", "/metrics"})


def health_app(title: str, *, checks: dict[str, Check]) -> FastAPI:
    """An application that answers for a process without an API: alive, ready."""
    app = FastAPI(title=f"Monthline {title}", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.ready = True
    add_health(app, checks)
    return app


def health_only(app: FastAPI) -> FastAPI:
    """The same application without its API, for a process that only works in the background."""
    bare = FastAPI(title=app.title, docs_url=None, redoc_url=None, openapi_url=None)
    bare.state = app.state
    kept = [route for route in app.router.routes if getattr(route, "path", "") in HEALTH_PATHS]
    bare.router.routes.extend(kept)
    return bare


def add_health(app: FastAPI, checks: dict[str, Check]) -> None:
    """Add the pages that ask nobody who they are: alive, ready, figures."""

    @app.get("/livez", include_in_schema=False)
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz(response: Response) -> dict[str, str]:
        found = {name: await _state(check) for name, check in checks.items()}
        found |= _unfit(app)
        if not app.state.ready or any(state != "ok" for state in found.values()):
            response.status_code = 503
        return found

    @app.get("/metrics", include_in_schema=False)
    async def figures() -> Response:
        shown: Figures = getattr(app.state, "figures", None) or Figures()
        return Response(await shown.text(), media_type=CONTENT_TYPE)


def _unfit(app: FastAPI) -> dict[str, str]:
    """What was found wrong with the servers; the schema is to be looked at before anything is served."""
    preflight: Preflight | None = getattr(app.state, "preflight", None)
    if preflight is None:
        return {}
    waiting = f"not looked at yet: {preflight.waiting.get('schema', 'just begun')}"
    pending = {} if preflight.holds("schema") else {"schema": waiting}
    return pending | {name: f"failed: {trouble}" for name, trouble in preflight.troubles.items()}


async def _state(check: Check) -> str:
    try:
        await check()
    except Exception as error:
        return f"failed: {said_by(error)}"
    return "ok"
