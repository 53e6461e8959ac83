"""A customer's own profile."""

from rest_framework import serializers

from customers.models import Customer
from payments.queries.analytics_customers import NO_TIER

TIERS = ("silver", "gold", "platinum")


class NextTierAnswer(serializers.Serializer[Customer]):
    tier = serializers.ChoiceField(choices=TIERS)
    at = serializers.IntegerField(help_text="The lifetime value it begins at, in cents.")
    to_go = serializers.IntegerField(help_text="What is missing, in cents.")


class ProfileAnswer(serializers.Serializer[Customer]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField(help_text="Where we write to; empty if we have none.")
    phone = serializers.CharField()
    account_email = serializers.EmailField(help_text="What they log in with.")
    currency = serializers.CharField()
    lifetime_value = serializers.IntegerField(
        help_text="Cents: what was paid, tips included, refunds and lost disputes taken off."
    )
    loyalty_tier = serializers.ChoiceField(choices=(NO_TIER, *TIERS))
    next_tier = NextTierAnswer(allow_null=True, help_text="Null at the top.")
    bookings = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class ProfileRequest(serializers.Serializer[Customer]):
    name = serializers.CharField(max_length=200, required=False)
    phone = serializers.CharField(max_length=32, required=False, allow_blank=True)
