"""Who is in the demo: a login for each role, and the house's customers."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from bookings.services import Contact
from customers import roles
from customers.models import User
from customers.services.accounts import development_user

PASSWORD = "hibachi-demo"  # noqa: S105  # published: it opens nothing but demo data

_LOGINS = (
    ("owner@myhibachi.test", "Olive Owner", roles.ADMIN),
    ("finance@myhibachi.test", "Fumiko Finance", roles.FINANCE),
    ("manager@myhibachi.test", "Marco Manager", roles.MANAGER),
    ("support@myhibachi.test", "Sana Support", roles.SUPPORT),
    ("guest@myhibachi.test", "Devi Guest", None),
)
CONTACTS = tuple(
    Contact(
        name=name, email=f"{name.split()[0].lower()}@example.com", phone=f"+1 408 555 {1000 + n}"
    )
    for n, name in enumerate(
        (
            "Ana Alvarez",
            "Ben Brooks",
            "Chloe Chen",
            "Diego Diaz",
            "Ella Evans",
            "Farid Farouk",
            "Grace Green",
            "Hugo Hansen",
            "Iris Ito",
            "Jamal Jones",
        )
    )
)


@dataclass(frozen=True, kw_only=True)
class People:
    """The demo's accounts that act."""

    finance: User
    manager: User
    support: User
    guest: User


def make_people() -> People:
    """Return the demo logins, made where they are missing. A password once set is left alone."""
    users = [development_user(email=e, name=name, role=role) for e, name, role in _LOGINS]
    new = [user for user in users if not user.has_usable_password()]
    if new:
        # One hash for all: each takes half a second.
        User.objects.filter(pk__in=[user.pk for user in new]).update(
            password=make_password(PASSWORD)
        )
    _owner, finance, manager, support, guest = users
    return People(finance=finance, manager=manager, support=support, guest=guest)
