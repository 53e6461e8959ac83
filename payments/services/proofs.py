"""The nightly proof that what our rows say of money is what the ledger says."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from payments.models import Attention
from payments.queries.unproven import Unproven, unproven
from payments.services import attention

KIND = Attention.Kind.UNPROVEN


def prove_totals(*, now: datetime) -> int:
    """Ask a person about each figure that the ledger does not prove; close what it proves again.

    The same wrong figures ask once, however many nights they stay.

    Returns:
        how many figures are not proven.
    """
    found = unproven(now=now)
    for each in found:
        with transaction.atomic():
            _ask(each, now=now)
    open_ones = Attention.objects.filter(kind=KIND, closed_at=None)
    wrong = {each.booking_id for each in found}
    for booking_id in set(open_ones.values_list("booking", flat=True)) - wrong:
        _close(booking_id, now=now)
    return len(found)


def _ask(wrong: Unproven, *, now: datetime) -> None:
    attention.ask(
        KIND,
        about=f"{wrong.booking_id}:{wrong.what}:{wrong.kept}:{wrong.proven}",
        booking_id=wrong.booking_id,
        facts=wrong.to_json(),
        now=now,
    )


def _close(booking_id: UUID, *, now: datetime) -> None:
    with transaction.atomic():
        attention.answer_all(KIND, booking_id=booking_id, decision="proven", actor=None, now=now)
