"""Proves that Stripe, the mirror, our tables, the ledger and `Booking.paid` say the same.

`run` lists Stripe page by page and notes what looks wrong; then it looks at each of those once
more, by itself, and only what still differs is a difference. `mend` calls what Stripe's own event
would have called, with Stripe's current object.
"""
