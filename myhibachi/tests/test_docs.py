import pytest


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_api_is_documented_without_a_network(live_server, page, path):
    page.goto(live_server.url + path)
    page.get_by_text("/auth/login").first.wait_for(timeout=20_000)
    assert page.title() == "My Hibachi API"


def test_the_home_page_is_the_admin(client):
    response = client.get("/")
    assert (response.status_code, response.url) == (302, "/admin/")


@pytest.mark.django_db
def test_a_stale_token_does_not_hide_the_schema(client):
    response = client.get("/api/schema", headers={"Authorization": "Bearer stale"})
    assert response.status_code == 200
