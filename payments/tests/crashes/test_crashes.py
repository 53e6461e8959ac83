"""A process is killed between any two steps of what moves money: it has moved exactly once."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from myhibachi.core.errors import DomainError
from payments.tests.crashes.operations import OPERATIONS, Operation, restart
from payments.tests.killing import killed_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

Make = Callable[[], Operation]
# Our row stands and Stripe has not been asked; Stripe has been asked and we have not written it.
QUICK = (2, 7)
MOMENTS = [
    pytest.param(
        make,
        moment,
        id=f"{make.__name__}-{moment}",
        marks=[] if moment in QUICK else [pytest.mark.slow],
    )
    for make, moments in OPERATIONS.items()
    for moment in range(moments)
]


def crash(make: Make, moment: int) -> bool:
    """Cut one off, restart, and let its caller go on; return whether it came to that moment."""
    operation = make()
    was_killed = killed_at(moment, operation.work)
    restart()
    # The caller does not know what became of it, and repeats it; what is done tells them so.
    with suppress(DomainError):
        operation.work()
    operation.finish()
    restart()
    assert operation.end() == operation.expected
    return was_killed


@pytest.mark.parametrize(("make", "moment"), MOMENTS)
def test_killed_at_any_moment_money_has_moved_exactly_once(make: Make, moment: int):
    assert crash(make, moment)


@pytest.mark.parametrize("make", OPERATIONS, ids=lambda make: make.__name__)
def test_there_are_no_more_moments_and_left_alone_it_ends_alike(make: Make):
    assert not crash(make, OPERATIONS[make])
