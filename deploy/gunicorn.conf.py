"""gunicorn in production; every number can be set by environment."""

import os

bind = "0.0.0.0:8000"
# Threads wait for PostgreSQL and Stripe; each worker's connection pool serves its 8 threads.
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 30
keepalive = 5
# A worker starts afresh now and then, not all at once.
max_requests = 10_000
max_requests_jitter = 1_000
# Whose X-Forwarded-Proto counts: gunicorn itself reads FORWARDED_ALLOW_IPS (127.0.0.1 by default).
control_socket_disable = True
accesslog = "-"
logger_class = "myhibachi.access_log.AccessLogger"
