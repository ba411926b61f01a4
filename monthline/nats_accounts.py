"""The text of ``deploy/nats/accounts.conf``, made by ``python -m monthline.nats_accounts``.

One user per service. Each may tell its own facts and read its own durables, nothing else; the operator's
user makes the stream and the durables. Nobody may delete or purge.
"""

from collections.abc import Mapping, Sequence

from monthline.listeners import listeners
from shared.bus.jetstream import STREAM

OPERATOR = "operator"
API = "$JS.API"

HEAD = """\
# Users and permissions of Monthline on NATS. Generated: python -m monthline.nats_accounts
# A password is read from the server's environment; letters and digits, beginning with a letter.
# What is not allowed is denied; the deny lists repeat what must never become allowed by a wider rule.
accounts {
  MONTHLINE {
    jetstream: enabled
    users: [
"""
TAIL = """\
    ]
  }
}
"""
NEVER = (
    f"{API}.STREAM.DELETE.>",
    f"{API}.STREAM.PURGE.>",
    f"{API}.STREAM.MSG.DELETE.>",
    f"{API}.STREAM.RESTORE.>",
)
NOT_FOR_SERVICES = (
    f"{API}.STREAM.CREATE.>",
    f"{API}.STREAM.UPDATE.>",
    f"{API}.CONSUMER.CREATE.>",
    f"{API}.CONSUMER.DURABLE.CREATE.>",
    f"{API}.CONSUMER.DELETE.>",
)


def variable(user: str) -> str:
    """The variable in the server's environment that has the user's password."""
    return f"NATS_{user.upper()}_PASSWORD"


def may_publish(service: str, durables: Sequence[str]) -> list[str]:
    """The subjects a service may publish on: its facts, its questions and its acknowledgements."""
    return [
        f"monthline.{service}.>",
        f"{API}.STREAM.INFO.{STREAM}",
        *(
            subject
            for durable in durables
            for subject in (
                f"{API}.CONSUMER.INFO.{STREAM}.{durable}",
                f"{API}.CONSUMER.MSG.NEXT.{STREAM}.{durable}",
                f"$JS.ACK.{STREAM}.{durable}.>",
            )
        ),
    ]


def may_operate(durables: Sequence[str]) -> list[str]:
    """The subjects of the operator's commands: to look, and to make what is missing."""
    return [
        f"{API}.INFO",
        f"{API}.STREAM.INFO.{STREAM}",
        f"{API}.STREAM.CREATE.{STREAM}",
        f"{API}.STREAM.UPDATE.{STREAM}",
        f"{API}.STREAM.MSG.GET.{STREAM}",
        f"{API}.CONSUMER.NAMES.{STREAM}",
        f"{API}.CONSUMER.LIST.{STREAM}",
        f"{API}.CONSUMER.INFO.{STREAM}.*",
        *(f"{API}.CONSUMER.DURABLE.CREATE.{STREAM}.{durable}" for durable in durables),
    ]


def text(durables_of: Mapping[str, Sequence[str]] | None = None) -> str:
    """The whole file; a service's durables come from its code."""
    given = durables_of or {service: tuple(own) for service, own in listeners().items()}
    every = [durable for own in given.values() for durable in own]
    users = [
        _user(service, may_publish(service, own), NEVER + NOT_FOR_SERVICES) for service, own in given.items()
    ]
    return HEAD + "".join([*users, _user(OPERATOR, may_operate(every), NEVER)]) + TAIL


def _user(name: str, allowed: Sequence[str], denied: Sequence[str]) -> str:
    return (
        "      {\n"
        f"        user: {name}, password: ${variable(name)}\n"
        "        permissions {\n"
        "          publish {\n"
        f"{_list('allow', allowed)}{_list('deny', denied)}"
        "          }\n"
        f'          subscribe {{ allow: ["_INBOX.{name}.>"] }}\n'
        "        }\n"
        "      }\n"
    )


def _list(name: str, subjects: Sequence[str]) -> str:
    lines = "".join(f'              "{subject}"\n' for subject in subjects)
    return f"            {name}: [\n{lines}            ]\n"


if __name__ == "__main__":
    print(text(), end="")
