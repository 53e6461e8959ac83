import pgtrigger
from django.conf import settings
from django.db import models

from customers.models.fields import LowercaseEmailField
from myhibachi.core.ids import uuid7


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

    class Meta:
        indexes = [
            models.Index(fields=["email"]),
            models.Index(fields=["-created_at", "-id"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="customer_stripe_id_is_null_or_real",
                condition=models.Q(stripe_customer_id__isnull=True)
                | models.Q(stripe_customer_id__startswith="cus_"),
            ),
        ]
        permissions = [
            ("merge_customer", "Can merge two customers"),
            ("export_personal_data", "Can export a customer's personal data"),
            ("erase_personal_data", "Can erase a customer's personal data"),
        ]
        # Money hangs on these rows for good.
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name or self.email
