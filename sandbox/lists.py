"""Stripe's list answers: newest first, cursors, limits, filters and ranges."""

import json
from typing import Any

from sandbox.errors import invalid, no_such
from sandbox.params import Params
from sandbox.store import Body, Store, path

RANGES = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
LIMIT = "This value must be {bound} (it currently is '{given}')."


def page(
    store: Store, kind: str, params: Params, *, url: str, where: dict[str, Any] | None = None
) -> Body:
    """One page of a kind.

    ``where`` maps a (dotted) field to the value it must have, or to a list of allowed values, or
    to a range ``{"gte": …}``; a None means "no such filter". ``created`` is read from ``params``.
    """
    limit = _limit(params)
    clauses, args = ["kind = ?", "NOT deleted"], [kind]
    for field, wanted in {"created": params.get("created"), **(where or {})}.items():
        if wanted is not None:
            _filter(path(field) if field != "created" else field, wanted, clauses, args)
    backwards = _cursor(store, params, clauses, args)
    rows = store.sql.execute(
        f"SELECT body FROM objects WHERE {' AND '.join(clauses)} "
        f"ORDER BY seq {'ASC' if backwards else 'DESC'} LIMIT ?",
        (*args, limit + 1),
    ).fetchall()
    data = [json.loads(row["body"]) for row in rows[:limit]]
    return as_list(data[::-1] if backwards else data, url, has_more=len(rows) > limit)


def as_list(data: list[Body], url: str, *, has_more: bool = False) -> Body:
    """The list envelope."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def slice_of(rows: list[Body], params: Params, url: str) -> Body:
    """A page of rows that lie inside another object, in their own order."""
    places = [row["id"] for row in rows]
    after, limit = params.get("starting_after"), _limit(params)
    if after and after not in places:
        raise no_such("object", after, "starting_after", 400)
    start = places.index(after) + 1 if after else 0
    return as_list(rows[start : start + limit], url, has_more=start + limit < len(rows))


def _limit(params: Params) -> int:
    limit: int = params.get("limit", 10)
    if not 1 <= limit <= 100:
        bound = "greater than or equal to 1" if limit < 1 else "less than or equal to 100"
        message = LIMIT.format(bound=bound, given=limit)
        raise invalid(message, "limit", "parameter_invalid_integer")
    return limit


def _filter(column: str, wanted: Any, clauses: list[str], args: list[Any]) -> None:
    if isinstance(wanted, dict):
        for name, bound in wanted.items():
            clauses.append(f"{column} {RANGES[name]} ?")
            args.append(bound)
    elif isinstance(wanted, list):
        clauses.append(f"{column} IN ({', '.join('?' * len(wanted))})")
        args.extend(wanted)
    else:
        clauses.append(f"{column} = ?")
        args.append(wanted)


def _cursor(store: Store, params: Params, clauses: list[str], args: list[Any]) -> bool:
    """Add the cursor's clause; True when the page is read backwards (``ending_before``)."""
    for name, sign in (("starting_after", "<"), ("ending_before", ">")):
        if name in params:
            row = store.sql.execute("SELECT seq FROM objects WHERE id = ?", (params[name],))
            found = row.fetchone()
            if found is None:
                raise no_such("object", params[name], name, 400)
            clauses.append(f"seq {sign} ?")
            args.append(found["seq"])
    return "ending_before" in params
