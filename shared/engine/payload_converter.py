"""How payloads of Temporal become values: as written by a process of any version."""

from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import CompositePayloadConverter, DefaultPayloadConverter


class TolerantJsonConverter(PydanticJSONPlainPayloadConverter):
    """Writes as the SDK's converter for pydantic does; reading ignores unknown fields at any depth."""

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """The value of a payload; raises pydantic.ValidationError when it is no such value."""
        return _adapter(Any if type_hint is None else type_hint).validate_json(payload.data, extra="ignore")


class TolerantPayloadConverter(CompositePayloadConverter):
    """The SDK's converters, with :class:`TolerantJsonConverter` for JSON."""

    def __init__(self) -> None:
        json_converter = TolerantJsonConverter()
        others = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(json_converter if o.encoding == json_converter.encoding else o for o in others))


@lru_cache(maxsize=1024)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
