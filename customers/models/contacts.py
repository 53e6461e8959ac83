"""Finds people by part of a name, an email or a phone number, in any table that has those three.

Each is found by trigrams, for which PostgreSQL has an index: a part that is shorter than three
letters reads the table.
"""

import re
from functools import reduce
from operator import and_

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Upper
from django.db.models.lookups import Contains

# A number's last ten digits are the same with and without its country code, however it is spelled.
PHONE_DIGITS = 10
# People give the last four; fewer are anything.
FEWEST_DIGITS = 4
PHONE = re.compile(r"[+(\d][\d\s()./+-]*")
MOST_WORDS = 6
TRIGRAMS = "gin_trgm_ops"


class Digits(Func):
    """Nothing but the digits of a text."""

    template = r"regexp_replace(%(expressions)s, '\D', '', 'g')"
    output_field = models.CharField()


def contact_index(name: str, *, prefix: str = "") -> GinIndex:
    """Return the index that `contact_matches` goes by."""
    return GinIndex(
        OpClass(Upper(f"{prefix}name"), name=TRIGRAMS),
        OpClass(F(f"{prefix}email"), name=TRIGRAMS),
        OpClass(Digits(f"{prefix}phone"), name=TRIGRAMS),
        name=name,
    )


def contact_matches(text: str, *, prefix: str = "") -> Q:
    """Return the condition for part of a name or email, or of a phone number however spelled.

    Args:
        text: what somebody typed; of several words, each is somewhere in the name.
        prefix: what stands before `name`, `email` and `phone` in the table's columns.
    """
    text = text.strip()
    digits = phone_digits_of(text)
    if digits:
        return Q(Contains(Digits(f"{prefix}phone"), digits))
    mailed = Q(**{f"{prefix}email__contains": text.lower()})
    if "@" in text:
        return mailed
    words = text.split()[:MOST_WORDS]
    named = reduce(and_, (Q(**{f"{prefix}name__icontains": word}) for word in words), Q())
    return named | mailed if len(words) == 1 else named


def phone_digits_of(text: str) -> str:
    """Return the last ten digits of what looks like a phone number or its end; else nothing."""
    digits = "".join(letter for letter in text if letter.isdecimal())
    is_phone = PHONE.fullmatch(text) and len(digits) >= FEWEST_DIGITS
    return digits[-PHONE_DIGITS:] if is_phone else ""
