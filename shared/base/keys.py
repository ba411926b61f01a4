"""The keys of the payload codec: how they are written down, and which of them encrypts."""

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path

KEY_BYTES = 32
ID = re.compile(r"^[A-Za-z0-9._-]{1,32}$")
FORM = "write id:base64 of 32 bytes, the newest key first, several separated by commas; or @/path/of/a/file"
PLAIN = "plain"
"""Written in the place of the first key: what is told is not encrypted, what is encrypted is read."""


@dataclass(frozen=True)
class Keyring:
    """Keys by their ids, in the order they were given: the first encrypts, all of them decrypt.

    Where ``encrypts`` is false they only decrypt.
    """

    keys: tuple[tuple[str, bytes], ...] = ()
    encrypts: bool = True

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all keys, the encrypting one first."""
        return tuple(id_ for id_, _ in self.keys)

    @property
    def newest(self) -> str | None:
        """The id of the key that encrypts; None when nothing is encrypted."""
        return self.keys[0][0] if self.keys and self.encrypts else None

    def __bool__(self) -> bool:
        return bool(self.keys)

    def __repr__(self) -> str:
        return f"Keyring(ids={self.ids}, newest={self.newest!r})"


def parse_keys(text: str) -> Keyring:
    """The keys that PAYLOAD_KEYS describes; none for an empty text.

    ``@path`` names a file with one key a line, where ``#`` begins a comment. ``plain`` in front of the keys
    keeps all of them from encrypting.

    Raises:
        ValueError: it is not of that form; the text repeats nothing of the keys.
    """
    entries = _lines(text.removeprefix("@")) if text.startswith("@") else text.split(",")
    written = [entry.strip() for entry in entries if entry.strip()]
    encrypts = written[:1] != [PLAIN]
    keys = tuple(_key(number, entry) for number, entry in enumerate(written if encrypts else written[1:], 1))
    if len({id_ for id_, _ in keys}) != len(keys):
        raise ValueError("two keys have the same id; give each an id of its own")
    if text.strip() and not keys:
        # Whoever names a place for keys wants them: an empty file must not switch encryption off.
        raise ValueError(f"no key {'in it' if encrypts else f'behind {PLAIN}'}; {FORM}")
    return Keyring(keys, encrypts)


def _lines(path: str) -> list[str]:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the file after @ cannot be read ({type(error).__name__})") from None
    return [line.partition("#")[0] for line in text.splitlines()]


def _key(number: int, entry: str) -> tuple[str, bytes]:
    id_, _, encoded = entry.partition(":")
    if not ID.match(id_) or not encoded:
        raise ValueError(f"key {number} is not of the form; {FORM}")
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"key {number} ({id_}) is not base64; {FORM}") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"key {number} ({id_}) has {len(key)} bytes instead of {KEY_BYTES}; {FORM}")
    return id_, key
