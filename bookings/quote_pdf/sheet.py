from io import BytesIO
from typing import Any

from django.utils.dateformat import format as formatted
from django.utils.timezone import localtime
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from bookings import fees, links, policy
from bookings.models import Quote
from bookings.quote_pdf.fonts import markup
from myhibachi.core.money import format_cents

BRAND, QUIET, RULE = HexColor("#9c2f1f"), HexColor("#6b615b"), HexColor("#d9cfc6")
# A frame keeps 6 points free within its margins on each side.
MARGIN, WIDTH = 0.85 * inch, LETTER[0] - 1.7 * inch - 12

TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=10, leading=14, splitLongWords=1)
BOLD = ParagraphStyle("bold", TEXT, fontName="Helvetica-Bold")
SMALL = ParagraphStyle("small", TEXT, fontSize=9, leading=12.5, textColor=QUIET)
RIGHT = ParagraphStyle("right", TEXT, alignment=TA_RIGHT)
BOLD_RIGHT = ParagraphStyle("bold-right", BOLD, alignment=TA_RIGHT)
SMALL_RIGHT = ParagraphStyle("small-right", SMALL, alignment=TA_RIGHT)
BRANDED = ParagraphStyle(
    "brand", TEXT, fontName="Times-Bold", fontSize=16, leading=20, textColor=BRAND
)
TITLE = ParagraphStyle(
    "title", TEXT, fontName="Times-Bold", fontSize=21, leading=26, spaceBefore=14, spaceAfter=8
)
HEADING = ParagraphStyle(
    "heading", TEXT, fontName="Times-Bold", fontSize=13, leading=17, spaceBefore=14, spaceAfter=4
)


def render(quote: Quote) -> bytes:
    """Return a quote as a PDF on Letter paper, its text selectable."""
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=LETTER,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=0.75 * inch,
        bottomMargin=0.7 * inch,
        title=f"Quote {quote.reference}, version {quote.version}",
        author="My Hibachi",
        subject=f"{_when(quote)}: {_money(quote, quote.total)}",
    )
    document.build([*_head(quote), _facts(quote), *_bill(quote), *_validity(quote), *_terms(quote)])
    return file.getvalue()


def _head(quote: Quote) -> list[Flowable]:
    name = f"Quote {quote.reference}, version {quote.version}"
    top = _table([[Paragraph("My Hibachi", BRANDED), Paragraph(name, SMALL_RIGHT)]], (0.5, 0.5))
    story = [top, Paragraph("Your hibachi party", TITLE)]
    if quote.message:
        story += [Paragraph(markup(quote.message), TEXT), Spacer(0, 8)]
    return story


def _facts(quote: Quote) -> Flowable:
    proteins = (f"{item['quantity']} × {_word(item['code'])}" for item in quote.proteins)
    facts = {
        "For": quote.contact_name,
        "When": _when(quote),
        "Where": quote.location,
        "Guests": _guests(quote),
        "Proteins": ", ".join(proteins),
        "Allergies": quote.allergies,
        "Notes": quote.notes,
    }
    rows = [
        [Paragraph(name, SMALL), Paragraph(markup(fact), TEXT)]
        for name, fact in facts.items()
        if fact
    ]
    return _table(rows, (0.16, 0.84))


def _bill(quote: Quote) -> list[Flowable]:
    rows = [
        [
            Paragraph(markup(line["label"]), TEXT),
            Paragraph(_sum(quote, line), SMALL_RIGHT),
            Paragraph(_money(quote, line["amount"]), RIGHT),
        ]
        for line in quote.lines
    ]
    total = _money(quote, quote.total)
    rows.append([Paragraph("Total", BOLD), "", Paragraph(total, BOLD_RIGHT)])
    if quote.deposit_due:
        deposit = Paragraph(_money(quote, quote.deposit_due), RIGHT)
        rows.append([Paragraph("Deposit on accepting", TEXT), "", deposit])
    story: list[Flowable] = [Paragraph("What it costs", HEADING), _table(rows, (0.58, 0.22, 0.2))]
    if quote.location_needs_review:
        story.append(
            Paragraph("We could not tell yet how far this is: travel may be added.", SMALL)
        )
    return story


def _validity(quote: Quote) -> list[Flowable]:
    if quote.status == Quote.Status.DRAFT or quote.expires_at is None:
        return [Spacer(0, 12), Paragraph("A draft: it is not offered yet.", BOLD)]
    if quote.is_superseded:
        return [Spacer(0, 12), Paragraph("There is a newer version of this quote.", BOLD)]
    until = formatted(localtime(quote.expires_at), "l, F j, Y, g:i A T")
    story: list[Flowable] = [Spacer(0, 12), Paragraph(f"Valid until {until}.", BOLD)]
    if quote.status == Quote.Status.SENT:
        link = f'<a href="{links.link("quote", quote)}" color="#9c2f1f"><u>Accept it online</u></a>'
        story.append(Paragraph(f"{link}: the time is yours once you do.", TEXT))
    return story


def _terms(quote: Quote) -> list[Flowable]:
    windows = policy.in_words(quote.rules, deposit_due=quote.deposit_due)
    return [
        Paragraph("If plans change", HEADING),
        Paragraph("If you cancel, this comes back to you:", SMALL),
        *(Paragraph(markup(window), SMALL, bulletText="•") for window in windows),
        Paragraph(f"If you move it: {markup(fees.in_words(quote.rules))}", SMALL),
    ]


def _table(rows: list[list[Any]], shares: tuple[float, ...]) -> Table:
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
    ]
    # A row as long as a page may go on on the next one.
    widths = [share * WIDTH for share in shares]
    return Table(rows, colWidths=widths, style=style, splitInRow=1, hAlign="LEFT")


def _when(quote: Quote) -> str:
    return f"{formatted(quote.date, 'l, F j, Y')}, {formatted(quote.time, 'g:i A')}"


def _guests(quote: Quote) -> str:
    groups = (
        (quote.adults, "adult", "adults"),
        (quote.children, "child", "children"),
        (quote.toddlers, "toddler", "toddlers"),
    )
    who = ", ".join(
        f"{count} {one if count == 1 else more}" for count, one, more in groups if count
    )
    return f"{quote.guests} ({who})"


def _sum(quote: Quote, line: dict[str, Any]) -> str:
    if line["quantity"] == 1:
        return ""
    return f"{line['quantity']} × {_money(quote, line['unit_amount'])}"


def _money(quote: Quote, cents: int) -> str:
    return format_cents(cents, quote.currency)


def _word(code: str) -> str:
    return code.replace("_", " ").capitalize()
