"""Finding bookings, for the person who asks."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from bookings.models import Booking
from bookings.models.booking import BookingQuerySet
from customers.models import User
from customers.roles import is_staff_role
from myhibachi.core.errors import NotFound
from myhibachi.core.ids import NOBODY, as_uuid


def visible_to(user: User | AnonymousUser) -> BookingQuerySet:
    """Return what someone may see: staff everything, a customer their own, others nothing."""
    if is_staff_role(user):
        return Booking.objects.all()
    if not isinstance(user, User):
        return Booking.objects.none()
    return Booking.objects.filter(customer__user=user)


def find_booking(id_or_reference: str, *, user: User | AnonymousUser) -> Booking:
    """Return the booking with this id or reference, its customer loaded.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    booking = visible_to(user).filter(_named(id_or_reference)).select_related("customer").first()
    if booking is None:
        raise NotFound("There is no such booking.", attr="booking_id")
    return booking


def _named(id_or_reference: str) -> Q:
    booking_id = as_uuid(id_or_reference)
    if booking_id == NOBODY:
        return Q(reference=id_or_reference.strip().upper())
    return Q(pk=booking_id)
