"""What Temporal keeps of a payload, and who can read it again."""

import base64
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload

from shared.base.keys import Keyring, parse_keys
from shared.engine.codec import ENCODING

SECRET = "the trainings were held by Wang Fang"


def plain(text: str = SECRET) -> Payload:
    return Payload(metadata={ENCODING: b"json/plain"}, data=text.encode())


KEY = base64.b64encode(bytes(32)).decode()


def test_keys_are_read_from_a_line_or_a_file(tmp_path: Path) -> None:
    assert parse_keys("") == Keyring()
    assert parse_keys(f"b:{KEY}, a:{KEY}").ids == ("b", "a")
    file = tmp_path / "keys"
    file.write_text(f"# rotated in March\nb:{KEY}\n\na:{KEY} # old\n")
    assert parse_keys(f"@{file}").ids == ("b", "a")


@pytest.mark.parametrize("kept", ["", "\n", "# from April on\n"])
def test_a_file_without_a_key_does_not_switch_encryption_off(tmp_path: Path, kept: str) -> None:
    file = tmp_path / "keys"
    file.write_text(kept)
    with pytest.raises(ValueError, match="no key in it"):
        parse_keys(f"@{file}")


def test_plain_in_front_keeps_the_keys_from_encrypting(tmp_path: Path) -> None:
    assert parse_keys(f"b:{KEY},a:{KEY}").newest == "b"
    assert parse_keys(f"plain, b:{KEY}") == Keyring((("b", bytes(32)),), encrypts=False)
    assert parse_keys(f"plain,b:{KEY}").newest is None
    file = tmp_path / "keys"
    file.write_text(f"# not before everybody has it\nplain\nb:{KEY}\n")
    assert parse_keys(f"@{file}").newest is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("secret", "key 1 is not of the form"),
        (f"a:{KEY},b:secret!", r"key 2 \(b\) is not base64"),
        ("a:c2VjcmV0", r"key 1 \(a\) has 6 bytes instead of 32"),
        (f"a:{KEY},a:{KEY}", "same id"),
        ("@/nowhere/secret", "file after @ cannot be read"),
        ("plain", "no key behind plain"),
        (" , ", "no key in it"),
        (f"a:{KEY},plain", "key 2 is not of the form"),
    ],
)
def test_malformed_keys_are_refused_without_being_repeated(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        parse_keys(text)
    assert "secret" not in str(refused.value)
    assert KEY not in str(refused.value)
