"""Who may do what. A role is a Django group; each includes the one before it.

The table below is the whole truth: every migrate makes the groups match it, so what a role may do
changes here, in a reviewed change, and never by hand in the admin.
"""

from django.contrib.auth.models import AnonymousUser

from customers.models import User

SUPPORT = "support"
MANAGER = "manager"
FINANCE = "finance"
ADMIN = "admin"
ROLES = (SUPPORT, MANAGER, FINANCE, ADMIN)

# `view_*` is the view permission of each of the app's tables; every other entry is a permission
# that Django makes for a model or that the model declares.
ROLE_PERMISSIONS: dict[str, tuple[str, ...]] = {
    SUPPORT: (
        "core.view_auditentry",
        "customers.view_customer",
        "customers.add_customer",
        "customers.change_customer",
        "bookings.view_*",
        "bookings.add_booking",
        "bookings.change_booking",
        "bookings.add_quote",
        "bookings.change_quote",
        "bookings.add_waitlistentry",
        "bookings.change_waitlistentry",
        "payments.view_*",
        "payments.record_manual_payment",
        "payments.import_moneyin",
        # The mirror of Stripe's objects, but for the tables that may hold secrets.
        "djstripe.view_charge",
        "djstripe.view_customer",
        "djstripe.view_dispute",
        "djstripe.view_event",
        "djstripe.view_invoice",
        "djstripe.view_paymentintent",
        "djstripe.view_price",
        "djstripe.view_product",
        "djstripe.view_refund",
        "djstripe.view_session",
    ),
    MANAGER: (
        "bookings.cancel_booking",
        "bookings.reschedule_booking",
        "bookings.waive_fee",
        "bookings.add_slotexception",
        "bookings.change_slotexception",
        "bookings.delete_slotexception",
        "customers.merge_customer",
        "customers.export_personal_data",
        "payments.refund_payment",
        "payments.charge_saved_card",
        "payments.decide_attention",
    ),
    FINANCE: (
        "customers.export_lists",
        "payments.refund_over_limit",
        "payments.view_analytics",
        "payments.change_dispute",
        "payments.export_ledger",
        "payments.add_invoice",
        "payments.change_invoice",
        "payments.mend_difference",
    ),
    ADMIN: (
        "customers.view_user",
        "customers.add_user",
        "customers.change_user",
        "customers.erase_personal_data",
        "bookings.add_rulebook",
        "bookings.change_rulebook",
        "payments.replay_webhookevent",
    ),
}


def permissions_of(role: str) -> frozenset[str]:
    """Return the table's entries for a role, those of the roles below it included."""
    below = ROLES[: ROLES.index(role) + 1]
    return frozenset(entry for each in below for entry in ROLE_PERMISSIONS[each])


def role_of(user: User | AnonymousUser) -> str | None:
    """Return the highest role someone holds; None for customers and for nobody."""
    if not isinstance(user, User) or not user.is_active:
        return None
    if user.is_superuser:
        return ADMIN
    held = {group.name for group in user.groups.all()}
    return next((role for role in reversed(ROLES) if role in held), None)


def has_role(user: User | AnonymousUser, *roles: str) -> bool:
    """Return whether someone holds one of `roles`, or a role above one of them."""
    held = role_of(user)
    return held is not None and any(ROLES.index(held) >= ROLES.index(role) for role in roles)


def is_staff_role(user: User | AnonymousUser) -> bool:
    """Return whether someone holds any role at all."""
    return role_of(user) is not None
