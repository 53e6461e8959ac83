"""Keeps the groups equal to the table in `customers.roles`, and gives people their role."""

from typing import Any
from uuid import UUID

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from customers import roles
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import InvalidInput


def set_role(*, user_id: UUID, role: str | None, actor: User | None) -> User:
    """Give someone this one role, or none; only people with a role may enter the admin.

    Raises:
        InvalidInput: there is no such role.
        User.DoesNotExist: there is no such user.
    """
    if role is not None and role not in roles.ROLES:
        raise InvalidInput(f"There is no role {role!r}.", attr="role")
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        before = roles.role_of(user)
        user.groups.set(Group.objects.filter(name=role) if role else [])
        user.is_staff = role is not None or user.is_superuser
        user.save(update_fields=["is_staff"])
        if before != role:
            audit.record("user.role_changed", user, actor=actor, role=[before, role])
    return user


def sync_permissions(sender: AppConfig, **_: Any) -> None:
    """Make each role's permissions on one app's models those of the table (`post_migrate`)."""
    existing = list(
        Permission.objects.filter(content_type__app_label=sender.label).select_related(
            "content_type"
        )
    )
    for role in roles.ROLES:
        group, _created = Group.objects.get_or_create(name=role)
        entries = roles.permissions_of(role)
        wanted = {permission for permission in existing if _names(permission) & entries}
        held = set(group.permissions.filter(content_type__app_label=sender.label))
        if wanted != held:
            group.permissions.remove(*(held - wanted))
            group.permissions.add(*(wanted - held))


def _names(permission: Permission) -> set[str]:
    """Return the table entries that mean this permission."""
    app = permission.content_type.app_label
    names = {f"{app}.{permission.codename}"}
    if permission.codename == f"view_{permission.content_type.model}":
        names.add(f"{app}.view_*")
    return names
