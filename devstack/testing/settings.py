"""The product's settings, read after the servers that they name have been started."""

from devstack.testing import servers

servers.start()

from myhibachi.settings import *  # noqa: E402, F403 # every setting, after the servers
