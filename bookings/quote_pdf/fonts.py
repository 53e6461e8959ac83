"""Which font writes what: names come in every script, and a PDF has to bring its letters along.

Every reader has Helvetica, for Western European letters. DejaVu Sans, which lies beside this file,
has the rest of the alphabets and travels inside the PDF. Chinese, Japanese and Korean are left to
the fonts that readers bring themselves.
"""

from functools import cache
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

WESTERN, OTHERS = "", "DejaVuSans"
CHINESE, JAPANESE, KOREAN = "STSong-Light", "HeiseiMin-W3", "HYSMyeongJo-Medium"
# First and last of each block that one of them writes.
EASTERN = (
    (0x1100, 0x11FF, KOREAN),
    (0x2E80, 0x303F, CHINESE),
    (0x3040, 0x30FF, JAPANESE),
    (0x3130, 0x318F, KOREAN),
    (0x3400, 0x9FFF, CHINESE),
    (0xAC00, 0xD7AF, KOREAN),
    (0xF900, 0xFAFF, CHINESE),
    (0xFF00, 0xFFEF, CHINESE),
)
# For what none of them has, such as most pictures.
MISSING = "□"


def markup(text: str) -> str:
    """Return a text as a Paragraph takes it: escaped, its lines kept, each letter in its font."""
    text = "\n".join(text.expandtabs(4).splitlines())
    text = "".join(char if char == "\n" or _font(char) is not None else MISSING for char in text)
    # One font for a whole text: a name reads badly in two.
    base = OTHERS if any(_font(char) == OTHERS for char in text) else WESTERN
    runs = groupby(text, key=lambda char: _font(char) or base)
    return "".join(_run(font, "".join(chars)) for font, chars in runs)


def _run(font: str, text: str) -> str:
    written = escape(text).replace("\n", "<br/>")
    return f'<font name="{font}">{written}</font>' if font else written


@cache
def _font(char: str) -> str | None:
    """Return the font that has a letter; `WESTERN` where any will do, None where none has it."""
    if char.isprintable() and _is_western(char):
        return WESTERN
    eastern = next((font for first, last, font in EASTERN if first <= ord(char) <= last), None)
    # Which registers the eastern ones, too.
    others = _dejavu()
    return eastern or (OTHERS if ord(char) in others.face.charToGlyph else None)


def _is_western(char: str) -> bool:
    try:
        char.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _dejavu() -> TTFont:
    font = TTFont(OTHERS, Path(__file__).with_name("DejaVuSans.ttf"))
    pdfmetrics.registerFont(font)
    for name in (CHINESE, JAPANESE, KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return font
