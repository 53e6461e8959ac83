"""Every page of the admin of money, for every role."""

import pytest
from django.contrib import admin as django_admin
from django.urls import reverse

from customers.tests.factories import UserFactory
from payments.admin.mirror import MirrorAdmin
from payments.models import LedgerEntry, MoneyIn, MoneyInBatch, Payment
from payments.tests.admin.events import inbox_event
from payments.tests.factories import DisputeFactory, InvoiceFactory, paid_payment, refunded

pytestmark = pytest.mark.django_db

STAFF = ["support", "manager", "finance", "admin"]
TABLES = ["payment", "refund", "dispute", "invoice", "ledgerentry", "webhookevent", "moneyin"]
COPIES = [
    "charge", "customer", "dispute", "event", "invoice",
    "paymentintent", "price", "product", "refund", "session",
]  # fmt: skip


@pytest.fixture
def rows():
    """Return one row of each table."""
    payment = paid_payment()
    found = [
        payment,
        refunded(payment, amount=2500),
        DisputeFactory(payment=payment),
        InvoiceFactory(),
        LedgerEntry.objects.first(),
        inbox_event(),
        money_in(payment),
    ]
    return dict(zip(TABLES, found, strict=True))


def money_in(payment: Payment) -> MoneyIn:
    """Return a line of a statement that nobody has matched."""
    batch = MoneyInBatch.objects.create(
        imported_by=UserFactory(role="support"), source="november.csv"
    )
    made: MoneyIn = MoneyIn.objects.create(
        batch=batch,
        fingerprint="f",
        method="zelle",
        amount=payment.amount,
        received_on=payment.booking.date,
    )
    return made


def lists() -> list[str]:
    ours = [f"admin:payments_{table}_changelist" for table in TABLES]
    return [reverse(name) for name in ours + [f"admin:djstripe_{t}_changelist" for t in COPIES]]


def page_of(row) -> str:
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])


@pytest.mark.parametrize("role", STAFF)
def test_staff_read_everything(staff, rows, role):
    browser = staff(role)
    addresses = [*lists(), *(page_of(row) for row in rows.values())]
    assert {browser.get(address).status_code for address in addresses} == {200}


def test_customers_and_strangers_are_sent_to_the_login(client, rows):
    addresses = [
        *lists(),
        *(page_of(row) for row in rows.values()),
        refund_page(rows),
        reverse("analytics"),
    ]
    assert {client.get(address).status_code for address in addresses} == {302}
    client.force_login(UserFactory())
    assert {client.get(address).status_code for address in addresses} == {302}


def refund_page(rows) -> str:
    return reverse("admin:payments_payment_refund", args=[rows["payment"].pk])


@pytest.mark.parametrize(
    ("role", "refund", "analytics"),
    [("support", 403, 403), ("manager", 200, 403), ("finance", 200, 200), ("admin", 200, 200)],
)
def test_refunds_and_figures_are_for_those_who_may(staff, rows, role, refund, analytics):
    browser = staff(role)
    shown = browser.get(page_of(rows["payment"])).content.decode()
    assert browser.get(refund_page(rows)).status_code == refund
    assert (refund_page(rows) in shown) == (refund == 200)
    assert browser.get(reverse("analytics")).status_code == analytics
    assert (reverse("analytics") in browser.get("/admin/").content.decode()) == (analytics == 200)


@pytest.mark.parametrize("table", TABLES)
def test_nobody_adds_changes_or_deletes_a_row_of_money(admin, rows, table):
    row = rows[table]
    before = dict(vars(type(row).objects.get(pk=row.pk)), _state=None)
    add = admin.post(reverse(f"admin:payments_{table}_add"), {"amount": 1})
    change = admin.post(page_of(row), {"amount": 1})
    delete = admin.post(reverse(f"admin:payments_{table}_delete", args=[row.pk]), {"post": "yes"})
    assert (add.status_code, change.status_code, delete.status_code) == (403, 403, 403)
    assert dict(vars(type(row).objects.get(pk=row.pk)), _state=None) == before


def test_no_page_of_dj_stripes_own_is_left():
    pages = {
        model._meta.model_name: type(page)
        for model, page in django_admin.site._registry.items()
        if model._meta.app_label == "djstripe"
    }
    assert pages == dict.fromkeys(COPIES, MirrorAdmin)
