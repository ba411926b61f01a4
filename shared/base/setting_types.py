"""The forms that addresses and files take in settings; what is wrong is said, and no secret repeated."""

import os
import re
import ssl
from typing import Annotated
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pydantic import AfterValidator, AnyHttpUrl, TypeAdapter

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_HTTP_URL = TypeAdapter(AnyHttpUrl)
_TEMPORAL = re.compile(r"(\[[0-9a-fA-F:.]{2,60}\]|[^\s/:@\[\]]{1,255}):([0-9]{1,5})")
_ESCAPED = "in user and password write @ : / ? # and % as %40 %3A %2F %3F %23 and %25"


def _readable(path: str) -> str:
    if not os.path.isfile(path) or not os.access(path, os.R_OK):
        raise ValueError(f"no readable file at {path}")
    return path


def _trusted(path: str) -> str:
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError as error:
        raise ValueError(f"no certificates in {path}: {error.reason}") from error
    return path


def _parts(url: str, form: str, *schemes: str) -> SplitResult:
    """A URL in its parts, when it has one of these schemes, and a port that is one where it has any."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError(f"its host or port is none: write {form}; {_ESCAPED}") from None
    if parts.scheme not in schemes or not url.startswith(f"{parts.scheme}://"):
        raise ValueError(f"write {form}")
    return parts


def _with_host(parts: SplitResult, form: str) -> None:
    if not parts.hostname:
        raise ValueError(f"it names no host: write {form}; {_ESCAPED}")


def _of_postgres(url: str) -> str:
    """The DSN, when its form is one and its certificates are there; libpq would say so later, one by one."""
    form = "postgresql://user:password@host:5432/database"
    parts = _parts(url, form, "postgresql", "postgres")
    options = dict(parse_qsl(parts.query))
    if "host" not in options:
        _with_host(parts, form)
    if not parts.path.strip("/") and "dbname" not in options:
        raise ValueError(f"it names no database: write {form}")
    mode = options.get("sslmode", "prefer")
    if mode not in SSL_MODES:
        raise ValueError(f"sslmode is none of {', '.join(SSL_MODES)}")
    for name in ("sslrootcert", "sslcert", "sslkey"):
        path = options.get(name, "system")
        try:
            _ = path == "system" or _readable(path)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    return url


def _of_nats(url: str) -> str:
    form = "nats://[user:password@]host:4222, or tls://…; several separated by commas"
    for server in url.split(","):
        _with_host(_parts(server.strip(), form, "nats", "tls"), form)
    return url


def _of_temporal(address: str) -> str:
    found = _TEMPORAL.fullmatch(address)
    if found is None or not 0 < int(found[2]) <= 65535:
        raise ValueError("write host:port, as 127.0.0.1:7233, without http://")
    return address


def _of_smtp(url: str) -> str:
    if url:
        form = "smtp://[user:password@]host[:port] or smtps://…"
        _with_host(_parts(url, form, "smtp", "smtps"), form)
    return url


def _of_http(url: str) -> str:
    """The address as it was written: tokens are compared with their issuer's letter by letter."""
    if url:
        _HTTP_URL.validate_python(url)
    return url


def _some(text: str) -> str:
    if not text:
        raise ValueError("it is empty")
    return text


File = Annotated[str, AfterValidator(_readable)]
CaFile = Annotated[File, AfterValidator(_trusted)]
PostgresUrl = Annotated[str, AfterValidator(_of_postgres)]
NatsUrl = Annotated[str, AfterValidator(_of_nats)]
TemporalAddress = Annotated[str, AfterValidator(_of_temporal)]
SmtpUrl = Annotated[str, AfterValidator(_of_smtp)]
"""Empty for no mail."""
HttpUrl = Annotated[str, AfterValidator(_of_http)]
"""Empty for none."""
Issuer = Annotated[HttpUrl, AfterValidator(_some)]
