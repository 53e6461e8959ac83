"""Pages about oneself: below `admin/`, before Django's own."""

from django.contrib import admin
from django.urls import path

from customers.admin import account_page, two_factor_pages

urlpatterns = [
    # These two come before the admin is open, and see to it themselves who may be there.
    path("two-factor/", two_factor_pages.ask, name="two-factor"),
    path("two-factor/set-up/", two_factor_pages.set_up, name="two-factor-set-up"),
    path(
        "two-factor/off/", admin.site.admin_view(two_factor_pages.turn_off), name="two-factor-off"
    ),
    path(
        "two-factor/codes/",
        admin.site.admin_view(two_factor_pages.new_codes),
        name="two-factor-codes",
    ),
    path("account/", admin.site.admin_view(account_page.account), name="your-account"),
    path("account/end/", admin.site.admin_view(account_page.end), name="end-login"),
]
