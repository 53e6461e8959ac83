"""The literal tokens of development, and those of another identity provider."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.utils import timezone

from customers.api import provider
from customers.models import Customer, User

pytestmark = pytest.mark.django_db
ISSUER, AUDIENCE = "https://id.example.test/", "myhibachi"


def me(api, token: str):
    return api.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    ("token", "email", "role"),
    [
        ("dev-token", "guest@myhibachi.test", "customer"),
        ("admin-token", "owner@myhibachi.test", "admin"),
    ],
)
def test_a_development_token_is_a_person(api, settings, token, email, role):
    settings.DEVELOPMENT_TOKENS = True
    first, second = me(api, token).json(), me(api, token).json()
    assert first == second
    assert (first["email"], first["role"]) == (email, role)
    assert User.objects.get().email == email
    assert Customer.objects.exists() == (role == "customer")


def test_a_development_user_has_no_password(api, settings):
    settings.DEVELOPMENT_TOKENS = True
    me(api, "admin-token")
    assert not User.objects.get().has_usable_password()


@pytest.mark.parametrize("token", ["dev-token", "admin-token"])
def test_elsewhere_the_development_tokens_are_nobodys(api, settings, token):
    settings.DEVELOPMENT_TOKENS = False
    assert me(api, token).status_code == 401


RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
STRANGERS_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Jwks(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        keys = [
            json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key()))
            | {"kid": "rsa", "alg": "RS256"},
            json.loads(jwt.algorithms.ECAlgorithm.to_jwk(EC_KEY.public_key()))
            | {"kid": "ec", "alg": "ES256"},
        ]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"keys": keys}).encode())

    def log_message(self, *args) -> None:
        """Print nothing."""


@pytest.fixture
def identity_provider(settings):
    """A provider that publishes its keys over HTTP, as the settings name it."""
    server = HTTPServer(("127.0.0.1", 0), Jwks)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.JWT_JWKS_URL = f"http://127.0.0.1:{server.server_port}/jwks.json"
    settings.JWT_ISSUER, settings.JWT_AUDIENCE = ISSUER, AUDIENCE
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def token_with(key=RSA_KEY, alg="RS256", kid="rsa", **changes) -> str:
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": timezone.now() + timedelta(minutes=5),
        "email": "Ana@MyHibachi.test",
        "email_verified": True,
        "name": "Ana",
    }
    kept = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode(kept, key, algorithm=alg, headers={"kid": kid})


@pytest.mark.usefixtures("identity_provider")
@pytest.mark.parametrize(
    "key", [{}, {"key": EC_KEY, "alg": "ES256", "kid": "ec"}], ids=["RS256", "ES256"]
)
def test_a_providers_token_is_the_person_with_its_email(api, key):
    body = me(api, token_with(**key)).json()
    user = User.objects.get()
    assert body == {
        "id": str(user.pk),
        "email": "ana@myhibachi.test",
        "name": "Ana",
        "role": "customer",
        "customer_id": str(Customer.objects.get().pk),
    }


@pytest.mark.usefixtures("identity_provider")
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"iss": "https://evil.example.test/"}, id="another issuer"),
        pytest.param({"aud": "another-app"}, id="for another application"),
        pytest.param({"aud": None}, id="for nobody"),
        pytest.param({"exp": 1}, id="expired"),
        pytest.param({"exp": None}, id="without an end"),
        pytest.param({"email": None}, id="without an email"),
        pytest.param({"email": "not an email"}, id="with half an email"),
        pytest.param({"email": ["a@b.test"]}, id="with a list of emails"),
        pytest.param({"email_verified": False}, id="with an unverified email"),
        pytest.param({"email_verified": None}, id="with an email of unknown standing"),
        pytest.param({"key": STRANGERS_KEY}, id="signed by a stranger"),
        pytest.param({"kid": "unknown"}, id="with an unknown key"),
        pytest.param({"key": "x" * 32, "alg": "HS256"}, id="signed with a shared secret"),
    ],
)
def test_a_providers_token_must_hold_in_every_part(api, changes):
    assert me(api, token_with(**changes)).status_code == 401
    assert not User.objects.exists()


@pytest.mark.usefixtures("identity_provider")
def test_our_own_tokens_work_beside_a_provider(api):
    fields = {"email": "bo@myhibachi.test", "password": "correct horse battery", "name": "Bo"}
    tokens = api.post("/api/auth/register", fields, format="json").json()
    assert me(api, tokens["access_token"]).status_code == 200


def test_a_provider_that_is_down_is_a_503(api, settings):
    provider._keys.cache_clear()
    settings.JWT_JWKS_URL = "http://127.0.0.1:1/jwks.json"
    settings.JWT_ISSUER, settings.JWT_AUDIENCE = ISSUER, AUDIENCE
    response = me(api, token_with())
    assert response.status_code == 503
    assert response.json()["errors"][0]["code"] == "identity_provider_unavailable"
