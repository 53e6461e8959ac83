"""What answers outside Stripe's API: hosted pages, the dashboard, the control calls of tests."""
