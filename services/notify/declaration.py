"""Declares the notify service to the registry of services."""

from shared.contracts.declaration import ServiceDeclaration
from shared.contracts.values import Text

DECLARATION = ServiceDeclaration(
    name="notify",
    port=8105,
    called="the notify service",
    does=Text(
        en="inbox, mail, webhooks",
        zh="收件箱、邮件、Webhook",
    ),
    engine=False,
    settings={"SMTP_URL": "", "MAIL_FROM": "monthline@localhost", "WEBHOOK_ALLOW_PRIVATE": None},
)
