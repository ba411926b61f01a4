"""The HTTP surface of notify: inbox, preferences, deliveries and webhooks."""

from typing import Annotated, Final

from fastapi import APIRouter, FastAPI, Path, Query, Response

from services.notify.domain.addresses import AddressRefused
from services.notify.domain.signature import SecretUnfit, key_of
from services.notify.domain.values import (
    Delivery,
    DeliveryState,
    Message,
    Preferences,
    Webhook,
    WebhookWish,
)
from services.notify.store import deliveries, messages, webhooks
from services.notify.store.deliveries import Scope
from services.notify.webhooks import Caller as WebhookCaller
from shared.contracts.ids import PlanId
from shared.contracts.refusals import Forbidden, Invalid, NotFound, field_error
from shared.contracts.values import Code
from shared.contracts.words import Role
from shared.org.access import Action, Principal, may
from shared.store.db import Database
from shared.web.documented_refusals import refuses
from shared.web.http import Caller
from shared.web.openapi import About
from shared.web.paging import Page, PageWanted, Paging, cursor_refused

LARGEST_ID: Final = 2**63 - 1
LONGEST_ID: Final = len(str(LARGEST_ID))
RowId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
ABOUT = About(
    "Messages, mails and webhooks. 消息、邮件与 webhook。",
    {
        "inbox": "The messages of the caller. 收件箱。",
        "preferences": "How the caller is notified. 通知偏好。",
        "deliveries": "Mails and webhook calls, and what became of them. 邮件与 webhook 的投递。",
        "webhooks": "Addresses of other systems that are told of events. 通知其他系统的地址。",
    },
)
READERS: Final = frozenset({Role.HR, Role.AUDITOR, Role.EXECUTIVE})


class PreferencesShown(Preferences):
    """What a person prefers, and whether this deployment sends mails at all."""

    mail_available: bool


class NotifyApi:
    """The handlers; ``by_mail`` is whether this deployment sends mails."""

    def __init__(self, database: Database, caller: WebhookCaller, *, by_mail: bool) -> None:
        self._database = database
        self._webhook_caller = caller
        self._by_mail = by_mail

    def register(self, app: FastAPI) -> None:
        """Add the paths to an application."""
        router = APIRouter(prefix="/v1")
        router.get("/inbox", tags=["inbox"])(self.inbox)
        router.post("/inbox/{id}/read", tags=["inbox"])(self.read)
        router.get("/preferences", tags=["preferences"])(self.preferences)
        router.put("/preferences", tags=["preferences"])(self.prefer)
        router.get("/deliveries", tags=["deliveries"], openapi_extra=refuses(Forbidden))(self.deliveries)
        router.post("/deliveries/{id}/resend", tags=["deliveries"], openapi_extra=refuses(Forbidden))(
            self.resend
        )
        router.get("/webhooks", tags=["webhooks"], openapi_extra=refuses(Forbidden))(self.webhooks)
        router.put("/webhooks/{id}", tags=["webhooks"], openapi_extra=refuses(Forbidden))(self.keep_webhook)
        router.delete("/webhooks/{id}", tags=["webhooks"], status_code=204, openapi_extra=refuses(Forbidden))(
            self.remove_webhook
        )
        app.include_router(router)

    async def inbox(self, caller: Caller, paging: PageWanted, unread: bool = False) -> Page[Message]:
        """List the caller's own messages, newest first."""
        async with self._database.transaction() as connection:
            found = await messages.inbox(
                connection, caller.id, unread=unread, before=_before(paging), limit=paging.limit + 1
            )
        return paging.page(found, lambda message: (str(message.id),))

    async def read(self, caller: Caller, id: RowId) -> Message:
        """Mark a message of the caller as read."""
        async with self._database.transaction() as connection:
            message = await messages.mark_read(connection, caller.id, id)
        if message is None:
            raise NotFound(what="message")
        return message

    async def preferences(self, caller: Caller) -> PreferencesShown:
        """The caller's preferences. Without ``mail_available`` nobody gets mails here."""
        async with self._database.transaction() as connection:
            kept = await messages.preferences_of(connection, caller.id)
        return PreferencesShown(mail=kept.mail, mail_available=self._by_mail)

    async def prefer(self, caller: Caller, wish: Preferences) -> PreferencesShown:
        """Change the caller's preferences."""
        async with self._database.transaction() as connection:
            await messages.prefer(connection, caller.id, wish)
        return PreferencesShown(mail=wish.mail, mail_available=self._by_mail)

    async def deliveries(
        self,
        caller: Caller,
        paging: PageWanted,
        plan: Annotated[PlanId | None, Query()] = None,
        state: DeliveryState | None = None,
    ) -> Page[Delivery]:
        """List the mails and webhook calls about the plans that the caller oversees, newest first."""
        if not may(caller, Action.READ_DELIVERIES):
            raise Forbidden(needs="hr_reviewer, auditor, executive, admin")
        async with self._database.transaction() as connection:
            found = await deliveries.listed(
                connection,
                scope_of(caller, READERS),
                plan_id=plan,
                state=state,
                before=_before(paging),
                limit=paging.limit + 1,
            )
        return paging.page(found, lambda delivery: (str(delivery.id),))

    async def resend(self, caller: Caller, id: RowId) -> Delivery:
        """Send a failed delivery again. Any other delivery stays as it is."""
        if not (caller.admin or caller.has(Role.HR)):
            raise Forbidden(needs="hr_reviewer, admin")
        async with self._database.transaction() as connection:
            scope = scope_of(caller, frozenset({Role.HR}))
            delivery = await deliveries.send_again(connection, scope, id)
        if delivery is None:
            raise NotFound(what="delivery")
        return delivery

    async def webhooks(self, caller: Caller, paging: PageWanted) -> Page[Webhook]:
        """List the webhooks, without their secrets."""
        _require_admin(caller)
        after = paging.after[0] if paging.after else ""
        async with self._database.transaction() as connection:
            found = await webhooks.listed(connection, after=after, limit=paging.limit + 1)
        return paging.page(found, lambda webhook: (webhook.id,))

    async def keep_webhook(self, caller: Caller, id: Code, wish: WebhookWish) -> Webhook:
        """Add or change a webhook. A new one needs a secret; without one the secret stays."""
        _require_admin(caller)
        await self._check(wish)
        async with self._database.transaction() as connection:
            kept = await webhooks.keep(connection, id, wish.url, wish.events, wish.secret)
        if kept is None:
            raise _invalid("secret", "webhook.secret_missing")
        return kept

    async def remove_webhook(self, caller: Caller, id: Code) -> Response:
        """Remove a webhook. Deliveries that wait for it are given up."""
        _require_admin(caller)
        async with self._database.transaction() as connection:
            if not await webhooks.remove(connection, id):
                raise NotFound(what="webhook")
        return Response(status_code=204)

    async def _check(self, wish: WebhookWish) -> None:
        try:
            if wish.secret is not None:
                key_of(wish.secret.get_secret_value())
            await self._webhook_caller.check(wish.url)
        except SecretUnfit:
            raise _invalid("secret", "webhook.secret") from None
        except AddressRefused as error:
            raise _invalid("url", f"webhook.{error.code}") from None


def scope_of(principal: Principal, roles: frozenset[Role]) -> Scope:
    """Whose deliveries a caller oversees: an administrator all, others what ``roles`` were given them for."""
    person = principal.organisation.person(principal.id)
    grants = [grant for grant in person.roles if grant.role in roles] if person else []
    if principal.admin or any(not grant.departments for grant in grants):
        return Scope(everything=True)
    roots = [name for grant in grants for name in grant.departments]
    below = (principal.organisation.below(root) for root in roots)
    return Scope(everything=False, departments=frozenset[str]().union(*below))


def _require_admin(caller: Principal) -> None:
    if not may(caller, Action.CONFIGURE_WEBHOOKS):
        raise Forbidden(needs="admin")


def _before(paging: Paging) -> int | None:
    """The id a page begins below; a cursor of another list is refused."""
    if not paging.after:
        return None
    text = paging.after[0]
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID and int(text) <= LARGEST_ID):
        raise cursor_refused()
    return int(text)


def _invalid(path: str, code: str) -> Invalid:
    return Invalid(errors=[field_error(path, code, f"field.{code}")])
