"""Every way in which Monthline says no: one class per stable code, mapped to HTTP and Temporal once."""

from typing import Any, ClassVar

REFUSALS: dict[str, type["Refusal"]] = {}


class Refusal(Exception):
    """A request that is understood and not carried out.

    ``code`` is the stable problem type, ``status`` its HTTP status, ``details`` the JSON-ready facts (never
    the rejected value itself); ``parameters`` names those that the text in the caller's language shows.
    """

    code: ClassVar[str]
    status: ClassVar[int]
    parameters: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        REFUSALS[cls.code] = cls

    def __init__(self, **details: Any) -> None:
        super().__init__(self.code)
        self.details = details


def refusal(code: str, details: dict[str, Any]) -> Refusal:
    """The refusal that ``code`` and ``details`` describe, as carried by a workflow or a stored answer."""
    return REFUSALS.get(code, Refused)(**details)


def field_error(path: str, code: str, text: str, /, **parameters: str | int) -> dict[str, Any]:
    """One entry of ``errors``: where, the stable code, and the text that says what is wrong there.

    The sentence is made when the answer is given, in its reader's language.
    """
    return {"path": path, "code": code, "message": {"text": text, "parameters": parameters}}


class Refused(Refusal):
    """A refusal whose code this version does not know."""

    code = "refused"
    status = 409


class NotSignedIn(Refusal):
    """No token, or one that does not hold. ``reason`` says which."""

    code = "auth.required"
    status = 401
    parameters = ("reason",)


class Forbidden(Refusal):
    """The caller may see this and may not do it. ``needs`` names who may."""

    code = "auth.forbidden"
    status = 403
    parameters = ("needs",)


class NotFound(Refusal):
    """Nothing here, or nothing of the caller's business. ``what`` names the kind of thing."""

    code = "not_found"
    status = 404
    parameters = ("what",)


class Invalid(Refusal):
    """The request's body or parameters are wrong. ``errors``: list of :func:`field_error`."""

    code = "request.invalid"
    status = 422


class TooLarge(Refusal):
    """The request's body is larger than anything that is taken here."""

    code = "request.too_large"
    status = 413


class Full(Refusal):
    """A plan takes no more of something. ``what`` names the kind of thing, ``most`` how many it takes."""

    code = "plan.full"
    status = 409
    parameters = ("most", "what")


class WrongStage(Refusal):
    """The move is not possible from where the plan stands. ``stage``, ``move``."""

    code = "move.wrong_stage"
    status = 409
    parameters = ("move", "stage")


class MonthNotBegun(Refusal):
    """The month of the plan has not begun. ``move``, ``month``."""

    code = "move.month_not_begun"
    status = 409
    parameters = ("month", "move")


class MonthClosed(Refusal):
    """The close of the plan's month has opened. ``move``, ``month``."""

    code = "move.month_closed"
    status = 409
    parameters = ("month", "move")


class NotYourMove(Refusal):
    """Somebody else may make this move. ``move``, ``party``."""

    code = "move.not_yours"
    status = 403
    parameters = ("move", "party")


class OwnPlan(Refusal):
    """Nobody decides their own plan, in no role and not through delegation."""

    code = "move.own_plan"
    status = 403


class NotAvailable(Refusal):
    """A move of the domain that this version does not offer. ``move``."""

    code = "move.not_available"
    status = 501
    parameters = ("move",)


class ReasonMissing(Refusal):
    """The move needs a reason. ``move``."""

    code = "move.reason_missing"
    status = 422
    parameters = ("move",)


class TargetWrong(Refusal):
    """A return to a stage it cannot go to. ``stage``, ``allowed``."""

    code = "move.target_wrong"
    status = 422
    parameters = ("allowed", "stage")


class StaleVersion(Refusal):
    """The plan has changed since the caller saw it. ``expected``, ``current``, ``stage``."""

    code = "version.stale"
    status = 412
    parameters = ("current", "expected", "stage")


class AlreadyDecided(Refusal):
    """Another decision was there first. ``move``, ``actor``, ``stage``."""

    code = "move.already_decided"
    status = 409
    parameters = ("actor", "move", "stage")


class NotApprover(Refusal):
    """The caller is not the resolved approver or their delegate. ``stage``."""

    code = "review.not_approver"
    status = 403
    parameters = ("stage",)


class Blocked(Refusal):
    """The draft breaks its template. ``findings``: list of findings as JSON."""

    code = "plan.blocked"
    status = 422


class Duplicate(Refusal):
    """It exists already. ``what``, ``id``."""

    code = "duplicate"
    status = 409
    parameters = ("what",)


class Unknown(Refusal):
    """A reference to something that does not exist. ``what``, ``path``."""

    code = "reference.unknown"
    status = 422
    parameters = ("path", "what")


class Cycle(Refusal):
    """A tree or a chain that comes back to itself. ``what``, ``path``."""

    code = "reference.cycle"
    status = 422
    parameters = ("path", "what")


class KeyReused(Refusal):
    """The idempotency key was used for another request."""

    code = "idempotency.reused"
    status = 422


class KeyMissing(Refusal):
    """A command without Idempotency-Key."""

    code = "idempotency.missing"
    status = 400


class VersionMissing(Refusal):
    """A change without If-Match."""

    code = "version.missing"
    status = 428


class WindowOver(Refusal):
    """The time for this has passed. ``until``."""

    code = "window.over"
    status = 409
    parameters = ("until",)


class IssuerDown(Refusal):
    """The keys that tokens are checked with cannot be fetched. ``retry_after`` seconds."""

    code = "issuer.down"
    status = 503
    parameters = ("retry_after",)


class TooOften(Refusal):
    """More requests than one ``of`` (person, plan or address) may make. ``retry_after`` seconds."""

    code = "rate.exceeded"
    status = 429
    parameters = ("of", "retry_after")


class EngineDown(Refusal):
    """The workflow engine cannot be reached; nothing was sent. ``retry_after`` seconds."""

    code = "engine.down"
    status = 503
    parameters = ("retry_after",)


class StoreDown(Refusal):
    """The database cannot be reached, or was lost on the way. ``retry_after`` seconds."""

    code = "store.down"
    status = 503
    parameters = ("retry_after",)
