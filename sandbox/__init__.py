"""A stateful stand-in for api.stripe.com, for development and tests."""
