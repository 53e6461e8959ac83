"""The floors of the house hold: each breach planted in a copy of the tree is found."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

PACKAGES = ("myhibachi", "customers", "bookings", "payments", "sandbox", "devstack")
UPWARD = "Nothing imports upward"
STRIPE = "One file talks to Stripe"
DJSTRIPE = "dj-stripe stays behind the mirror"
DOMAIN = "The domain knows neither HTTP nor Celery"
PRODUCT = "The product knows neither the sandbox nor the devstack"


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Path:
    copy: Path = tmp_path_factory.mktemp("house")
    only_python = shutil.ignore_patterns("__pycache__", "static", "templates")
    for package in PACKAGES:
        shutil.copytree(settings.BASE_DIR / package, copy / package, ignore=only_python)
    shutil.copy(settings.BASE_DIR / "pyproject.toml", copy)
    return copy


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache", "--no-logo"], cwd=house, capture_output=True, text=True, check=False
    )


def broken(output: str) -> list[str]:
    return [line for line in output.splitlines() if "BROKEN" in line]


def test_the_house_stands(house):
    result = lint(house)
    assert (result.returncode, broken(result.stdout)) == (0, [])


@pytest.mark.parametrize(
    ("floor", "planted", "contract"),
    [
        ("bookings/services", "from payments import models", UPWARD),
        ("bookings/tests", "from payments import models", UPWARD),
        ("customers/services", "from bookings import models", UPWARD),
        ("myhibachi/core/api", "from customers import models", UPWARD),
        ("payments/services", "from myhibachi import urls", UPWARD),
        ("customers/services", "from customers import api", "Inside customers"),
        ("bookings/models", "from bookings import services", "Inside bookings"),
        ("payments/services", "from payments import api", "Inside payments"),
        ("payments/services", "from payments import webhooks", "Inside payments"),
        ("payments/models", "from payments import gateway", "Inside payments"),
        ("payments/services", "import stripe", STRIPE),
        ("bookings/api", "from stripe import Refund", STRIPE),
        ("payments/services", "from djstripe.models import Charge", DJSTRIPE),
        ("customers/admin", "import djstripe", DJSTRIPE),
        ("payments/services", "from rest_framework import serializers", DOMAIN),
        ("bookings/models", "from rest_framework import status", DOMAIN),
        ("payments/services", "from celery import shared_task", DOMAIN),
        ("payments/services", "import sandbox", PRODUCT),
        ("payments/api", "from devstack import config", PRODUCT),
        ("sandbox", "from payments import models", "The sandbox is a program of its own"),
        ("sandbox", "import django", "The sandbox is a program of its own"),
        ("devstack", "from payments import models", "The devstack starts the others"),
    ],
)
def test_a_planted_breach_is_found(house, floor, planted, contract):
    plant = house / floor / "planted.py"
    plant.write_text(planted + "\n")
    result = lint(house)
    plant.unlink()
    assert result.returncode == 1
    assert any(line.startswith(contract) for line in broken(result.stdout))
    assert f"{floor.replace('/', '.')}.planted ->" in result.stdout


def test_a_cycle_between_siblings_is_found(house):
    services = house / "customers/services"
    (services / "planted.py").write_text("from customers.services import planted_too\n")
    (services / "planted_too.py").write_text("from customers.services import planted\n")
    result = lint(house)
    for name in ("planted.py", "planted_too.py"):
        (services / name).unlink()
    assert result.returncode == 1
    assert "No cycles are allowed in customers.services." in result.stdout


@pytest.mark.parametrize("app", ["customers", "bookings", "payments", "myhibachi/core"])
def test_a_new_module_must_be_given_its_floor(house, app):
    plant = house / app / "planted.py"
    plant.touch()
    result = lint(house)
    plant.unlink()
    assert result.returncode == 1
    assert "planted" in result.stdout
