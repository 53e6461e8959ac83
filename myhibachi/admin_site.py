from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import slugify

from customers.services import two_factor
from myhibachi.menu import MENU, REST, Item, Page

Entry = dict[str, Any]
# What is open to somebody who has still to set up two-factor, beside the page for that.
BEFORE_SET_UP = ("admin:password_change", "admin:password_change_done")


class HouseAdminSite(AdminSite):
    """Django's admin site, with `MENU` in the place of its list of apps, behind two-factor."""

    site_header = site_title = "My Hibachi"
    index_title = "Today"
    # "View site" would lead back here: the customers' site is another project.
    site_url = None

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether somebody may be here at all; each page of the admin asks this first."""
        return super().has_permission(request) and (
            self._step(request) is None or self._is_open(request)
        )

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for email and password, then for what else is needed."""
        if request.method == "POST":
            # Whoever logs in anew proves anew who they are.
            request.session.pop(two_factor.PASSED, None)
        elif super().has_permission(request) and self._step(request):
            target = {REDIRECT_FIELD_NAME: request.GET.get(REDIRECT_FIELD_NAME, "")}
            return redirect(f"{reverse('two-factor')}?{urlencode(target)}")
        return super().login(request, extra_context)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Show no menu to somebody who is only half in."""
        if super().has_permission(request) and self._step(request):
            return super().each_context(request) | {
                "available_apps": [],
                "is_nav_sidebar_enabled": False,
            }
        return super().each_context(request)

    def _step(self, request: HttpRequest) -> two_factor.Step | None:
        return two_factor.next_step(request.user, request.session)

    def _is_open(self, request: HttpRequest) -> bool:
        name = request.resolver_match.view_name if request.resolver_match else ""
        needs_set_up = self._step(request) is two_factor.Step.SET_UP
        return name == "admin:logout" or (needs_set_up and name in BEFORE_SET_UP)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the menu's sections, each with what this person may see of it."""
        if app_label:
            return super().get_app_list(request, app_label)
        apps = self._build_app_dict(request).values()
        tables = {entry["model"]._meta.label: entry for app in apps for entry in app["models"]}
        sections = [_section(name, _entries(items, tables, request)) for name, items in MENU]
        rest = sorted(tables.values(), key=lambda entry: str(entry["name"]))
        menu = [section for section in [*sections, _section(REST, rest)] if section["models"]]
        _mark(menu, request.path)
        return menu


def _entries(
    items: tuple[Item, ...], tables: dict[str, Entry], request: HttpRequest
) -> Iterator[Entry]:
    """Yield the entries of some items, and take them out of `tables`."""
    for item in items:
        if isinstance(item, Page):
            if not item.permission or request.user.has_perm(item.permission):
                yield _page_entry(item)
        elif item in tables:
            yield tables.pop(item)


def _page_entry(page: Page) -> Entry:
    # The keys of Django's own entries.
    return {
        "model": None,
        "name": page.label,
        "object_name": slugify(page.label),
        "perms": {},
        "admin_url": reverse(page.url),
        "add_url": None,
        "view_only": True,
    }


def _section(name: str, entries: Any) -> Entry:
    label = slugify(name)
    return {
        "name": name,
        "app_label": label,
        "app_url": "",
        "has_module_perms": True,
        "models": list(entries),
    }


def _mark(menu: list[Entry], path: str) -> None:
    """Mark the entry that leads to this page, or else to the list that it belongs to."""
    entries = [entry for section in menu for entry in section["models"]]
    above = [each for each in entries if each["model"] and path.startswith(each["admin_url"])]
    here = [each for each in entries if each["admin_url"] == path] or above
    for entry in here:
        entry["current"] = "page" if entry["admin_url"] == path else "true"
