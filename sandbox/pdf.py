"""A minimal PDF: one or more pages of text in Helvetica, written by hand."""

PAGE = (612, 792)  # US letter, in points
Text = tuple[float, float, int, bool, str]


def document(pages: list[list[Text]]) -> bytes:
    """A PDF 1.4 file; each text is ``(x, y from the top, size, bold, words)``."""
    count = len(pages)
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        _font("Helvetica"),
        _font("Helvetica-Bold"),
    ]
    for number, texts in enumerate(pages):
        width, height = PAGE
        fonts = "<< /Font << /F1 3 0 R /F2 4 0 R >> >>"
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] "
        page += f"/Resources {fonts} /Contents {6 + 2 * number} 0 R >>"
        stream = b"\n".join(_shown(text) for text in texts)
        head = f"<< /Length {len(stream)} >>\nstream\n".encode()
        objects += [page.encode(), head + stream + b"\nendstream"]
    return _file(objects)


def _font(name: str) -> bytes:
    kind = "/Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding"
    return f"<< {kind} /BaseFont /{name} >>".encode()


def _shown(text: Text) -> bytes:
    x, y, size, bold, words = text
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    line = f"BT /F{2 if bold else 1} {size} Tf {x:.1f} {PAGE[1] - y:.1f} Td ({escaped}) Tj ET"
    return line.encode("cp1252", "replace")


def _file(objects: list[bytes]) -> bytes:
    """The objects with the table of where each begins."""
    out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    tail = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + head + tail.encode()
