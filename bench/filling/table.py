"""INSERT … SELECT into a table of ours."""

from typing import Any

from django.db import connection, models
from psycopg import sql


def fill(model: type[models.Model], rows: str, **columns: str) -> int:
    """Write a row into `model`'s table for each of `rows`, and return how many.

    Args:
        rows: what comes after FROM.
        columns: SQL by the column's name. What is left out is the field's own default, or empty.
    """
    values = {**_defaults(model, but_for=columns), **columns}
    statement = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(map(sql.SQL, values.values())),
        sql.SQL(rows),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


def run(statement: str, *values: Any) -> None:
    """Execute a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def literal(value: object) -> str:
    """Return a value as SQL."""
    return sql.Literal(value).as_string(None)


def _defaults(model: type[models.Model], *, but_for: dict[str, str]) -> dict[str, str]:
    """Return what Django would write: the database itself knows no defaults."""
    return {
        str(field.column): _default(field)
        for field in model._meta.concrete_fields
        if field.column not in but_for and not (field.null or isinstance(field, models.AutoField))
    }


def _default(field: "models.Field[Any, Any]") -> str:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return "now()"
    value = field.get_db_prep_save(field.get_default(), connection)
    return f"{sql.Literal(value).as_string(None)}"
