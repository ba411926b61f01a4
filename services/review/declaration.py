"""Declares the review service to the registry of services."""

from shared.contracts.declaration import ServiceDeclaration
from shared.contracts.values import Text

DECLARATION = ServiceDeclaration(
    name="review",
    port=8103,
    called="the review service",
    does=Text(
        en="review rounds, decisions, comments",
        zh="审核、决定、意见",
    ),
)
