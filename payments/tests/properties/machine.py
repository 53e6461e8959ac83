"""Every movement of a booking's money, in any order, beside a model that counts with it."""

from collections.abc import Callable
from datetime import time, timedelta
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bookings import slots
from bookings.errors import TotalBelowPaid
from bookings.models import Booking
from bookings.services import Move, reschedule_booking, update_booking
from bookings.services.update import Changes
from bookings.tests.factories import BookingFactory, default_rules
from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.ids import uuid7
from payments.errors import MoreThanOwed, RefundRefused
from payments.models import LedgerEntry, Payment, Refund
from payments.queries.at_risk import at_risk
from payments.queries.ledger import refundable
from payments.queries.refund_totals import with_refund_totals
from payments.queries.timeline import timeline
from payments.queries.unproven import GRACE, unproven
from payments.services import ledger
from payments.services.cancel_terms import Terms
from payments.services.cancellation import cancel_booking
from payments.services.disputes import apply_stripe_dispute
from payments.services.intents import apply_payment_intent
from payments.services.locks import lock_payment
from payments.services.manual import record_manual_payment
from payments.services.paid_back import give_up_refund, mark_paid_back
from payments.services.refund_approval import approve_refund, reject_refund
from payments.services.refunds import check_refund, make_refund, refund_payment
from payments.services.stripe_refunds import apply_stripe_refund
from payments.tests import stripe_says
from payments.tests.factories import PaymentFactory
from payments.tests.properties.model import Back, Books, Claim, Paid

Kind = LedgerEntry.Kind
RULES = default_rules()
SIX = time(18)
CENTS = st.integers(1, 90_000)
# Where Stripe may take a refund and a dispute from one state.
NEXT_OF_REFUND = {
    "pending": ("succeeded", "failed", "canceled"),
    "requires_action": ("succeeded", "failed", "canceled"),
    "succeeded": ("failed",),
}
NEXT_OF_DISPUTE = {
    "warning_needs_response": ("warning_under_review", "warning_closed", "needs_response"),
    "warning_under_review": ("warning_closed", "needs_response"),
    "needs_response": ("under_review", "won", "lost"),
    "under_review": ("won", "lost"),
}
DISPUTE_FEE = 1500
# A refund that staff made and one from the dashboard may be of the same money, until Stripe
# refuses one of them: that is for a person to look at.
CROSSED = "refunded_too_much"


class Money(RuleBasedStateMachine):
    """One booking. Each step does something to it, and to the model."""

    staff: ClassVar[dict[str, User]]

    def __init__(self) -> None:
        super().__init__()
        rows: Any = transaction.atomic()
        # As Django's own TestCase has it, so that the services' durable blocks may stand in it.
        rows._from_testcase = True
        self.rows = rows
        self.rows.__enter__()
        self.now = timezone.now()
        self.day = slots.local_date(self.now) + timedelta(days=60)
        self.booking: Booking = BookingFactory(date=self.day, time=SIX, guests=8)
        self.books = Books(per_guest=RULES.adult_price, least=RULES.order_minimum, guests=8)
        self.ids: dict[str, Payment] = {}
        self.told: list[Callable[[], None]] = []
        self.withdrawn: dict[str, list[stripe_says.Json]] = {}
        self.moves = 0

    def teardown(self) -> None:
        """Undo it all: the next sequence has the database to itself."""
        try:
            self.nothing_is_unproven()
            self.the_timeline_ends_at_what_is_paid()
        finally:
            transaction.set_rollback(True)
            self.rows.__exit__(None, None, None)

    # What is there to choose from.

    def cards(self) -> list[str]:
        """Return the names of the card payments."""
        return [name for name, paid in self.books.payments.items() if paid.by_card]

    def backs(self, *statuses: str, by_card: bool | None = None) -> list[tuple[str, str]]:
        """Return (payment, refund) of the refunds in one of these states."""
        return [
            (name, pk)
            for name, paid in self.books.payments.items()
            for pk, back in paid.refunds.items()
            if back.status in statuses and by_card in (None, paid.by_card)
        ]

    def can_be_sent(self) -> list[tuple[str, str]]:
        """Return what of ours Stripe has not answered, and would not refuse."""
        found = self.backs("asked")
        return [(name, pk) for name, pk in found if self.fits(name, self.back(name, pk).amount)]

    def fits(self, name: str, cents: int) -> bool:
        """Return whether Stripe would refund so much."""
        paid = self.books.payments[name]
        return not paid.is_contested and 0 < cents <= paid.left_at_stripe

    def claims(self) -> list[str]:
        """Return the card payments whose dispute may still move."""
        found = self.books.payments.items()
        return [
            name
            for name, paid in found
            if any(claim.status in NEXT_OF_DISPUTE for claim in paid.claims.values())
        ]

    def back(self, name: str, pk: str) -> Back:
        """Return the model of a refund."""
        return self.books.payments[name].refunds[pk]

    def stripe_says(
        self, take_in: Callable[..., None], said: stripe_says.Json, **more: Any
    ) -> None:
        """Let an event arrive, and remember it: Stripe may repeat it at any time."""
        told = partial(take_in, said, as_of=self.now, **more)
        self.told.append(told)
        told()

    def refused(self, error: type[DomainError], call: Callable[[], object]) -> None:
        """Do what must be refused."""
        try:
            call()
        except error:
            return
        raise AssertionError(f"{error.__name__} was expected")

    # Money comes in.

    @rule(cents=CENTS, is_tip=st.booleans())
    def a_card_is_charged(self, cents: int, is_tip: bool) -> None:
        """Stripe takes a payment."""
        name = uuid7().hex
        payment = PaymentFactory(
            booking=self.booking,
            amount=cents,
            payment_type="gratuity" if is_tip else "balance",
            stripe_payment_intent_id=f"pi_{name}",
        )
        said = stripe_says.intent_paid(payment, name=name, at=self.now)
        self.stripe_says(apply_payment_intent, said, now=self.now)
        self.came_in(name, payment, by_card=True)

    @rule(cents=CENTS, is_tip=st.booleans())
    def staff_record_a_payment(self, cents: int, is_tip: bool) -> None:
        """Zelle comes in, never more than is owed but for tips."""
        call = partial(
            record_manual_payment,
            booking_id=self.booking.pk,
            method="zelle",
            amount=cents,
            payment_type="gratuity" if is_tip else "balance",
            actor=self.staff["finance"],
            now=self.now,
        )
        if not is_tip and cents > self.books.owed:
            self.refused(MoreThanOwed, call)
            return
        payment = call()
        self.came_in(uuid7().hex, payment, by_card=False)

    def came_in(self, name: str, payment: Payment, *, by_card: bool) -> None:
        """Count a payment."""
        payment.refresh_from_db()
        self.ids[name] = payment
        is_tip = payment.payment_type == Payment.Purpose.GRATUITY
        self.books.payments[name] = Paid(amount=payment.amount, is_tip=is_tip, by_card=by_card)
        self.books.moved[Kind.CHARGE] += payment.amount

    # Money goes back.

    @precondition(lambda self: self.books.payments)
    @rule(data=st.data())
    def staff_refund(self, data: st.DataObject) -> None:
        """Our row stands before Stripe is called, or waits for staff's own hands."""
        name = data.draw(st.sampled_from(sorted(self.books.payments)))
        paid = self.books.payments[name]
        cents = data.draw(st.integers(1, paid.refundable + 1))
        if paid.is_contested or cents > paid.refundable:
            self.refused(RefundRefused, lambda: self.make_refund(name, cents))
            return
        refund = self.make_refund(name, cents)
        status = "asked" if paid.by_card else "waiting"
        paid.refunds[str(refund.pk)] = Back(amount=cents, status=status)

    def make_refund(self, name: str, cents: int) -> Refund:
        """Write a refund down as `refund_payment` does before it calls Stripe."""
        actor = self.staff["finance"]
        with transaction.atomic():
            payment = lock_payment(self.ids[name].pk)
            check_refund(payment, cents, actor=actor, now=self.now)
            return make_refund(payment, cents, refund_id=uuid7(), reason="", notes="", actor=actor)

    def over_limit(self) -> list[str]:
        """Return the payments of which more may go back than a manager may give."""
        found = self.books.payments.items()
        limit = RULES.manager_refund_limit
        return [n for n, paid in found if paid.refundable > limit and not paid.is_contested]

    @precondition(lambda self: self.over_limit())
    @rule(data=st.data())
    def a_manager_asks_for_more_than_they_may(self, data: st.DataObject) -> None:
        """The money is set aside until a second person has decided."""
        name = data.draw(st.sampled_from(sorted(self.over_limit())))
        paid = self.books.payments[name]
        cents = data.draw(st.integers(RULES.manager_refund_limit + 1, paid.refundable))
        refund = refund_payment(
            payment_id=self.ids[name].pk,
            amount=cents,
            may_ask=True,
            actor=self.staff["manager"],
            now=self.now,
        )
        paid.refunds[str(refund.pk)] = Back(amount=cents, status="to_approve")

    @precondition(lambda self: self.backs("to_approve", by_card=False))
    @rule(data=st.data())
    def finance_approve(self, data: st.DataObject) -> None:
        """What came by hand waits for staff from then on."""
        name, pk = data.draw(st.sampled_from(sorted(self.backs("to_approve", by_card=False))))
        paid, back = self.books.payments[name], self.back(name, pk)
        call = partial(
            approve_refund, refund_id=UUID(pk), actor=self.staff["finance"], now=self.now
        )
        if paid.amount + paid.adjusted - paid.held - paid.going < 0:
            self.refused(RefundRefused, call)
            return
        call()
        back.status = "waiting"

    @precondition(lambda self: self.backs("to_approve"))
    @rule(data=st.data())
    def finance_reject(self, data: st.DataObject) -> None:
        """The money is free again."""
        name, pk = data.draw(st.sampled_from(sorted(self.backs("to_approve"))))
        reject_refund(refund_id=UUID(pk), reason="No.", actor=self.staff["finance"], now=self.now)
        self.back(name, pk).status = "canceled"

    @precondition(lambda self: self.can_be_sent())
    @rule(data=st.data(), status=st.sampled_from(["requires_action", "canceled", *NEXT_OF_REFUND]))
    def stripe_answers(self, data: st.DataObject, status: str) -> None:
        """Stripe has made our refund."""
        name, pk = data.draw(st.sampled_from(sorted(self.can_be_sent())))
        self.refund_is(name, pk, status, ours=pk)

    @precondition(lambda self: self.backs(*NEXT_OF_REFUND, by_card=True))
    @rule(data=st.data())
    def a_refund_moves(self, data: st.DataObject) -> None:
        """It goes through, fails, or is taken back."""
        found = sorted(self.backs(*NEXT_OF_REFUND, by_card=True))
        name, pk = data.draw(st.sampled_from(found))
        self.refund_is(
            name, pk, data.draw(st.sampled_from(NEXT_OF_REFUND[self.back(name, pk).status]))
        )

    @precondition(lambda self: any(self.fits(name, 1) for name in self.cards()))
    @rule(data=st.data(), status=st.sampled_from(sorted(NEXT_OF_REFUND)))
    def somebody_refunds_in_the_dashboard(self, data: st.DataObject, status: str) -> None:
        """Stripe knows nothing of what it has not answered yet."""
        name = data.draw(st.sampled_from(sorted(n for n in self.cards() if self.fits(n, 1))))
        paid = self.books.payments[name]
        cents = data.draw(st.integers(1, paid.left_at_stripe))
        paid.refunds[uuid7().hex] = Back(amount=cents, status="asked")
        self.refund_is(name, list(paid.refunds)[-1], status)

    def refund_is(self, name: str, pk: str, status: str, *, ours: str = "") -> None:
        """Let Stripe say how a refund stands, and count what has left us or come back."""
        back = self.back(name, pk)
        intent = self.ids[name].stripe_payment_intent_id or ""
        said = stripe_says.refund(
            intent, name=pk, amount=back.amount, status=status, at=self.now, ours=ours
        )
        self.stripe_says(apply_stripe_refund, said)
        came_back = status in ("failed", "canceled")
        if status != "requires_action" and not back.left_us:
            self.books.moved[Kind.REFUND] -= back.amount
        if came_back:
            self.books.moved[Kind.REFUND_REVERSAL] += back.amount
        back.left_us = status in ("pending", "succeeded")
        back.status = status

    @precondition(lambda self: self.backs("waiting"))
    @rule(data=st.data(), pays=st.booleans())
    def staff_pay_back_or_give_up(self, data: st.DataObject, pays: bool) -> None:
        """What did not come by card goes back by hand."""
        name, pk = data.draw(st.sampled_from(sorted(self.backs("waiting"))))
        back, finance = self.back(name, pk), self.staff["finance"]
        if pays:
            mark_paid_back(refund_id=UUID(pk), how="zelle", actor=finance, now=self.now)
            self.books.moved[Kind.REFUND] -= back.amount
            back.status, back.left_us = "succeeded", True
        else:
            give_up_refund(refund_id=UUID(pk), reason="Lost.", actor=finance, now=self.now)
            back.status = "canceled"

    # Banks.

    @precondition(lambda self: any(not self.books.payments[name].claims for name in self.cards()))
    @rule(data=st.data(), inquiry=st.booleans(), hears_first=st.booleans())
    def a_bank_disputes(self, data: st.DataObject, inquiry: bool, hears_first: bool) -> None:
        """Of an inquiry nothing is withdrawn; else we may hear of it before the money goes."""
        undisputed = [name for name in self.cards() if not self.books.payments[name].claims]
        name = data.draw(st.sampled_from(sorted(undisputed)))
        cents = data.draw(st.integers(1, self.books.payments[name].amount))
        claim = Claim(amount=cents, status="warning_needs_response")
        self.books.payments[name].claims[uuid7().hex] = claim
        self.withdrawn[name] = []
        if inquiry:
            self.dispute_is(name, "warning_needs_response")
            return
        claim.status = "needs_response"
        if hears_first:
            self.dispute_says(name)
        self.dispute_is(name, "needs_response")

    @precondition(lambda self: self.claims())
    @rule(data=st.data())
    def a_dispute_moves(self, data: st.DataObject) -> None:
        """It is escalated, answered, won, lost or closed."""
        name = data.draw(st.sampled_from(sorted(self.claims())))
        [claim] = self.books.payments[name].claims.values()
        self.dispute_is(name, data.draw(st.sampled_from(NEXT_OF_DISPUTE[claim.status])))

    def dispute_is(self, name: str, status: str) -> None:
        """Let Stripe say how a dispute stands, with the money that went or came."""
        [claim] = self.books.payments[name].claims.values()
        claim.status = status
        if status == "needs_response" and not claim.held:
            self.move_claim(name, claim, -claim.amount, fee=DISPUTE_FEE)
        if status == "won":
            self.move_claim(name, claim, claim.held)
        self.dispute_says(name)

    def move_claim(self, name: str, claim: Claim, cents: int, *, fee: int = 0) -> None:
        """Count what a bank took, or gave back."""
        moved = stripe_says.balance_transaction(
            name=uuid7().hex, amount=cents, fee=fee, at=self.now
        )
        self.withdrawn[name] = [*self.withdrawn[name], moved]
        claim.held -= cents
        kind = Kind.DISPUTE_WITHDRAWN if cents < 0 else Kind.DISPUTE_REINSTATED
        self.books.moved[kind] += cents
        if fee:
            self.books.moved[Kind.FEE] -= fee

    def dispute_says(self, name: str) -> None:
        """Send the dispute as it stands."""
        [(claim_name, claim)] = self.books.payments[name].claims.items()
        said = stripe_says.dispute(
            self.ids[name].stripe_payment_intent_id or "",
            name=claim_name,
            amount=claim.amount,
            status=claim.status,
            at=self.now,
            moved=self.withdrawn[name],
        )
        self.stripe_says(apply_stripe_dispute, said)

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def stripe_repeats_itself(self, data: st.DataObject) -> None:
        """Any of its events arrives again, however old it is: nothing changes."""
        again = data.draw(st.lists(st.integers(0, len(self.told) - 1), min_size=1, max_size=8))
        for number in again:
            self.told[number]()

    # The bill, and staff's corrections.

    @precondition(lambda self: self.books.payments)
    @rule(data=st.data())
    def what_was_booked_is_corrected(self, data: st.DataObject) -> None:
        """By one more entry, as reconciliation does."""
        name = data.draw(st.sampled_from(sorted(self.books.payments)))
        paid, payment = self.books.payments[name], self.ids[name]
        cents = data.draw(st.integers(-paid.refundable, 5000).filter(bool))
        booked = LedgerEntry.objects.get(payment=payment, kind=Kind.CHARGE).cause
        ledger.adjust(
            cause=booked,
            number=LedgerEntry.objects.filter(cause__startswith=f"adjustment:{booked}").count(),
            booking_id=self.booking.pk,
            payment_id=payment.pk,
            kind=Kind.ADJUSTMENT,
            amount=cents,
            actor=None,
            now=self.now,
        )
        paid.adjusted += cents
        self.books.moved[Kind.ADJUSTMENT] += cents

    def stands(self) -> bool:
        """Return whether the party is still to come."""
        return self.booking.status in ("pending", "confirmed")

    @precondition(stands)
    @rule(guests=st.integers(1, 40))
    def other_guests_come(self, guests: int) -> None:
        """The bill follows, but never below what has been paid."""
        old, was = self.books.total, self.books.guests
        self.books.guests = guests
        call = partial(
            update_booking,
            booking_id=self.booking.pk,
            changes=Changes(guests=guests),
            actor=self.staff["finance"],
            now=self.now,
        )
        if self.books.total < min(old, self.books.paid):
            self.books.guests = was
            self.refused(TotalBelowPaid, call)
        else:
            call()

    @precondition(stands)
    @rule()
    def the_party_moves(self) -> None:
        """The first move of a confirmed booking is free, each other costs a fee."""
        if self.booking.status == "confirmed":
            self.books.fees += RULES.reschedule_fee if self.moves >= RULES.free_reschedules else 0
            self.moves += 1
        self.day += timedelta(days=1)
        move = Move(date=self.day, time=SIX)
        actor = self.staff["finance"]
        reschedule_booking(booking_id=self.booking.pk, move=move, actor=actor, now=self.now)

    @precondition(stands)
    @rule()
    def the_party_is_canceled(self) -> None:
        """Early: all of what came by hand goes back; of a card nothing, which staff may choose."""
        terms = Terms(refund_amount=0, reason="Theirs.") if self.cards() else Terms()
        outcome = cancel_booking(
            booking_id=self.booking.pk, terms=terms, actor=self.staff["finance"], now=self.now
        )
        if not self.cards():
            assert outcome.refund_total == sum(self.books.refundable.values())
        names = {payment.pk: name for name, payment in self.ids.items()}
        for refund in outcome.refunds:
            paid = self.books.payments[names[refund.payment_id]]
            paid.refunds[str(refund.pk)] = Back(amount=refund.amount, status="waiting")

    # What always holds.

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        """Paid, owed, refundable, at risk, and the ledger's sums."""
        self.now += timedelta(minutes=1)
        self.booking.refresh_from_db()
        assert self.figures() == {
            "total": self.books.total,
            "paid": self.books.paid,
            "owed": self.books.owed,
            "refundable": self.books.refundable,
            "at_risk": self.books.at_risk,
            "ledger": {kind: cents for kind, cents in self.books.moved.items() if cents},
        }
        assert min(self.books.refundable.values(), default=0) >= 0

    def figures(self) -> dict[str, Any]:
        """Return what the product says."""
        left = {row.pk: row.left for row in with_refund_totals(self.booking.payments.all())}
        sums = LedgerEntry.objects.filter(booking=self.booking).order_by().values_list("kind")
        return {
            "total": self.booking.total,
            "paid": self.booking.paid,
            "owed": self.booking.balance,
            "refundable": {name: left[payment.pk] for name, payment in self.ids.items()},
            "at_risk": at_risk(self.booking.pk),
            "ledger": {kind: cents for kind, cents in sums.annotate(c=Sum("amount")) if cents},
        }

    def nothing_is_unproven(self) -> None:
        """Prove the booking as is done at night."""
        for name, payment in self.ids.items():
            assert refundable(payment) == self.books.payments[name].refundable
        wrong = unproven(now=self.now + GRACE * 2)
        assert [each for each in wrong if each.what != CROSSED] == []

    def the_timeline_ends_at_what_is_paid(self) -> None:
        """Read it as staff do."""
        rows = timeline(self.booking, staff=True).rows
        assert [row.paid for row in rows if row.amount][-1:] in ([], [self.books.paid])
