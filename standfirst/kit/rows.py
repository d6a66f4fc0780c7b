"""Rows read and added by statements of our own, where many are, or where others wait.

``read``: Django's raw queries find out anew for every statement which column is which, and set every field of
every row through the checks that a new object needs. ``add``: its ``save`` sends signals and builds its statement
each time. ``add_new``: its ``bulk_create`` either stops at a row that stands or does not tell what it has added, so
that everything has to be read again.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache, lru_cache
from itertools import batched
from typing import Any

from django.db import connection, models
from django.db.models import AutoField, Field, Model
from django.db.models.base import ModelState

ROWS_AT_ONCE = 500  # of some twenty columns: a third of what a statement may have on the smallest database


def read[M: Model](model: type[M], statement: str, given: Iterable[Any], names: Sequence[str]) -> list[M]:
    """Return the rows of ``statement``, whose columns go to the attributes ``names``, in that order.

    The others are read when they are asked for, as after ``only()``.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, list(given))
        found = cursor.fetchall()
    conversions = _conversions(model, tuple(names), connection.vendor)
    return [_object(model, names, list(row), conversions) for row in found]


def read_among[M: Model](
    model: type[M], names: Sequence[str], column: str, values: Collection[Any], *, order: str = "id"
) -> list[M]:
    """Return the columns ``names`` of the rows whose ``column`` is among ``values``; none asks nothing."""
    if not values:
        return []
    table, places = model._meta.db_table, ", ".join(["%s"] * len(values))  # noqa: SLF001 - public in all but its name
    # Of names of our own tables and columns, and of places.
    statement = f"SELECT {', '.join(names)} FROM {table} WHERE {column} IN ({places}) ORDER BY {order}"  # noqa: S608
    return read(model, statement, values, names)


def made[M: Model](model: type[M], names: Sequence[str], values: Iterable[Any]) -> M:
    """Return a row out of ``values`` that Django has read beside others, such as by ``values_list``."""
    return _object(model, names, list(values), ())


def add_new(rows: Sequence[Model], *, told: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Add ``rows`` of one model; return the columns ``told`` of those that were not there, in no order.

    What a unique constraint has already is left as it is. Any other constraint raises IntegrityError.
    """
    return [new for some in batched(rows, ROWS_AT_ONCE) for new in _added(some, told)]


def add_all(rows: Sequence[Model]) -> None:
    """Add ``rows`` of one model; their keys are not told. A constraint that one breaks raises IntegrityError."""
    for some in batched(rows, ROWS_AT_ONCE):
        fields, statement = _several(type(some[0]), len(some), connection.vendor)
        with connection.cursor() as cursor:
            cursor.execute(statement, _values(fields, some))


def add[M: Model](row: M) -> M:
    """Add one row, as ``save(force_insert=True)`` without the signals, in a fifth of its time; return it with its key.

    A constraint that it breaks raises IntegrityError.
    """
    described = row._meta  # noqa: SLF001 - public in all but its name
    fields, statement = _single(type(row), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(statement, _values(fields, [row]))
        (number,) = cursor.fetchone()
    if row.pk is None:
        setattr(row, described.pk.attname, number)
    state = row._state  # noqa: SLF001 - as Django's own save() leaves it
    state.adding, state.db = False, connection.alias
    return row


def _added(rows: Sequence[Model], told: tuple[str, ...]) -> list[tuple[Any, ...]]:
    fields, statement = _statement(type(rows[0]), len(rows), told, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(statement, _values(fields, rows))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _values(fields: "Sequence[Field[Any, Any]]", rows: Sequence[Model]) -> list[Any]:
    ready = [(field, field.attname, _READY_AS.get(type(field))) for field in fields]
    values = []
    for row in rows:
        held = row.__dict__
        for field, name, kind in ready:
            value = held[name]
            as_it_is = kind is not None and (value is None or type(value) is kind)
            values.append(value if as_it_is else _value(field, row))
    return values


# Words and numbers go as they stand: asking the field takes ten calls for each.
_READY_AS: dict[type, type] = {
    models.CharField: str,
    models.EmailField: str,
    models.TextField: str,
    models.IntegerField: int,
    models.PositiveIntegerField: int,
    models.PositiveSmallIntegerField: int,
    models.SmallIntegerField: int,
    models.BigIntegerField: int,
    models.BooleanField: bool,
    models.ForeignKey: int,
    models.OneToOneField: int,
}


def _value(field: "Field[Any, Any]", row: Model) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add=True), connection)


def _object[M: Model](
    model: type[M], names: Sequence[str], row: list[Any], conversions: "Iterable[tuple[int, _Conversion]]"
) -> M:
    for place, convert in conversions:
        row[place] = convert(row[place])
    made = model.__new__(model)
    state = made._state = ModelState()  # noqa: SLF001 - Django's own, which its from_db() sets, too
    state.adding, state.db = False, connection.alias
    made.__dict__.update(zip(names, row, strict=True))
    return made


type _Conversion = Callable[[Any], Any]


@cache
def _conversions(model: type[Model], names: tuple[str, ...], _vendor: str) -> list[tuple[int, _Conversion]]:
    """Return what the database's values become, by their places: on SQLite, moments are texts and truths numbers."""
    found: list[tuple[int, _Conversion]] = []
    described = model._meta  # noqa: SLF001 - public in all but its name
    fields = {field.attname: field for field in described.concrete_fields}
    for place, name in enumerate(names):
        if name in fields:
            column = fields[name].get_col(described.db_table)  # of a key to another row: as that row's key is kept
            converters = (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
            found += [(place, _with(converter, column)) for converter in converters]
    return found


def _with(converter: Callable[[Any, Any, Any], Any], column: object) -> _Conversion:
    return lambda value: converter(value, column, connection)


@cache
def _single(model: type[Model], vendor: str) -> "tuple[list[Field[Any, Any]], str]":
    """Return the columns of a row, and the statement that adds one."""
    key = connection.ops.quote_name(str(model._meta.pk.column))  # noqa: SLF001 - public in all but its name
    fields, statement = _statement(model, 1, (), vendor)
    return fields, f"{statement.partition(' ON CONFLICT ')[0]} RETURNING {key}"


@lru_cache(maxsize=256)
def _several(model: type[Model], count: int, vendor: str) -> "tuple[list[Field[Any, Any]], str]":
    fields, statement = _statement(model, count, (), vendor)
    return fields, statement.partition(" ON CONFLICT ")[0]


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
