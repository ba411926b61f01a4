"""How a YAML file becomes plain data that knows where each of its fields is written.

YAML gives the structure only: a scalar stays the text that was written, and the contract decides its type,
so that ``18:00`` is a time, ``017`` an id and ``33.33`` an exact decimal.
"""

from dataclasses import dataclass
from typing import Any

import yaml

from monthline.company.encoding import decoded
from monthline.company.problems import DUPLICATE, FILE_EMPTY, FILE_SYNTAX, Path, Place, Problem
from shared.locale.catalogue import sentence

_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


class _Composer(yaml.SafeLoader):
    """Refuses references, which could make a document endless."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "anchors and aliases (&, *) are not read", mark)
        return super().compose_node(parent, index)


@dataclass(frozen=True)
class Document:
    """One YAML file, or a part of it; ``at`` is where the part hangs in the file."""

    file: str
    root: yaml.Node
    at: Path = ()

    def part(self, *path: str | int) -> "Document":
        """The part of the document under ``path``."""
        return Document(self.file, self.root, (*self.at, *path))

    def place(self, path: Path = ()) -> Place:
        """Where the field at ``path`` is written, or the innermost thing around it that is."""
        _, mark, met = _walk(self.root, (*self.at, *path))
        return Place(self.file, mark.line + 1, str(mark.column + 1), _shown(met))

    def text(self, path: Path) -> str:
        """The scalar at ``path``."""
        full = (*self.at, *path)
        node, _, met = _walk(self.root, full)
        return node.value if isinstance(node, yaml.ScalarNode) and met == full else ""

    def data(self, *path: str | int) -> Any:
        """The plain data under ``path``; None when there is nothing."""
        full = (*self.at, *path)
        node, _, met = _walk(self.root, full)
        return _plain(node) if met == full else None


def read_document(file: str, data: bytes, found: list[Problem]) -> Document | None:
    """The document in a YAML file; None when it cannot be read."""
    text = decoded(file, data, found)
    if text is None:
        return None
    try:
        root = yaml.compose(text, Loader=_Composer)
    except yaml.YAMLError as error:
        found.append(_syntax(file, text, error))
        return None
    except RecursionError:
        found.append(Problem(Place(file), FILE_SYNTAX, sentence("company.yaml.depth")))
        return None
    if root is None:
        found.append(Problem(Place(file), FILE_EMPTY, sentence("company.file.empty")))
        return None
    before = len(found)
    _check_keys(file, root, (), found)
    return Document(file, root) if len(found) == before else None


def _syntax(file: str, text: str, error: yaml.YAMLError) -> Problem:
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Place(file)
    if mark is not None:
        place = Place(file, mark.line + 1, str(mark.column + 1))
    elif isinstance(error, yaml.reader.ReaderError):
        place = Place(file, text.count("\n", 0, error.position) + 1)
    return Problem(place, FILE_SYNTAX, sentence("company.yaml.syntax", reason=str(said)))


def _check_keys(file: str, node: yaml.Node, path: Path, found: list[Problem]) -> None:
    """Keys must be words, and none may be there twice: YAML itself would silently keep the last."""
    if isinstance(node, yaml.SequenceNode):
        for index, entry in enumerate(node.value):
            _check_keys(file, entry, (*path, index), found)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        place = Place(file, key.start_mark.line + 1, str(key.start_mark.column + 1), _shown(path))
        if not isinstance(key, yaml.ScalarNode):
            found.append(Problem(place, FILE_SYNTAX, sentence("company.yaml.key")))
            continue
        if key.value in seen:
            found.append(Problem(place, DUPLICATE, sentence("company.yaml.key_twice", key=key.value)))
        seen.add(key.value)
        _check_keys(file, value, (*path, key.value), found)


def _walk(root: yaml.Node, path: Path) -> tuple[yaml.Node, Any, Path]:
    """The node at ``path`` with its mark and the path really met: what is not written is passed over.

    Paths of pydantic also name the kind chosen in a union, which no document spells.
    """
    node, mark = root, root.start_mark
    met: Path = ()
    for step in path:
        child = _child(node, step)
        if child is not None:
            key, node = child
            mark, met = (key or node).start_mark, (*met, step)
    return node, mark, met


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return None, node.value[step]
    return None


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(entry) for entry in node.value]
    bare = getattr(node, "style", None) is None
    return None if bare and node.value in _NOTHING else node.value


def _shown(path: Path) -> str:
    return ".".join(str(step) for step in path)
