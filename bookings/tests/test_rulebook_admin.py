import datetime as dt
import re

import pytest
from django.urls import reverse

from bookings.models import RuleBook
from bookings.tests.factories import default_rules
from customers.tests.factories import UserFactory
from myhibachi.core.models import AuditEntry

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
LIST = reverse("admin:bookings_rulebook_changelist")
ADD = reverse("admin:bookings_rulebook_add")
PREVIEW = {"_preview": "1"}
PARTY = {
    "preview-adults": "12",
    "preview-children": "0",
    "preview-toddlers": "0",
    "preview-date": "2027-08-14",
    "preview-time": "18:00",
    "preview-location": "",
    "preview-add_ons": "",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def as_support(client):
    client.force_login(UserFactory(role="support"))
    return client


@pytest.fixture
def as_admin(client):
    client.force_login(UserFactory(role="admin"))
    return client


def change_page(book):
    return reverse("admin:bookings_rulebook_change", args=[book.pk])


def text_of(response):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
    return text.replace("&#x27;", "'")


def errors_of(response):
    return response.context["adminform"].form.errors


def form_of(response):
    """Return what a browser would send of the page's form."""
    form = response.context["adminform"].form
    sent = {name: form[name].value() for name in form.fields if name != "add_ons"}
    sent = {key: value for key, value in sent.items() if value not in (None, False)}
    return sent | rows(*(item.values() for item in form["add_ons"].value()))


def rows(*items):
    """Return the table of add-ons as a browser sends it: each with code, label, price in cents."""
    sent: dict[str, str] = {}
    for number, (code, label, price) in enumerate([*items, ("", "", "")]):
        dollars = f"{price / 100:.2f}" if price != "" else ""
        values = {"code": code, "label": label, "price": dollars}
        sent |= {f"add_ons-{number}-{part}": value for part, value in values.items()}
    return sent


def test_money_is_typed_in_dollars_and_kept_in_cents(as_admin):
    body = form_of(as_admin.get(ADD))
    assert (body["adult_price"], body["deposit"], body["tax_basis_points"]) == (
        "55.00",
        "100.00",
        "8.25",
    )
    typed = {"adult_price": "$61.1", "order_minimum": "1,234.56", "tax_basis_points": "9.5 %"}

    answer = as_admin.post(ADD, body | typed | {"effective_from": "2027-07-01"})

    assert answer.status_code == 302
    book = RuleBook.objects.get(effective_from="2027-07-01")
    assert book.rules() == default_rules(
        adult_price=6110, order_minimum=123456, tax_basis_points=950
    )


def test_a_book_that_is_sent_back_untouched_is_the_one_in_force(as_admin):
    body = form_of(as_admin.get(ADD)) | {"effective_from": "2027-06-02"}

    as_admin.post(ADD, body)

    book = RuleBook.objects.get(effective_from="2027-06-02")
    assert book.rules() == RuleBook.objects.in_force(dt.date(2027, 6, 1)).rules()


def test_a_rule_book_starts_tomorrow_or_later_and_is_in_the_audit_log(as_admin):
    body = form_of(as_admin.get(ADD)) | {"adult_price": "60.00"}

    refused = as_admin.post(ADD, body | {"effective_from": "2027-06-01"})
    added = as_admin.post(ADD, body | {"effective_from": "2027-06-02"})

    assert errors_of(refused) == {"effective_from": ["A rule book starts tomorrow or later."]}
    assert added.status_code == 302
    assert AuditEntry.objects.get().changes["adult_price"] == 6000


def test_add_ons_are_rows_to_change_add_and_remove(as_admin):
    body = form_of(as_admin.get(ADD)) | {"effective_from": "2027-07-01"}
    body = {key: value for key, value in body.items() if not key.startswith("add_ons-")}
    table = rows(("lobster", "Maine lobster", 1850), ("rice", "Rice", 500), ("", "Miso soup", 425))

    as_admin.post(ADD, body | table | {"add_ons-1-remove": "on"})

    assert RuleBook.objects.get(effective_from="2027-07-01").add_ons == [
        {"code": "lobster", "label": "Maine lobster", "price": 1850},
        {"code": "miso_soup", "label": "Miso soup", "price": 425},
    ]


def test_a_house_may_have_no_add_ons(as_admin):
    body = form_of(as_admin.get(ADD)) | {"effective_from": "2027-07-01"}
    kept = {key: value for key, value in body.items() if not key.startswith("add_ons-")}

    answer = as_admin.post(ADD, kept | rows())

    assert answer.status_code == 302
    assert RuleBook.objects.get(effective_from="2027-07-01").add_ons == []


def test_lists_are_typed_as_words(as_admin):
    body = form_of(as_admin.get(ADD)) | {"effective_from": "2027-07-01"}
    assert (body["proteins"], body["slot_times"], body["gratuity_percents"]) == (
        "chicken, steak, shrimp, calamari, tofu",
        "12:00, 15:00, 18:00, 21:00",
        "20, 25, 30",
    )
    typed = {
        "proteins": "Chicken\nFilet mignon",
        "slot_times": "9 pm, 11:30am, 18:00",
        "gratuity_percents": "",
    }

    as_admin.post(ADD, body | typed)

    book = RuleBook.objects.get(effective_from="2027-07-01")
    assert (book.proteins, book.slot_times, book.gratuity_percents) == (
        ["chicken", "filet_mignon"],
        ["11:30", "18:00", "21:00"],
        [],
    )


DOLLARS = "Dollars and cents, such as 55.00."


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"adult_price": "-1"}, {"adult_price": [DOLLARS]}),
        ({"adult_price": "55.005"}, {"adult_price": [DOLLARS]}),
        ({"adult_price": "5,50"}, {"adult_price": [DOLLARS]}),
        ({"adult_price": "99999999.00"}, {"adult_price": [DOLLARS]}),
        ({"adult_price": ""}, {"adult_price": ["This field is required."]}),
        (
            {"tax_basis_points": "101"},
            {"tax_basis_points": ["A percentage from 0 to 100, such as 8.25."]},
        ),
        (
            {"slot_times": "12:00, 25:00"},
            {"slot_times": ["“25:00” is not a time such as 18:00 or 6 pm."]},
        ),
        ({"slot_times": "6"}, {"slot_times": ["“6” is not a time such as 18:00 or 6 pm."]}),
        ({"slot_times": "13 pm"}, {"slot_times": ["“13 pm” is not a time such as 18:00 or 6 pm."]}),
        ({"slot_times": "18:00, 6 pm"}, {"slot_times": ["“18:00” is there twice."]}),
        ({"proteins": "tofu, Tofu"}, {"proteins": ["“tofu” is there twice."]}),
        ({"proteins": " , "}, {"proteins": ["This field is required."]}),
        (
            {"proteins": "豆腐"},
            {"proteins": ["“豆腐” is not a name: a letter first, at most 40 in all."]},
        ),
        (
            {"gratuity_percents": "20, 7.5"},
            {"gratuity_percents": ["“7.5” is not a whole percentage from 0 to 100."]},
        ),
        ({"deposit": "600"}, {"deposit": ["The deposit is more than the order minimum."]}),
        (
            {"guests_min": "151"},
            {"guests_min": ["The largest party is smaller than the smallest."]},
        ),
        (
            {"hold_reminder_minutes": "121"},
            {"hold_reminder_minutes": ["The reminder comes after the hold is over."]},
        ),
        (
            {"cancel_keep_deposit_hours": "169"},
            {"cancel_keep_deposit_hours": ["All of it back ends after this."]},
        ),
        (
            {"travel_free_miles": "151"},
            {"travel_free_miles": ["More miles are free than we drive."]},
        ),
        ({"child_from_age": "13"}, {"child_from_age": ["Children are younger than adults."]}),
        ({"loyalty_gold": "5000"}, {"loyalty_gold": ["Gold comes before platinum."]}),
        (
            {"slot_capacity": "0"},
            {"slot_capacity": ["Ensure this value is greater than or equal to 1."]},
        ),
        (
            {"late_cancel_refund_percent": "101"},
            {"late_cancel_refund_percent": ["Ensure this value is less than or equal to 100."]},
        ),
        ({"travel_origin_zip": "ABC"}, {"travel_origin_zip": ["Five digits."]}),
        ({"add_ons-0-price": "5.005"}, {"add_ons": [f"Row 1: {DOLLARS}"]}),
        ({"add_ons-0-price": ""}, {"add_ons": ["Row 1: the price of “Salmon”."]}),
        ({"add_ons-1-label": ""}, {"add_ons": ["Row 2: a name of at most 60 letters."]}),
        ({"add_ons-1-code": "salmon"}, {"add_ons": ["The code “salmon” is there twice."]}),
        (
            {"add_ons-1-code": "Tax"},
            {"add_ons": ["Row 2: the code “tax” is another line of the bill: choose another."]},
        ),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(as_admin, changes, errors):
    body = form_of(as_admin.get(ADD)) | {"effective_from": "2027-07-01"}

    answer = as_admin.post(ADD, body | changes)

    assert errors_of(answer) == errors
    assert RuleBook.objects.count() == 1


def test_a_mistake_is_told_by_the_number_its_row_has_on_the_page(as_admin):
    body = form_of(as_admin.get(ADD))
    cleared = {f"add_ons-2-{part}": "" for part in ("label", "price", "code")}

    page = as_admin.post(ADD, body | cleared | {"add_ons-4-price": "x"})

    assert errors_of(page)["add_ons"] == [f"Row 4: {DOLLARS}"]
    shown = page.context["adminform"].form["add_ons"].value()
    assert [row["label"] for row in shown[:5]] == [
        "Salmon",
        "Scallops",
        "Noodles",
        "Rice",
        "Vegetables",
    ]


@pytest.mark.parametrize("date", ["9999-12-31", "0001-01-01", "2999-12-31", "2000-01-01"])
def test_any_date_can_be_typed(as_admin, date):
    body = form_of(as_admin.get(ADD)) | {"effective_from": date}

    answers = [
        as_admin.post(ADD, body | PREVIEW | PARTY | {"preview-date": date}),
        as_admin.post(ADD, body),
        as_admin.get(change_page(RuleBook.objects.first()), PARTY | {"preview-date": date}),
    ]

    assert {answer.status_code for answer in answers} <= {200, 302}


def test_what_was_typed_is_still_there_after_a_mistake(as_admin):
    body = form_of(as_admin.get(ADD)) | {"adult_price": "sixty", "proteins": "tofu, tofu"}

    page = as_admin.post(ADD, body | {"add_ons-10-label": "Miso soup"}).content.decode()

    assert 'value="sixty"' in page
    assert "tofu, tofu</textarea>" in page
    assert 'value="Miso soup"' in page


def test_two_books_do_not_start_on_one_day(as_admin):
    RuleBook.objects.create(effective_from=dt.date(2027, 7, 1))
    body = form_of(as_admin.get(ADD)) | {"effective_from": "2027-07-01"}

    answer = as_admin.post(ADD, body)

    assert errors_of(answer) == {
        "effective_from": ["Rules from this date are there already: change those."]
    }


def test_the_list_says_which_rules_apply_when(as_support):
    RuleBook.objects.create(effective_from=dt.date(2027, 5, 1))
    RuleBook.objects.create(effective_from=dt.date(2027, 8, 1), adult_price=6000)
    RuleBook.objects.create(effective_from=dt.date(2028, 1, 1), adult_price=6000)

    page = as_support.get(LIST)

    listed = re.findall(r"<tr>(.*?)</tr>", page.content.decode().split("<tbody>")[1], re.DOTALL)
    said = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in listed]
    money = "$30.00 $550.00 $100.00"
    assert said == [
        f"Jan. 1, 2028 – later $60.00 {money}",
        f"Aug. 1, 2027 Dec. 31, 2027 next $60.00 {money}",
        f"May 1, 2027 July 31, 2027 in force now $55.00 {money}",
        f"Jan. 1, 2020 April 30, 2027 past $55.00 {money}",
    ]


def test_the_list_costs_the_same_however_long(as_support, django_assert_max_num_queries):
    for month in range(1, 12):
        RuleBook.objects.create(effective_from=dt.date(2028, month, 1))

    with django_assert_max_num_queries(6):
        as_support.get(LIST)


def test_rules_that_have_been_in_force_are_only_shown_with_their_units(as_admin):
    book = RuleBook.objects.get()

    page = text_of(as_admin.get(change_page(book)))

    for words in ("$55.00", "Lobster $15.00", "168 hours before (7 days)", "8.25 %", "120 minutes"):
        assert words in page
    assert "In cents" not in page
    assert as_admin.post(change_page(book), {"adult_price": "1"}).status_code == 403


def test_rules_to_come_may_still_change(as_admin):
    book = RuleBook.objects.create(effective_from=dt.date(2027, 8, 1))
    body = form_of(as_admin.get(change_page(book)))

    answer = as_admin.post(change_page(book), body | {"deposit": "120"})

    book.refresh_from_db()
    assert (answer.status_code, book.deposit) == (302, 12000)
    assert AuditEntry.objects.get().changes == {"deposit": [10000, 12000]}


def test_only_the_admin_role_writes_rules(as_support):
    book = RuleBook.objects.create(effective_from=dt.date(2027, 8, 1))

    assert as_support.get(change_page(book)).status_code == 200
    assert as_support.post(change_page(book), PREVIEW | PARTY).status_code == 403
    assert as_support.get(ADD).status_code == 403


def test_a_book_shows_what_differs_from_the_one_before(as_support):
    (lobster,) = [{"code": "lobster", "label": "Maine lobster", "price": 1850}]
    first = RuleBook.objects.get()
    kept = [item for item in first.add_ons if item["code"] not in ("lobster", "rice")]
    miso = {"code": "miso", "label": "Miso soup", "price": 425}
    book = RuleBook.objects.create(
        effective_from=dt.date(2027, 8, 1),
        adult_price=6000,
        notice_hours=72,
        add_ons=[*kept, lobster, miso],
    )

    page = as_support.get(change_page(book))

    assert [tuple(each) for each in page.context["differences"]] == [
        ("Adult price", "$55.00", "$60.00"),
        ("Add-on Rice", "Rice $5.00", "–"),
        ("Add-on Maine lobster", "Lobster $15.00", "Maine lobster $18.50"),
        ("Add-on Miso soup", "–", "Miso soup $4.25"),
        ("Notice needed", "48 hours (2 days)", "72 hours (3 days)"),
    ]
    assert "What differs from the rules from" in text_of(page)


def test_a_preview_prices_what_is_typed_beside_todays_rules_and_saves_nothing(as_admin):
    body = form_of(as_admin.get(ADD)) | {
        "adult_price": "60.00",
        "deposit": "150.00",
        "cancel_full_refund_hours": "336",
    }
    party = PARTY | {"preview-add_ons": "2 lobster", "preview-location": "94105"}

    page = as_admin.post(ADD, body | PREVIEW | party)

    preview = page.context["preview"]
    assert [
        (row.label, row.new and row.new.amount, row.today and row.today.amount, row.difference)
        for row in preview.rows
    ] == [
        ("Adult", 72000, 66000, 6000),
        ("Lobster", 3000, 3000, 0),
        ("Travel beyond 30 miles", 200, 200, 0),
    ]
    assert preview.sums == [
        ("Total", 75200, 69200, 6000),
        ("Deposit due", 15000, 10000, 5000),
    ]
    limits = {name: (new, today) for name, new, today in preview.limits}
    assert limits["Canceled early"] == (
        "14 days or more before the party: all of it back. Until Sat, Jul 31, 2027, 6:00 PM: "
        "$752.00 of $752.00.",
        "7 days or more before the party: all of it back. Until Sat, Aug 7, 2027, 6:00 PM: "
        "$692.00 of $692.00.",
    )
    assert limits["Canceled late"] == (
        "Less than 48 hours before the party: half of what was paid beyond the deposit of "
        "$150.00 back. After that: $301.00 of $752.00.",
        "Less than 48 hours before the party: half of what was paid beyond the deposit of "
        "$100.00 back. After that: $296.00 of $692.00.",
    )
    assert limits["The party"][0] == "The chef arrives at 5:30 PM; 96 minutes, to 7:36 PM."
    assert "12 × $60.00 $720.00 12 × $55.00 $660.00 +$60.00" in text_of(page)
    assert errors_of(page) == {}
    assert (RuleBook.objects.count(), AuditEntry.objects.count()) == (1, 0)


def test_a_preview_of_a_change_keeps_what_is_typed_and_leaves_the_book_alone(as_admin):
    book = RuleBook.objects.create(effective_from=dt.date(2027, 8, 1))
    body = form_of(as_admin.get(change_page(book))) | {"adult_price": "70.00"}

    page = as_admin.post(change_page(book), body | PREVIEW | PARTY)

    assert 'value="70.00"' in page.content.decode()
    assert page.context["preview"].sums[0] == ("Total", 84000, 66000, 18000)
    assert [tuple(each) for each in page.context["differences"]] == [
        ("Adult price", "$55.00", "$70.00")
    ]
    book.refresh_from_db()
    assert book.adult_price == 5500


@pytest.mark.parametrize("date", ["", "2027-01-01"])
@pytest.mark.parametrize("button", [PREVIEW, {"_save": "1"}])
def test_a_change_without_a_date_or_with_a_past_one_stays_a_form(as_admin, date, button):
    book = RuleBook.objects.create(effective_from=dt.date(2027, 8, 1))
    body = form_of(as_admin.get(change_page(book)))
    typed = {"adult_price": "70.00", "effective_from": date}

    page = as_admin.post(change_page(book), body | typed | button | PARTY)

    assert 'value="70.00"' in page.content.decode()


def test_staff_who_may_only_read_preview_a_saved_book(as_support):
    book = RuleBook.objects.create(effective_from=dt.date(2027, 8, 1), adult_price=6000)

    page = as_support.get(change_page(book), PREVIEW | PARTY)

    assert page.context["preview"].sums[0] == ("Total", 72000, 66000, 6000)


def test_rules_that_do_not_allow_a_party_say_so_and_the_other_still_prices_it(as_admin):
    miso = rows(("miso", "Miso soup", 425))
    body = form_of(as_admin.get(ADD)) | miso | {"notice_hours": "48", "slot_times": "17:00"}
    party = PARTY | {"preview-add_ons": "1 miso"}

    page = as_admin.post(ADD, body | PREVIEW | party)

    preview = page.context["preview"]
    assert (preview.new.refused, preview.today.refused) == (
        ("We start at 17:00.",),
        ("Not on the menu: miso.",),
    )
    assert preview.sums == [
        ("Total", 66425, None, None),
        ("Deposit due", 10000, None, None),
    ]
    assert "Today's rules say no: Not on the menu: miso." in text_of(page)


@pytest.mark.parametrize(
    ("rules", "party", "says"),
    [
        ({"adult_price": "x"}, {}, "Please correct the rules above"),
        ({}, {"preview-adults": "many"}, "Please correct the party."),
    ],
)
def test_a_preview_of_nonsense_says_what_to_correct(as_admin, rules, party, says):
    body = form_of(as_admin.get(ADD)) | rules

    page = as_admin.post(ADD, body | PREVIEW | PARTY | party)

    assert page.context["preview"] is None
    assert says in text_of(page)


def test_saving_minds_no_party_in_the_preview(as_admin):
    body = form_of(as_admin.get(ADD)) | {"effective_from": "2027-07-01"}

    answer = as_admin.post(ADD, body | PARTY | {"preview-adults": "many"})

    assert answer.status_code == 302
