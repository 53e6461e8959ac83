"""One module per Stripe object."""
