from myhibachi.core.admin.audit_words import changes_in_words, title_of


def said(**changes) -> list[tuple[str, str | None, str]]:
    return [(each.label, each.old, each.new) for each in changes_in_words(changes)]


def test_an_action_in_words():
    assert [title_of(action) for action in ("refund.created", "money_in.brought_back", "x.y")] == [
        "Refund created",
        "Money in brought back",
        "X y",
    ]


def test_a_pair_is_an_old_value_and_its_new_one():
    assert said(guests=[8, 10], name=["Ana", ""], role=[None, "admin"]) == [
        ("guests", "8", "10"),
        ("name", "Ana", "–"),
        ("role", "–", "admin"),
    ]


def test_cents_are_dollars_and_other_numbers_are_not():
    assert said(total=[55000, 61000], amount=100, guests=100, deposit_due=0) == [
        ("total", "$550.00", "$610.00"),
        ("amount", None, "$1.00"),
        ("guests", None, "100"),
        ("deposit due", None, "$0.00"),
    ]


def test_of_two_lists_what_differs_is_told():
    menu = [{"code": "rice", "price": 500}, {"code": "noodles", "price": 500}]
    dearer = [{"code": "rice", "price": 600}, {"code": "noodles", "price": 500}]
    assert said(add_ons=[menu, dearer], proteins=[["steak"], ["steak", "scallops"]]) == [
        ("add ons", "code rice, price $5.00", "code rice, price $6.00"),
        ("proteins", "–", "scallops"),
    ]


def test_lists_of_things_stay_lists():
    assert said(fields=["receipt", "refund_policy"], stripe=[]) == [
        ("fields", None, "receipt, refund policy"),
        ("stripe", None, "–"),
    ]


def test_words_and_moments_read_as_people_say_them():
    assert said(
        status=["pending", "requires_action"],
        expires_at="2026-12-12T23:41:30.429254+00:00",
        late_money=[True, False],
        reference="H-3T7QXWM",
        note="T for two",
    ) == [
        ("status", "pending", "requires action"),
        ("expires at", None, "Dec 12, 2026, 3:41 PM PST"),
        ("late money", "yes", "no"),
        ("reference", None, "H-3T7QXWM"),
        ("note", None, "T for two"),
    ]
