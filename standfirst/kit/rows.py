"""Rows that are added unless they stand already, in one statement that says which were new.

Django's ``bulk_create`` either stops at a row that stands or does not tell what it has added, so that everything
has to be read again.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import batched, chain
from typing import Any

from django.db import connection
from django.db.models import AutoField, Field, Model

ROWS_AT_ONCE = 500  # of some twenty columns: a third of what a statement may have on the smallest database


def add_new(rows: Sequence[Model], *, told: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Add ``rows`` of one model; return the columns ``told`` of those that were not there, in no order.

    What a unique constraint has already is left as it is. Any other constraint raises IntegrityError.
    """
    return [new for some in batched(rows, ROWS_AT_ONCE) for new in _added(some, told)]


def _added(rows: Sequence[Model], told: tuple[str, ...]) -> list[tuple[Any, ...]]:
    fields, statement = _statement(type(rows[0]), len(rows), told, connection.vendor)
    values = [[_value(field, row) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(statement, list(chain.from_iterable(values)))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _value(field: "Field[Any, Any]", row: Model) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add=True), connection)


@lru_cache(maxsize=256)
def _statement(
    model: type[Model], count: int, told: tuple[str, ...], _vendor: str
) -> "tuple[list[Field[Any, Any]], str]":
    quoted, described = connection.ops.quote_name, model._meta  # noqa: SLF001 - public in all but its name
    fields = [each for each in described.concrete_fields if not (each.generated or isinstance(each, AutoField))]
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * count)
    into, returned = f"{quoted(described.db_table)} ({columns})", ", ".join(map(quoted, told))
    # Of names of our own tables and columns, and of places.
    return fields, f"INSERT INTO {into} VALUES {places} ON CONFLICT DO NOTHING RETURNING {returned}"  # noqa: S608
