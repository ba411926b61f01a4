"""Every setting of Monthline, read from the environment by the processes' ``__main__`` alone."""

from typing import Annotated, Literal

from pydantic import AnyHttpUrl, Field, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.contracts.organisation import Zone
from shared.contracts.values import Code

Port = Annotated[int, Field(ge=0, le=65535)]
NatsUrl = Annotated[str, StringConstraints(pattern=r"^(nats|tls)://")]
PostgresUrl = Annotated[str, StringConstraints(pattern=r"^postgres(ql)?://")]


class ProcessSettings(BaseSettings):
    """What every process needs to know; a setting's variable is the field's name in capitals."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    temporal_address: str = Field("127.0.0.1:7233", description="Temporal frontend, host:port")
    temporal_namespace: str = Field("default", description="Temporal namespace")
    temporal_tls: bool = Field(False, description="Speak TLS to Temporal")
    temporal_api_key: str = Field("", description="API key for Temporal; empty for none")

    http_host: str = Field("127.0.0.1", description="Address the HTTP server listens on")
    http_port: Port = Field(8000, description="Port the HTTP server listens on")
    run_api: bool = Field(True, description="Serve the API in this process")
    run_worker: bool = Field(True, description="Run activities, relay and consumers in this process")
    worker_activities: Annotated[int, Field(ge=1, le=1000)] = Field(
        20, description="Activities or workflow tasks one worker runs at a time"
    )
    workflow_cache: Annotated[int, Field(ge=1)] = Field(
        1000, description="Workflows a worker keeps in memory"
    )
    log_format: Literal["json", "console"] = Field("json", description="json or console")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level logged")


class Settings(ProcessSettings):
    """What a service needs to know beyond that."""

    database_url: PostgresUrl = Field(
        description="PostgreSQL of this service: postgresql://user:password@host:5432/database"
    )
    database_pool: Annotated[int, Field(ge=1, le=200)] = Field(
        10, description="Database connections of one process"
    )
    nats_url: NatsUrl = Field(
        "nats://127.0.0.1:4222", description="NATS with JetStream: nats://[user:password@]host:4222"
    )

    company: Code = Field("company", description="Code of the company this deployment serves")
    company_zone: Zone = Field("Asia/Shanghai", description="Time zone of the company's deadlines")
    company_country: str = Field("CN", description="Country whose holidays the calendar starts from")
    admins: tuple[str, ...] = Field(
        (), description='Token subjects that may configure, as a JSON list: ["ops"]'
    )
    allow_time_scale: bool = Field(
        False, description="Accept a time scale when a month is opened (trial runs only)"
    )

    oidc_issuer: AnyHttpUrl = Field(description="Issuer that tokens must name")
    oidc_audience: str = Field("monthline", description="Audience that tokens must name")
    oidc_jwks_url: AnyHttpUrl = Field(description="Where the issuer's public keys are")
    oidc_algorithms: tuple[Literal["RS256", "ES256", "PS256", "EdDSA"], ...] = Field(
        ("RS256", "ES256"), description="Accepted signature algorithms, as a JSON list"
    )

    smtp_url: str = Field("", description="smtp://[user:password@]host:port or smtps://…; empty for no mail")
    mail_from: str = Field("monthline@localhost", description="Sender of mails")
    webhook_allow_private: bool = Field(
        False, description="Let webhooks reach loopback and private addresses (trial runs only)"
    )
