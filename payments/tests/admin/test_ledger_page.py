"""The admin shows the ledger, and changes or removes nothing of it, whoever asks."""

import pytest
from django.urls import reverse

from customers.tests.factories import UserFactory
from payments.models import LedgerEntry
from payments.tests.factories import paid_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> LedgerEntry:
    paid_payment()
    return LedgerEntry.objects.get()


@pytest.fixture(params=["finance", "admin", "the owner"])
def browser(request, client):
    owner = {"is_staff": True, "is_superuser": True}
    is_owner = request.param == "the owner"
    client.force_login(UserFactory(**owner) if is_owner else UserFactory(role=request.param))
    return client


def address(page: str, *args: object) -> str:
    return reverse(f"admin:payments_ledgerentry_{page}", args=args)


def test_everybody_reads_it(browser, entry):
    assert browser.get(address("change", entry.pk)).status_code == 200


@pytest.mark.parametrize("page", ["change", "delete", "add"])
def test_nobody_changes_it(browser, entry, page):
    args = [] if page == "add" else [entry.pk]
    sent = {"amount": 1, "kind": "charge", "cause": "mine", "post": "yes"}

    assert browser.post(address(page, *args), sent).status_code == 403
    assert list(LedgerEntry.objects.values_list("pk", "amount")) == [(entry.pk, 10000)]


def test_nobody_removes_several_at_once(browser, entry):
    sent = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}

    browser.post(address("changelist"), sent)

    assert list(LedgerEntry.objects.values_list("pk", "amount")) == [(entry.pk, 10000)]
