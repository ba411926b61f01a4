"""One approval read as one trace, from the browser's request to the mail it causes."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest
from rich.console import Console

from monthline.company.files import CompanyFiles
from monthline.company.loading import load_company
from monthline.demo.display import Steps
from monthline.demo.issuer import OPERATOR
from monthline.demo.reviewers import who_decides
from monthline.demo.run import bill_for
from monthline.demo.stack import Stack, running
from monthline.demo.state import DataFolder
from monthline.demo.tempo import calendar_needed, span_of
from monthline.demo.transport import Refusal
from shared.contracts.words import Language, Move
from tests.support.collector import Collected, Collector, collecting

pytestmark = [pytest.mark.slow, pytest.mark.setup_limit(300)]
AUTHOR = "p020"
TRACE, BROWSER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
MONTH_SECONDS = 3600.0
"""The month runs slowly, so that nothing but the approval happens meanwhile."""


@dataclass(frozen=True)
class Approved:
    """What is known after the approval: all spans of its trace, its problem's trace id, the logs."""

    spans: dict[str, Collected]
    refused_as: str
    logs: str
    words: tuple[str, ...]

    def way_of(self, span: Collected) -> list[str]:
        """The span and what it came from, up to the request."""
        way = [f"{span.service}: {span.name}"]
        while span.parent in self.spans:
            span = self.spans[span.parent]
            way.append(f"{span.service}: {span.name}")
        return [*way, span.parent]

    def named(self, service: str, name: str) -> list[Collected]:
        """The spans of a service whose name begins so."""
        return [
            span for span in self.spans.values() if span.service == service and span.name.startswith(name)
        ]


@pytest.fixture(scope="module")
async def approved(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Approved]:
    folder = DataFolder(tmp_path_factory.mktemp("traced"))
    with collecting() as collector, pytest.MonkeyPatch.context() as environment:
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        environment.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        async with approving(folder) as (stack, plan_id, hr):
            refused_as = await refuse_and_approve(stack, plan_id, hr)
            await until(lambda: mailed(collector))
            people = await stack.clients.of(OPERATOR).people()
        spans = collector.of(TRACE)
    logs = read(folder.logs)
    words = tuple({word for person in people for word in (person.email, person.name.zh, person.name.en)})
    yield Approved(spans, refused_as, logs, words)
    folder.erase()


@asynccontextmanager
async def approving(folder: DataFolder) -> AsyncIterator[tuple[Stack, str, str]]:
    """The whole stack with one submitted plan; its id, and the reviewer it waits for."""
    steps = Steps(Console(file=StringIO()), Language.EN)
    bill = bill_for(folder, None, steps)
    assert bill.company is not None
    company, month = bill.company, bill.memory.month
    async with running(folder, bill.memory.company, steps, fixed_ports=False) as stack:
        operator = stack.clients.of(OPERATOR)
        await load_company(replace(company, delegations=()), operator.transport)
        [wanted] = [plan for plan in company.plans if plan.person == AUTHOR]
        author = stack.clients.of(wanted.person)
        await author.become_known()
        days = await operator.working_days(*calendar_needed(month))
        scale = span_of(month, company.cycle, days).scale(datetime.now(UTC), MONTH_SECONDS)
        await operator.open_month(month, [wanted.person], scale)
        await until(lambda: author.plans(month))
        [plan] = await author.plans(month)
        await author.write(plan, wanted.content)
        await author.submit(await author.plan(plan.id))
        await until(lambda: waits_for_somebody(stack, company, month))
        [reviewer, *_] = await waits_for_somebody(stack, company, month)
        yield stack, plan.id, reviewer


async def waits_for_somebody(stack: Stack, company: CompanyFiles, month: str) -> list[str]:
    people = [stack.clients.of(person) for person in who_decides(company)]
    waiting = await asyncio.gather(*(client.waiting(month) for client in people))
    return [client.person for client, found in zip(people, waiting, strict=True) if found]


async def refuse_and_approve(stack: Stack, plan_id: str, reviewer: str) -> str:
    """Approve a version that is long gone, then the one that stands; the trace id of the refusal."""
    client = stack.clients.of(reviewer)
    with pytest.raises(Refusal) as refused:
        await client.move(Move.APPROVE, plan_id, 1)
    version = (await client.plan(plan_id)).version
    await client.transport.ask(
        "POST",
        "review",
        f"/reviews/{quote(plan_id)}/approve",
        json={},
        headers={
            "If-Match": f'"{version}"',
            "Idempotency-Key": "approve-and-be-traced",
            "traceparent": f"00-{TRACE}-{BROWSER}-01",
        },
    )
    return str(refused.value.problem["trace_id"])


def read(folder: Path) -> str:
    return "\n".join(path.read_text() for path in folder.glob("*.log"))


async def until(condition: Callable[[], Awaitable[object]], seconds: float = 40) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.05)


async def mailed(collector: Collector) -> bool:
    """Whether a mail and the end of the request itself have arrived."""
    names = {span.name for span in collector.of(TRACE).values()}
    return "send mail" in names and any(name.startswith("POST") for name in names)


def test_a_mail_can_be_followed_back_to_the_request_that_caused_it(approved: Approved) -> None:
    ways = [approved.way_of(span) for span in approved.named("notify", "send mail")]
    assert [
        "notify: send mail",
        "notify: process notify-events",
        "review: publish monthline.review.round_opened.v1",
        "review: activity review.record_decision",
        "workflows: workflow command",
        "review: update command",
        "review: POST /reviews/{plan_id}/approve",
        BROWSER,
    ] in ways


def test_the_plan_moves_in_the_same_trace(approved: Approved) -> None:
    [move] = approved.named("plans", "activity plans.move")
    assert approved.way_of(move)[1:3] == ["workflows: workflow command", "review: update command"]


def test_every_step_shows_its_statements(approved: Approved) -> None:
    parents = {span.parent for span in approved.spans.values() if "db.statement" in span.attributes}
    steps = {approved.spans[parent].name for parent in parents if parent in approved.spans}
    assert {
        "activity plans.move",
        "activity review.record_decision",
        "process notify-events",
        "send mail",
    } <= steps


def test_no_span_has_failed_and_none_says_anything_personal(approved: Approved) -> None:
    assert not [span.name for span in approved.spans.values() if span.failed]
    said = " ".join(value for span in approved.spans.values() for value in span.attributes.values())
    assert not [word for word in approved.words if word in said]


def test_a_refusal_names_its_trace(approved: Approved) -> None:
    assert re.fullmatch("[0-9a-f]{32}", approved.refused_as)


def test_log_lines_of_several_processes_name_the_trace(approved: Approved) -> None:
    lines = [line for line in approved.logs.splitlines() if TRACE in line]
    assert any("delivery.sent" in line for line in lines)
