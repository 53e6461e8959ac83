"""Signed links: whoever has one may see, and pay for, one booking or answer one quote.

The signature is over what kind of thing it is and its id, with `SECRET_KEY`; nothing is stored.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Model
from django.urls import reverse

from myhibachi.core.ids import NOBODY


def token(obj: Model) -> str:
    """Return what proves that its bearer got a link to this object from us."""
    return _signer(type(obj)).sign(urlsafe_b64encode(UUID(str(obj.pk)).bytes).decode().rstrip("="))


def signed_id(model: type[Model], text: str) -> UUID:
    """Return the id that a token of this model names, or `NOBODY`, which no row has."""
    try:
        return UUID(bytes=urlsafe_b64decode(_signer(model).unsign(text) + "=="))
    except (BadSignature, Error, ValueError):
        return NOBODY


def link(name: str, obj: Model) -> str:
    """Return the whole address of a page about an object: `name` is its URL's name."""
    address: str = settings.SITE_URL + reverse(name, args=[token(obj)])
    return address


def _signer(model: type[Model]) -> Signer:
    return Signer(salt=f"bookings.links.{model._meta.model_name}")
