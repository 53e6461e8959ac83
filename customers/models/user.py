from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from customers.models.fields import LowercaseEmailField
from myhibachi.core.ids import uuid7


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create someone who can log in; without a password only through another provider."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create the owner: passes every permission and role check."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who can log in, by email: a customer, or staff whose roles are groups."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = LowercaseEmailField(
        unique=True, error_messages={"unique": "This email already has an account."}
    )
    name = models.CharField(max_length=200)
    is_staff = models.BooleanField("may enter the admin", default=False)
    is_active = models.BooleanField(
        "active", default=True, help_text="Switch this off instead of deleting someone."
    )
    email_verified_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When an identity provider vouched that this email is theirs.",
    )
    # Here rather than there, so that asking whether somebody has one takes no query.
    two_factor = models.OneToOneField(
        "customers.TwoFactor", null=True, blank=True, editable=False, on_delete=models.PROTECT
    )
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_email_is_lowercase", condition=models.Q(email=Lower("email"))
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        """Return the name; the admin greets people with it."""
        return self.name

    get_short_name = get_full_name
