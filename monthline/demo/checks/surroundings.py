"""Owns the checks beyond the services' own interfaces: workflows, mails, and the printed pages."""

import asyncio
import time

import httpx2
from temporalio.client import Client as TemporalClient
from temporalio.client import WorkflowExecutionStatus

from monthline.demo.checks.evidence import Check, Evidence
from monthline.demo.issuer import OPERATOR
from monthline.demo.run import links
from monthline.demo.stack import MAIL_PAGE
from monthline.demo.views import DeliveryView
from shared.contracts.ids import parse_workflow_id
from shared.contracts.lifecycle import PLAN_LIFECYCLE
from shared.contracts.words import ENDED

_PATIENCE = 20.0
_PAUSE = 0.3
_ENOUGH = 5000


async def workflows(evidence: Evidence) -> list[str]:
    """There is one lifecycle per plan, completed where the plan has ended."""
    temporal = await TemporalClient.connect(evidence.played.stack.servers.temporal.address)
    ended = {one.plan.id for one in evidence.outcome.plans.values() if one.plan.stage in ENDED}
    deadline = time.monotonic() + _PATIENCE
    # Visibility is told of a completion shortly after it.
    while (wrong := await _unfinished(temporal, ended)) and time.monotonic() < deadline:
        await asyncio.sleep(_PAUSE)
    return wrong


async def _unfinished(temporal: TemporalClient, ended: set[str]) -> list[str]:
    completed: set[str] = set()
    async for found in temporal.list_workflows(f"WorkflowType = '{PLAN_LIFECYCLE}'"):
        if found.status is WorkflowExecutionStatus.COMPLETED:
            completed.add(parse_workflow_id(found.id).plan_id)
    wrong = [f"{plan_id}: no completed {PLAN_LIFECYCLE}" for plan_id in sorted(ended - completed)]
    return wrong + [f"{plan_id}: completed too early" for plan_id in sorted(completed - ended)]


async def deliveries(evidence: Evidence) -> list[str]:
    """Every mail that was queued has been sent."""
    waiting = await _undelivered(evidence)
    return [f"{one.target}: {one.state}: {one.subject} ({one.last_error})" for one in waiting]


async def _undelivered(evidence: Evidence) -> list[DeliveryView]:
    operator = evidence.client(OPERATOR)
    deadline = time.monotonic() + _PATIENCE
    while True:
        waiting = [one for one in await operator.deliveries() if one.state != "sent"]
        if not waiting or time.monotonic() > deadline:
            return waiting
        await asyncio.sleep(_PAUSE)


async def mails(evidence: Evidence) -> list[str]:
    """As many mails have arrived for everybody as were sent to them."""
    await _undelivered(evidence)
    sent = await evidence.client(OPERATOR).deliveries()
    page = evidence.played.stack.addresses[MAIL_PAGE]
    async with httpx2.AsyncClient(trust_env=False) as http:
        arrived = (await http.get(f"{page}/mails.json", params={"limit": _ENOUGH})).json()["mails"]
    wrong = []
    for person in evidence.company.people:
        wanted = sum(one.channel == "mail" and one.target == person.id for one in sent)
        got = sum(person.email in mail["to"] for mail in arrived)
        if wanted != got:
            wrong.append(f"{person.id}: {wanted} mails were sent, {got} arrived")
    return wrong if arrived else ["no mail has arrived"]


async def pages(evidence: Evidence) -> list[str]:
    """Every printed link answers."""
    wrong = []
    async with httpx2.AsyncClient(trust_env=False, follow_redirects=True) as http:
        for name, address in links(evidence.played.stack).items():
            answer = await http.get(address)
            if not answer.is_success:
                wrong.append(f"{name}: {address} answers {answer.status_code}")
    return wrong


SURROUNDING_CHECKS = (
    Check("demo.check.workflows", workflows),
    Check("demo.check.deliveries", deliveries),
    Check("demo.check.mails", mails),
    Check("demo.check.pages", pages),
)
