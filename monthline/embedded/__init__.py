"""Real PostgreSQL, NATS and Temporal on loopback, for trial and tests; never part of a production image."""

from monthline.embedded.nats import NatsServer
from monthline.embedded.postgres import PostgresServer
from monthline.embedded.server import Server, ServerError
from monthline.embedded.stack import EmbeddedServers, Ports
from monthline.embedded.temporal import TemporalServer

__all__ = [
    "EmbeddedServers",
    "NatsServer",
    "Ports",
    "PostgresServer",
    "Server",
    "ServerError",
    "TemporalServer",
]
