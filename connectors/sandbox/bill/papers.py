"""The papers that come with bills: a page of text as PDF."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

PAGE = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
FONTS = "/Resources << /Font << /F1 5 0 R /F2 6 0 R >> >>"
LEFT, RIGHT, TOP, LEADING = 64, 430, 760, 20
Text = tuple[int, str, str]  # place from the left, font and size, words


def bill_paper(bill: Mapping[str, Any], vendor: Mapping[str, Any]) -> bytes:
    """What the vendor would have sent: who it is from, its number and days, its lines and their sum."""
    document, address, currency = bill["invoice"], vendor["address"], vendor["billCurrency"]
    lines: list[list[Text]] = [
        [(LEFT, "/F2 20", vendor["name"])],
        [
            (
                LEFT,
                "/F1 10",
                ", ".join(filter(None, (address["line1"], address["city"], address["countryName"]))),
            )
        ],
        [],
        [(LEFT, "/F2 14", f"Invoice {document['invoiceNumber']}")],
        [(LEFT, "/F1 11", f"To Halden Labs, dated {document['invoiceDate']}, due {bill['dueDate']}")],
        [],
        *(
            [(LEFT, "/F1 11", line["description"]), (RIGHT, "/F1 11", money(currency, line["amount"]))]
            for line in bill["billLineItems"]
        ),
        [],
        [(LEFT, "/F2 12", "Total"), (RIGHT, "/F2 12", money(currency, bill["amount"]))],
    ]
    return pdf(lines)


def money(currency: str, amount: Any) -> str:
    return f"{currency} {Decimal(str(amount)):,.2f}"


def pdf(lines: Sequence[Sequence[Text]]) -> bytes:
    """One page; what Latin-1 does not have stands as a question mark."""
    drawn = [
        f"BT {font} Tf {left} {TOP - at * LEADING} Td ({escaped(words)}) Tj ET"
        for at, line in enumerate(lines)
        for left, font, words in line
    ]
    content = "\n".join(drawn).encode("latin-1", "replace")
    stream = b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content)
    return assembled(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< {PAGE} {FONTS} >>".encode(),
        stream,
        *(
            f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()
            for name in ("Helvetica", "Helvetica-Bold")
        ),
    )


def assembled(*objects: bytes) -> bytes:
    """The objects, numbered from 1, with the table of where each begins."""
    whole, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(whole))
    return whole + b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, table) + end


def escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
