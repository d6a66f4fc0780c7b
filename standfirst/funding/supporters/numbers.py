"""Numbers without gaps: whoever takes the next one holds the series until the commit."""

from django.db import connection

_LOCK_CLASS = 0x52637074  # the first half of the advisory lock's number: any constant will do


def hold(series: str) -> None:
    """Hold ``series`` until the transaction ends, so that nobody else takes a number of it meanwhile.

    On SQLite a transaction that writes is alone anyhow.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_CLASS, series])
