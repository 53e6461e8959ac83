"""Who may see and do what in the admin: the one table. A test holds every page against it.

docs/roles.md is written from it: `make roles`. Each entry names the lowest role that may; those
above it may, too. A new page of a table is a line in `TABLES`, any other a line in `PAGES`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

NOBODY, CUSTOMER = "nobody", "customer"
SUPPORT, MANAGER, FINANCE, ADMIN = "support", "manager", "finance", "admin"
# From the lowest. Nobody is somebody who has not logged in.
LADDER = (NOBODY, CUSTOMER, SUPPORT, MANAGER, FINANCE, ADMIN)
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "roles.md"

CONTACT = "contact_name contact_email contact_phone"
PARTY = "location guests children toddlers menu add_ons proteins allergies notes"
RULES = (
    "effective_from adult_price child_price toddler_price adult_from_age child_from_age "
    "order_minimum add_ons proteins proteins_per_guest protein_choice_hours deposit "
    "hold_minutes hold_reminder_minutes slot_times slot_capacity notice_hours horizon_days "
    "guests_min guests_max final_count_hours duration_base_minutes duration_minutes_per_guest "
    "duration_max_minutes travel_origin_zip travel_free_miles travel_price_per_mile "
    "travel_max_miles cancel_full_refund_hours cancel_keep_deposit_hours "
    "late_cancel_refund_percent free_reschedules reschedule_notice_hours reschedule_fee "
    "balance_reminder_hours party_reminder_hours arrival_minutes flat_tax tax_basis_points "
    "gratuity_percents invoice_due_days invoice_reminder_days quote_valid_days "
    "manager_refund_limit dispute_fee loyalty_silver loyalty_gold loyalty_platinum"
)
COPIES = (
    "charge", "customer", "dispute", "event", "invoice",
    "paymentintent", "price", "product", "refund", "session",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page by its URL's name. What is None, no role may.

    Attributes:
        see: the lowest role that may open it.
        do: the lowest role that may send its form or press its button.
    """

    what: str
    see: str | None = None
    do: str | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """The pages that every table has, by what they do; its history goes with seeing it.

    Attributes:
        actions: what can be done with chosen rows of the list.
        fields: what can be edited, of a new row and of one that is there.
    """

    what: str
    see: str = SUPPORT
    add: str | None = None
    change: str | None = None
    delete: str | None = None
    export: str | None = None
    actions: dict[str, str] = field(default_factory=dict)
    new_fields: str = ""
    fields: str = ""


TABLES = {
    "core.auditentry": Table(what="Audit log"),
    "customers.customer": Table(
        what="Customers",
        export=FINANCE,
        add=SUPPORT,
        change=SUPPORT,
        new_fields="name email phone",
        fields="name email phone",
    ),
    "customers.user": Table(
        what="Users",
        see=ADMIN,
        add=ADMIN,
        change=ADMIN,
        new_fields="email name role usable_password password1 password2",
        fields="email name role is_active",
    ),
    "bookings.booking": Table(
        what="Bookings",
        export=FINANCE,
        add=SUPPORT,
        change=SUPPORT,
        actions={"complete": SUPPORT},
        new_fields=f"customer {CONTACT} date time {PARTY}",
        fields=f"{CONTACT} {PARTY}",
    ),
    "bookings.email": Table(what="E-mails", export=FINANCE, actions={"send_again": SUPPORT}),
    "bookings.quote": Table(
        what="Quotes",
        export=FINANCE,
        add=SUPPORT,
        change=SUPPORT,
        new_fields=f"customer {CONTACT} date time {PARTY} extra_lines message",
        fields=f"{CONTACT} date time {PARTY} extra_lines message",
    ),
    "bookings.rulebook": Table(
        what="Rule books", add=ADMIN, change=ADMIN, new_fields=RULES, fields=RULES
    ),
    "bookings.slotexception": Table(
        what="Slot exceptions",
        add=MANAGER,
        change=MANAGER,
        delete=MANAGER,
        new_fields="date time capacity reason",
        fields="capacity reason",
    ),
    "bookings.waitlistentry": Table(
        what="Waitlist",
        export=FINANCE,
        add=SUPPORT,
        actions={"withdraw": SUPPORT},
        new_fields=f"customer {CONTACT} date time {PARTY}",
    ),
    "payments.attention": Table(what="Attention"),
    "payments.difference": Table(what="Differences"),
    "payments.dispute": Table(what="Disputes", export=FINANCE),
    "payments.earlyfraudwarning": Table(what="Early fraud warnings"),
    "payments.invoice": Table(what="Invoices", export=FINANCE),
    "payments.ledgerentry": Table(what="Ledger", export=FINANCE),
    "payments.moneyin": Table(what="Money in", export=FINANCE),
    "payments.payment": Table(what="Payments", export=FINANCE),
    "payments.payout": Table(what="Payouts", export=FINANCE),
    "payments.reconcilerun": Table(what="Reconcile runs"),
    "payments.refund": Table(what="Refunds", export=FINANCE),
    "payments.webhookevent": Table(what="Webhook events", actions={"replay": ADMIN}),
} | {f"djstripe.{name}": Table(what=f"Stripe's copy: {name}") for name in COPIES}

PAGES = {
    # Logging in, and oneself.
    "admin:login": Page(what="Log in", see=NOBODY, do=NOBODY),
    "admin:logout": Page(what="Log out", do=SUPPORT),
    "two-factor": Page(what="Two-factor: the code", see=SUPPORT, do=SUPPORT),
    "two-factor-set-up": Page(what="Two-factor: set it up", see=SUPPORT, do=SUPPORT),
    "two-factor-off": Page(what="Two-factor: turn it off", see=SUPPORT, do=SUPPORT),
    "two-factor-codes": Page(what="Two-factor: new codes", see=SUPPORT, do=SUPPORT),
    "admin:password_change": Page(what="Change one's password", see=SUPPORT, do=SUPPORT),
    "admin:password_change_done": Page(what="Password changed", see=SUPPORT),
    "your-account": Page(what="Your account", see=SUPPORT),
    "end-login": Page(what="End one's logins", do=SUPPORT),
    # People.
    "admin:auth_user_password_change": Page(what="Set somebody's password", see=ADMIN, do=ADMIN),
    "admin:customers_user_logins": Page(what="Somebody's logins", see=ADMIN, do=ADMIN),
    "admin:customers_user_reset_two_factor": Page(
        what="Reset somebody's two-factor", see=ADMIN, do=ADMIN
    ),
    "admin:customers_customer_merge": Page(what="Merge customers", see=MANAGER, do=MANAGER),
    "admin:customers_customer_export": Page(what="Export a person's data", see=MANAGER, do=MANAGER),
    "admin:customers_customer_erase": Page(what="Erase a person's data", see=ADMIN, do=ADMIN),
    # The day.
    "today": Page(what="Today", see=SUPPORT),
    "admin:index": Page(what="Today", see=SUPPORT),
    "today_do": Page(what="Today: mark as completed, guests are final", do=SUPPORT),
    "find": Page(what="Search everywhere", see=SUPPORT),
    "admin:bookings_booking_calendar": Page(what="Calendar", see=SUPPORT),
    "admin:bookings_booking_prep_day": Page(what="Prep sheet of a day", see=SUPPORT),
    "admin:bookings_booking_prep": Page(what="Prep sheet of a party", see=SUPPORT),
    # A booking.
    "admin:bookings_booking_final_count": Page(what="Guests are final", see=SUPPORT, do=SUPPORT),
    "admin:bookings_booking_done": Page(what="Party took place", see=SUPPORT, do=SUPPORT),
    "admin:bookings_booking_no_show": Page(what="No-show", see=SUPPORT, do=SUPPORT),
    "admin:bookings_booking_send_link": Page(what="Send the pay link", see=SUPPORT, do=SUPPORT),
    "admin:bookings_booking_record_payment": Page(what="Record a payment", see=SUPPORT, do=SUPPORT),
    "admin:bookings_booking_cancel": Page(what="Cancel", see=MANAGER, do=MANAGER),
    "admin:bookings_booking_reschedule": Page(what="Reschedule", see=MANAGER, do=MANAGER),
    "admin:bookings_booking_lower_bill": Page(what="Lower the bill", see=MANAGER, do=MANAGER),
    "admin:bookings_booking_refund": Page(what="Refund", see=MANAGER, do=MANAGER),
    "admin:bookings_booking_saved_card": Page(
        what="Charge the saved card", see=MANAGER, do=MANAGER
    ),
    "admin:bookings_booking_late_money": Page(what="Late money", see=SUPPORT, do=MANAGER),
    "admin:bookings_booking_send_invoice": Page(
        what="Send a balance invoice", see=FINANCE, do=FINANCE
    ),
    "admin:bookings_quote_send": Page(what="Send a quote", see=SUPPORT, do=SUPPORT),
    "admin:bookings_quote_pdf": Page(what="A quote as PDF", see=SUPPORT),
    # Money.
    "admin:payments_payment_refund": Page(
        what="Refund a payment (a manager up to the limit)", see=MANAGER, do=MANAGER
    ),
    "admin:payments_refund_approval": Page(what="Approve a refund", see=FINANCE, do=FINANCE),
    "admin:payments_refund_paid_back": Page(
        what="Note a refund as paid back", see=MANAGER, do=MANAGER
    ),
    "admin:payments_refund_another_way": Page(
        what="Pay a failed refund back another way", see=MANAGER, do=MANAGER
    ),
    "admin:payments_dispute_evidence": Page(what="Answer a dispute", see=FINANCE, do=FINANCE),
    "admin:payments_dispute_review": Page(
        what="Send the answer to a dispute", see=FINANCE, do=FINANCE
    ),
    "admin:payments_dispute_accept": Page(what="Accept a dispute", see=FINANCE, do=FINANCE),
    "admin:payments_earlyfraudwarning_decide": Page(
        what="Decide about a fraud warning", see=MANAGER, do=MANAGER
    ),
    "admin:payments_attention_decide": Page(
        what="Decide what asks for a person", see=MANAGER, do=MANAGER
    ),
    "admin:payments_invoice_void": Page(what="Void an invoice", see=FINANCE, do=FINANCE),
    "admin:payments_invoice_give_up": Page(what="Give an invoice up", see=FINANCE, do=FINANCE),
    "admin:payments_moneyin_import": Page(what="Import a statement", see=SUPPORT, do=SUPPORT),
    "admin:payments_moneyin_record": Page(
        what="Money in: record on a booking", see=SUPPORT, do=SUPPORT
    ),
    "admin:payments_moneyin_link": Page(
        what="Money in: the same as a payment", see=SUPPORT, do=SUPPORT
    ),
    "admin:payments_moneyin_ignore": Page(what="Money in: ignore", see=SUPPORT, do=SUPPORT),
    "admin:payments_moneyin_bring_back": Page(what="Money in: bring back", see=SUPPORT, do=SUPPORT),
    # Figures.
    "analytics": Page(what="Analytics", see=FINANCE),
    "analytics-rows": Page(what="Analytics: the rows behind a bar", see=FINANCE),
    "analytics-file": Page(what="Analytics as CSV", see=FINANCE, do=FINANCE),
    "accounting": Page(what="Accounting and its export", see=FINANCE, do=FINANCE),
    # Technical.
    "system": Page(what="Health", see=SUPPORT),
    "system_ask": Page(what="Health: check everything", do=FINANCE),
    "system_replay": Page(what="Health: replay all events", do=ADMIN),
    "admin:payments_webhookevent_replay": Page(what="Replay an event", do=ADMIN),
    "admin:payments_difference_mend": Page(what="Mend a difference", see=FINANCE, do=FINANCE),
    # Django's own.
    "admin:app_list": Page(what="An app's tables", see=SUPPORT),
    "admin:autocomplete": Page(what="Boxes to choose from", see=SUPPORT),
    "admin:jsi18n": Page(what="Words for the date fields", see=SUPPORT),
    "admin:view_on_site": Page(what="View on site: there is none"),
}


def pages() -> dict[str, Page]:
    """Return every page, those of the tables included."""
    return {
        name: page for label, table in TABLES.items() for name, page in _of(label, table)
    } | PAGES


def may(role: str, lowest: str | None) -> bool:
    """Return whether a role is the lowest one, or above it."""
    return lowest is not None and LADDER.index(role) >= LADDER.index(lowest)


def _of(label: str, table: Table) -> Iterator[tuple[str, Page]]:
    stem = f"admin:{label.replace('.', '_')}"
    yield f"{stem}_changelist", Page(what="list", see=table.see)
    yield f"{stem}_add", Page(what="add", see=table.add, do=table.add)
    if table.export:
        yield f"{stem}_export_list", Page(what="export", see=table.export, do=table.export)
    yield f"{stem}_change", Page(what="one of them", see=table.see, do=table.change)
    yield f"{stem}_history", Page(what="its history", see=table.see)
    yield f"{stem}_delete", Page(what="delete", see=table.delete, do=table.delete)


def document() -> str:
    """Return docs/roles.md."""
    parts = [HEAD, "## Tables\n", *_tables(), "\n## Other pages\n", *_others(), FIELDS, *_fields()]
    return "\n".join(parts) + "\n"


HEAD = """# Who may see and do what

`myhibachi/tests/roles_matrix.py` is the table behind this page, and `make roles` writes it. A test
asks for every page of the admin, and sends every form, as each role, and holds the answers against
it: a page that is not in the table fails the test.

Each role may what the one before it may. The groups and their permissions come from
`customers/roles.py`: every migrate makes them match it (a `post_migrate` receiver rather than a
migration of its own, so that a new table or permission can't be forgotten). The owner, a superuser,
may what an admin may, and is changed by nobody else. Customers and people who have not logged in
are sent to the login, whatever they ask for; a customer's login is refused there.

*see*: may open it. *do*: may also send its form.
"""
FIELDS = """
## Fields that can be edited

Everything else on these pages is only shown.

| Table | Of | From | Fields |
|---|---|---|---|"""
HEADING = (
    "| {} | " + " | ".join(LADDER[2:]) + " | customer | nobody |\n|---|" + "---|" * len(LADDER)
)


def _tables() -> Iterator[str]:
    yield HEADING.format("Table")
    for label, table in TABLES.items():
        for page in dict(_of(label, table)).values():
            if page.see or page.do:
                yield _line(f"{table.what}: {page.what}", page)
        for name, lowest in table.actions.items():
            words = name.replace("_", " ")
            yield _line(f"{table.what}: “{words}” of chosen rows", Page(what=words, do=lowest))


def _others() -> Iterator[str]:
    yield HEADING.format("Page")
    for page in PAGES.values():
        yield _line(page.what, page)


def _line(what: str, page: Page) -> str:
    roles = (*LADDER[2:], CUSTOMER, NOBODY)
    return f"| {what} | " + " | ".join(_cell(role, page) for role in roles) + " |"


def _cell(role: str, page: Page) -> str:
    sees, does = may(role, page.see), may(role, page.do)
    return "see, do" if sees and does else "see" if sees else "do" if does else "–"


def _fields() -> Iterator[str]:
    for table in TABLES.values():
        for of, lowest, fields in (
            ("a new one", table.add, table.new_fields),
            ("one that is there", table.change, table.fields),
        ):
            if fields:
                names = ", ".join(name.replace("_", " ") for name in fields.split())
                yield f"| {table.what} | {of} | {lowest} | {names} |"


if __name__ == "__main__":
    DOCUMENT.write_text(document())
