"""gunicorn under `make run`."""

from typing import Any

from devstack.leash import die_with_parent

worker_class = "gthread"
workers = 2
threads = 8
preload_app = True  # one import of Django instead of two
control_socket_disable = True
accesslog = "-"
logger_class = "myhibachi.access_log.AccessLogger"


def post_fork(server: Any, worker: Any) -> None:
    """A worker ends with its master, even a killed one."""
    die_with_parent()
