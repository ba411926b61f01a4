"""The committed descriptions of the interfaces: ``python -m monthline.api_documents`` writes docs/api.

OpenAPI per service from its own application, AsyncAPI from the event classes.
"""

import asyncio
import importlib
import json
from pathlib import Path
from typing import Any

from pydantic import AnyHttpUrl
from pydantic.json_schema import models_json_schema

from monthline.registry import SERVICES
from shared.base.settings import Settings
from shared.bus.jetstream import STREAM
from shared.contracts.events import EVENTS
from shared.process.runner import Service
from shared.web.openapi import leave_out_moves

FOLDER = Path(__file__).parents[1] / "docs" / "api"
NOWHERE = AnyHttpUrl("https://issuer.invalid")


async def openapi(service: str) -> dict[str, Any]:
    """The OpenAPI document of a service; composing it connects to nothing."""
    settings = Settings(
        database_url="postgresql://nobody@127.0.0.1:5432/nothing",
        oidc_issuer=str(NOWHERE),
        oidc_jwks_url=NOWHERE,
    )
    composed: Service = await importlib.import_module(f"services.{service}.__main__").compose(settings)
    document: dict[str, Any] = composed.app.openapi()
    return document


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI document of every event, from the classes that are sent."""
    kinds = dict(sorted(EVENTS.items()))
    _, schemas = models_json_schema(
        [(kind, "serialization") for kind in kinds.values()], ref_template="#/components/schemas/{model}"
    )
    leave_out_moves(schemas["$defs"])
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Monthline events",
            "version": "1",
            "description": f"CloudEvents 1.0 JSON on the JetStream stream {STREAM}; data is as given here.",
        },
        "channels": {
            subject: {
                "address": subject,
                "messages": {kind.__name__: {"$ref": f"#/components/messages/{kind.__name__}"}},
            }
            for subject, kind in kinds.items()
        },
        "operations": {
            f"tell_{kind.__name__}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{subject.replace('/', '~1')}"},
            }
            for subject, kind in kinds.items()
        },
        "components": {
            "messages": {
                kind.__name__: {
                    "summary": (kind.__doc__ or "").strip(),
                    "contentType": "application/json",
                    "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
                }
                for kind in kinds.values()
            },
            "schemas": schemas["$defs"],
        },
    }


async def documents() -> dict[str, str]:
    """Every document as text, by file name."""
    found = {f"{service}.openapi.json": await openapi(service) for service in SERVICES}
    found["events.asyncapi.json"] = asyncapi()
    return {
        name: json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        for name, document in found.items()
    }


def main() -> None:
    """Write them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in asyncio.run(documents()).items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"{name}: {len(text)} bytes")


if __name__ == "__main__":
    main()
