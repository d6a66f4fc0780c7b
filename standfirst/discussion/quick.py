"""Comments read by a statement of our own: what Django's raw queries do, in a third of their time.

Those find out anew for every statement which column is which, and set every field of every row through the
checks that a new object needs. A page has sixty rows of a shape that is known.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models.base import ModelState

from standfirst.discussion.models import Comment


def comments(statement: str, given: Iterable[Any], names: Sequence[str]) -> list[Comment]:
    """Return the rows of ``statement``, whose columns go to the attributes ``names``, in that order.

    The others are read when they are asked for, as after ``only()``.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, list(given))
        rows = cursor.fetchall()
    conversions = _conversions(tuple(names), connection.vendor)
    return [_comment(names, list(row), conversions) for row in rows]


def _comment(names: Sequence[str], row: list[Any], conversions: "Iterable[tuple[int, _Conversion]]") -> Comment:
    for place, convert in conversions:
        row[place] = convert(row[place])
    comment = Comment.__new__(Comment)
    state = comment._state = ModelState()  # noqa: SLF001 - Django's own, which its from_db() sets, too
    state.adding, state.db = False, connection.alias
    comment.__dict__.update(zip(names, row, strict=True))
    return comment


type _Conversion = Callable[[Any], Any]


@cache
def _conversions(names: tuple[str, ...], _vendor: str) -> list[tuple[int, _Conversion]]:
    """Return what the database's values become, by their places: on SQLite, moments are texts and truths numbers."""
    found: list[tuple[int, _Conversion]] = []
    fields = {field.attname: field for field in Comment._meta.concrete_fields}  # noqa: SLF001 - public in all but its name
    for place, name in enumerate(names):
        if name in fields:
            column = fields[name].get_col(Comment._meta.db_table)  # noqa: SLF001 - of a key: as what it points to is kept
            converters = (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
            found += [(place, _with(converter, column)) for converter in converters]
    return found


def _with(converter: Callable[[Any, Any, Any], Any], column: object) -> _Conversion:
    return lambda value: converter(value, column, connection)
