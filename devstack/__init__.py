"""Development stack: what `make run` and the tests stand on. Nothing of the product imports it."""
