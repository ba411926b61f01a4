"""The scoring policy: what HR or an administrator sets, and everybody may read."""

from fastapi import APIRouter

from services.scoring.domain.policy import ScoringPolicy
from services.scoring.store import policies
from shared.contracts.refusals import Forbidden
from shared.contracts.words import Role
from shared.org.access import Action, may
from shared.store.db import Database
from shared.web.documented_refusals import refuses
from shared.web.http import Caller, DryRun


class Policies:
    """Every change is a new version; a score keeps the one it was made with."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["policy"])
        router.add_api_route("/policies/scoring", self.policy)
        router.add_api_route(
            "/policies/scoring", self.publish, methods=["PUT"], openapi_extra=refuses(Forbidden)
        )
        return router

    async def policy(self, caller: Caller) -> ScoringPolicy:
        """The scoring policy with which the next score is calculated."""
        async with self._database.transaction() as connection:
            return await policies.newest(connection)

    async def publish(self, caller: Caller, body: ScoringPolicy, dry_run: DryRun = False) -> ScoringPolicy:
        """Publish the next version of the scoring policy. Scores keep the version they were calculated with.

        The same policy again changes nothing. ``version`` in the body is not read.
        """
        if not may(caller, Action.CONFIGURE_SCORING):
            raise Forbidden(needs=f"{Role.HR}, {Role.ADMIN}")
        if dry_run:
            return body
        async with self._database.transaction() as connection:
            return await policies.publish(connection, body, caller.id)
