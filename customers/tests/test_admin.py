import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import NoReverseMatch, reverse

from customers.models import Customer, User
from customers.roles import role_of
from customers.tests.factories import PASSWORD, ContactFactory, CustomerFactory, UserFactory
from myhibachi.core import audit
from myhibachi.core.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    """The admin, open for someone with the role admin."""
    client.force_login(UserFactory(role="admin", email="admin@myhibachi.test"))
    return client


def as_role(client, role: str):
    client.force_login(UserFactory(role=role))
    return client


def test_a_customer_cannot_log_in(client):
    customer = CustomerFactory().user
    response = client.post("/admin/login/", {"username": customer.email, "password": PASSWORD})
    assert response.status_code == 200
    assert client.get("/admin/").status_code == 302


def test_staff_log_in_by_email(client):
    support = UserFactory(role="support")
    response = client.post(
        "/admin/login/?next=/admin/", {"username": support.email.upper(), "password": PASSWORD}
    )
    assert (response.status_code, response.url) == (302, "/admin/")
    assert "My Hibachi" in client.get("/admin/").content.decode()


def test_guessing_at_the_admin_has_a_limit(client):
    support = UserFactory(role="support")
    with time_machine.travel("2026-03-01T12:00:05Z", tick=False):
        for _ in range(10):
            client.post("/admin/login/", {"username": support.email, "password": "wrong"})
        response = client.post("/admin/login/", {"username": support.email, "password": PASSWORD})
    assert "Too many attempts" in response.content.decode()
    assert client.get("/admin/").status_code == 302


def user_page(user: User) -> str:
    return reverse("admin:customers_user_change", args=[user.pk])


def test_an_admin_gives_a_role(admin):
    user = UserFactory()
    form = {"email": user.email, "name": "Renamed", "role": "manager", "is_active": "on"}
    assert admin.post(user_page(user), form).status_code == 302
    changed = User.objects.get(pk=user.pk)
    assert (changed.name, changed.is_staff, role_of(changed)) == ("Renamed", True, "manager")
    assert list(
        AuditEntry.objects.order_by("pk").values_list("action", "changes", "actor__email")
    ) == [
        ("user.changed", {"name": [user.name, "Renamed"]}, "admin@myhibachi.test"),
        ("user.role_changed", {"role": [None, "manager"]}, "admin@myhibachi.test"),
    ]


def test_an_admin_makes_an_account_with_a_role(admin):
    form = {
        "email": "New@MyHibachi.test",
        "name": "New",
        "role": "support",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    response = admin.post(reverse("admin:customers_user_add"), form)
    assert response.status_code == 302
    user = User.objects.get(email="new@myhibachi.test")
    assert (role_of(user), user.check_password(PASSWORD)) == ("support", True)


def test_an_email_that_is_taken_is_a_message(admin):
    taken = UserFactory()
    form = {"email": taken.email.upper(), "name": "X", "role": "", "is_active": "on"}
    response = admin.post(user_page(UserFactory()), form)
    assert "This email already has an account." in response.content.decode()


def test_an_admin_sets_a_password(admin):
    user = UserFactory()
    form = {"password1": "another horse battery", "password2": "another horse battery"}
    address = reverse("admin:auth_user_password_change", args=[user.pk])
    assert admin.post(address, form | {"usable_password": "true"}).status_code == 302
    user.refresh_from_db()
    assert user.check_password("another horse battery")
    assert AuditEntry.objects.values_list("action", "object_id", "actor__email").get() == (
        "user.password_set",
        str(user.pk),
        "admin@myhibachi.test",
    )


def test_no_page_shows_a_password_not_even_hashed(admin):
    user = UserFactory()
    page = admin.get(user_page(user)).content.decode()
    algorithm, *_, digest = user.password.split("$")
    assert algorithm not in page
    assert digest[:6] not in page


def test_an_admin_keeps_their_own_role(admin):
    me = User.objects.get(email="admin@myhibachi.test")
    form = {"email": me.email, "name": me.name, "role": "", "is_active": "on"}
    admin.post(user_page(me), form)
    assert role_of(User.objects.get(pk=me.pk)) == "admin"


def test_an_admin_cannot_touch_the_owner(admin):
    owner = UserFactory(is_superuser=True, is_staff=True)
    form = {"email": "mine@myhibachi.test", "name": "X", "role": "", "is_active": "on"}
    assert admin.post(user_page(owner), form).status_code == 403
    address = reverse("admin:auth_user_password_change", args=[owner.pk])
    assert admin.get(address).status_code == 403


@pytest.mark.parametrize("role", ["support", "manager", "finance"])
def test_accounts_are_for_admins(client, role):
    client = as_role(client, role)
    assert client.get(reverse("admin:customers_user_changelist")).status_code == 403
    assert client.get(user_page(UserFactory())).status_code == 403


def test_what_a_role_may_do_has_no_page():
    with pytest.raises(NoReverseMatch):
        reverse("admin:auth_group_changelist")
    assert Group.objects.count() == 4


@pytest.mark.parametrize(
    "search", ["ana", "ana@myhibachi.test", "555-0100", "cus_ana"], ids=lambda text: text
)
def test_support_finds_a_customer(client, search):
    ContactFactory(
        name="Ana", email="ana@myhibachi.test", phone="555-0100", stripe_customer_id="cus_ana"
    )
    ContactFactory(name="Bo", email="bo@myhibachi.test")
    page = as_role(client, "support").get(
        reverse("admin:customers_customer_changelist"), {"q": search}
    )
    assert [customer.name for customer in page.context["cl"].result_list] == ["Ana"]


def test_support_corrects_a_customer_but_not_the_stripe_id(client):
    contact = ContactFactory(stripe_customer_id="cus_1")
    form = {"name": "Anna", "email": contact.email, "phone": "", "stripe_customer_id": "cus_2"}
    address = reverse("admin:customers_customer_change", args=[contact.pk])
    assert as_role(client, "support").post(address, form).status_code == 302
    contact.refresh_from_db()
    assert (contact.name, contact.stripe_customer_id) == ("Anna", "cus_1")
    assert AuditEntry.objects.get().action == "customer.changed"


def test_support_writes_down_a_customer(client):
    form = {"name": "Ana", "email": "", "phone": "555"}
    response = as_role(client, "support").post(reverse("admin:customers_customer_add"), form)
    assert response.status_code == 302
    customer = Customer.objects.get()
    assert (customer.name, customer.phone, customer.user) == ("Ana", "555", None)


def test_not_even_the_owner_deletes_a_customer(client):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    contact = ContactFactory()
    address = reverse("admin:customers_customer_delete", args=[contact.pk])
    assert client.post(address, {"post": "yes"}).status_code == 403


def test_support_reads_the_audit_log_and_nobody_writes_it(client):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    entry = audit.record("test.done", ContactFactory(), actor=None)
    page = client.get(reverse("admin:core_auditentry_changelist"), {"q": entry.object_id})
    assert "test.done" in page.content.decode()
    address = reverse("admin:core_auditentry_change", args=[entry.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"note": "x"}).status_code == 403
    assert client.get(reverse("admin:core_auditentry_add")).status_code == 403
