"""The rules of the house as one frozen value: what pricing takes and what a booking keeps."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class AddOn:
    """Something ordered on top of the menu. `price` is cents, each."""

    code: str
    label: str
    price: int


@dataclass(frozen=True, kw_only=True)
class Rules:
    """One rule book, as of the moment it was read. Money is cents.

    Each field is the column of the same name in `bookings.models.RuleBook`, which explains it.
    """

    adult_price: int
    child_price: int
    toddler_price: int
    adult_from_age: int
    child_from_age: int
    order_minimum: int
    add_ons: tuple[AddOn, ...]
    proteins: tuple[str, ...]
    proteins_per_guest: int
    protein_choice_hours: int
    deposit: int
    hold_minutes: int
    hold_reminder_minutes: int
    slot_times: tuple[str, ...]
    slot_capacity: int
    notice_hours: int
    horizon_days: int
    guests_min: int
    guests_max: int
    duration_base_minutes: int
    duration_minutes_per_guest: int
    duration_max_minutes: int
    travel_origin_zip: str
    travel_free_miles: int
    travel_price_per_mile: int
    travel_max_miles: int
    cancel_full_refund_hours: int
    cancel_keep_deposit_hours: int
    late_cancel_refund_percent: int
    free_reschedules: int
    reschedule_notice_hours: int
    reschedule_fee: int
    final_count_hours: int
    flat_tax: bool
    tax_basis_points: int
    gratuity_percents: tuple[int, ...]
    loyalty_silver: int
    loyalty_gold: int
    loyalty_platinum: int
    invoice_due_days: int
    manager_refund_limit: int
    # Newer than the first snapshots, which lack them.
    balance_reminder_hours: int = 72
    party_reminder_hours: int = 24
    arrival_minutes: int = 30
    quote_valid_days: int = 14
    invoice_reminder_days: int = 3
    dispute_fee: int = 1500

    def to_json(self) -> dict[str, Any]:
        """Return the snapshot a booking stores."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read a snapshot, or a rule book's columns; what is no rule any more is skipped."""
        values = {
            field.name: _frozen(data[field.name]) for field in fields(cls) if field.name in data
        }
        return cls(**values | {"add_ons": tuple(AddOn(**item) for item in values["add_ons"])})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else value
