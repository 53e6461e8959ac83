"""A stored e-mail as the message that leaves."""

from email.mime.text import MIMEText

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Model

from bookings.links import link
from bookings.models import Email
from bookings.services.emails import ics, sender

# The pages it may link to, and the column with what each is about. In the stored text a link is
# a mark such as "[link:quote]": whoever reads the log can't open the customer's page.
LINKS = {"pay-booking": "booking", "quote": "quote"}


def message(email: Email) -> EmailMultiAlternatives:
    """Return what is sent. Its id is the row's: a second copy after a crash is known as such."""
    found = EmailMultiAlternatives(
        subject=email.subject,
        body=_linked(email, email.text),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[email.to],
        headers={
            "Message-ID": f"<{sender.unique_id(email.pk)}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    found.attach_alternative(_linked(email, email.html), "text/html")
    if email.calendar:
        found.attach(_invite(email))
    return found


def _linked(email: Email, text: str) -> str:
    for name, column in LINKS.items():
        target: Model | None = getattr(email, column)
        mark = f"[link:{name}]"
        if target is not None and mark in text:
            text = text.replace(mark, link(name, target))
    return text


def _invite(email: Email) -> MIMEText:
    part = MIMEText(email.calendar, "calendar", "utf-8")
    part.set_param("method", ics.method(email.calendar))
    part.add_header("Content-Disposition", "attachment", filename="party.ics")
    return part
