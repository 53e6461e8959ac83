"""A storm over the whole system, and the proof that its books come out equal to Stripe's."""
