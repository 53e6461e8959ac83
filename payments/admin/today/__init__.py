"""The first page of the admin: what needs a person now, today's parties, the month."""
