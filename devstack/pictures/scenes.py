"""What is photographed. A page that is not here is in no picture."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A page, and how to get to what is worth a picture.

    Attributes:
        name: of the pictures' files.
        says: what it shows, for the gallery and for who can't see it.
        path: from the site's root; `{booking}`, `{payment}` and the other names of `Walk.places`.
        row: lead on to the page of the list's first row.
        fill: what to write into which field.
        click: what to press after that, one after the other.
        until: what the page shows once it is ready.
    """

    name: str
    says: str
    path: str
    row: bool = False
    fill: dict[str, str] = field(default_factory=dict)
    click: tuple[str, ...] = ()
    until: str = "h1"


BOOKINGS = "/admin/bookings"
PAYMENTS = "/admin/payments"

# Where the customer is: no login.
CUSTOMER = (
    Scene(name="paid", says="After paying: the party is booked", path="{paid}", until=".good"),
    Scene(name="party", says="The customer's page of a booking", path="{party}"),
    Scene(name="quote", says="A quote, to accept or decline", path="{quote}"),
    Scene(name="login", says="The admin's login", path="/admin/login/", until="[type=submit]"),
)

ADMIN = (
    Scene(name="today", says="Today: what needs somebody now", path="/admin/"),
    Scene(name="calendar", says="The calendar", path=f"{BOOKINGS}/booking/calendar/"),
    Scene(name="bookings", says="Bookings", path=f"{BOOKINGS}/booking/"),
    Scene(
        name="booking", says="A booking on one page", path=BOOKINGS + "/booking/{booking}/change/"
    ),
    Scene(
        name="cancel",
        says="Canceling: the rule, and what goes back",
        path=BOOKINGS + "/booking/{booking}/cancel/",
    ),
    Scene(name="quotes", says="Quotes", path=f"{BOOKINGS}/quote/"),
    Scene(
        name="customers",
        says="Customers, with what they are worth",
        path="/admin/customers/customer/",
    ),
    Scene(name="customer", says="A customer", path="/admin/customers/customer/?q=Hugo", row=True),
    Scene(
        name="prep",
        says="The prep sheet of a day",
        path=f"{BOOKINGS}/booking/prep/",
    ),
    Scene(name="payments", says="Payments", path=f"{PAYMENTS}/payment/"),
    Scene(
        name="refund",
        says="Refunding: the question before money moves",
        path=PAYMENTS + "/payment/{payment}/refund/",
        fill={"#id_amount": "50.00"},
        click=("text=Continue…",),
        until=".question",
    ),
    Scene(
        name="payment",
        says="A payment with its ledger",
        path=PAYMENTS + "/payment/{payment}/change/",
    ),
    Scene(name="refunds", says="Refunds", path=f"{PAYMENTS}/refund/"),
    Scene(name="invoices", says="Invoices", path=f"{PAYMENTS}/invoice/"),
    Scene(
        name="disputes", says="Disputes, with the days left to answer", path=f"{PAYMENTS}/dispute/"
    ),
    Scene(
        name="money-in", says="Zelle and Venmo from a bank's statement", path=f"{PAYMENTS}/moneyin/"
    ),
    Scene(name="analytics", says="Analytics", path="/admin/analytics/", until="canvas"),
    Scene(name="accounting", says="The accounts beside Stripe's", path="/admin/accounting/"),
    Scene(
        name="rows",
        says="The rows behind a figure",
        path="/admin/analytics/",
        click=("details summary", "details[open] td a"),
        until="#content table",
    ),
    Scene(name="rules", says="The rule book", path=f"{BOOKINGS}/rulebook/", row=True),
    Scene(
        name="health", says="Health: events, comparisons, background work", path="/admin/system/"
    ),
    Scene(name="webhooks", says="Every event that Stripe sent", path=f"{PAYMENTS}/webhookevent/"),
    Scene(
        name="dispute",
        says="Answering a dispute",
        path=f"{PAYMENTS}/dispute/",
        row=True,
        click=("text=Answer…",),
    ),
    Scene(name="account", says="Two-factor, and where one is logged in", path="/admin/account/"),
    Scene(name="audit", says="The audit log", path="/admin/core/auditentry/"),
)
