from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from myhibachi.core.models import AuditEntry

pytestmark = [pytest.mark.urls("myhibachi.core.tests.urls"), pytest.mark.django_db]


@pytest.fixture
def seven():
    """Seven entries, of which five share one instant."""
    person = get_user_model().objects.create_user("someone@myhibachi.test", name="Someone")
    AuditEntry.objects.bulk_create(
        AuditEntry(actor=person, action="test.page", note=str(n)) for n in range(7)
    )


def notes(page) -> str:
    return "".join(row["note"] for row in page["results"])


def pages(client, address: str, way: str = "next") -> list[str]:
    found = []
    while address:
        page = client.get(address).json()
        found.append(notes(page))
        address = page[way]
    return found


def last(client, address: str) -> str:
    while following := client.get(address).json()["next"]:
        address = following
    return address


@pytest.mark.usefixtures("seven")
def test_the_newest_come_first_each_exactly_once(client):
    assert pages(client, "/api/entries?limit=3") == ["654", "321", "0"]


@pytest.mark.usefixtures("seven")
def test_the_way_back_shows_the_same_pages(client):
    assert pages(client, last(client, "/api/entries?limit=3"), "previous") == ["0", "321", "654"]


@pytest.mark.usefixtures("seven")
def test_an_order_of_ones_own(client):
    assert pages(client, "/api/entries?limit=4&ordering=note") == ["0123", "456"]


@pytest.mark.usefixtures("seven")
def test_a_row_that_arrives_meanwhile_shifts_nothing(client):
    first = client.get("/api/entries?limit=3").json()
    AuditEntry.objects.create(action="test.page", note="new")
    assert notes(client.get(first["next"]).json()) == "321"


def test_an_empty_list_is_a_page(client):
    assert client.get("/api/entries").json() == {"next": None, "previous": None, "results": []}


@pytest.mark.usefixtures("seven")
def test_other_parameters_stay_in_the_links(client):
    page = client.get("/api/entries?limit=3&status=open").json()
    query = parse_qs(urlsplit(page["next"]).query)
    assert (query["limit"], query["status"]) == (["3"], ["open"])


@pytest.mark.usefixtures("seven")
def test_a_page_is_one_query_and_reads_no_more_than_it_shows(client):
    with CaptureQueriesContext(connection) as queries:
        client.get(last(client, "/api/entries?limit=3"))
    assert all("COUNT" not in q["sql"] and "OFFSET" not in q["sql"] for q in queries)


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=1000000000000", "limit"),
        ("limit=many", "limit"),
        ("limit=²", "limit"),
        ("ordering=password", "ordering"),
        ("ordering=--at", "ordering"),
        ("cursor=nonsense", "cursor"),
        ("cursor=W10", "cursor"),
        ("cursor=bnVsbA", "cursor"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_a_400(client, query, attr):
    response = client.get(f"/api/entries?{query}")
    assert response.status_code == 400
    assert [error["attr"] for error in response.json()["errors"]] == [attr]


@pytest.mark.usefixtures("seven")
def test_a_cursor_of_another_ordering_is_a_400(client):
    following = client.get("/api/entries?limit=3").json()["next"]
    assert client.get(f"{following}&ordering=note").status_code == 400


def test_the_newest_page_reads_the_index(client):
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM core_auditentry"
            " WHERE at <= %s AND (at < %s OR id < 5) ORDER BY at DESC, id DESC LIMIT 26",
            [now, now],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Cond: (at <=" in plan
