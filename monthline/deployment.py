"""A whole deployment as one environment describes it: the servers, the company, and every process's share."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import (
    AnyHttpUrl,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
)
from pydantic_settings import NoDecode

from monthline.registry import DECLARATIONS, PORTS, SERVICES
from shared.base.setting_types import Issuer, NatsUrl, PostgresUrl, SmtpUrl
from shared.base.settings import NatsSettings, Port, TemporalSettings, from_json
from shared.contracts.organisation import Zone
from shared.contracts.values import Code
from shared.migrations.run import service_url

ENGINE_SECRETS = (
    "PAYLOAD_KEYS",
    "PAYLOAD_STRICT",
    "TEMPORAL_API_KEY",
    "TEMPORAL_TLS_CLIENT_CERT_PATH",
    "TEMPORAL_TLS_CLIENT_KEY_PATH",
)
"""What reads and commands the engine: not for services that never talk to it, such as ``notify``."""


def _here(name: str) -> str:
    return f"http://127.0.0.1:{PORTS[name]}"


Urls = Annotated[dict[str, str], NoDecode, BeforeValidator(from_json)]


class Reached(BaseModel):
    """Where ``monthline import`` finds the services, and as whom; by default those of ``monthline up``."""

    monthline_directory_url: str = Field(_here("directory"), description="The directory service")
    monthline_plans_url: str = Field(_here("plans"), description="The plan service")
    monthline_scoring_url: str = Field(_here("scoring"), description="The scoring service")
    monthline_token: str = Field("", description="Bearer token of one of ADMINS")


class DeploymentError(Exception):
    """The environment does not describe a deployment; one line per variable that is wrong."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def _place(url: str) -> str:
    """Which database a DSN leads to: host, port and name."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    host, port = options.get("host", parts.hostname or ""), options.get("port", str(parts.port or 5432))
    return f"{host}:{port}/{options.get('dbname', parts.path.strip('/'))}"


class Owner(BaseModel):
    """The owner of the schemas."""

    database_url: PostgresUrl = Field(description="PostgreSQL as the owner of the schemas")


def _urls_of_services() -> dict[str, Any]:
    """SERVICE_OWNER_DATABASE_URL, SERVICE_DATABASE_URL and SERVICE_NATS_URL of every service."""
    described = {
        "owner_database_url": (
            PostgresUrl,
            "The owner where {}'s schema is elsewhere; DATABASE_URL without it",
        ),
        "database_url": (PostgresUrl, "DSN of {}'s role"),
        "nats_url": (NatsUrl, "NATS as {}'s user; NATS_URL without it"),
    }
    return {
        f"{name}_{suffix}": (kind | None, Field(None, description=text.format(one.called)))
        for suffix, (kind, text) in described.items()
        for name, one in DECLARATIONS.items()
    }


if TYPE_CHECKING:
    UrlsOfServices = Owner
else:
    UrlsOfServices = create_model("UrlsOfServices", __base__=Owner, **_urls_of_services())


class Deployment(UrlsOfServices, NatsSettings, TemporalSettings):
    """What an operator's commands need to know.

    ``database_url`` is the owner's: only ``migrate`` and ``doctor`` use it. Each service has a login
    role of its own; its DSN is SERVICE_DATABASE_URL when that is set, else it is made from the
    owner's and ``role_secret``. A service whose schema is on another server has an owner there too,
    SERVICE_OWNER_DATABASE_URL. ``nats_url`` is the operator's in the same way; where NATS has a user
    for each service, SERVICE_NATS_URL names it.
    """

    role_secret: Annotated[str, Field(min_length=16)] | None = Field(
        None,
        validate_default=True,
        description="Secret from which the passwords of the services' roles are made",
    )
    company: Code = Field("company", description="Code of the company this deployment serves")
    company_zone: Zone = Field("Asia/Shanghai", description="Time zone of the company's deadlines")
    oidc_issuer: Issuer | None = Field(
        None, description="Issuer that tokens must name, letter by letter as they do: some end in /"
    )
    oidc_jwks_url: AnyHttpUrl | None = Field(None, description="Where the issuer's public keys are")
    http_host: str = Field("127.0.0.1", description="Address the processes listen on")
    base_port: Port = Field(8101, description="First of the HTTP ports of `monthline up`")
    process_urls: Urls = Field(
        {},
        description="For doctor: where the processes are when they are not those of `monthline up`, as JSON:"
        ' {"plans": "http://plans:8000", …}, the codec server as "codec"',
    )
    smtp_url: SmtpUrl = Field(
        "", description="Mail server, as the notify service knows it; empty for no mail"
    )

    @field_validator(*(f"{service}_database_url" for service in SERVICES))
    @classmethod
    def _where_its_owner_is(cls, url: str | None, info: ValidationInfo) -> str | None:
        """Refuse a DSN that leads elsewhere than the owner's: the wrong database would be migrated."""
        own = f"{(info.field_name or '').removesuffix('_database_url')}_owner_database_url"
        beside = info.data.get("database_url")
        if url and beside and own in info.data and info.data[own] is None and _place(url) != _place(beside):
            raise ValueError(
                f"it leads to {_place(url)} and DATABASE_URL to {_place(beside)}: set {own.upper()} to the"
                " owner's DSN of this database (where this one is a pooler, the same as DATABASE_URL)"
            )
        return url

    @field_validator("role_secret")
    @classmethod
    def _roles_have_passwords(cls, secret: str | None, info: ValidationInfo) -> str | None:
        without = [
            variable
            for variable in (f"{service}_database_url" for service in SERVICES)
            if variable in info.data and info.data[variable] is None
        ]
        if without and secret is None:
            raise ValueError(
                f"set it (16 characters or more), or {without[0].upper()} and its like for every service"
            )
        return secret

    def owner(self, service: str) -> str:
        """The DSN of the owner of a service's schema."""
        given: str | None = getattr(self, f"{service}_owner_database_url")
        return given or self.database_url

    def dsn(self, service: str) -> str:
        """The DSN of a service's own login role."""
        given: str | None = getattr(self, f"{service}_database_url")
        return given or service_url(self.owner(service), service, self.role_secret or "")

    def nats(self, service: str) -> str:
        """The URL with which a service logs in to NATS."""
        given: str | None = getattr(self, f"{service}_nats_url")
        return given or self.nats_url

    def port(self, name: str) -> int:
        """The HTTP port of a process of ``monthline up``."""
        return self.base_port + PORTS[name] - min(PORTS.values())

    def url(self, name: str) -> str:
        """The HTTP address of a process of ``monthline up``."""
        return f"http://{self.http_host}:{self.port(name)}"

    def environment(self, name: str) -> dict[str, str]:
        """What a process gets beyond the environment that the operator's command runs in."""
        own = {
            "NATS_URL": self.nats(name) if name in SERVICES else "",
            "TEMPORAL_ADDRESS": self.temporal_address,
            "TEMPORAL_NAMESPACE": self.temporal_namespace,
            "COMPANY": self.company,
            "COMPANY_ZONE": self.company_zone,
            "HTTP_HOST": self.http_host,
            "HTTP_PORT": str(self.port(name)),
            "ROLE_SECRET": "",
        }
        hidden = {
            f"{service.upper()}_{kind}_URL": ""
            for service in SERVICES
            for kind in ("DATABASE", "OWNER_DATABASE", "NATS")
        }
        if name in DECLARATIONS and not DECLARATIONS[name].engine:
            hidden |= dict.fromkeys(ENGINE_SECRETS, "")
        database = self.dsn(name) if name in SERVICES else ""
        return own | hidden | {"DATABASE_URL": database}


def from_environment(
    environment: Mapping[str, str] | None = None, *, needs: Sequence[str] = ()
) -> Deployment:
    """The deployment that the environment describes.

    ``needs`` are the fields that a command cannot do without, though others can.

    Raises:
        DeploymentError: it names every variable that is missing or malformed.
    """
    given = os.environ if environment is None else environment
    missing = [f"{name.upper()}: this command needs it" for name in needs if not given.get(name.upper())]
    try:
        found = Deployment.model_validate(
            {name: given[name.upper()] for name in Deployment.model_fields if given.get(name.upper())}
        )
    except ValidationError as error:
        wrong = [
            f"{str(found['loc'][0]).upper()}: {found['msg'].removeprefix('Value error, ')}"
            for found in error.errors()
        ]
        raise DeploymentError([*wrong, *missing]) from error
    if missing:
        raise DeploymentError(missing)
    return found
