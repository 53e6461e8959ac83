"""Accounts: people who can log in."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from customers.models import Customer, User
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


def _refuse_weak(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), attr="password") from error
