"""A quote on paper: one page with all that the customer agrees to."""

from bookings.quote_pdf.sheet import render

__all__ = ["render"]
