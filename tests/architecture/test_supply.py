"""S24: what the product is made of is listed, and everything in it may be passed on."""

import importlib.metadata
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LOCKED = ROOT / "requirements" / "run.txt"
ALLOWED = {
    "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0",
    # psycopg: linked to as a library, replaceable by whoever runs the product.
    "LGPL-3.0-only",
}  # fmt: skip
SAID_OTHERWISE = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
ENTRY = re.compile(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", re.MULTILINE)
NEVER_HERE = {"colorama", "httpx2-jsfetch"}
"""Locked for other platforms alone."""


def locked() -> dict[str, str]:
    """Name and version of everything that a running deployment has installed."""
    return dict(ENTRY.findall(LOCKED.read_text(encoding="utf-8")))


def licences(name: str) -> list[str]:
    """What a distribution says of its licence: an expression, else its classifiers, else a name."""
    said = importlib.metadata.metadata(name)
    classified = [
        entry.rpartition(" :: ")[2]
        for entry in said.get_all("Classifier") or []
        if entry.startswith("License")
    ]
    return (
        [said["License-Expression"]] if said["License-Expression"] else classified or [said["License"] or ""]
    )


def may_be_passed_on(said: str) -> bool:
    """Whether a licence is allowed: of alternatives one, of several together all."""
    known = SAID_OTHERWISE.get(said, said)
    return any(
        all(part.strip(" ()") in ALLOWED for part in choice.split(" AND ")) for choice in known.split(" OR ")
    )


@pytest.mark.parametrize("name", sorted(locked().keys() - NEVER_HERE))
def test_the_licence_of_every_distribution_of_the_product_is_allowed(name: str) -> None:
    said = licences(name)
    assert any(map(may_be_passed_on, said)), f"{name}: {said}; see the allow-list in {__file__}"


@pytest.mark.parametrize(
    "said", ["GPL-3.0-only", "AGPL-3.0", "", "Proprietary", "MIT AND GPL-3.0-only", "SSPL-1.0"]
)
def test_what_could_not_be_passed_on_is_not_allowed(said: str) -> None:
    assert not may_be_passed_on(said)


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The software bill of materials, as ``make sbom`` writes it."""
    file = tmp_path_factory.mktemp("sbom") / "sbom.json"
    program = Path(sys.executable).parent / "cyclonedx-py"
    made: list[str | Path] = [
        program, "requirements", "--pyproject", ROOT / "pyproject.toml", "--output-reproducible",
        "--no-validate", "--of", "JSON", "-o", file, LOCKED,
    ]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True, cwd=ROOT)
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


def test_the_bill_names_everything_with_version_and_hashes(bill: dict[str, Any]) -> None:
    named = {entry["name"]: entry["version"] for entry in bill["components"]}
    assert named == locked()
    assert bill["metadata"]["component"]["name"] == "monthline"
    for entry in bill["components"]:
        hashes = [hash_ for reference in entry["externalReferences"] for hash_ in reference["hashes"]]
        assert hashes, entry["name"]


def test_everything_is_locked_with_hashes_so_that_nothing_else_is_installed() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text(encoding="utf-8")
        entries = re.split(r"\n(?=[A-Za-z0-9])", text)
        unlocked = [entry[:60] for entry in entries if ENTRY.match(entry) and "--hash=sha256:" not in entry]
        assert unlocked == [], file.name
