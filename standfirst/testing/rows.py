"""What stands in the database, so that a test can say that nothing in it has changed."""

import hashlib

from django.db import connection


def digests() -> dict[str, str]:
    """Return what stands in each table, whatever it is called, in few characters."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own names
            rows = sorted(repr(row) for row in cursor.fetchall())
            found[table] = hashlib.sha256("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Return the tables whose rows are not what they were."""
    return {table for table in before | after if before.get(table) != after.get(table)}
