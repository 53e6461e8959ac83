"""Turning a list's pages: what each one has, and what it asks the database."""

import pytest
from django.contrib.auth import get_user_model
from django.core.paginator import EmptyPage

from myhibachi.core import audit
from myhibachi.core.admin import CappedPaginator
from myhibachi.core.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages():
    """Five rows, the newest first, two a page."""
    user = get_user_model().objects.create_user("staff@myhibachi.test")
    for number in range(5):
        audit.record("user.tested", user, actor=user, note=str(number))
    return CappedPaginator(AuditEntry.objects.select_related("actor").order_by("-id"), 2)


def notes(page):
    return [entry.note for entry in page]


def test_every_row_is_on_one_page_in_its_order(pages):
    assert [notes(page) for page in pages] == [["4", "3"], ["2", "1"], ["0"]]


def test_a_page_that_is_not_there_is_refused(pages):
    with pytest.raises(EmptyPage):
        pages.page(4)


def test_a_page_takes_a_count_and_a_query(pages, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert [entry.actor.email for entry in pages.page(2)]


def test_a_page_is_chosen_by_keys_alone(pages):
    assert "JOIN" not in str(pages.page(2).object_list.query).split(" IN (SELECT ")[1]


def test_a_page_of_what_was_searched_for_is_not_searched_twice(pages):
    pages.every_row = AuditEntry.objects.all()
    pages.object_list = pages.object_list.exclude(note="3")

    assert notes(pages.page(1)) == ["4", "2"]
    assert str(pages.page(1).object_list.query).count("NOT") == 1
