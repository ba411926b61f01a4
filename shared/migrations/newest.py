"""The newest version of a schema that this program knows, read without loading alembic."""

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
REVISION = re.compile(r"""^(revision|down_revision)(?:: [^=]+)? = (?:None|["']([^"']+)["'])""", re.MULTILINE)


@cache
def newest(service: str) -> str:
    """The revision of a service's migrations that no other builds on."""
    texts = [
        path.read_text() for path in (ROOT / "services" / service / "migrations" / "versions").glob("*.py")
    ]
    found = [dict(REVISION.findall(text)) for text in texts]
    revisions = {one["revision"] for one in found}
    head: str
    [head] = revisions - {one["down_revision"] for one in found}
    return head
