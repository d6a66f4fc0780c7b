"""The rows that migrations make, kept aside: what a test commits is undone by them.

Django would truncate every table, even the hundred that nobody wrote to, and then make content types, permissions and
groups anew, which takes a second on PostgreSQL. Here only tables that a test changed are emptied, and what migrations
had left in them comes back: every test starts from the same rows, whether those before it commit or are rolled back.
"""

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

PREFIX = "kept_"


def keep() -> None:
    """Copy the tables that hold rows. Call it once, on a database that has just been migrated."""
    with connection.cursor() as cursor:
        for table in _those(cursor, {table: f"EXISTS (SELECT 1 FROM {table})" for table in _tables()}):  # noqa: S608
            cursor.execute(f"DROP TABLE IF EXISTS {PREFIX}{table}")  # of an earlier run with --reuse-db
            cursor.execute(f"CREATE TABLE {PREFIX}{table} AS SELECT * FROM {table}")  # noqa: S608 - our own names


def restore() -> None:
    """Make every table hold what was kept of it, or nothing. Facts have to be gone (``forget_the_books``)."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        changed = _those(
            cursor,
            {
                table: _differs(table) if PREFIX + table in there else f"EXISTS (SELECT 1 FROM {table})"  # noqa: S608
                for table in _tables()
            },
        )
        with transaction.atomic():  # rows that refer to others are looked at in the end
            for table in changed:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            for table in changed:
                if PREFIX + table in there:
                    cursor.execute(f"INSERT INTO {table} SELECT * FROM {PREFIX}{table}")  # noqa: S608 - as above


def _tables() -> list[str]:
    return list(connection.introspection.django_table_names(only_existing=True, include_views=False))


def _differs(table: str) -> str:
    now, kept = f"SELECT * FROM {table}", f"SELECT * FROM {PREFIX}{table}"  # noqa: S608 - our own names
    return f"EXISTS ({now} EXCEPT {kept}) OR EXISTS ({kept} EXCEPT {now})"


def _those(cursor: CursorWrapper, conditions: dict[str, str]) -> list[str]:
    """Return the tables whose condition is true."""
    cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE {true}" for table, true in conditions.items()))
    return [name for (name,) in cursor.fetchall()]
