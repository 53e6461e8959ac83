"""Accounts: people who can log in."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from customers import roles
from customers.models import Customer, User
from customers.services.profiles import customer_for
from customers.services.roles import set_role
from myhibachi.core import audit
from myhibachi.core.errors import DomainError, InvalidInput


class EmailTaken(DomainError):
    """The email already has an account."""

    code = "email_taken"


def register(*, email: str, password: str, name: str, phone: str = "") -> User:
    """Create an account and its customer.

    Raises:
        InvalidInput: the password is too weak.
        EmailTaken: the email already has an account.
    """
    _refuse_weak(password, User(email=email, name=name))
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name)
            Customer.objects.create(user=user, name=name, email=email, phone=phone)
            audit.record("user.registered", user, actor=user)
    except IntegrityError as error:
        raise EmailTaken("This email already has an account.", attr="email") from error
    return user


def user_from_provider(*, email: str, name: str, now: datetime) -> User:
    """Return the account of someone whose email another identity provider has verified.

    Whoever registered that email here before without proof loses their password: it may not have
    been the owner. Staff keep theirs, since an admin made their accounts.
    """
    with transaction.atomic():
        user = _get_or_create_without_password(email, name)
        if user.email_verified_at is None:
            user = User.objects.select_for_update().get(pk=user.pk)
            user.email_verified_at = now
            if not user.is_staff:
                user.set_unusable_password()
            user.save(update_fields=["email_verified_at", "password"])
            customer_for(user)
            audit.record("user.email_verified", user, actor=None)
    return user


def development_user(*, email: str, name: str, role: str | None) -> User:
    """Return the person behind a literal development token, made on first use."""
    user = _get_or_create_without_password(email, name)
    if roles.role_of(user) != role:
        set_role(user_id=user.pk, role=role, actor=None)
    if role is None:
        customer_for(user)
    return user


def _get_or_create_without_password(email: str, name: str) -> User:
    try:
        return User.objects.get(email=email)
    except User.DoesNotExist:
        try:
            with transaction.atomic():
                return User.objects.create_user(email, name=name)
        except IntegrityError:  # someone else just made it
            return User.objects.get(email=email)


def _refuse_weak(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), attr="password") from error
