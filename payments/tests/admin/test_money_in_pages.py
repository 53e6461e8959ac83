"""Money that came in, in the admin: importing it, and deciding about what names no booking."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from payments.models import MoneyIn
from payments.services.money_in.decide import ignore
from payments.tests.admin.test_cancel_page import words
from payments.tests.money_in.statements import import_all, money_of, statement
from payments.tests.services.parties import pay_by_hand

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

IMPORT = "/admin/payments/moneyin/import/"
INBOX = "/admin/payments/moneyin/"


@pytest.fixture
def support(staff):
    return staff("support")


@pytest.fixture
def booking() -> Booking:
    made: Booking = BookingFactory(customer__name="Jane Doe")
    return made


def page_of(line: MoneyIn) -> str:
    return reverse("admin:payments_moneyin_change", args=[line.pk])


def record_page(line: MoneyIn, booking: Booking) -> str:
    return reverse("admin:payments_moneyin_record", args=[line.pk, booking.pk])


def unmatched(row: str) -> MoneyIn:
    import_all(statement(row))
    made: MoneyIn = MoneyIn.objects.get(status="unmatched")
    return made


def carried(answer) -> dict[str, str]:
    """Return what the preview's form sends."""
    form = answer.context["form"]
    return {field.name: str(field.value() or "") for field in form if field.name != "file"}


def test_a_file_is_shown_first_and_imported_after_that(support, booking):
    text = statement(
        f"Jane Doe,100.00,{booking.reference}", "Lee Park,20.00,grill", "Mom,abc,x", "Ice,-5,y"
    )
    file = SimpleUploadedFile("november.csv", text.encode("utf-16"))

    shown = support.post(IMPORT, {"file": file, "method": "zelle"})

    page = words(shown)
    for part in (
        "To be recorded 1 · $100.00", "To the inbox 1 · $20.00", "“abc” is no amount of dollars.",
        "Went out.", "Nothing has been stored yet.",
    ):  # fmt: skip
        assert part in page
    assert MoneyIn.objects.count() == 0

    done = support.post(IMPORT, carried(shown) | {"confirmed": "Import"}, follow=True)

    assert "Imported: 2 new lines, 1 recorded on bookings." in words(done)
    assert money_of(booking) == ("confirmed", 10000, [("zelle", "deposit", 10000)])
    assert {line.batch.source for line in MoneyIn.objects.all()} == {"november.csv"}
    assert "Nothing in it is new." in words(support.post(IMPORT, {"text": text, "method": "zelle"}))


def test_the_text_can_be_changed_after_it_was_looked_at(support):
    text = statement("Lee Park,20.00,grill")
    shown = support.post(IMPORT, {"text": text, "method": "zelle"})
    again = support.post(IMPORT, carried(shown) | {"edit": "Change"})
    assert carried(again)["text"].splitlines() == text.splitlines()


def test_a_date_that_may_be_two_days_is_asked_about_and_the_file_is_kept(support):
    text = "Date,Name,Amount\n11/05/2025,Jane,100.00\n"
    asked = support.post(
        IMPORT, {"file": SimpleUploadedFile("x.csv", text.encode()), "method": "zelle"}
    )
    question = "“11/05/2025” may be two days. Which comes first, month or day?"
    assert asked.context["form"].errors == {"date_order": [question]}
    shown = support.post(IMPORT, carried(asked) | {"date_order": "month"})
    assert "Nov 5, 2025" in words(shown)
    assert carried(shown)["source"] == "x.csv"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "a\n" * 3000}, "text"),
        ({"file": SimpleUploadedFile("x.xlsx", b"PK\x03\x04\0\0")}, "file"),
    ],
    ids=["nothing", "too long", "a workbook"],
)
def test_what_cannot_be_imported_is_told_at_its_field(support, sent, field):
    assert list(support.post(IMPORT, sent).context["form"].errors) == [field]


def test_what_changed_since_is_shown_again(support, booking):
    text = statement(f"Jane Doe,100.00,{booking.reference}")
    shown = support.post(IMPORT, {"text": text, "method": "zelle"})
    Booking.objects.filter(pk=booking.pk).update(status="canceled", seat=None)
    answer = support.post(IMPORT, carried(shown) | {"confirmed": "Import"})
    assert "Something has changed in the meantime." in words(answer)
    assert "To the inbox 1 · $100.00" in words(answer)
    assert MoneyIn.objects.count() == 0


def test_a_suggestion_is_shown_with_its_reasons_and_recorded_after_a_question(support, booking):
    line = unmatched("Jane M Doe,100.00,party")
    page = support.get(page_of(line))
    assert "$100.00 is the deposit that is due." in words(page)
    assert record_page(line, booking) in page.content.decode()

    question = support.get(record_page(line, booking))
    assert f"Record $100.00 on booking {booking.reference}?" in words(question)
    assert money_of(booking)[1] == 0
    form = {"how": "owed", "rest": question.context["form"]["rest"].value()}
    done = support.post(record_page(line, booking), form, follow=True)

    assert f"$100.00 recorded on {booking.reference}." in words(done)
    assert money_of(booking)[1] == 10000
    again = support.get(record_page(line, booking))
    assert f"It has been recorded already, on {booking.reference}." in words(again)


def test_who_comes_second_is_told(support, booking):
    line, other = unmatched("Jane Doe,100.00,party"), BookingFactory()
    form = {"how": "owed", "rest": 0}
    support.post(record_page(line, other), form)
    answer = support.post(record_page(line, booking), form)
    assert f"It has been recorded already, on {other.reference}." in words(answer)
    assert (money_of(other)[1], money_of(booking)[1]) == (10000, 0)


def test_more_than_is_owed_is_split_by_choice(support, booking):
    line = unmatched("Jane Doe,600.00,party")
    question = support.get(record_page(line, booking))
    choices = [value for value, _ in question.context["form"].fields["how"].choices]
    assert choices == ["split", "tip"]
    assert "$550.00 for all that is owed, and the other $50.00 as a gratuity" in words(question)
    support.post(record_page(line, booking), {"how": "split", "rest": 5000})
    assert money_of(booking)[1:] == (
        55000, [("zelle", "gratuity", 5000), ("zelle", "deposit", 55000)],
    )  # fmt: skip


def test_a_booking_is_found_by_its_reference_however_it_is_typed(support, booking):
    line = unmatched("Zoe,7.00,?")
    for text in (booking.reference.lower(), booking.reference[2:], "jane d"):
        page = support.get(page_of(line), {"q": text})
        assert record_page(line, booking) in page.content.decode()
    assert "No booking found." in words(support.get(page_of(line), {"q": "nobody"}))


def test_it_may_be_a_payment_that_was_recorded_by_hand(support, booking):
    payment = pay_by_hand(booking, amount=10000)
    row = f"Jane Doe,100.00,{booking.reference}"
    import_all(statement(row), method=payment.method)
    line = MoneyIn.objects.get()
    link = reverse("admin:payments_moneyin_link", args=[line.pk, payment.pk])
    assert link in support.get(page_of(line)).content.decode()
    done = support.post(link, follow=True)
    assert "Noted. Nothing was counted a second time." in words(done)
    assert money_of(booking)[1] == 10000


def test_money_is_ignored_with_a_reason_and_brought_back(support):
    line = unmatched("Mom,25.00,lunch")
    address = reverse("admin:payments_moneyin_ignore", args=[line.pk])
    assert "This field is required." in words(support.post(address, {"note": ""}))
    assert "Ignored." in words(support.post(address, {"note": "My mom."}, follow=True))
    assert "lunch" not in words(support.get(INBOX))
    assert "lunch" in words(support.get(INBOX, {"show": "ignored"}))
    assert "Bring it back" in support.get(page_of(line)).content.decode()
    back = reverse("admin:payments_moneyin_bring_back", args=[line.pk])
    assert "It is in the inbox again." in words(support.post(back, follow=True))
    assert "lunch" in words(support.get(INBOX))


def test_the_inbox_is_searched_by_amount_and_words(support):
    import_all(statement("Mom,25.00,lunch", "Lee,30.00,grill"))
    for text, found in (("25", "lunch"), ("$25.00", "lunch"), ("gril", "grill")):
        page = words(support.get(INBOX, {"q": text}))
        assert [word for word in ("lunch", "grill") if word in page] == [found]


def test_two_people_ignoring_at_once_and_one_is_told(support):
    line = unmatched("Mom,25.00,lunch")
    address = reverse("admin:payments_moneyin_ignore", args=[line.pk])
    ignore(
        money_in_id=line.pk, note="mine", actor=UserFactory(role="finance"),
        now=line.created_at,
    )  # fmt: skip
    answer = support.post(address, {"note": "Mine."})
    assert "Somebody has decided to ignore it." in words(answer)


def test_customers_see_nothing_of_it(client, booking):
    client.force_login(UserFactory())
    for address in (INBOX, IMPORT):
        assert client.get(address).status_code == 302
