"""What the tests stand on: real servers, a sandbox, a browser, the whole stack."""
