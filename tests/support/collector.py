"""A collector of traces inside the test: OTLP over HTTP in, spans out."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue


@dataclass(frozen=True)
class Collected:
    """A span as it arrived."""

    service: str
    name: str
    id: str
    parent: str
    trace: str
    failed: bool
    attributes: dict[str, str]


class Collector:
    """What has arrived so far."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.spans: list[Collected] = []

    def of(self, trace: str) -> dict[str, Collected]:
        """The spans of one trace by their ids."""
        return {span.id: span for span in list(self.spans) if span.trace == trace}

    def take(self, body: bytes) -> None:
        """Take what an exporter sent."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = _texts(resource.resource.attributes).get("service.name", "")
            for scope in resource.scope_spans:
                self.spans += [
                    Collected(
                        service=service.removeprefix("monthline-"),
                        name=span.name,
                        id=span.span_id.hex(),
                        parent=span.parent_span_id.hex(),
                        trace=span.trace_id.hex(),
                        failed=span.status.code == 2,
                        attributes=_texts(span.attributes),
                    )
                    for span in scope.spans
                ]


def _texts(attributes: object) -> dict[str, str]:
    pairs: list[KeyValue] = list(attributes)  # type: ignore[call-overload]
    return {
        pair.key: str(getattr(pair.value, pair.value.WhichOneof("value") or "string_value")) for pair in pairs
    }


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens for the length of the block."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            collector.take(body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
