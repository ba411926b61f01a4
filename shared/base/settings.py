"""Every setting of Monthline, read from the environment by the processes' ``__main__`` alone."""

import json
import ssl
from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.base.keys import Keyring, parse_keys
from shared.base.setting_types import (
    CaFile,
    File,
    HttpUrl,
    Issuer,
    NatsUrl,
    PostgresUrl,
    SmtpUrl,
    TemporalAddress,
)
from shared.contracts.organisation import Zone
from shared.contracts.values import Code

Port = Annotated[int, Field(ge=0, le=65535)]


Rate = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


def _networks(proxies: str) -> str:
    """Addresses and networks, as uvicorn takes them; of one that is malformed it would say nothing."""
    for proxy in proxies.split(",") if proxies != "*" else ():
        ip_network(proxy.strip())
    return proxies


Proxies = Annotated[str, AfterValidator(_networks)]
TRUSTED = "Proxies whose X-Forwarded-For is believed, addresses and networks; * believes what callers write"


def _pair(key: str | None, info: ValidationInfo, name: str) -> str | None:
    """The key, when it is that of the certificate; a certificate that is itself wrong is named by its own."""
    certificate = info.data.get(name)
    if name in info.data and (key is None) != (certificate is None):
        raise ValueError(f"set {name.upper()} and {(info.field_name or '').upper()}, or neither")
    if certificate and key:
        try:
            # Without a password of its own the context would ask for one on the terminal.
            ssl.create_default_context().load_cert_chain(certificate, key, password=lambda: "")
        except (ssl.SSLError, ValueError) as error:
            raise ValueError(f"{key} is not the unencrypted key of {certificate}") from error
    return key


class Environment(BaseSettings):
    """Settings whose variable is the field's name in capitals; an empty one counts as not set."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )


def from_json(value: object) -> object:
    """A setting written as JSON, read; where it is none the variable is named like any other's."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError("write it as JSON, see .env.example") from None


def _of_the_form(keys: SecretStr) -> SecretStr:
    parse_keys(keys.get_secret_value())
    return keys


PayloadKeys = Annotated[SecretStr, AfterValidator(_of_the_form)]
Algorithm = Literal["RS256", "ES256", "PS256", "EdDSA"]
Algorithms = Annotated[tuple[Algorithm, ...], NoDecode, BeforeValidator(from_json)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(from_json)]


class PayloadSettings(Environment):
    """How payloads are kept by Temporal; the same for every process, command and codec server."""

    payload_keys: PayloadKeys = Field(
        SecretStr(""),
        description="Keys of the payload codec, id:base64 of 32 bytes, newest first, separated by commas;"
        " or @/path of a file with one a line; plain in front of them: read, do not encrypt yet;"
        " empty for no encryption",
    )
    payload_compress_from: Annotated[int, Field(ge=0)] = Field(
        1024, description="Bytes from which payloads are compressed; 0 for none"
    )

    @property
    def keyring(self) -> Keyring:
        """The keys, read."""
        return parse_keys(self.payload_keys.get_secret_value())


class TemporalSettings(PayloadSettings):
    """The way to Temporal; the names are those of ``temporalio.envconfig``."""

    temporal_address: TemporalAddress = Field("127.0.0.1:7233", description="Temporal frontend, host:port")
    temporal_namespace: str = Field("default", description="Temporal namespace")
    temporal_tls: bool = Field(
        False, description="Speak TLS to Temporal; on as well when one of the next five is set"
    )
    temporal_api_key: str = Field("", description="API key for Temporal; empty for none")
    temporal_tls_server_ca_cert_path: CaFile | None = Field(
        None, description="CA file that Temporal's certificate is checked against; the system's without it"
    )
    temporal_tls_client_cert_path: File | None = Field(
        None, description="Client certificate for Temporal, PEM file"
    )
    temporal_tls_client_key_path: File | None = Field(
        None, validate_default=True, description="Key of that certificate, PEM file"
    )
    temporal_tls_server_name: str = Field(
        "", description="Name in Temporal's certificate when it is not that of the address"
    )

    payload_strict: bool = Field(
        False,
        validate_default=True,
        description="Read no payload but what one of PAYLOAD_KEYS has encrypted; when nothing else is left",
    )

    @field_validator("payload_strict")
    @classmethod
    def _strict_with_keys(cls, strict: bool, info: ValidationInfo) -> bool:
        keys = info.data.get("payload_keys")
        if strict and keys is not None and parse_keys(keys.get_secret_value()).newest is None:
            raise ValueError("nothing is encrypted: set PAYLOAD_KEYS, without plain in front")
        return strict

    @field_validator("temporal_tls_client_key_path")
    @classmethod
    def _key_of_certificate(cls, key: str | None, info: ValidationInfo) -> str | None:
        return _pair(key, info, "temporal_tls_client_cert_path")


class NatsSettings(Environment):
    """The way to NATS; the names of the files are those of the ``nats`` command line."""

    nats_url: NatsUrl = Field(
        "nats://127.0.0.1:4222",
        description="NATS with JetStream: nats://[user:password@]host:4222, or tls://… to insist on TLS",
    )
    nats_ca: CaFile | None = Field(
        None, description="CA file that NATS's certificate is checked against; the system's without it"
    )
    nats_cert: File | None = Field(None, description="Client certificate for NATS, PEM file")
    nats_key: File | None = Field(
        None, validate_default=True, description="Key of that certificate, PEM file"
    )

    @field_validator("nats_key")
    @classmethod
    def _key_of_nats_certificate(cls, key: str | None, info: ValidationInfo) -> str | None:
        return _pair(key, info, "nats_cert")


class ProcessSettings(TemporalSettings):
    """What every process needs to know."""

    temporal_deployment_name: str = Field(
        "", description="Worker deployment of the workflow worker; the Worker Controller sets it"
    )
    temporal_worker_build_id: str = Field(
        "", description="Version in that deployment; the Worker Controller sets it"
    )
    http_host: str = Field("127.0.0.1", description="Address the HTTP server listens on")
    http_port: Port = Field(8000, description="Port the HTTP server listens on")
    forwarded_allow_ips: Proxies = Field("127.0.0.1,::1", description=TRUSTED)
    run_api: bool = Field(True, description="Serve the API in this process")
    run_worker: bool = Field(
        True,
        validate_default=True,
        description="Run activities, relay and consumers in this process; one of the two has to be true",
    )
    worker_activities: Annotated[int, Field(ge=1, le=1000)] = Field(
        20, description="Activities or workflow tasks one worker runs at a time"
    )
    workflow_cache: Annotated[int, Field(ge=1)] = Field(
        500, description="Workflows a worker keeps in memory, up to 0.4 MB each in an ordinary month"
    )
    otel_exporter_otlp_endpoint: HttpUrl = Field(
        "",
        description="Collector of traces (OTLP over HTTP); empty for none. Other OTEL_* variables apply too",
    )
    log_format: Literal["json", "console"] = Field("json", description="json or console")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level logged")

    @field_validator("run_worker")
    @classmethod
    def _something_runs(cls, run_worker: bool, info: ValidationInfo) -> bool:
        if not run_worker and info.data.get("run_api") is False:
            raise ValueError("RUN_API and RUN_WORKER are both false: nothing would run")
        return run_worker


class Settings(NatsSettings, ProcessSettings):
    """What a service needs to know beyond that."""

    database_url: PostgresUrl = Field(
        description="PostgreSQL of this service: postgresql://user:password@host:5432/database"
        "[?sslmode=verify-full&sslrootcert=FILE]"
    )
    database_pool: Annotated[int, Field(ge=2, le=200)] = Field(
        10, description="Database connections of one process"
    )
    company: Code = Field("company", description="Code of the company this deployment serves")
    company_zone: Zone = Field("Asia/Shanghai", description="Time zone of the company's deadlines")
    company_country: str = Field("CN", description="Country whose holidays the calendar starts from")
    admins: Names = Field((), description='Token subjects that may configure, as a JSON list: ["ops"]')
    allow_time_scale: bool = Field(
        False, description="Accept a time scale when a month is opened (trial runs only)"
    )

    oidc_issuer: Issuer = Field(
        description="Issuer that tokens must name, letter by letter as they do: some end in /"
    )
    oidc_audience: str = Field("monthline", description="Audience that tokens must name")
    oidc_jwks_url: AnyHttpUrl = Field(description="Where the issuer's public keys are")
    oidc_algorithms: Algorithms = Field(
        ("RS256", "ES256"), description="Accepted signature algorithms, as a JSON list"
    )

    rate_per_person: Rate = Field(
        200, description="Requests a second of one person in one process; 0: no bound"
    )
    rate_per_plan: Rate = Field(20, description="Changes a second of one plan in one process; 0: no bound")
    rate_of_bad_tokens: Rate = Field(
        20, description="Bad tokens a second from one address in one process; 0: no bound"
    )

    smtp_url: SmtpUrl = Field(
        "", description="smtp://[user:password@]host:port or smtps://…; empty for no mail"
    )
    mail_from: str = Field("monthline@localhost", description="Sender of mails")
    webhook_allow_private: bool = Field(
        False, description="Let webhooks reach loopback and private addresses (trial runs only)"
    )


class CodecSettings(PayloadSettings):
    """What the codec server needs to know: it decrypts payloads for operators, and connects to nothing."""

    payload_keys: PayloadKeys = Field(description="Keys that payloads are encrypted with, as everywhere")
    http_host: str = Field("127.0.0.1", description="Address the HTTP server listens on")
    http_port: Port = Field(8000, description="Port the HTTP server listens on")
    forwarded_allow_ips: Proxies = Field("127.0.0.1,::1", description=TRUSTED)
    log_format: Literal["json", "console"] = Field("json", description="json or console")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level logged")

    oidc_issuer: Issuer = Field(
        description="Issuer that tokens must name, letter by letter as they do: some end in /"
    )
    oidc_audience: str = Field("monthline", description="Audience that tokens must name")
    oidc_jwks_url: AnyHttpUrl = Field(description="Where the issuer's public keys are")
    oidc_algorithms: Algorithms = Field(
        ("RS256", "ES256"), description="Accepted signature algorithms, as a JSON list"
    )
    admins: Names = Field((), description='Token subjects that may configure, as a JSON list: ["ops"]')
    payload_readers: Names = Field(
        (), description="Token subjects that may read payloads in the Temporal UI, beside ADMINS"
    )
    codec_origins: Names = Field(
        ("http://127.0.0.1:8233",), description="Origins of the Temporal UI that may ask the codec server"
    )
