"""How a file's bytes become text; anything but UTF-8 is refused, because a guess can garble names unseen."""

from monthline.company.problems import FILE_ENCODING, FILE_SYNTAX, Place, Problem
from shared.locale.catalogue import Sentence, sentence


def decoded(file: str, data: bytes, found: list[Problem]) -> str | None:
    """The text of a UTF-8 file, with or without byte order mark; None when it is no UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found.append(Problem(Place(file, line), FILE_ENCODING, _not_utf8(_other_encoding(data))))
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        found.append(Problem(Place(file, line), FILE_SYNTAX, sentence("company.file.nul")))
        return None
    return text


def _not_utf8(guessed: str) -> Sentence:
    if guessed:
        return sentence("company.file.encoding_guessed", encoding=guessed)
    return sentence("company.file.encoding")


def _other_encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return "GBK"
