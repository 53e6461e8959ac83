from django.db import models


class Status(models.TextChoices):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    EXPIRED = "expired"
    CANCELED = "canceled"
    NO_SHOW = "no_show"


# What may follow what; anything else is refused.
NEXT: dict[str, frozenset[str]] = {
    Status.PENDING: frozenset({Status.CONFIRMED, Status.EXPIRED, Status.CANCELED}),
    Status.CONFIRMED: frozenset({Status.COMPLETED, Status.CANCELED, Status.NO_SHOW}),
    Status.COMPLETED: frozenset(),
    # Back again only where late money is given a seat.
    Status.EXPIRED: frozenset({Status.PENDING, Status.CONFIRMED}),
    Status.CANCELED: frozenset({Status.PENDING, Status.CONFIRMED}),
    Status.NO_SHOW: frozenset(),
}

# These take one of a slot's places.
HOLDS_SLOT = (Status.PENDING, Status.CONFIRMED, Status.COMPLETED)

# What is left of these bills is owed: the party is agreed on, or has taken place.
OWED_FOR = (Status.CONFIRMED, Status.COMPLETED)


class Menu(models.TextChoices):
    # Every guest counts as an adult unless children or toddlers are given.
    ADULT = "adult"
