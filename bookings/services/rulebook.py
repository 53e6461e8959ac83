import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from bookings.errors import RuleBookInForce
from bookings.models import RuleBook
from bookings.slots import local_date
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput


def save_rule_book(*, book: RuleBook, actor: User | None, now: dt.datetime) -> RuleBook:
    """Add a rule book, or change one, that comes into force on a later date.

    Args:
        book: filled and validated (`full_clean`).

    Raises:
        InvalidInput: its date is not in the future, or another rule book's.
        RuleBookInForce: it was in force already: bookings have been made under it.
    """
    today = local_date(now)
    if book.effective_from <= today:
        raise InvalidInput("A rule book starts tomorrow or later.", attr="effective_from")
    with transaction.atomic():
        before = RuleBook.objects.select_for_update().filter(pk=book.pk).first()
        if before and before.effective_from <= today:
            raise RuleBookInForce("Bookings have been made under it: add a new one instead.")
        _save(book)
        audit.record(
            "rulebook.changed" if before else "rulebook.added",
            book,
            actor=actor,
            **_changes(before, book),
        )
    return book


def _save(book: RuleBook) -> None:
    try:
        with transaction.atomic():
            book.save()
    except IntegrityError as error:
        # Somebody else's came first, after this one was validated.
        raise InvalidInput("Rules from this date are there already.", attr="effective_from") from (
            error
        )


def _changes(before: RuleBook | None, after: RuleBook) -> dict[str, Any]:
    new = model_to_dict(after) | {"effective_from": after.effective_from.isoformat()}
    if before is None:
        return new
    old = model_to_dict(before) | {"effective_from": before.effective_from.isoformat()}
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}
