from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from customers import roles
from customers.admin import user_pages
from customers.models import User
from customers.services.roles import set_role
from myhibachi.core import audit
from myhibachi.core.admin import HouseAdmin

ROLE_CHOICES = [("", "customer: no access to the admin"), *((role, role) for role in roles.ROLES)]
PASSWORD_CHANGED = [{"changed": {"fields": ["password"]}}]


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    role = forms.ChoiceField(
        choices=ROLE_CHOICES,
        required=False,
        help_text="Each role may what the one before it may: support, manager, finance, admin.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields["role"].initial = roles.role_of(self.instance) or ""


class NewUserForm(RoleForm, AdminUserCreationForm):  # type: ignore[type-arg]  # as above
    class Meta:
        model = User
        fields = ("email", "name")


class UserAdmin(HouseAdmin, DjangoUserAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Accounts and their role. Passwords can be set, and are never shown, not even hashed."""

    form = RoleForm
    add_form = NewUserForm
    list_display = ("email", "name", "role", "is_active", "has_two_factor", "last_login")
    list_filter = ("groups", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "name", "role", "is_active")}),
        ("Logging in", {"fields": ("new_password", "second_step")}),
        ("Dates", {"fields": ("last_login", "date_joined", "email_verified_at")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "role", "usable_password", "password1", "password2")}),
    )
    readonly_fields = (
        "new_password",
        "second_step",
        "last_login",
        "date_joined",
        "email_verified_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="role")
    def role(self, user: User) -> str:
        return "owner" if user.is_superuser else roles.role_of(user) or "customer"

    @admin.display(description="password")
    def new_password(self, user: User) -> SafeString:
        address = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('<a href="{}">Set a new password</a>', address)

    @admin.display(description="two-factor", boolean=True)
    def has_two_factor(self, user: User) -> bool:
        return user.two_factor_id is not None

    @admin.display(description="two-factor")
    def second_step(self, user: User) -> str:
        if user.two_factor is None:
            return "Off"
        since = date_format(timezone.localtime(user.two_factor.created_at), "M j, Y")
        return f"On since {since}"

    def get_urls(self) -> list[URLPattern]:
        return [*user_pages.urls(), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        user = context.get("original")
        tools = user_pages.tools(user) if user and self.has_change_permission(request, user) else []
        return super().render_change_form(request, context | {"tools": tools}, *args, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Let only the owner change the owner."""
        if obj is not None and obj.is_superuser and not cast(User, request.user).is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: User, form: "ModelForm[User]", change: bool
    ) -> None:
        actor = cast(User, request.user)
        changes: dict[str, Any] = {
            name: [str(form.initial.get(name, "")), str(form.cleaned_data[name])]
            for name in form.changed_data
            if name in ("email", "name", "is_active")
        }
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            audit.record("user.changed" if change else "user.created", obj, actor=actor, **changes)
            # Nobody can take their own key away, or make a superuser's role mean anything.
            if obj != actor and not obj.is_superuser:
                set_role(user_id=obj.pk, role=form.cleaned_data["role"] or None, actor=actor)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> LogEntry:
        if message == PASSWORD_CHANGED:
            audit.record("user.password_set", obj, actor=cast(User, request.user))
        return super().log_change(request, obj, message)
