"""The quote on paper: every fact is there as text, whatever the customer's alphabet."""

import base64
import os
import re
import subprocess
import sys
import zlib

import pytest

from bookings import quote_pdf
from bookings.pricing import Item
from bookings.services import Words
from bookings.services.quotes import accept_quote, revise_quote
from bookings.tests.quote_world import BIRTHDAY, NOW, draft_quote, sent_quote
from customers.tests.factories import ContactFactory, UserFactory

pytestmark = pytest.mark.django_db

ESCAPE = re.compile(rb"\\(\d{3}|[()\\])")


def streams(pdf: bytes, filters: bytes) -> list[bytes]:
    """Return the PDF's streams that were packed in this way, unpacked."""
    pattern = rb"/Filter \[ " + filters + rb" \][^>]*>>\s*stream\r?\n(.*?)endstream"
    packed = re.findall(pattern, pdf, flags=re.DOTALL)
    if filters.startswith(b"/ASCII85"):
        packed = [base64.a85decode(stream.strip().removesuffix(b"~>")) for stream in packed]
    return [zlib.decompress(stream) for stream in packed]


def pages(pdf: bytes) -> list[str]:
    """Return what each page's Western fonts write, word after word."""
    drawn = streams(pdf, b"/ASCII85Decode /FlateDecode")
    texts = (re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", page) for page in drawn)
    return [
        " ".join(b" ".join(map(_plain, text)).decode("cp1252", "replace").split()) for text in texts
    ]


def _plain(text: bytes) -> bytes:
    def unescaped(found):
        code = found[1]
        return bytes([int(code, 8)]) if code.isdigit() else code

    return ESCAPE.sub(unescaped, text)


def test_all_that_the_customer_agrees_to_is_on_one_page():
    quote = sent_quote(
        customer=ContactFactory(name="Zoë García"),
        guests=12,
        children=2,
        add_ons=(Item(code="lobster", quantity=2),),
        proteins=(Item(code="tofu", quantity=4),),
        extra_lines=(BIRTHDAY,),
        message="See you soon",
    )

    [text] = pages(quote_pdf.render(quote))

    for fact in (
        f"Quote {quote.reference}, version 1",
        "See you soon",
        "For Zoë García",
        "When Saturday, July 3, 2027, 6:00 PM",
        "Where 1 A St, San Jose, CA",
        "Guests 12 (10 adults, 2 children)",
        "Proteins 4 × Tofu",
        "Adult 10 × $55.00 $550.00",
        "Child 2 × $30.00 $60.00",
        "Lobster 2 × $15.00 $30.00",
        "Birthday discount -$50.00",
        "Total $590.00",
        "Deposit on accepting $100.00",
        "Valid until Tuesday, June 15, 2027, 12:00 PM PDT.",
        "Accept it online",
        "7 days or more before the party: all of it back.",
        "The first move is free when made 48 hours or more before the party",
    ):
        assert fact in text
    assert f"Quote {quote.reference}".encode() in quote_pdf.render(quote)


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Phương",
        "Анна Петрова",
        "李小龍",
        "さくら サクラ",
        "김민준",
        "Ελένη",
        "אברהם",
        "محمد",
        "🎉 <b>Ada</b> & Co\tLtd\x07",
        "A" * 200,
    ],
)
def test_every_name_can_be_written(name):
    quote = draft_quote(customer=ContactFactory(name=name), message=name)
    assert "$550.00" in pages(quote_pdf.render(quote))[0]


def test_letters_that_helvetica_lacks_can_be_copied_as_text():
    quote = draft_quote(customer=ContactFactory(name="Nguyễn"))
    maps = b"".join(streams(quote_pdf.render(quote), b"/FlateDecode"))
    assert f"<{ord('ễ'):04X}>".encode() in maps


def test_long_words_go_on_on_another_page():
    words = Words(notes="Mind the step behind the gate. " * 400)
    quote = draft_quote(message="All the best from us to you.\r\n" * 130, words=words)
    first, *others = pages(quote_pdf.render(quote))
    assert "All the best" in first
    assert "Total $550.00" in others[-1]


def test_it_says_what_can_be_accepted_and_what_can_not():
    draft, old, accepted = draft_quote(), sent_quote(), sent_quote()
    revise_quote(quote_id=old.pk, actor=UserFactory(role="support"), now=NOW)
    accept_quote(quote_id=accepted.pk, actor=None, now=NOW)
    old.refresh_from_db()
    accepted.refresh_from_db()
    for quote, says in (
        (draft, "A draft: it is not offered yet."),
        (old, "There is a newer version of this quote."),
        (accepted, "Valid until"),
    ):
        [text] = pages(quote_pdf.render(quote))
        assert says in text
        assert "Accept it online" not in text


def test_the_first_letter_that_a_process_writes_may_be_an_eastern_one():
    program = (
        "import django\n"
        "django.setup()\n"
        "from reportlab.lib.styles import ParagraphStyle\n"
        "from reportlab.platypus import Paragraph\n"
        "from bookings.quote_pdf.fonts import markup\n"
        "Paragraph(markup('さくら'), ParagraphStyle('plain'))"
    )
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "myhibachi.settings"}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
