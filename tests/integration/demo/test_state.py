"""What the demo remembers, and what it never touches."""

from pathlib import Path

import pytest

from monthline.company.settings import Company
from monthline.demo.scene import Mishap
from monthline.demo.state import Busy, DataFolder, Foreign, Memory, digest
from shared.contracts.values import Text

MEMORY = Memory(
    company=Company(id="acme", name=Text(zh="艾克米", en="Acme")),
    files="f00",
    month="2026-03",
    finished=True,
    mishaps=(Mishap(person="p002", what="late"),),
)


def test_what_is_remembered_is_there_at_the_next_start(tmp_path: Path) -> None:
    DataFolder(tmp_path / "demo").remember(MEMORY)
    assert DataFolder(tmp_path / "demo").memory() == MEMORY


@pytest.mark.parametrize("text", ["", "{", '{"company": 1}'])
def test_an_unreadable_memory_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "demo.json").write_text(text, encoding="utf-8")
    assert DataFolder(tmp_path).memory() is None


def test_one_process_at_a_time_holds_a_folder(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "demo").held(), pytest.raises(Busy), DataFolder(tmp_path / "demo").held():
        pass
    with DataFolder(tmp_path / "demo").held():
        pass


def test_a_strangers_folder_is_neither_used_nor_erased(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    folder = DataFolder(tmp_path)
    with pytest.raises(Foreign):
        folder.erase()
    with pytest.raises(Foreign), folder.held():
        pass
    assert (tmp_path / "thesis.txt").exists()


def test_erasing_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "demo")
    with folder.held():
        folder.remember(MEMORY)
        (folder.path / "postgres").mkdir()
        (folder.path / "postgres" / "PG_VERSION").write_text("18", encoding="utf-8")
        folder.erase()
    folder.forget()
    assert not folder.path.exists()


def test_the_role_secret_is_the_folders_own_and_stays(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert folder.role_secret() == DataFolder(tmp_path).role_secret()
    assert len(folder.role_secret()) >= 16


def test_the_digest_tells_files_apart_by_name_and_content() -> None:
    files = {"people.csv": b"id\n", "plans/a.yaml": b""}
    assert digest(files) == digest(dict(reversed(files.items())))
    assert digest(files) != digest({"people.csv": b"id\n", "plans/b.yaml": b""})
    assert digest(files) != digest({"people.csv": b"id", "plans/a.yaml": b"\n"})
