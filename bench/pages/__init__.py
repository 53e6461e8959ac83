"""Every page of the admin: found, measured and judged."""
