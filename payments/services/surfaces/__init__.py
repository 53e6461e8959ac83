"""Where a Stripe payment is taken. Each surface can `send` an attempt and `close` it."""
