"""What staff type into a search box, for what is about a party."""

from django.db.models import Q

from bookings.models import Booking, Quote
from customers.models import Customer
from customers.models.contacts import contact_matches
from myhibachi.core.few import few_ids
from myhibachi.core.ids import typed_reference


def bookings_found_by(text: str) -> Q:
    """Return the condition for bookings: a reference, or part of a name, email or phone number.

    A reference may be the booking's or its quote's, and the beginning of it is enough.
    """
    reference = typed_reference(text)
    if reference and reference[0] == "Q":
        of_quote = Quote.objects.filter(
            reference__startswith=f"Q-{reference[1]}", booking__isnull=False
        )
        return Q(pk__in=few_ids(of_quote, "booking"))
    return _found_by(text, letter="H")


def quotes_found_by(text: str) -> Q:
    """Return the condition for quotes, as `bookings_found_by` does; also by its booking's."""
    reference = typed_reference(text)
    if reference and reference[0] == "H":
        return Q(booking__reference__startswith=f"H-{reference[1]}")
    return _found_by(text, letter="Q")


def waitlist_found_by(text: str) -> Q:
    """Return the condition for places in line: who waits, or the booking they were offered."""
    reference = typed_reference(text)
    if reference and reference[0]:
        return Q(booking__in=few_ids(Booking.objects.filter(bookings_found_by(text))))
    return people_found_by(text)


def emails_found_by(text: str) -> Q:
    """Return the condition for e-mails: their address, or the party that they are about."""
    bookings = few_ids(Booking.objects.filter(bookings_found_by(text)))
    quotes = few_ids(Quote.objects.filter(quotes_found_by(text)))
    about = Q(booking__in=bookings) | Q(quote__in=quotes)
    return about if typed_reference(text) else about | Q(to__contains=text.lower())


def people_found_by(text: str) -> Q:
    """Return the condition for rows with a contact and a customer."""
    people = few_ids(Customer.objects.matching(text))
    return contact_matches(text, prefix="contact_") | Q(customer__in=people)


def _found_by(text: str, *, letter: str) -> Q:
    reference = typed_reference(text)
    if not reference:
        return people_found_by(text)
    named = Q(reference__startswith=f"{letter}-{reference[1]}")
    # Seven letters without theirs may be a name as well.
    return named if reference[0] else named | people_found_by(text)
