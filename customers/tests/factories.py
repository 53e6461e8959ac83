"""People for the tests of every app."""

from functools import cache

import factory
from django.contrib.auth.hashers import get_hasher, make_password
from django.contrib.auth.models import Group

from customers.models import Customer, User

PASSWORD = "correct horse battery"


@cache
def hashed(algorithm: str) -> str:
    """Return the password's hash, made once: that takes a quarter of a second."""
    return make_password(PASSWORD, hasher=algorithm)


class UserFactory(factory.django.DjangoModelFactory):
    """Someone with an account; `role="finance"` makes them staff."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@myhibachi.test")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.LazyFunction(lambda: hashed(get_hasher().algorithm))

    @factory.post_generation
    def role(self, create, extracted, **kwargs):
        if extracted:
            self.groups.add(Group.objects.get(name=extracted))
            self.is_staff = True
            self.save(update_fields=["is_staff"])


class CustomerFactory(factory.django.DjangoModelFactory):
    """A customer with an account."""

    class Meta:
        model = Customer

    user = factory.SubFactory(UserFactory)
    name = factory.SelfAttribute("user.name")
    email = factory.SelfAttribute("user.email")


class ContactFactory(factory.django.DjangoModelFactory):
    """A customer that staff wrote down."""

    class Meta:
        model = Customer

    name = factory.Sequence(lambda n: f"Contact {n}")
    email = factory.Sequence(lambda n: f"contact{n}@myhibachi.test")
