"""The page on which a person reads and tries a service's interface: Swagger UI without another host."""

import base64
import hashlib
import html

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

BUNDLE = ("fastapi_swagger", "resources")
"""The installed package and its folder with the files of Swagger UI."""
ADDRESS = "/static/swagger"

START = """
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  showCommonExtensions: true,
  validatorUrl: null,
});
"""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="{address}/swagger-ui.css">
<link rel="icon" href="{address}/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="{address}/swagger-ui-bundle.js"></script>
<script>{start}</script>
</body>
</html>
"""


def _hash(script: str) -> str:
    """The source expression by which a content security policy admits one inline script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' {_hash(START)}",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""The page loads only what the service itself serves, and calls only this service."""


def add_api_page(app: FastAPI) -> None:
    """Serve the page at ``/docs`` and the files of Swagger UI beside it."""
    app.mount(ADDRESS, StaticFiles(packages=[BUNDLE]), name="swagger")
    page = PAGE.format(title=html.escape(app.title), address=ADDRESS, start=START)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})
