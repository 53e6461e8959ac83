"""What may be done to an invoice, and when; Stripe's refusals otherwise."""

from sandbox import errors, invoice_lines, tax
from sandbox.params import Params
from sandbox.store import Body

NEEDS_DUE = (
    "If invoice collection method is 'send_invoice', you must specify 'due_date' or "
    "'days_until_due'."
)
NO_DUE = "You can only set '{}' when the invoice's collection method is 'send_invoice'."
CANNOT = "You can only {} an invoice with a status of {}. This invoice is {}."
NOT_SENT = "You can only manually send an invoice if its collection method is 'send_invoice'."
NO_EMAIL = (
    "Missing email. In order to create invoices that are sent to the customer, the customer must "
    "have a valid email."
)
NO_LOCATION = (
    "The customer's location isn't recognized. Set a valid customer address in order to "
    "automatically calculate tax."
)
# What may still change once an invoice is final.
AFTERWARDS = frozenset(
    ["metadata", "default_payment_method", "auto_advance", "payment_settings", "due_date"]
)


def check_due(params: Params, method: str) -> None:
    """A due date for invoices that are sent, and only for those."""
    given = [name for name in ("days_until_due", "due_date") if name in params]
    if method == "send_invoice" and not given:
        raise errors.invalid(NEEDS_DUE, "days_until_due")
    if method != "send_invoice" and given:
        raise errors.invalid(NO_DUE.format(given[0]), given[0])


def check_location(customer: Body, params: Params) -> None:
    """Automatic tax needs to know where the customer is."""
    asked = params.get("automatic_tax", {}).get("enabled")
    place = invoice_lines.where_from(customer["address"], customer["shipping"])
    if asked and tax.percent(place) is None:
        raise errors.invalid(NO_LOCATION, "automatic_tax", "customer_tax_location_invalid")


def check_change(invoice: Body, params: Params) -> None:
    """A final invoice keeps what it says."""
    fixed = sorted(params.keys() - AFTERWARDS)
    if invoice["status"] != "draft" and fixed:
        message = f"Finalized invoices can't be updated: `{fixed[0]}` is part of the invoice."
        raise errors.invalid(message, fixed[0], "invoice_not_editable")


def check_status(invoice: Body, verb: str, *allowed: str) -> None:
    """The invoice must have one of the allowed statuses."""
    if invoice["status"] not in allowed:
        raise errors.invalid(CANNOT.format(verb, " or ".join(allowed), invoice["status"]))


def check_sending(invoice: Body) -> None:
    """Only an invoice that is to be sent is sent, and only to somebody."""
    check_status(invoice, "send", "draft", "open")
    if invoice["collection_method"] != "send_invoice":
        raise errors.invalid(NOT_SENT)
    if not invoice["customer_email"]:
        raise errors.invalid(NO_EMAIL)
