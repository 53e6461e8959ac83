"""Included by the Celery worker of `make run`: its pool ends with it, even when it is killed."""

from typing import Any

from celery.signals import worker_process_init

from devstack.leash import die_with_parent


def leash(**_: Any) -> None:
    """A child of the pool has just been made."""
    die_with_parent()


worker_process_init.connect(leash)
