"""Everything that we hold of a person, in one document."""

import json

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from bookings.models import Email
from customers.errors import NotCurrent
from customers.models import User
from customers.tests.factories import ContactFactory, UserFactory
from myhibachi.core.errors import NotAllowed
from myhibachi.core.models import AuditEntry
from payments.services.export import SECTIONS, export_customer
from payments.tests.people.test_erase import EMAIL, LOCATION, NAME, a_life, someone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def export(customer, role: str = "manager"):
    actor = UserFactory(role=role)
    found = export_customer(customer_id=customer.pk, actor=actor, now=timezone.now())
    return json.loads(json.dumps(found, cls=DjangoJSONEncoder))


def test_every_part_is_there_and_explained():
    customer = a_life()
    found = export(customer)
    assert set(found) == SECTIONS | {"about", "exported_at"}
    assert set(found["about"]) == SECTIONS | {"money", "times"}
    counts = {name: len(found[name]) for name in sorted(SECTIONS)}
    assert counts | {"log": 0, "stripe": 0, "stripe_events": 0, "ledger": 0} == {
        "account": 1, "bookings": 1, "disputes": 0, "evidence": 0, "money_in": 1,
            "emails": Email.objects.count(),
        "invoices": 0, "ledger": 0, "log": 0, "logins": 1, "payments": 1, "profile": 1,
        "quotes": 1, "refunds": 1, "stripe": 0, "stripe_events": 0, "waitlist": 1,
    }  # fmt: skip
    profile = found["profile"][0]
    assert (profile["lifetime_value"], profile["loyalty_tier"]) == (7500, "none")
    assert (found["account"][0]["email"], found["bookings"][0]["location"]) == (EMAIL, LOCATION)
    assert {entry["by"] for entry in found["log"]} >= {"staff", "the system"}
    assert NAME in {each.get("name") for each in found["stripe"]}


def test_nothing_in_it_lets_anybody_in():
    customer = a_life()
    text = json.dumps(export(customer))
    assert User.objects.get(customer=customer).password not in text
    assert "auth_hash" not in text
    assert "client_secret" not in text


def test_nothing_of_anybody_else_is_in_it():
    a_life()
    other = ContactFactory(name="Somebody Else", email="else@example.com")
    assert "Quist" not in json.dumps(export(other))


def test_that_it_was_exported_is_in_the_log():
    customer = someone()
    export(customer)
    entry = AuditEntry.objects.get(action="customer.exported")
    assert (entry.object_id, entry.changes["account"]) == (str(customer.pk), 1)


def test_who_may_not_or_who_is_gone_is_refused():
    with pytest.raises(NotAllowed):
        export(someone(), role="support")
    with pytest.raises(NotCurrent):
        export(ContactFactory(erased_at=timezone.now()))
