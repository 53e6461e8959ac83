"""How a booking says no."""

from myhibachi.core.errors import DomainError, InvalidInput


class InvalidTransition(DomainError):
    """The booking's status doesn't allow this."""

    code = "invalid_status"


class NotEditable(DomainError):
    """This can't be changed (any more)."""

    code = "booking_not_editable"


class GuestsChanged(DomainError):
    """The party has another number of guests than the person saw."""

    code = "guests_changed"


class TotalBelowPaid(DomainError):
    """The change would make the booking cost less than what has been paid."""

    code = "total_below_paid"


class BillChanged(DomainError):
    """The bill is not what the person has seen."""

    code = "bill_changed"


class SlotFull(DomainError):
    """No place is left. `extra["open_slots"]` has the nearest ones."""

    code = "slot_full"


class NotPayable(DomainError):
    """Nothing is taken for a booking of this status."""

    code = "booking_not_payable"


class NothingDue(DomainError):
    """All of it has been paid."""

    code = "nothing_due"


class UnknownSlot(InvalidInput):
    """We don't cook at this time of day."""

    code = "unknown_slot"


class SlotInPast(InvalidInput):
    """The slot has begun already."""

    code = "slot_in_past"


class TooSoon(InvalidInput):
    """Inside the notice we need."""

    code = "too_soon"


class TooFarAhead(InvalidInput):
    """Past the horizon."""

    code = "too_far_ahead"


class TooFarAway(InvalidInput):
    """Further than we drive."""

    code = "too_far_away"


class UnknownItem(InvalidInput):
    """No such add-on or protein is on the menu."""

    code = "unknown_item"


class WrongPartySize(InvalidInput):
    """The guests don't add up, or are too few or too many."""

    code = "wrong_party_size"


class TooManyProteins(InvalidInput):
    """More proteins than the party may choose."""

    code = "too_many_proteins"


class RuleBookInForce(DomainError):
    """What has been in force is not changed."""

    code = "rule_book_in_force"


class DiscountTooLarge(InvalidInput):
    """A bill can't be less than nothing."""

    code = "discount_too_large"


class SlotOpen(DomainError):
    """Nobody needs to wait for this slot."""

    code = "slot_open"


class SlotClosed(DomainError):
    """Nobody cooks then."""

    code = "slot_closed"


class AlreadyWaiting(DomainError):
    """One place in line for a customer and slot is enough."""

    code = "already_waiting"


class QuoteNotEditable(DomainError):
    """This version can't be changed or revised."""

    code = "quote_not_editable"


class QuoteNotOpen(DomainError):
    """It has been answered, or was not offered yet."""

    code = "quote_not_open"


class QuoteExpired(QuoteNotOpen):
    """It was valid until a moment that has passed."""

    code = "quote_expired"


class QuoteSuperseded(QuoteNotOpen):
    """There is a newer version."""

    code = "quote_superseded"


class QuotedSlotOpen(DomainError):
    """Another slot is for when the one that was quoted is gone, and it is not."""

    code = "quoted_slot_open"


class SameSlot(InvalidInput):
    """The booking is at this date and time already."""

    code = "same_slot"


class FeeChanged(DomainError):
    """The fee is another than the client expects. `extra["preview"]` has what it is now."""

    code = "fee_changed"


class NoLateMoney(DomainError):
    """No money waits for a decision: it came in time, or somebody has decided."""

    code = "no_late_money"


class SlotExceptionExists(DomainError):
    """This date, or this slot, has an exception already."""

    code = "slot_exception_exists"
