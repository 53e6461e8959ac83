"""Identifiers: UUIDv7 for machines, a short reference for people."""

import re
import secrets
import uuid

import uuid_utils.compat

# No 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V: read aloud and typed without a mistake.
REFERENCE_ALPHABET = "3467ACDEFGHJKMNPQRTWXY"
REFERENCE_LENGTH = 7


def uuid7() -> uuid.UUID:
    """Return a new UUIDv7: sorted by time, so it indexes well."""
    value: uuid.UUID = uuid_utils.compat.uuid7()
    return value


def new_reference(prefix: str = "H") -> str:
    """Return a reference such as `H-7KQ3XWM`, unguessable enough to be a payment memo."""
    return f"{prefix}-" + "".join(
        secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH)
    )


# Whole, with or without its letter, and with a quote's version behind it; or its beginning.
_WHOLE = re.compile(rf"(?:([HQ])-)?([{REFERENCE_ALPHABET}]{{{REFERENCE_LENGTH}}})(?: V\d+)?")
_PART = re.compile(rf"([HQ])-([{REFERENCE_ALPHABET}]{{1,{REFERENCE_LENGTH}}})")


def typed_reference(text: str) -> tuple[str, str] | None:
    """Return the letter and the rest of a reference or its beginning, as somebody typed it.

    The letter is empty where they left it out, which they may of a whole one alone.
    """
    typed = " ".join(text.upper().split())
    found = _WHOLE.fullmatch(typed) or _PART.fullmatch(typed)
    return (found[1] or "", found[2]) if found else None


NOBODY = uuid.UUID(int=0)


def as_uuid(value: object) -> uuid.UUID:
    """Return the UUID that `value` spells, or `NOBODY`, which no row has.

    What comes from outside may be anything.
    """
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return NOBODY
