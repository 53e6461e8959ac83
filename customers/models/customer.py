from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Right

from customers.models.contacts import PHONE_DIGITS, Digits, contact_index, contact_matches
from customers.models.fields import LowercaseEmailField
from myhibachi.core.ids import uuid7

# Fewer tell nobody apart.
FEWEST_DIGITS = 7


def phone_digits() -> Right:
    """Return the expression that tells phone numbers apart; an index holds it."""
    return Right(Digits("phone"), PHONE_DIGITS)


class CustomerQuerySet(models.QuerySet["Customer"]):
    def current(self) -> Self:
        """Those that are still somebody: neither merged into another one nor erased."""
        return self.filter(merged_into=None, erased_at=None)

    def reached_by(self, *, email: str = "", phone: str = "") -> Self:
        """Those with this email or this phone number, however it is spelled."""
        same = Q(email=email) if email else Q(pk__in=[])
        return self.alias(digits=phone_digits()).filter(same | _same_phone(phone))

    def matching(self, text: str) -> Self:
        """Those whom staff mean by part of a name, email or phone number, or by a Stripe id."""
        text = text.strip()
        if text.startswith("cus_"):
            return self.filter(stripe_customer_id=text)
        return self.filter(contact_matches(text))


def _same_phone(phone: str) -> Q:
    digits = "".join(letter for letter in phone if letter.isdecimal())[-PHONE_DIGITS:]
    return Q(digits=digits) if len(digits) >= FEWEST_DIGITS else Q(pk__in=[])


class Customer(models.Model):
    """Whom we cook for. Has an account (`user`), or is a contact that staff wrote down.

    The email is not unique: nobody proves that it is theirs when they register, so a new account
    never takes over what staff noted for that email.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="customer",
    )
    name = models.CharField(max_length=200)
    email = LowercaseEmailField(blank=True)
    phone = models.CharField(max_length=32, blank=True)
    stripe_customer_id = models.CharField(max_length=255, null=True, blank=True, unique=True)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged",
        help_text="The same person's other entry, which has all of it now.",
    )
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["email"]),
            models.Index(phone_digits(), name="customer_phone_digits"),
            contact_index("customer_contact"),
            models.Index(fields=["-created_at", "-id"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="customer_stripe_id_is_null_or_real",
                condition=Q(stripe_customer_id__isnull=True)
                | Q(stripe_customer_id__startswith="cus_"),
            ),
            models.CheckConstraint(
                name="customer_not_merged_into_itself", condition=~Q(merged_into=F("id"))
            ),
        ]
        permissions = [
            ("merge_customer", "Can merge two customers"),
            ("export_personal_data", "Can export a customer's personal data"),
            ("erase_personal_data", "Can erase a customer's personal data"),
            ("export_lists", "Can export lists"),
        ]
        # Money hangs on these rows for good.
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name or self.email
