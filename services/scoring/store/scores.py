"""SQL of scores and of the answers to them: every score is kept, the newest of a plan holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Row, Select, Update, func, insert, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql.elements import ColumnElement

from services.scoring.domain.answers import Answered, Answers
from services.scoring.domain.explain import ScoreExport
from services.scoring.store.tables import COMMANDS, plans, scores
from services.scoring.store.tables import answers as answer_table
from shared.contracts.calendar import Deadline
from shared.contracts.lifecycle import Command
from shared.contracts.scoring import AnswerRecorded, Score
from shared.contracts.words import Move, Party, Stage
from shared.org.access import Visibility
from shared.store.db import Connection

ANSWERS = tuple(Answers.__dataclass_fields__)


@dataclass(frozen=True)
class ScoreRow:
    """A score as kept: what made it, what was said about it, and where its plan stands."""

    export: ScoreExport
    plan_version: int
    confirmation: Deadline
    scored_at: datetime
    answers: Answers
    answered: int
    stage: Stage
    told_version: int
    at: datetime

    @property
    def score(self) -> Score:
        """The score itself."""
        return self.export.score

    @property
    def version(self) -> int:
        """The plan's version, for If-Match: every answer adds one, whether it has been told yet or not."""
        return max(self.plan_version + 1 + self.answered, self.told_version)


@dataclass(frozen=True)
class GivenAnswer:
    """One answer on record."""

    move: Move
    party: Party
    actor: str
    on_behalf_of: str | None
    note: str
    at: datetime


@dataclass(frozen=True)
class ListWanted:
    """Which scores a list shows, and from where on."""

    among: Visibility
    month: str | None
    departments: frozenset[str] | None
    after: str
    limit: int


def _rows() -> Select[*tuple[Any, ...]]:
    return select(
        *scores.c,
        plans.c.stage.label("told_stage"),
        plans.c.version.label("told_version"),
        func.now().label("now"),
    ).outerjoin(plans, plans.c.plan_id == scores.c.plan_id)


async def newest(connection: Connection, plan_id: str) -> ScoreRow | None:
    """The score of a plan that holds; None when it has none."""
    found = await connection.execute(_rows().where(scores.c.plan_id == plan_id, ~scores.c.superseded))
    row = found.one_or_none()
    return _read(row) if row else None


async def case(
    connection: Connection, plan_id: str, command_id: str
) -> tuple[ScoreRow, Command | None] | None:
    """The score of a plan that holds, and the request on it that came before with this command's id.

    A request on another plan is no earlier sending of this one: it must not spare it being judged.
    """
    sent = COMMANDS.table
    earlier = (
        select(sent.c.request).where(sent.c.id == command_id, sent.c.plan_id == plan_id).scalar_subquery()
    )
    wanted = _rows().add_columns(earlier.label("earlier"))
    found = await connection.execute(wanted.where(scores.c.plan_id == plan_id, ~scores.c.superseded))
    row = found.one_or_none()
    if row is None:
        return None
    return _read(row), Command.deserialize(row.earlier) if row.earlier else None


async def lock(connection: Connection, plan_id: str, plan_version: int | None = None) -> ScoreRow | None:
    """The newest score of a plan, kept from others until the transaction ends.

    With ``plan_version`` the score of those figures comes before a newer one.
    """
    wanted = _rows().where(scores.c.plan_id == plan_id).with_for_update(of=scores).limit(1)
    if plan_version is not None:
        wanted = wanted.order_by((scores.c.plan_version == plan_version).desc())
    found = await connection.execute(wanted.order_by(scores.c.version.desc()))
    row = found.one_or_none()
    return _read(row) if row else None


async def add(
    connection: Connection, export: ScoreExport, *, plan_version: int, confirmation: Deadline
) -> bool:
    """Keep a plan's next score; False when another transaction was faster."""
    score = export.score
    plan_id = score.plan.plan_id
    if score.version > 1:
        await connection.execute(update(scores).where(scores.c.plan_id == plan_id).values(superseded=True))
    added = await connection.execute(
        upsert(scores)
        .values(
            plan_id=plan_id,
            version=score.version,
            plan_version=plan_version,
            month=score.plan.month,
            person=score.plan.person,
            department=score.plan.department,
            confirmation=confirmation.model_dump(mode="json"),
            total=score.total,
            band=score.band,
            **export.model_dump(mode="json"),
        )
        .on_conflict_do_nothing()
    )
    return added.rowcount == 1


async def earlier_answer(connection: Connection, command_id: str) -> AnswerRecorded | None:
    """What an answer given before with this command was told."""
    found = await connection.execute(
        select(answer_table.c.recorded).where(answer_table.c.command_id == command_id)
    )
    recorded = found.scalar_one_or_none()
    return AnswerRecorded.deserialize(recorded) if recorded else None


def answered(
    row: ScoreRow, command: Command, result: Answered, recorded: AnswerRecorded
) -> dict[str, Update | Insert]:
    """The changes that write down an answer to the locked score, to be carried out together."""
    score = row.score
    said = {name: getattr(result.answers, name) for name in ANSWERS}
    return {
        "score": update(scores)
        .where(scores.c.plan_id == score.plan.plan_id, scores.c.version == score.version)
        .values(answers=scores.c.answers + 1, **said),
        "answer": insert(answer_table).values(
            plan_id=score.plan.plan_id,
            version=score.version,
            command_id=command.command_id,
            move=command.move.value,
            party=command.party.value,
            actor=command.actor,
            on_behalf_of=result.on_behalf_of,
            note=command.note,
            recorded=recorded.model_dump(mode="json"),
        ),
    }


async def answers_of(connection: Connection, plan_id: str, version: int) -> list[GivenAnswer]:
    """Every answer to a score, in the order they were given."""
    columns = [answer_table.c[name] for name in GivenAnswer.__dataclass_fields__]
    rows = await connection.execute(
        select(*columns)
        .where(answer_table.c.plan_id == plan_id, answer_table.c.version == version)
        .order_by(answer_table.c.id)
    )
    return [
        GivenAnswer(Move(row.move), Party(row.party), row.actor, row.on_behalf_of, row.note, row.at)
        for row in rows
    ]


async def page(connection: Connection, wanted: ListWanted) -> Sequence[ScoreRow]:
    """The newest scores in the order of their plans' ids, those alone that the reader may see."""
    chosen = _rows().where(~scores.c.superseded, _seen(wanted.among), scores.c.plan_id > wanted.after)
    if wanted.month is not None:
        chosen = chosen.where(scores.c.month == wanted.month)
    if wanted.departments is not None:
        chosen = chosen.where(scores.c.department.in_(sorted(wanted.departments)))
    rows = await connection.execute(chosen.order_by(scores.c.plan_id).limit(wanted.limit))
    return [_read(row) for row in rows]


def _seen(among: Visibility) -> ColumnElement[bool]:
    if among.everything:
        return true()
    return or_(scores.c.department.in_(sorted(among.departments)), scores.c.person.in_(sorted(among.people)))


def _read(row: Row[*tuple[Any, ...]]) -> ScoreRow:
    told = row.told_version or 0
    return ScoreRow(
        export=ScoreExport(score=row.score, policy=row.policy, labels=row.labels),
        plan_version=row.plan_version,
        confirmation=Deadline.deserialize(row.confirmation),
        scored_at=row.scored_at,
        answers=Answers(**{name: getattr(row, name) for name in ANSWERS}),
        answered=row.answers,
        # A score is kept before its plan moves to scored, and the move is told later still.
        stage=Stage(row.told_stage) if told > row.plan_version else Stage.SCORED,
        told_version=told,
        at=row.now,
    )
