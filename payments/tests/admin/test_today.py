"""What needs a person now, on the first page: each kind, its button, and who has it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking, Email
from bookings.tests.factories import BookingFactory
from customers.roles import ROLES
from customers.tests.factories import UserFactory
from payments.models import Payment, WebhookEvent
from payments.queries.today.kinds import KINDS
from payments.tests.admin.events import inbox_event
from payments.tests.admin.todays import CASES, DAY, HOUR, failed_email, failing_deposit, starting
from payments.tests.factories import DisputeFactory, RefundFactory

pytestmark = pytest.mark.django_db
TODAY = "/admin/"


def sections(browser) -> dict[str, list[list[str]]]:
    """Return the sections in order, and for each of their lines the labels of its buttons."""
    return {
        each.section.kind: [[action.label for action in line.actions] for line in each.lines]
        for each in browser.get(TODAY).context["sections"]
    }


def names(browser, kind: str) -> list[str]:
    [found] = [s for s in browser.get(TODAY).context["sections"] if s.section.kind == kind]
    return [line.name for line in found.lines]


def test_every_kind_has_a_case_here():
    assert CASES.keys() == {kind.name for kind in KINDS}


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("role", ROLES)
def test_each_kind_is_read_by_all_and_has_its_button_for_those_who_may(staff, kind, role):
    case = CASES[kind]
    case.make()

    browser = staff(role)

    assert sections(browser) == {kind: [case.buttons(role)]}
    page = browser.get(TODAY)
    [shown] = page.context["sections"]
    for action in shown.lines[0].actions:
        assert action.url in page.content.decode()
        assert action.posts or browser.get(action.url).status_code == 200
    assert browser.get(shown.lines[0].url).status_code == 200


@pytest.mark.parametrize("kind", CASES)
def test_each_list_shows_what_the_section_counts(admin, kind):
    row = CASES[kind].make()
    [shown] = admin.get(TODAY).context["sections"]

    everything = admin.get(shown.section.see_all)

    assert everything.status_code == 200, everything
    assert [each.pk for each in everything.context["cl"].result_list] == [row.pk]


@pytest.mark.parametrize("kind", CASES)
def test_each_kind_is_gone_once_it_is_dealt_with(admin, kind):
    row = CASES[kind].make()
    assert sections(admin).keys() == {kind}

    CASES[kind].deal(row)

    assert kind not in sections(admin)


def test_money_and_deadlines_come_first(admin):
    for case in CASES.values():
        case.make()

    assert list(sections(admin)) == list(CASES)


def test_what_is_technical_comes_last_for_those_who_can_do_nothing_about_it(staff):
    for kind in ("events", "differences", "emails"):
        CASES[kind].make()

    assert list(sections(staff("finance"))) == ["emails", "differences", "events"]
    assert list(sections(staff("support"))) == ["emails", "events", "differences"]


def test_five_lines_are_shown_two_where_there_is_nothing_to_do_and_counted_to_a_hundred(staff):
    now = timezone.now()
    for hours in (5, 3, 1, 4, 2, 6):
        DisputeFactory(payment__booking__status="completed", evidence_due_by=now + hours * HOUR)
    for _ in range(101):
        inbox_event(state="needs_attention")

    [disputes, events] = staff("admin").get(TODAY).context["sections"]
    assert ([line.when.split(", in ")[1] for line in disputes.lines], disputes.more) == (
        ["59 minutes", "1 hour", "2 hours", "3 hours", "4 hours"],
        True,
    )
    assert (events.waiting.count_in_words, len(events.lines)) == ("100+", 5)
    page = staff("support").get(TODAY)
    assert [len(each.lines) for each in page.context["sections"]] == [2, 2]
    assert "See all 100+" in page.content.decode()


def test_nothing_to_do_is_said_kindly(staff):
    for role in ROLES:
        page = staff(role).get(TODAY)
        assert page.context["sections"] == []
        assert "Nothing waits for anybody." in page.content.decode()


def test_staff_without_a_role_see_nothing(client):
    user = UserFactory()
    user.is_staff = True
    user.save()
    client.force_login(user)
    CASES["holds"].make()

    page = client.get(TODAY)

    assert "Ask an admin for a role." in page.content.decode()
    assert "sections" not in page.context


def test_an_email_that_had_nothing_true_to_say_any_more_is_no_worry(admin):
    failed_email(error=Email.TOO_LATE)
    assert sections(admin) == {}


def test_a_hold_whose_card_fails_is_one_line(admin):
    failing_deposit()
    assert list(sections(admin)) == ["deposits_failing"]


def test_a_card_that_failed_is_no_worry_once_the_place_is_gone_or_paid(admin):
    gone, paid = failing_deposit(), failing_deposit("requires_action")
    for payment, status in ((gone, "expired"), (paid, "confirmed")):
        Booking.objects.filter(pk=payment.booking_id).update(
            status=status, hold_expires_at=None, seat=None if status == "expired" else 1
        )
    assert sections(admin) == {}


def test_a_hold_of_which_much_is_left_is_no_worry(admin):
    BookingFactory(hold_expires_at=timezone.now() + 2 * HOUR)
    assert sections(admin) == {}


def test_the_next_party_that_owes_comes_first_and_of_those_over_the_latest(admin):
    after = {days: starting(days * DAY) for days in (-40, -2, -9)}
    soon = {hours: starting(hours * HOUR) for hours in (20, 4)}

    assert names(admin, "owed_soon") == [soon[4].reference, soon[20].reference]
    assert names(admin, "owed_after") == [after[days].reference for days in (-2, -9, -40)]


def test_a_dispute_whose_deadline_is_over_asks_for_nothing(admin):
    DisputeFactory(payment__booking__status="completed", evidence_due_by=timezone.now() - HOUR)
    assert sections(admin) == {}


def test_nobody_is_offered_to_approve_their_own_refund(client):
    finance = UserFactory(role="finance")
    client.force_login(finance)
    RefundFactory(approval="requested", requested_by=finance)
    assert sections(client) == {"to_approve": [[]]}


def do(browser, what: str, row, **sent: str) -> int:
    status: int = browser.post(reverse("today_do", args=[what, row.pk]), sent).status_code
    return status


def test_an_event_is_replayed_in_place(staff):
    event = inbox_event(state="needs_attention")
    assert do(staff("finance"), "replay", event) == 403

    assert do(staff("admin"), "replay", event) == 302

    assert WebhookEvent.objects.get().state == "received"


def test_an_email_is_sent_again_in_place(staff):
    email = failed_email()
    support = staff("support")

    assert (do(support, "send_again", email), do(support, "send_again", email)) == (302, 302)

    assert Email.objects.get().status != "failed"


def test_a_party_is_marked_as_done_in_place_once_it_has_begun(staff):
    over, coming = starting(-5 * HOUR), starting(5 * HOUR)
    support = staff("support")

    assert (do(support, "completed", over), do(support, "completed", coming)) == (302, 302)

    states = dict(Booking.objects.values_list("pk", "status"))
    assert states == {over.pk: "completed", coming.pk: "confirmed"}
    said = support.get(TODAY).content.decode()
    assert f"{over.reference} is marked as completed." in said
    assert "The party has not begun yet." in said


def test_guests_are_noted_as_final_in_place_if_they_are_still_as_many_as_were_seen(staff):
    near = starting(30 * HOUR, guests=8)
    support = staff("support")
    assert 'name="seen" value="8"' in support.get(TODAY).content.decode()

    answers = [do(support, "guests_final", near, seen=seen) for seen in ("9", "8", "", "x")]

    assert answers == [302, 302, 404, 404]
    near.refresh_from_db()
    assert near.final_guests == 8
    said = support.get(TODAY).content.decode()
    assert "The number of guests is 8 by now: is that final?" in said
    assert f"{near.reference}: 8 guests are final." in said


def test_a_step_takes_a_click_and_a_row_that_is_there(staff, client):
    row = inbox_event(state="needs_attention")
    admin = staff("admin")
    assert admin.get(reverse("today_do", args=["replay", row.pk])).status_code == 405
    assert admin.post(reverse("today_do", args=["replay", "x"])).status_code == 404
    assert admin.post(reverse("today_do", args=["refund", row.pk])).status_code == 404
    client.logout()
    assert do(client, "replay", row) == 302
    assert WebhookEvent.objects.get().state == "needs_attention"


@pytest.mark.parametrize(
    ("term", "where"),
    [
        ("H-7KQ3XWM", "bookings_booking"),
        ("Ana Lee", "bookings_booking"),
        ("ana@example.com", "bookings_booking"),
        ("+1 408 555 1000", "bookings_booking"),
        ("Q-7KQ3XWM", "bookings_quote"),
        ("$1,234.50", "payments_payment"),
        ("pi_123", "payments_payment"),
        ("re_123", "payments_refund"),
        ("du_123", "payments_dispute"),
        ("in_123", "payments_invoice"),
        ("evt_123", "payments_webhookevent"),
        ("po_123", "payments_payout"),
        ("issfr_123", "payments_earlyfraudwarning"),
    ],
)
def test_one_box_leads_to_the_list_that_knows(staff, term, where):
    support = staff("support")
    found = support.get(reverse("find"), {"q": f" {term} "}, follow=True)
    assert found.status_code == 200
    assert found.request["PATH_INFO"] == reverse(f"admin:{where}_changelist")
    assert found.context["cl"].query == term


def test_an_amount_finds_its_payment(admin):
    payment = failing_deposit()
    Payment.objects.filter(pk=payment.pk).update(amount=12345)
    found = admin.get(reverse("find"), {"q": "123.45"}, follow=True)
    assert [each.pk for each in found.context["cl"].result_list] == [payment.pk]
