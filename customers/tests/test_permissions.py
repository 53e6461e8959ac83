import pytest
from django.contrib.auth.models import AnonymousUser
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from customers.api.permissions import HasPermission, IsStaffRole
from customers.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def allowed(permission, user) -> bool:
    request = APIRequestFactory().get("/")
    request.user = user
    view = APIView(permission_classes=[permission])
    return all(each.has_permission(request, view) for each in view.get_permissions())


@pytest.mark.parametrize(("role", "passes"), [(None, False), ("support", True), ("admin", True)])
def test_staff_are_those_with_a_role(role, passes):
    assert allowed(IsStaffRole, UserFactory(role=role)) == passes


@pytest.mark.parametrize(("role", "passes"), [(None, False), ("finance", False), ("admin", True)])
def test_one_permission_decides(role, passes):
    assert allowed(HasPermission("customers.change_user"), UserFactory(role=role)) == passes


@pytest.mark.parametrize("permission", [IsStaffRole, HasPermission("customers.change_user")])
def test_nobody_is_refused(permission):
    assert not allowed(permission, AnonymousUser())
