"""Staff for tests."""

from django.contrib.auth.models import Group

from customers import roles
from customers.models import User


def staff(role: str = roles.FINANCE) -> User:
    """Return somebody of this role."""
    user = User.objects.create_user(email=f"{role}@example.com", password="a-long-password-1")
    user.groups.add(Group.objects.get(name=role))
    return User.objects.get(pk=user.pk)
