"""What ``monthline demo`` leaves behind."""

import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monthline.__main__ import app
from tests.integration.company.build import files


@pytest.mark.parametrize(
    "changes", [{"people.csv": "id\n"}, {"plans/2026-03.p002.yaml": None}], ids=["wrong files", "no plans"]
)
def test_a_check_of_files_that_cannot_be_played_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str | None]
) -> None:
    company, temporary = tmp_path / "company", tmp_path / "temporary"
    temporary.mkdir()
    for name, data in files(changes).items():
        path = company / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    result = CliRunner().invoke(app, ["demo", "--check", "--company", str(company), "--language", "en"])
    assert result.exit_code == 2
    assert "logs" not in result.output
    assert list(temporary.iterdir()) == []
