"""Comments on the fields of a plan in review."""

from datetime import UTC, datetime

from fastapi import APIRouter

from services.review.api import views
from services.review.api.paths import plan_named
from services.review.api.rights import check_may_comment
from services.review.api.shapes import CommentView, NewComment
from services.review.domain.fields import locate
from services.review.store import comments, dossier, plans
from services.review.store.comments import Comment
from services.review.store.tables import OUTBOX
from shared.contracts.events import Commented
from shared.contracts.refusals import (
    Forbidden,
    Full,
    KeyReused,
    NotFound,
    WrongStage,
)
from shared.store.db import Connection, Database
from shared.web.documented_refusals import refuses
from shared.web.http import Caller, IdempotencyKey, PlanInPath

MOST_COMMENTS = 1000
"""Of one plan: whoever reads its review reads them all."""


class Commenting:
    """The one edit of the review API: it changes no version and needs no workflow."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["comments"])
        router.add_api_route(
            "/reviews/{plan_id}/comments",
            self.comment,
            methods=["POST"],
            status_code=201,
            openapi_extra=refuses(Forbidden, WrongStage, Full),
        )
        return router

    async def comment(
        self, caller: Caller, plan_id: PlanInPath, body: NewComment, key: IdempotencyKey
    ) -> CommentView:
        """Comment on a field of the newest revision. The same key comments once."""
        plan = plan_named(plan_id)
        async with self._database.transaction() as connection:
            found = await dossier.current(connection, plan.plan_id)
            if found is None:
                raise NotFound(what="plan")
            round_, submission = found
            check_may_comment(caller, round_, datetime.now(UTC))
            await _check_open(connection, plan.plan_id)
            path = locate(submission, body.path)
            asked_for = (plan.plan_id, path, body.text)
            added = await comments.add(
                connection,
                plan_id=plan.plan_id,
                revision=submission.revision,
                author=caller.id,
                path=path,
                text=body.text,
                key=key,
            )
            if added is None:
                return views.comment_view(await _earlier(connection, caller.id, key, asked_for))
            if await comments.count(connection, plan.plan_id) > MOST_COMMENTS:
                raise Full(what="comment", most=MOST_COMMENTS)
            await OUTBOX.tell(connection, Commented(plan=round_.plan, comment=added.id, author=caller.id))
        return views.comment_view(added)


async def _check_open(connection: Connection, plan_id: str) -> None:
    stage = await plans.stage_of(connection, plan_id)
    if stage is not None and stage.ended:
        raise WrongStage(stage=stage.value, move="comment")


async def _earlier(connection: Connection, author: str, key: str, asked_for: tuple[str, str, str]) -> Comment:
    """The comment given before with this key; raises KeyReused when it was another one."""
    earlier = await comments.by_key(connection, author, key)
    if (earlier.plan_id, earlier.path, earlier.text) != asked_for:
        raise KeyReused()
    return earlier
