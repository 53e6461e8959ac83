"""Payloads are forgotten after a time; that the events came is not."""

from datetime import timedelta

import pytest
from django.utils import timezone
from djstripe.models import Event

from payments.models import WebhookEvent
from payments.tests import stripe_world as stripe
from payments.tests.services.test_refunds import paid
from payments.webhooks.retention import purge_payloads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def test_old_payloads_are_emptied_here_and_in_the_mirror_and_the_facts_stay():
    payment = paid()
    stripe.deliver()
    count = WebhookEvent.objects.count()
    stuck = WebhookEvent.objects.order_by("pk")[0]
    WebhookEvent.objects.filter(pk=stuck.pk).update(state="needs_attention")

    assert purge_payloads(now=timezone.now() + timedelta(days=89)) == 0
    assert purge_payloads(now=timezone.now() + timedelta(days=91)) == count - 1

    kept = WebhookEvent.objects.exclude(payload="")
    assert [event.pk for event in kept] == [stuck.pk]
    assert [found.id for found in Event.objects.exclude(data={})] == [stuck.stripe_event_id]
    assert ("charge", 10000) in stripe.ledger_of(payment)
    assert purge_payloads(now=timezone.now() + timedelta(days=91)) == 0
