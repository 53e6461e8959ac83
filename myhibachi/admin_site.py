from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import slugify

from myhibachi.menu import MENU, REST, Item, Page

Entry = dict[str, Any]


class HouseAdminSite(AdminSite):
    """Django's admin site, with `MENU` in the place of its list of apps."""

    site_header = site_title = "My Hibachi"
    index_title = "Today"
    # "View site" would lead back here: the customers' site is another project.
    site_url = None

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the menu's sections, each with what this person may see of it."""
        if app_label:
            return super().get_app_list(request, app_label)
        apps = self._build_app_dict(request).values()
        tables = {entry["model"]._meta.label: entry for app in apps for entry in app["models"]}
        sections = [_section(name, _entries(items, tables, request)) for name, items in MENU]
        rest = sorted(tables.values(), key=lambda entry: str(entry["name"]))
        return [section for section in [*sections, _section(REST, rest)] if section["models"]]


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
