import datetime as dt
from decimal import Decimal

import pytest

from myhibachi.core.csv_text import cell, in_pieces, written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (-12, "-12"),
        (Decimal(-1200).scaleb(-2), "-12.00"),
        (dt.datetime(2026, 7, 1, 5, tzinfo=dt.UTC), "2026-06-30T22:00:00-07:00"),
        (dt.date(2026, 7, 1), "2026-07-01"),
        (dt.time(18), "18:00"),
        ("Ana", "Ana"),
        ("=1+1", "'=1+1"),
        ("+1 555", "'+1 555"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("＝1", "'＝1"),
    ],
)
def test_a_cell_is_plain_text_that_no_spreadsheet_computes(value, text):
    assert cell(value) == text


def test_lines_are_sent_many_at_a_time():
    assert list(in_pieces(["a\n", "b\n", "c\n"], size=2)) == ["a\nb\n", "c\n"]
    assert list(in_pieces([])) == []


def test_lines_are_quoted_where_they_must_be():
    assert list(written([["a", "b"], ["1,5", 'said "no"'], ["x\ny", ""]])) == [
        "a,b\r\n",
        '"1,5","said ""no"""\r\n',
        '"x\ny",\r\n',
    ]
