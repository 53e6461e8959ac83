"""The page about a suspected payment: what a refund saves, a question, and one decision."""

import re

import pytest
from django.urls import reverse

from payments.models import Attention, EarlyFraudWarning, Refund
from payments.tests.disputes.world import warned

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def manager(staff):
    return staff("manager")


def address(name: str = "decide") -> str:
    warning = EarlyFraudWarning.objects.get()
    return reverse(f"admin:payments_earlyfraudwarning_{name}", args=[warning.pk])


def words(answer) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(text.split()).replace("&#x27;", "'")


def form(browser, **typed: str) -> dict[str, str]:
    found = browser.get(address()).context["form"]
    return {field.name: str(field.value() or "") for field in found} | typed


def test_the_list_and_the_page_say_what_is_suspected(manager):
    payment = warned()
    listed = manager.get(reverse("admin:payments_earlyfraudwarning_changelist"))
    page = manager.get(address("change"))
    for answer in (listed, page):
        for said in ("may be refunded", "Fraud of another kind", payment.booking.reference):
            assert said in words(answer)
    assert "Refund or keep…" in words(page)


def test_refunding_stands_beside_what_it_saves_and_asks_first(manager):
    warned()
    said = words(manager.get(address()))
    assert "Refund now: goes back $100.00" in said
    assert "A dispute's fee, which that saves $15.00" in said
    assert "At risk while it is kept $115.00" in said

    typed = form(manager, note="odd")
    question = manager.post(address(), typed | {"refund": "Refund"})
    assert "Refund $100.00 as fraudulent?" in words(question)
    assert Refund.objects.count() == 0

    done = manager.post(address(), typed | {"confirmed": "yes"}, follow=True)
    assert "$100.00 refunded." in words(done)
    assert "Refund or keep…" not in words(done)
    assert Refund.objects.get().notes == "odd"
    again = manager.post(address(), typed | {"confirmed": "yes"}, follow=True)
    assert "Nothing waits to be decided" in words(again)
    assert Refund.objects.count() == 1


def test_keeping_takes_a_reason(manager):
    warned()
    told = manager.post(address(), form(manager) | {"keep": "Keep"})
    assert told.context["form"].errors == {"note": ["Say why you trust this payment."]}
    done = manager.post(address(), form(manager, note="My aunt") | {"keep": "Keep"}, follow=True)
    assert "The payment is kept." in words(done)
    assert "My aunt" in words(done)
    assert Attention.objects.get().decision == "kept"


def test_changing_ones_mind_shows_the_form_again(manager):
    warned()
    answer = manager.post(address(), form(manager, note="hm") | {"edit": "Change"})
    assert (answer.context["asks"], answer.context["form"]["note"].value()) == (False, "hm")


def test_support_looks_and_decides_nothing(staff):
    warned()
    browser = staff("support")
    assert browser.get(address("change")).status_code == 200
    assert browser.post(address(), {"keep": "yes"}).status_code == 403
