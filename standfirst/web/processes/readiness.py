"""Whether the site can be served: its database answers, is new enough and is migrated."""

from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

POSTGRESQL_VERSION_MIN = 150_000  # 15.0 as the server itself counts


def unready() -> str | None:
    """Return in one sentence why the site cannot be served, and what to do; None if it can. Writes nothing."""
    try:
        connection.ensure_connection()
        if connection.vendor == "postgresql" and server_version() < POSTGRESQL_VERSION_MIN:
            return f"PostgreSQL 15 or later is needed, this is {server_version() // 10_000}. Please upgrade it."
        missing = missing_migrations()
    except (DatabaseError, OSError) as error:
        return f"the database cannot be reached ({one_line(error)}). Check DATABASE_URL and that the server runs."
    if missing:
        return f"the database is not migrated ({len(missing)} steps are missing). Run: standfirst migrate"
    return None


def missing_migrations() -> list[str]:
    """Return the names of the migrations that this version has and the database has not seen."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def server_version() -> int:
    """Return the version of the PostgreSQL server as a number, 150004 for 15.4."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        row = cursor.fetchone()
    return int(row[0])


def one_line(error: BaseException) -> str:
    """Return an error's words on one line."""
    return " ".join(str(error).split()) or type(error).__name__
