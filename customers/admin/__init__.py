"""The admin of people. What a role may do is in `customers.roles`, so groups have no page."""

from django.contrib import admin
from django.contrib.auth.models import Group

from customers.admin.customer import CustomerAdmin
from customers.admin.login import AdminLoginForm
from customers.admin.user import UserAdmin
from customers.models import Customer, User

__all__ = ["AdminLoginForm", "CustomerAdmin", "UserAdmin"]

admin.site.unregister(Group)
admin.site.register(User, UserAdmin)
admin.site.register(Customer, CustomerAdmin)
admin.site.login_form = AdminLoginForm
