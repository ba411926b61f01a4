"""Looking at a deployment from its environment: what answers, what is missing, and what to do about it.

Nothing is changed, nothing is sent to anybody.
"""

from collections.abc import Mapping

from monthline.deployment import Deployment
from monthline.doctor import around, database, engine, rights, stream
from monthline.doctor.verdict import Check, Ill, Verdict, first_line
from shared.base.tasks import within

PATIENCE = 30.0

SERVERS: Mapping[str, Check] = {
    "database": database.server,
    "schemas": database.schemas,
    "roles": rights.roles,
    "clock": database.clock,
    "nats": stream.server,
    "stream": stream.limits,
    "consumers": stream.consumers,
    "users": stream.users,
    "engine": engine.namespace,
    "search attributes": engine.search_attributes,
    "schedule": engine.schedule,
    "keys": engine.keys,
    "issuer": around.issuer,
    "smtp": around.smtp,
}
PROCESSES: Mapping[str, Check] = {"workers": engine.workers, "processes": around.processes}
CHECKS: Mapping[str, Check] = {**SERVERS, **PROCESSES}


async def examine(deployment: Deployment, checks: Mapping[str, Check] = CHECKS) -> list[Verdict]:
    """Every check's verdict, in order; one that hangs is ill too."""
    return [await _verdict(name, check, deployment) for name, check in checks.items()]


async def _verdict(name: str, check: Check, deployment: Deployment) -> Verdict:
    try:
        async with within(PATIENCE):
            found = await check(deployment)
    except Ill as ill:
        return Verdict(name, False, str(ill), ill.fix)
    except TimeoutError:
        return Verdict(name, False, f"no answer within {PATIENCE:.0f} s", "see whether the server hangs")
    except Exception as error:
        return Verdict(name, False, f"{type(error).__name__}: {first_line(error)}", "see the message")
    return Verdict(name, True, found)
