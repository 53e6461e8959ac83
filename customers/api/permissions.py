"""Who may use an endpoint. Views of other apps use these too."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from customers import roles


class IsStaffRole(BasePermission):
    """Anyone with a role, from support upward."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return roles.is_staff_role(request.user)


class HasPermission(BasePermission):
    """One Django permission: `permission_classes = [HasPermission("payments.refund_payment")]`."""

    def __init__(self, permission: str) -> None:
        self.permission = permission

    def __call__(self) -> "HasPermission":
        """Return itself: DRF calls each entry of `permission_classes`."""
        return self

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user.has_perm(self.permission)
