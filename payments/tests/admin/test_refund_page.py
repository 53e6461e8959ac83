"""A refund from the admin, end to end: the form, the question, Stripe's answer, the ledger."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from customers.tests.factories import UserFactory
from payments.models import Payment, Refund
from payments.queries.disputed import WHY_NOT
from payments.tests import stripe_world as stripe
from payments.tests.refunds.world import dispute
from payments.tests.services.test_refunds import made_at_stripe, paid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def finance(staff):
    return staff("finance")


def address(payment: Payment) -> str:
    return reverse("admin:payments_payment_refund", args=[payment.pk])


def fields(browser, payment: Payment, **typed: str) -> dict[str, str]:
    """Return what the form sends when it is opened and something is typed over."""
    form = browser.get(address(payment)).context["form"]
    return {field.name: str(field.value() or "") for field in form} | typed


def send(browser, payment: Payment, form: dict[str, str]):
    return browser.post(address(payment), form | {"confirmed": "yes"}, follow=True)


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_part_of_a_payment_goes_back_after_a_question(finance):
    payment = paid()
    form = fields(finance, payment, amount="50.00", notes="rain")
    assert form["reason"] == "requested_by_customer"

    question = finance.post(address(payment), form)
    asked = f"Refund $50.00 of $100.00 for booking {payment.booking.reference}?"
    assert asked in words(question)
    assert Refund.objects.count() == 0

    done = send(finance, payment, form)
    assert "$50.00 refunded." in words(done)
    refund = Refund.objects.get()
    assert (str(refund.pk), refund.amount, refund.status, refund.reason, refund.notes) == (
        form["refund_id"], 5000, "succeeded", "requested_by_customer", "rain",
    )  # fmt: skip
    assert refund.requested_by is not None
    assert made_at_stripe() == [5000]
    stripe.deliver()
    assert stripe.ledger_of(payment) == [("charge", 10000), ("fee", -320), ("refund", -5000)]
    assert fields(finance, payment)["amount"] == "50.00"


def test_the_form_offers_all_that_is_left_and_then_nothing(finance):
    payment = paid()
    form = fields(finance, payment)
    assert form["amount"] == "100.00"
    send(finance, payment, form)
    assert "Nothing of this payment is left to refund." in words(finance.get(address(payment)))
    page = reverse("admin:payments_payment_change", args=[payment.pk])
    assert address(payment) not in finance.get(page).content.decode()


def test_the_same_form_sent_twice_refunds_once(finance):
    payment = paid()
    form = fields(finance, payment, amount="30.00")
    said = [words(send(finance, payment, form)) for _ in range(2)]
    assert all("$30.00 refunded." in page for page in said)
    assert made_at_stripe() == [3000]
    assert Refund.objects.count() == 1


def test_a_double_click_refunds_once(client):
    payment, user = paid(), UserFactory(role="finance")
    client.force_login(user)
    form = fields(client, payment, amount="30.00")

    def click(_: int) -> int:
        browser = Client()
        browser.force_login(user)
        try:
            return browser.post(address(payment), form | {"confirmed": "yes"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(click, range(4))) == [302] * 4
    assert made_at_stripe() == [3000]
    assert Refund.objects.get().status == "succeeded"


def test_a_spent_form_with_another_amount_is_refused(finance):
    payment = paid()
    form = fields(finance, payment, amount="30.00")
    send(finance, payment, form)
    answer = send(finance, payment, form | {"amount": "40.00"})
    assert "$30.00 was refunded by this form already." in words(answer)
    assert made_at_stripe() == [3000]


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        ("100.01", "At most $100.00 of this payment is left to refund."),
        ("0", "Ensure this value is greater than or equal to 0.01."),
        ("-5", "Ensure this value is greater than or equal to 0.01."),
        ("1.005", "Ensure that there are no more than 2 decimal places."),
        ("NaN", "Enter a number."),
        ("", "This field is required."),
    ],
)
def test_an_amount_that_cannot_be_is_refused_beside_its_field(finance, amount, error):
    payment = paid()
    form = fields(finance, payment, amount=amount)
    for answer in (finance.post(address(payment), form), send(finance, payment, form)):
        assert answer.context["form"].errors["amount"] == [error]
    assert Refund.objects.count() == 0


def test_a_manager_is_told_the_limit_and_above_it_asks_finance(staff):
    manager = staff("manager")
    payment = paid(payment_type="full")
    page = manager.get(address(payment))
    assert "up to $500.00 at once; more waits for approval by finance" in words(page)

    form = fields(manager, payment, amount="500.01")
    question = manager.post(address(payment), form)
    assert "it waits, its money set aside, until finance has approved it" in words(question)
    assert "waits for approval by finance" in words(send(manager, payment, form))

    assert (Refund.objects.get().approval, made_at_stripe()) == ("requested", [])
    small = fields(manager, payment, amount="49.99")
    assert "$49.99 refunded." in words(send(manager, payment, small))


def test_a_disputed_charge_shows_why_it_is_not_refunded(finance, sandbox):
    payment = paid()
    dispute(sandbox, payment)
    assert WHY_NOT in words(finance.get(address(payment)))


def test_stripe_saying_no_is_shown_and_the_form_can_be_sent_again(finance, sandbox):
    payment = paid()
    form = fields(finance, payment, amount="60.00")
    stripe.call("POST", "refunds", payment_intent=payment.stripe_payment_intent_id, amount=9000)
    refused = send(finance, payment, form)
    assert "Stripe refused the refund" in words(refused)
    again = refused.context["form"]
    assert again["refund_id"].value() != form["refund_id"]
    form |= {"refund_id": str(again["refund_id"].value()), "amount": "10.00"}
    assert "$10.00 refunded." in words(send(finance, payment, form))


def test_a_refund_that_stripe_does_not_answer_is_noted(finance, sandbox):
    payment = paid()
    form = fields(finance, payment)
    fault = {"kind": "reset", "path": "/v1/refunds", "method": "POST", "times": 10}
    sandbox.control("POST", "faults", {"api": [fault]})
    assert "is noted and on its way to Stripe" in words(send(finance, payment, form))
    assert Refund.objects.get().status == "pending"
    assert made_at_stripe() == []


@pytest.mark.parametrize("role", ["support", None])
def test_who_may_not_refund_gets_nowhere(client, role):
    payment = paid()
    client.force_login(UserFactory(role=role))
    answer = client.post(address(payment), {"amount": "10.00", "confirmed": "yes"})
    assert answer.status_code == (403 if role else 302)
    assert Refund.objects.count() == 0


def test_a_refund_without_the_forms_token_of_the_browser_is_refused(finance):
    payment = paid()
    form = fields(finance, payment)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = finance.cookies
    assert strict.post(address(payment), form | {"confirmed": "yes"}).status_code == 403
    assert Refund.objects.count() == 0


def test_changing_ones_mind_shows_the_form_again(finance):
    payment = paid()
    form = fields(finance, payment, amount="12.34")
    answer = finance.post(address(payment), form | {"edit": "Change"})
    assert answer.context["asks"] is False
    assert answer.context["form"]["amount"].value() == "12.34"
