"""What the services' roles may do in PostgreSQL: all that they have to, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from monthline.deployment import Deployment
from monthline.doctor.verdict import Ill
from monthline.registry import SERVICES
from shared.base.diagnosis import POSTGRES, fix_of, said_by
from shared.store.db import APPEND_ONLY, Database

ROLE = """
select current_user as name, rolsuper or rolcreaterole or rolbypassrls as mighty,
    coalesce(pg_has_role(current_user, nspowner, 'member'), false) as owns
from pg_roles left join pg_namespace on nspname = :schema
where rolname = current_user
"""
TABLES = """
select n.nspname as schema, c.relname as name, obj_description(c.oid, 'pg_class') as mark,
    array(
        select word from unnest(array['select', 'insert', 'update', 'delete', 'truncate']) as word
        where has_table_privilege(c.oid, word)
    ) as may
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname = any(:schemas)
order by 1, 2
"""
READ = frozenset({"select"})
RECORD = READ | {"insert"}
CHANGE = RECORD | {"update", "delete"}


@dataclass(frozen=True)
class Table:
    """A table as a role sees it: what it ``may`` do there, in PostgreSQL's words."""

    schema: str
    name: str
    may: frozenset[str]
    append_only: bool = False


@dataclass(frozen=True)
class Role:
    """The role of a service; ``mighty`` where no grant binds it, ``owns`` where the schema is its own."""

    name: str
    mighty: bool
    owns: bool


def faults(service: str, role: Role, tables: Sequence[Table]) -> list[str]:
    """What this role may do and should not, or should and may not."""
    if role.mighty or role.owns:
        what = "is a superuser or makes roles" if role.mighty else f"owns the schema {service}"
        return [f"{service} logs in as {role.name}, which {what}: nothing keeps it from rewriting the ledger"]
    found = [fault for table in tables if (fault := _fault(service, table))]
    if not any(table.schema == service for table in tables):
        found.append(f"{service} has no tables")
    return found


def _fault(service: str, table: Table) -> str | None:
    name = f"{table.schema}.{table.name}"
    if table.schema != service:
        return f"{service} may {_listed(table.may)} {name}" if table.may else None
    wanted = READ if table.name == "alembic_version" else RECORD if table.append_only else CHANGE
    if missing := wanted - table.may:
        return f"{service} may not {_listed(missing)} {name}"
    # What is no record may be emptied by whoever may delete its rows.
    excess = table.may - (wanted | ({"truncate"} if wanted == CHANGE else set()))
    return f"{service} may {_listed(excess)} {name}" if excess else None


def _listed(words: frozenset[str]) -> str:
    return " and ".join(sorted(words))


async def roles(deployment: Deployment) -> str:
    """Every service's own role can log in, and may do in its own tables alone what it has to."""
    wrong: list[str] = []
    for service in SERVICES:
        wrong += await _faults_at(deployment.dsn(service), service)
    if wrong:
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise Ill(
            "; ".join(wrong[:5]) + more,
            "run: monthline migrate, it grants and revokes; a role that is not the service's own has to be"
            " replaced in SERVICE_DATABASE_URL",
        )
    return f"{len(SERVICES)} roles can log in and may do what they have to, and nothing else"


async def _faults_at(dsn: str, service: str) -> list[str]:
    store = Database(dsn, pool=1, name="monthline-doctor")
    try:
        async with store.autocommit() as connection:
            role = (await connection.execute(text(ROLE), {"schema": service})).one()
            tables = await connection.execute(text(TABLES), {"schemas": list(SERVICES)})
            seen = [
                Table(row.schema, row.name, frozenset(row.may), row.mark == APPEND_ONLY) for row in tables
            ]
    except Exception as error:
        variable = f"{service.upper()}_DATABASE_URL"
        raise Ill(
            f"the role of {service} cannot log in at {store.address}: {said_by(error)}",
            f"run: monthline migrate; or correct {variable} or ROLE_SECRET"
            if fix_of(POSTGRES, error)
            else f"start PostgreSQL, or correct {variable}",
        ) from error
    finally:
        await store.close()
    return faults(service, Role(role.name, role.mighty, role.owns), seen)
