"""Declares the directory to the registry of services."""

from shared.contracts.declaration import ServiceDeclaration
from shared.contracts.values import Text

DECLARATION = ServiceDeclaration(
    name="directory",
    port=8101,
    called="the directory",
    does=Text(
        en="people, departments, delegations, absences, calendar",
        zh="人员、部门、委托、缺勤、工作日历",
    ),
)
