"""Declares the scoring service to the registry of services."""

from shared.contracts.declaration import ServiceDeclaration
from shared.contracts.values import Text

DECLARATION = ServiceDeclaration(
    name="scoring",
    port=8104,
    called="the scoring service",
    does=Text(
        en="metrics, scores with explanation, confirmations, disputes",
        zh="指标、评分及说明、确认与异议",
    ),
)
