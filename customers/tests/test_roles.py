from itertools import pairwise

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Group, Permission

from customers import roles
from customers.models import User
from customers.services.roles import set_role, sync_permissions
from customers.tests.factories import UserFactory
from myhibachi.core.errors import InvalidInput
from myhibachi.core.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("held", "passes"),
    [
        (None, set()),
        ("support", {"support"}),
        ("manager", {"support", "manager"}),
        ("finance", {"support", "manager", "finance"}),
        ("admin", {"support", "manager", "finance", "admin"}),
    ],
)
def test_a_role_may_what_the_roles_before_it_may(held, passes):
    user = UserFactory(role=held)
    assert {role for role in roles.ROLES if roles.has_role(user, role)} == passes
    assert roles.is_staff_role(user) == bool(passes)


def test_the_owner_passes_everything():
    owner = UserFactory(is_superuser=True)
    assert roles.has_role(owner, roles.ADMIN)


@pytest.mark.parametrize("who", [AnonymousUser(), "inactive"])
def test_nobody_and_the_dismissed_pass_nothing(who):
    user = UserFactory(role="admin", is_active=False) if who == "inactive" else who
    assert not any(roles.has_role(user, role) for role in roles.ROLES)


def held_permissions(role: str) -> set[str]:
    found = Permission.objects.filter(group__name=role).select_related("content_type")
    return {f"{p.content_type.app_label}.{p.codename}" for p in found}


def test_each_migrate_makes_the_groups_match_the_table():
    support = Group.objects.get(name="support")
    support.permissions.set(Permission.objects.filter(codename="change_user"))
    sync_permissions(apps.get_app_config("customers"))
    own = {name for name in held_permissions("support") if name.startswith("customers.")}
    assert own == {
        "customers.view_customer",
        "customers.add_customer",
        "customers.change_customer",
    }


def test_a_role_holds_the_permissions_of_the_roles_below():
    sets = [held_permissions(role) for role in roles.ROLES]
    assert all(lower < higher for lower, higher in pairwise(sets))


def test_nobody_may_delete_anything_but_a_slot_exception():
    deleted = {name for role in roles.ROLES for name in held_permissions(role) if "delete" in name}
    # A day off that is taken back leaves nothing behind that anybody would miss.
    assert deleted == {"bookings.delete_slotexception"}


def test_every_permission_in_the_table_exists():
    declared = {
        f"{p.content_type.app_label}.{p.codename}"
        for p in Permission.objects.select_related("content_type")
    }
    named = {name for role in roles.ROLES for name in roles.ROLE_PERMISSIONS[role]}
    assert {name for name in named if not name.endswith("*")} - declared == set()


def test_a_role_opens_the_admin_and_its_end_closes_it():
    owner = UserFactory(is_superuser=True)
    pk = UserFactory().pk
    set_role(user_id=pk, role="finance", actor=owner)
    promoted = User.objects.get(pk=pk)
    assert (promoted.is_staff, roles.role_of(promoted)) == (True, "finance")
    set_role(user_id=pk, role=None, actor=owner)
    dismissed = User.objects.get(pk=pk)
    assert (dismissed.is_staff, roles.role_of(dismissed)) == (False, None)
    assert list(AuditEntry.objects.order_by("pk").values_list("changes", "actor")) == [
        ({"role": [None, "finance"]}, owner.pk),
        ({"role": ["finance", None]}, owner.pk),
    ]


def test_a_role_that_is_none_is_refused():
    with pytest.raises(InvalidInput):
        set_role(user_id=UserFactory().pk, role="chef", actor=None)
