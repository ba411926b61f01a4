"""No code of other projects is tracked in this repository; it is installed as a package."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "_vendor",
    "bower_components",
    "dist",
    "external",
    "node_modules",
    "site-packages",
    "third_party",
    "vendor",
}
SUFFIXES = {
    ".a", ".dll", ".egg", ".eot", ".gz", ".jar", ".map", ".otf", ".pyc", ".so", ".tar", ".tgz", ".ttf",
    ".wasm", ".whl", ".woff", ".woff2", ".xz", ".zip",
}  # fmt: skip
MINIFIED = re.compile(r"[.-](?:min|bundle|standalone|umd)\.(?:js|mjs|cjs|css)$")
NOTICE = re.compile(
    r"^[\s/*#!;<-]*(?:@licen[cs]e\b|@preserve\b|SPDX-License-Identifier:|Copyright (?:\(c\)|©|\d{4})|"
    r"Licensed under the |Permission is hereby granted|For license information)",
    re.IGNORECASE | re.MULTILINE,
)
LICENCE = re.compile(r"^(?:licen[cs]e|copying|notice|unlicense)(?:[.-]|$)", re.IGNORECASE)
PROGRAM_SUFFIXES = {".c", ".cjs", ".css", ".h", ".html", ".js", ".mjs", ".py", ".sh", ".ts", ".tsx"}
LONGEST_LINE = 1000
"""Characters of a line that a person has written."""


def reasons(path: Path, content: bytes) -> Iterator[str]:
    """Yields each sign that a file was copied from another project."""
    if FOLDERS & set(path.parts[:-1]):
        yield "lies in a folder for copied packages"
    if path.suffix in SUFFIXES or b"\0" in content:
        yield "is binary, packed or compiled"
        return
    text = content.decode(errors="replace")
    if LICENCE.match(path.name) and path != Path("LICENSE"):
        yield "is the licence of something else"
    elif path.name != "LICENSE" and NOTICE.search(text):
        yield "has a licence notice of its own"
    written = max(map(len, text.splitlines()), default=0) <= LONGEST_LINE
    if MINIFIED.search(path.name) or (path.suffix in PROGRAM_SUFFIXES and not written):
        yield "is minified"


def foreign(folder: Path) -> list[str]:
    """The files tracked by git in a folder that were copied from another project, each with the reasons."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=folder, capture_output=True, text=True, check=True)
    tracked = [Path(name) for name in listed.stdout.split("\0") if (folder / name).is_file()]
    found = {path: list(reasons(path, (folder / path).read_bytes())) for path in tracked}
    return [f"{path} {' and '.join(said)}" for path, said in sorted(found.items()) if said]


def test_no_file_of_another_project_is_tracked() -> None:
    assert foreign(ROOT) == []


def planted(folder: Path, name: str, content: bytes) -> list[str]:
    """What the check says of a repository with a file of our own and one planted file."""
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    (folder / "own.py").write_text('"""Our own module."""\n')
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    subprocess.run(["git", "add", "--force", "."], cwd=folder, check=True)
    return foreign(folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("shared/static/swagger/swagger-ui-bundle.js", b"var a = 1;\n"),
        ("shared/static/swagger/swagger-ui.css", b".a{color:red}" * 100),
        (
            "shared/static/app.js",
            b"/*! For license information please see app.js.LICENSE.txt */\nvar a = 1;\n",
        ),
        ("shared/static/swagger/LICENSE", b"Apache License\n"),
        ("shared/text/slug.py", b"# Copyright (c) 2021 Somebody Else\n"),
        ("shared/text/slug.py", b'"""Slugs.\n\nPermission is hereby granted, free of charge\n"""\n'),
        ("vendor/slug.py", b"SEPARATOR = '-'\n"),
        ("docs/fonts/letters.woff2", b"wOF2"),
        ("docs/picture", b"\x89PNG\0\0"),
    ],
)
def test_a_planted_file_of_another_project_is_found(name: str, content: bytes, tmp_path: Path) -> None:
    found = planted(tmp_path, name, content)
    assert [line.partition(" ")[0] for line in found] == [name]


def test_a_file_of_our_own_is_not_taken_for_a_copy(tmp_path: Path) -> None:
    assert planted(tmp_path, "docs/licences.md", b"Copyright notices: see LICENSE.\n") == []
