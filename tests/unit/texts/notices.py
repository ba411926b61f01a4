"""Renders every notice as its sender sends it, as an inbox message and as a mail, in every language."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from email.message import Message
from typing import Any

from pydantic import JsonValue

from services.notify.mail import Envelope, compose
from services.notify.rendering import render
from services.plans.domain import notices as of_plans
from services.plans.domain.moves import MoveFacts, carried_out
from services.plans.domain.rungs import Because as PlansBecause
from services.plans.domain.rungs import Recipient as PlansRecipient
from services.review.domain import notices as of_review
from services.review.domain.ladder import Because as ReviewBecause
from services.review.domain.ladder import Recipient as ReviewRecipient
from services.scoring.domain import notices as of_scoring
from services.scoring.domain.answers import Answered, Answers
from services.scoring.domain.leaders import Recipient as ScoringRecipient
from services.scoring.domain.policy import ScoringPolicy
from services.scoring.domain.score import score_plan
from shared.contracts.notices import Notice
from shared.contracts.scoring import Points
from shared.contracts.words import SYSTEM, Language, Milestone, Move, Party, Rung, Stage
from tests.unit.services.notify.build import organisation, person
from tests.unit.services.plans.build import command, deadline, fire
from tests.unit.services.review.build import round_
from tests.unit.services.scoring.build import BINARY, actual, closed, item
from tests.unit.services.scoring.build import command as answer
from tests.unit.services.scoring.company import deadline as confirmation
from tests.unit.services.scoring.company import firing

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
READERS = {
    language: person(f"{language}1", "王芳", "Wang Fang", language=language, zone="Europe/Berlin")
    for language in Language
} | {Language.ZH: person("zh1", "李娜", "Li Na")}
COMPANY = organisation(person(), person("author", "赵敏", "Zhao Min"), *READERS.values())
SCORE = score_plan(closed([item("a", 100, measure=BINARY)], [actual("a", 1)]), ScoringPolicy())


def rendered() -> dict[str, Any]:
    """Every notice by what it is told of, in every language."""
    found: dict[str, Any] = {}
    for name, notices in sent():
        found[f"notice {name}"] = {
            language.value: _distinct(_words(notice, reader.id) for notice in notices)
            for language, reader in READERS.items()
        }
    return found | {"mail": {language.value: _mail(language) for language in READERS}}


def sent() -> Iterator[tuple[str, tuple[Notice, ...]]]:
    """What the senders send, by occasion."""
    yield from _of_moves()
    yield from _of_plans_rungs()
    yield from _of_review()
    yield from _of_scoring()
    yield from _of_a_newer_version()


def _of_a_newer_version() -> Iterator[tuple[str, tuple[Notice, ...]]]:
    plans: dict[str, dict[str, JsonValue]] = {
        "with a plan": {"plan": SCORE.plan.model_dump(mode="json")},
        "without a plan": {},
    }
    for name, parameters in plans.items():
        newer = Notice(recipient="author", reason="newer", name="not here yet", parameters=parameters)
        yield f"of a newer version {name}", (newer,)


def _of_moves() -> Iterator[tuple[str, tuple[Notice, ...]]]:
    for move in (Move.OPEN, Move.RETURN, Move.APPROVE):
        for stage in Stage:
            for actor, note in (("zh1", "core share\n\nbelow 40 %"), ("zh1", ""), (SYSTEM, "hr_review_due")):
                told = _moved(move, stage, actor, note).event.notices
                if told:
                    yield f"move {move} {stage} by {actor} {bool(note)}", told


def _moved(move: Move, stage: Stage, actor: str, note: str) -> MoveFacts:
    party = Party.SYSTEM if actor == SYSTEM else Party.HR
    return carried_out(
        command(move, actor=actor, party=party, note=note),
        previous=Stage.HR_REVIEW if stage is Stage.DRAFTING else Stage.DRAFTING,
        stage=stage,
        version=4,
        at=NOW,
        deadline=deadline(),
        score=Points(total=Decimal("92.5"), band="excellent") if stage is Stage.FINAL else None,
    )


def _of_plans_rungs() -> Iterator[tuple[str, tuple[Notice, ...]]]:
    told = [PlansRecipient(person="zh1", because=because) for because in PlansBecause]
    for milestone in (Milestone.DRAFT_DUE, Milestone.PROGRESS_DUE, Milestone.ACTUALS_DUE):
        for rung in Rung:
            yield f"plans {milestone} {rung}", of_plans.of_rung(fire(rung, milestone), told)


def _of_review() -> Iterator[tuple[str, tuple[Notice, ...]]]:
    told = [ReviewRecipient(person="zh1", because=because) for because in ReviewBecause]
    for stage in (Stage.HR_REVIEW, Stage.LEADER_REVIEW):
        waiting = round_(stage)
        yield f"review {stage} waiting", of_review.waiting(waiting, ["zh1"])
        yield f"review {stage} recalled", of_review.recalled(waiting, ["zh1"])
        for rung in Rung:
            yield f"review {stage} {rung}", of_review.rung_fired(waiting, rung, told, ["zh1", "en1"])


def _of_scoring() -> Iterator[tuple[str, tuple[Notice, ...]]]:
    yield "scored", of_scoring.scored(SCORE, confirmation(), 8, ["zh1"])
    disputed = answer(Move.DISPUTE, note="signed in March")
    yield "disputed", of_scoring.answered(SCORE, disputed, Answered(Answers()), ["zh1"])
    given = answer(Move.CONFIRM, "zh1", Party.LEADER, "it counts in April")
    yield "answered", of_scoring.answered(SCORE, given, Answered(Answers(), answers_dispute=True), ["zh1"])
    because = ("author", "approver", "deputy", "responsible", "superior", "leadership")
    told = [ScoringRecipient(person="zh1", because=one) for one in because]
    for milestone in (Milestone.CONFIRMATION_DUE, Milestone.DISPUTE_ANSWER_DUE):
        for rung in Rung:
            fired = of_scoring.rung_fired(SCORE, firing(rung, milestone), told, "en1")
            yield f"scoring {milestone} {rung}", fired
    yield "scoring nobody", of_scoring.rung_fired(SCORE, firing(Rung.SUPERIOR), told[:1], None)


def _words(notice: Notice, reader: str) -> list[str]:
    shown = render(notice.model_copy(update={"recipient": reader}), COMPANY)
    return [shown.subject, *shown.lines]


def _distinct(texts: Iterable[list[str]]) -> list[list[str]]:
    """Each text once: many recipients are told the same."""
    found: list[list[str]] = []
    for text in texts:
        if text not in found:
            found.append(text)
    return found


def _mail(language: Language) -> Mapping[str, str]:
    """One notice as a mail; what its date says is left out."""
    ((notice,),) = (told for name, told in sent() if name == "review hr_review waiting")
    shown = render(notice.model_copy(update={"recipient": READERS[language].id}), COMPANY)
    mail = compose(shown, Envelope("Li Na", "li@example.com", "1"), "monthline@example.com")
    return {part.get_content_type(): _content(part) for part in _parts(mail)}


def _parts(mail: Message) -> Iterable[Message]:
    return (part for part in mail.walk() if not part.is_multipart())


def _content(part: Message) -> str:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode().replace("\r\n", "\n")
