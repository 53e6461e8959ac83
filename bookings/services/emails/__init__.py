"""What customers are told by e-mail: written with the news, sent once that has committed."""

from bookings.services.emails.queue import queue_email

__all__ = ["queue_email"]
