"""The admin's menu, in the order of the work: what is used all day stands first."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page that belongs to no table. Shown to whoever holds `permission`."""

    url: str
    label: str
    permission: str = ""


# A table by its label, or a page.
Item = str | Page

MENU: tuple[tuple[str, tuple[Item, ...]], ...] = (
    (
        "Parties",
        (
            Page(url="admin:index", label="Today"),
            Page(
                url="admin:bookings_booking_calendar",
                label="Calendar",
                permission="bookings.view_booking",
            ),
            "bookings.Booking",
            "bookings.Quote",
            "bookings.WaitlistEntry",
            "customers.Customer",
            Page(
                url="admin:bookings_booking_prep_day",
                label="Prep sheet",
                permission="bookings.view_booking",
            ),
        ),
    ),
    (
        "Money",
        (
            "payments.Payment",
            "payments.Refund",
            "payments.Invoice",
            "payments.Dispute",
            "payments.EarlyFraudWarning",
            "payments.MoneyIn",
            "payments.Attention",
        ),
    ),
    (
        "Figures",
        (
            Page(url="analytics", label="Analytics", permission="payments.view_analytics"),
            Page(url="accounting", label="Accounting", permission="payments.export_ledger"),
            "payments.LedgerEntry",
            "payments.Payout",
        ),
    ),
    ("House", ("bookings.RuleBook", "bookings.SlotException", "bookings.Email", "customers.User")),
    (
        "Technical",
        (
            Page(url="system", label="Health", permission="payments.view_webhookevent"),
            "payments.WebhookEvent",
            "payments.Difference",
            "payments.ReconcileRun",
            "core.AuditEntry",
        ),
    ),
)
# What no section names stands here: dj-stripe's tables.
REST = "Stripe's objects (copy)"
