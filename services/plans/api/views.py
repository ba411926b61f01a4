"""How plans, findings and entries are shown."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from services.plans.api.shapes import (
    Checked,
    EntryView,
    LedgerView,
    PlanSummary,
    PlanView,
    RevisionSummary,
    RevisionView,
    RungView,
    ScoreView,
)
from services.plans.domain.ledger import ChainedLine
from services.plans.domain.lint.linter import blocking
from services.plans.domain.progress import Reported
from services.plans.domain.shares import spread
from services.plans.store.drafts import Draft, Revision
from services.plans.store.plans import ListedPlan
from services.plans.store.rungs import RungRow
from shared.contracts.findings import spoken
from shared.contracts.plan import Finding, PlanContent
from shared.contracts.words import Language


def summary(listed: ListedPlan) -> PlanSummary:
    """A line of the list."""
    return PlanSummary(**_summary(listed))


def detail(
    listed: ListedPlan,
    draft: Draft,
    revision: Revision | None,
    conditions: Sequence[str],
    language: Language,
) -> PlanView:
    """The whole of one plan; ``revision`` is its newest."""
    plan = listed.plan
    return PlanView(
        **_summary(listed),
        zone=plan.zone,
        opened_at=plan.opened_at,
        template_department=plan.template_department,
        template_version=plan.template_version,
        content=draft.content,
        findings=spoken(revision.submission.findings if revision else (), language),
        conditions=list(conditions),
        figures_frozen=plan.frozen_version is not None,
    )


def checked(content: PlanContent, findings: Sequence[Finding], language: Language) -> Checked:
    """The linter's answer, with a proposal where the shares do not sum to 100."""
    shares = [item.share for item in content.items]
    proposed = spread(shares)
    names = [item.id for item in content.items]
    unequal = list(proposed) != shares
    return Checked(
        blocked=bool(blocking(findings)),
        findings=spoken(findings, language),
        spread=dict(zip(names, proposed, strict=True)) if unequal else None,
    )


def ledger_line(line: ChainedLine) -> LedgerView:
    """A move as shown."""
    return LedgerView(**line.model_dump(exclude={"plan_id"}))


def rung(row: RungRow) -> RungView:
    """A rung as shown."""
    return RungView(
        milestone=row.milestone,
        rung=row.rung,
        version=row.plan_version,
        deadline=row.deadline,
        due=row.due,
        fired_at=row.fired_at,
        outcome=row.outcome,
        told=row.told,
    )


def revision_line(revision: Revision) -> RevisionSummary:
    """A line of the list of revisions."""
    kept = revision.submission
    return RevisionSummary(
        number=kept.revision,
        version=kept.plan_version,
        template_version=kept.template_version,
        frozen_at=revision.frozen_at,
        items=len(kept.content.items),
        findings=len(kept.findings),
    )


def revision_detail(revision: Revision, language: Language) -> RevisionView:
    """The whole of one revision."""
    kept = revision.submission
    return RevisionView(
        number=kept.revision,
        version=kept.plan_version,
        template_version=kept.template_version,
        frozen_at=revision.frozen_at,
        content=kept.content,
        categories=kept.categories,
        findings=spoken(kept.findings, language),
    )


def entry(reported: Reported) -> EntryView:
    """An entry as shown."""
    return EntryView(number=reported.number, author=reported.author, at=reported.at, entry=reported.entry)


def _summary(listed: ListedPlan) -> dict[str, Any]:
    plan, score = listed.plan, listed.score
    return {
        "id": plan.id,
        "month": plan.ref.month,
        "person": plan.ref.person,
        "department": plan.department,
        "stage": plan.stage,
        "version": plan.version,
        "content_version": listed.content_version,
        "revision": plan.revision,
        "deadline": plan.deadline,
        "entered_at": plan.entered_at,
        "score": score
        and ScoreView(
            version=score.version,
            total=Decimal(score.total),
            band=score.band,
            provisional=score.provisional,
        ),
    }
