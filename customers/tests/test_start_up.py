"""Each of these starts a process as gunicorn would: by importing the WSGI application."""

import os
import subprocess
import sys

import pytest


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import myhibachi.wsgi"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "myhibachi.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("environment", ["test", "staging"])
def test_the_development_tokens_stop_any_other_environment(environment):
    process = start(ENVIRONMENT=environment, DEVELOPMENT_TOKENS="true")
    assert process.returncode != 0
    assert "DEVELOPMENT_TOKENS may be on in ENVIRONMENT=development alone." in process.stderr


def test_they_are_off_in_any_other_environment_by_itself():
    assert start(ENVIRONMENT="staging").returncode == 0


def test_an_identity_provider_needs_an_issuer_and_an_audience():
    process = start(JWT_JWKS_URL="https://id.example.test/jwks.json")
    assert process.returncode != 0
    assert "JWT_JWKS_URL needs JWT_ISSUER and JWT_AUDIENCE" in process.stderr
