"""What Temporal keeps of a payload, and who can read it again."""

from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload

from shared.base.keys import Keyring
from shared.engine.codec import ENCODING, Codec

OLD, NEW = (("old", bytes(range(32))), ("new", bytes(range(32, 64))))
payloads = st.builds(
    Payload,
    metadata=st.dictionaries(st.text(max_size=20), st.binary(max_size=40), max_size=3),
    data=st.one_of(st.binary(max_size=200), st.binary(max_size=20).map(lambda part: part * 200)),
)


def codec(*keys: tuple[str, bytes], compress_from: int = 1024) -> Codec:
    return Codec(Keyring(keys), compress_from)


@given(given=payloads, keys=st.sampled_from([(), (NEW,), (NEW, OLD)]), size=st.sampled_from([0, 1, 1024]))
async def test_every_payload_comes_back_as_it_was(
    given: Payload, keys: tuple[tuple[str, bytes], ...], size: int
) -> None:
    # A label of the codec's own is the one thing that a foreign payload must not carry.
    given.metadata.pop(ENCODING, None)
    used = codec(*keys, compress_from=size)
    assert await used.decode(await used.encode([given])) == [given]
