"""What Temporal keeps of payloads: the large ones compressed, all of them encrypted where keys are set."""

import dataclasses
import os
import zlib
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
)

from shared.base.keys import Keyring
from shared.engine.payload_converter import TolerantPayloadConverter

ENCODING = "encoding"
KEY_ID = "key-id"
ENCRYPTED = b"binary/aes256gcm"
COMPRESSED = b"binary/zlib"
NONCE_BYTES = 12
MOST_INFLATED = 64 * 1024 * 1024
"""Bytes a compressed payload may have once it is read; Temporal itself takes 2 MiB."""


class Unreadable(Exception):
    """A payload that cannot be decoded here. ``key_id`` is the key it was encrypted with, if any."""

    def __init__(self, what: str, key_id: str = "") -> None:
        super().__init__(what)
        self.key_id = key_id


class Codec(PayloadCodec):
    """Compresses payloads of ``compress_from`` bytes or more (0: none), then encrypts with the newest key.

    What is neither compressed nor encrypted is read as it is, so that the codec can be switched on
    while months are running; a ``strict`` one reads nothing but what one of its keys has encrypted.
    """

    def __init__(self, keyring: Keyring, compress_from: int, *, strict: bool = False) -> None:
        self._strict = strict
        self._compress_from = compress_from
        self._ciphers = {id_: AESGCM(key) for id_, key in keyring.keys}
        self._newest = keyring.newest

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads as Temporal is to keep them."""
        return [self._encoded(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads as they were before :meth:`encode`.

        Raises:
            Unreadable: the key is not here, or the payload is not what was encrypted with it.
        """
        return [self._decoded(payload) for payload in payloads]

    def _encoded(self, payload: Payload) -> Payload:
        small = self._compressed(payload)
        return small if self._newest is None else self._encrypted(small, self._newest)

    def _compressed(self, payload: Payload) -> Payload:
        plain = payload.SerializeToString()
        if not self._compress_from or len(plain) < self._compress_from:
            return payload
        smaller = Payload(metadata={ENCODING: COMPRESSED}, data=zlib.compress(plain))
        return smaller if smaller.ByteSize() < len(plain) else payload

    def _encrypted(self, payload: Payload, key_id: str) -> Payload:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[key_id].encrypt(nonce, payload.SerializeToString(), _bound_to(key_id))
        return Payload(metadata={ENCODING: ENCRYPTED, KEY_ID: key_id.encode()}, data=nonce + sealed)

    def _decoded(self, payload: Payload) -> Payload:
        if payload.metadata.get(ENCODING) == ENCRYPTED:
            payload = self._decrypted(payload)
        elif self._strict:
            raise Unreadable("it is not encrypted, and PAYLOAD_STRICT takes nothing else")
        if payload.metadata.get(ENCODING) == COMPRESSED:
            payload = _inflated(payload)
        return payload

    def _decrypted(self, payload: Payload) -> Payload:
        key_id = key_of(payload) or ""
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise Unreadable(f"encrypted with the key {key_id!r}, which PAYLOAD_KEYS does not have", key_id)
        nonce, sealed = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        try:
            return Payload.FromString(cipher.decrypt(nonce, sealed, _bound_to(key_id)))
        except (InvalidTag, ValueError) as error:
            raise Unreadable(f"the key {key_id!r} of PAYLOAD_KEYS does not open it", key_id) from error


def key_of(payload: Payload) -> str | None:
    """The id of the key a payload is encrypted with; None when it is not."""
    if payload.metadata.get(ENCODING) != ENCRYPTED:
        return None
    return payload.metadata.get(KEY_ID, b"").decode("utf-8", "replace")


def data_converter(keyring: Keyring, compress_from: int, *, strict: bool = False) -> DataConverter:
    """How values become payloads in every client and worker.

    Where a key encrypts, what failures say is encrypted too: messages of unforeseen errors may repeat
    what somebody wrote.
    """
    converter = DataConverter(
        payload_converter_class=TolerantPayloadConverter,
        payload_codec=Codec(keyring, compress_from, strict=strict),
    )
    if keyring.newest is None:
        return converter
    return dataclasses.replace(
        converter, failure_converter_class=DefaultFailureConverterWithEncodedAttributes
    )


async def unreadable(codec: PayloadCodec, payloads: Iterable[Payload]) -> Unreadable | None:
    """Why the first of the payloads that this codec cannot read cannot be read; None when all can."""
    for payload in payloads:
        try:
            await codec.decode([payload])
        except Unreadable as error:
            return error
    return None


def _bound_to(key_id: str) -> bytes:
    """What is authenticated beside the payload: a label cannot be exchanged for another."""
    return ENCRYPTED + b":" + key_id.encode()


def _inflated(payload: Payload) -> Payload:
    reader = zlib.decompressobj()
    try:
        plain = reader.decompress(payload.data, MOST_INFLATED)
        if reader.unconsumed_tail or not reader.eof:
            raise Unreadable("a compressed payload is cut short or too large")
        return Payload.FromString(plain)
    except (zlib.error, ValueError) as error:
        raise Unreadable("a compressed payload is damaged") from error
