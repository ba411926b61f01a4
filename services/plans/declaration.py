"""Declares the plan service to the registry of services."""

from shared.contracts.declaration import ServiceDeclaration
from shared.contracts.values import Text

DECLARATION = ServiceDeclaration(
    name="plans",
    port=8102,
    called="the plan service",
    does=Text(
        en="templates, drafts, linter, plans, progress, ledger",
        zh="模板、草稿、计划检查、计划、进度、流转记录",
    ),
)
