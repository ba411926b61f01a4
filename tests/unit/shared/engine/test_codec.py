"""What Temporal keeps of a payload, and who can read it again."""

import os

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.exceptions import ApplicationError, FailureError

from shared.base.keys import Keyring
from shared.contracts.refusals import StaleVersion
from shared.engine.codec import COMPRESSED, ENCODING, Codec, Unreadable, data_converter, key_of, unreadable
from shared.engine.temporal import as_failure, as_refusal

OLD, NEW = (("old", bytes(range(32))), ("new", bytes(range(32, 64))))
SECRET = "the trainings were held by Wang Fang"


def codec(*keys: tuple[str, bytes], compress_from: int = 1024) -> Codec:
    return Codec(Keyring(keys), compress_from)


def plain(text: str = SECRET) -> Payload:
    return Payload(metadata={ENCODING: b"json/plain"}, data=text.encode())


async def test_nothing_of_an_encrypted_payload_can_be_read() -> None:
    [kept] = await codec(NEW).encode([plain()])
    assert SECRET.encode() not in kept.SerializeToString()
    assert key_of(kept) == "new"


async def test_the_first_key_encrypts_and_all_decrypt() -> None:
    [kept] = await codec(OLD).encode([plain()])
    both = codec(NEW, OLD)
    assert await both.decode([kept]) == [plain()]
    [again] = await both.encode([plain()])
    assert key_of(again) == "new"


async def test_keys_behind_plain_read_and_encrypt_nothing() -> None:
    [kept] = await codec(NEW).encode([plain()])
    reading = Codec(Keyring((NEW,), encrypts=False), 1024)
    assert await reading.decode([kept, plain()]) == [plain(), plain()]
    assert await reading.encode([plain()]) == [plain()]


async def test_a_failure_that_one_process_encrypts_is_read_by_one_that_does_not_yet() -> None:
    failure = Failure()
    await data_converter(Keyring((NEW,)), 1024).encode_failure(ApplicationError(SECRET), failure)
    before = data_converter(Keyring((NEW,), encrypts=False), 1024)
    decoded = await before.decode_failure(failure)
    assert isinstance(decoded, FailureError)
    assert decoded.message == SECRET
    shown = Failure()
    await before.encode_failure(ApplicationError(SECRET), shown)
    assert shown.message == SECRET


async def test_a_strict_codec_reads_only_what_a_key_has_encrypted() -> None:
    strict = Codec(Keyring((NEW, OLD)), 1024, strict=True)
    [kept] = await codec(OLD).encode([plain()])
    assert await strict.decode([kept]) == [plain()]
    for foreign in (plain(), (await codec().encode([plain(SECRET * 100)]))[0]):
        with pytest.raises(Unreadable, match="not encrypted"):
            await strict.decode([foreign])


async def test_a_key_that_is_not_there_is_named() -> None:
    [kept] = await codec(OLD).encode([plain()])
    with pytest.raises(Unreadable, match="'old', which PAYLOAD_KEYS does not have") as refused:
        await codec(NEW).decode([kept])
    assert refused.value.key_id == "old"
    found = await unreadable(codec(), [plain(), kept])
    assert found is not None
    assert found.key_id == "old"


@pytest.mark.parametrize("place", [0, 5, 12, 30, -1])
async def test_a_payload_that_was_tampered_with_is_refused(place: int) -> None:
    used = codec(NEW)
    [kept] = await used.encode([plain()])
    data = bytearray(kept.data)
    data[place] ^= 1
    kept.data = bytes(data)
    with pytest.raises(Unreadable):
        await used.decode([kept])


async def test_the_label_of_a_key_cannot_be_exchanged() -> None:
    twice = codec(("a", OLD[1]), ("b", OLD[1]))
    [kept] = await twice.encode([plain()])
    kept.metadata["key-id"] = b"b"
    with pytest.raises(Unreadable):
        await twice.decode([kept])


async def test_large_payloads_are_compressed_and_small_ones_stay_readable() -> None:
    small, large = await codec().encode([plain(), plain(SECRET * 100)])
    assert small == plain()
    assert large.metadata[ENCODING] == COMPRESSED
    assert large.ByteSize() < 200


async def test_what_grows_when_compressed_stays_as_it_is() -> None:
    noise = Payload(data=os.urandom(2000))
    assert await codec().encode([noise]) == [noise]


async def test_a_compressed_payload_that_was_cut_is_refused() -> None:
    used = codec()
    [kept] = await used.encode([plain(SECRET * 100)])
    kept.data = kept.data[:-5]
    with pytest.raises(Unreadable):
        await used.decode([kept])


async def test_a_refusal_keeps_its_code_and_hides_its_details() -> None:
    converter = data_converter(Keyring((NEW,)), 1024)
    failure = Failure()
    await converter.encode_failure(as_failure(StaleVersion(expected=1, current=2, stage=SECRET)), failure)
    assert SECRET.encode() not in failure.SerializeToString()
    found = as_refusal(await converter.decode_failure(failure))
    assert isinstance(found, StaleVersion)
    assert found.details == {"expected": 1, "current": 2, "stage": SECRET}


async def test_what_an_unforeseen_error_says_is_hidden_too() -> None:
    converter = data_converter(Keyring((NEW,)), 1024)
    failure = Failure()
    await converter.encode_failure(ApplicationError(SECRET), failure)
    assert SECRET.encode() not in failure.SerializeToString()
    decoded = await converter.decode_failure(failure)
    assert isinstance(decoded, FailureError)
    assert decoded.message == SECRET
