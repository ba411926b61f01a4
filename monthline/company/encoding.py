"""How a file's bytes become text; anything but UTF-8 is refused, because a guess can garble names unseen."""

from monthline.company.problems import FILE_ENCODING, FILE_SYNTAX, Place, Problem

_SAVE_ZH = "请另存为 UTF-8（Excel：另存为 → “CSV UTF-8（逗号分隔）”）"
_SAVE_EN = 'save it as UTF-8 (Excel: Save As → "CSV UTF-8 (comma delimited)")'


def decoded(file: str, data: bytes, found: list[Problem]) -> str | None:
    """The text of a UTF-8 file, with or without byte order mark; None when it is no UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        name = _other_encoding(data)
        found.append(
            Problem(
                Place(file, line),
                FILE_ENCODING,
                f"文件不是 UTF-8（看来是 {name}），{_SAVE_ZH}" if name else f"文件不是 UTF-8，{_SAVE_ZH}",
                f"not UTF-8 (it looks like {name}); {_SAVE_EN}" if name else f"not UTF-8; {_SAVE_EN}",
            )
        )
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        zh, en = "文件里有空字符，不是文本文件", "there is a NUL character: this is no text file"
        found.append(Problem(Place(file, line), FILE_SYNTAX, zh, en))
        return None
    return text


def _other_encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return "GBK"
