"""The rules of the second step; its pages are in test_two_factor_pages.py."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from customers.errors import TooManyCodes, WrongCode
from customers.models import BrowserSession, LoginSession, TwoFactor, User
from customers.services import codes, sessions, two_factor
from customers.services.seal import BrokenSeal, seal, unseal
from customers.services.session_store import SessionStore
from customers.tests.factories import UserFactory
from customers.tests.second_step import KEY, RECOVERY, code, with_app
from myhibachi.core.models import AuditEntry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def check(user: User, typed: str, at: datetime = NOW) -> bool:
    try:
        two_factor.check_code(user_id=user.pk, code=typed, now=at)
    except WrongCode:
        return False
    return True


def test_the_codes_are_those_of_rfc_6238():
    key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the RFC's own, in base 32
    for seconds, shown in [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]:
        at = datetime.fromtimestamp(seconds, tz=UTC)
        assert codes.step_of(key, shown, now=at) == seconds // 30


@pytest.mark.parametrize(
    ("steps", "works"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_phone_may_be_one_step_off(steps, works):
    assert check(with_app(UserFactory(role="admin")), code(NOW, steps=steps)) is works


def test_a_code_never_works_twice_nor_one_before_it():
    user = with_app(UserFactory(role="admin"))
    assert check(user, code(NOW))
    assert not check(user, code(NOW))
    assert not check(user, code(NOW, steps=-1))
    assert check(user, code(NOW, steps=1), NOW + timedelta(seconds=30))


def test_spaces_in_a_code_do_no_harm_and_nonsense_is_no_code():
    user = with_app(UserFactory(role="admin"))
    shown = code(NOW)
    assert not any(check(user, nonsense) for nonsense in ("", "–", "１２３", "x" * 40))
    assert check(user, f" {shown[:3]} {shown[3:]} ")


def test_a_recovery_code_works_once_and_is_audited():
    user = with_app(UserFactory(role="admin"))
    assert check(user, RECOVERY.lower().replace("-", " "))
    assert not check(user, RECOVERY)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.changes) == (
        "user.recovery_code_used",
        user.pk,
        {"left": 0},
    )


def test_guessing_has_a_limit_even_with_the_right_code_at_last():
    user = with_app(UserFactory(role="admin"))
    with time_machine.travel(NOW, tick=False):
        assert not any(check(user, "000000") for _ in range(5))
        with pytest.raises(TooManyCodes):
            two_factor.check_code(user_id=user.pk, code=code(NOW), now=NOW)


@pytest.mark.django_db(transaction=True)
def test_one_code_used_by_five_at_once_works_once():
    user = with_app(UserFactory(role="admin"))
    gate, worked = threading.Barrier(5), []

    def use() -> None:
        gate.wait()
        worked.append(check(user, code(NOW)))
        connection.close()

    threads = [threading.Thread(target=use) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(worked) == [False] * 4 + [True]


def set_up(user: User) -> tuple[SessionStore, list[str]]:
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session.create()
    key = two_factor.pending_key(session)
    shown = code(NOW, key=key)
    return session, two_factor.set_up(user=user, session=session, code=shown, now=NOW)


def test_setting_it_up_gives_ten_codes_and_ends_every_other_login():
    user = UserFactory(role="admin")
    sessions.start(user=user, lifetime=timedelta(days=1), now=NOW)
    BrowserSession.objects.create(session_key="other", expire_date=NOW, user=user)
    session, recovery = set_up(user)

    assert len(set(recovery)) == 10
    assert two_factor.next_step(user, session) is None
    assert two_factor.next_step(user, SessionStore()) is two_factor.Step.CODE
    assert list(BrowserSession.objects.values_list("pk", flat=True)) == [session.session_key]
    assert LoginSession.objects.get().revoked_at == NOW
    assert list(AuditEntry.objects.values_list("action", "changes", "note")) == [
        ("user.two_factor_enabled", {}, "")
    ]


def test_no_row_holds_a_key_or_a_recovery_code_in_clear():
    user = UserFactory(role="admin")
    session = SessionStore()
    key = two_factor.pending_key(session)
    session.save()
    assert key not in str(session.load())
    recovery = two_factor.set_up(user=user, session=session, code=code(NOW, key=key), now=NOW)
    session.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM customers_twofactor t")
        row = str(cursor.fetchall())
        cursor.execute("SELECT session_data FROM customers_browsersession")
        data = session.decode(cursor.fetchone()[0])
    assert key not in row
    assert not any(each in row or codes.tidy(each) in row for each in recovery)
    assert key not in str(data)
    assert set(data) == {two_factor.PASSED}


def test_another_secret_key_reads_no_seal_but_recovery_codes_still_work(settings, caplog):
    user = with_app(UserFactory(role="admin"))
    sealed = seal(KEY)
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(BrokenSeal):
        unseal(sealed)
    assert not check(user, code(NOW))
    assert "was SECRET_KEY changed?" in caplog.text
    assert KEY not in caplog.text
    assert check(user, RECOVERY)


def test_turning_it_off_needs_a_code():
    user, session = with_app(UserFactory(role="admin")), SessionStore()
    with pytest.raises(WrongCode):
        two_factor.turn_off(user=user, session=session, code="000000", now=NOW)
    assert TwoFactor.objects.exists()
    two_factor.turn_off(user=user, session=session, code=code(NOW), now=NOW)
    assert not TwoFactor.objects.exists()
    assert two_factor.next_step(User.objects.get(pk=user.pk), session) is None
    assert AuditEntry.objects.get().action == "user.two_factor_disabled"


def test_new_recovery_codes_replace_the_old_ones():
    user = with_app(UserFactory(role="admin"))
    new = two_factor.new_recovery_codes(user=user, code=code(NOW), now=NOW)
    assert not check(user, RECOVERY)
    assert check(user, new[0])


def test_a_reset_ends_every_login():
    admin, user = UserFactory(role="admin"), with_app(UserFactory(role="support"))
    BrowserSession.objects.create(session_key="theirs", expire_date=NOW, user=user)
    assert two_factor.reset(user_id=user.pk, actor=admin, now=NOW)
    assert not two_factor.reset(user_id=user.pk, actor=admin, now=NOW)
    assert User.objects.get(pk=user.pk).two_factor_id is None
    assert not BrowserSession.objects.exists()
    assert list(AuditEntry.objects.values_list("action", "object_id", "actor")) == [
        ("user.two_factor_reset", str(user.pk), admin.pk)
    ]


def test_the_owner_who_lost_the_phone_is_let_in_by_a_command(capsys):
    owner = with_app(UserFactory(is_superuser=True, is_staff=True, email="o@myhibachi.test"))
    call_command("reset_two_factor", "O@myhibachi.test", "--dry-run")
    assert User.objects.get(pk=owner.pk).two_factor_id
    for _ in range(2):
        call_command("reset_two_factor", "O@myhibachi.test")
    assert User.objects.get(pk=owner.pk).two_factor_id is None
    assert capsys.readouterr().out.splitlines() == [
        "o@myhibachi.test: two-factor would be switched off, and every login ended.",
        "o@myhibachi.test: two-factor is off, and every login has ended.",
        "o@myhibachi.test: two-factor is off; nothing to do.",
    ]
    with pytest.raises(CommandError, match="No account"):
        call_command("reset_two_factor", "nobody@myhibachi.test")


@pytest.mark.parametrize(
    ("chosen", "role", "step"),
    [
        ("optional", "admin", None),
        ("required", "support", two_factor.Step.SET_UP),
        ("required", None, None),
    ],
)
def test_staff_alone_can_be_required_to_have_it(settings, chosen, role, step):
    settings.STAFF_TWO_FACTOR = chosen
    assert two_factor.next_step(UserFactory(role=role), SessionStore()) is step
