"""Statements as banks, Venmo and Zelle write them."""

import datetime as dt

import pytest

from myhibachi.core.errors import InvalidInput
from payments.services.money_in.parse import parse
from payments.services.money_in.rows import MAX_BYTES, MAX_LINES, decoded
from payments.services.money_in.statement import Statement

TODAY = dt.date(2026, 11, 23)
NOV_5 = dt.date(2026, 11, 5)

CHASE = """Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #
CREDIT,11/05/2026,"Zelle payment from JANE DOE BACk4x9q2m1",100.00,PARTNERFI_TO_CHASE,2100.00,,
DEBIT,11/13/2026,"Zelle payment to Linen Service JPM99b2k1",-80.00,CHASE_TO_PARTNERFI,2020.00,,
CREDIT,11/14/2026,"STRIPE TRANSFER ST-K4X9Q2M1",4210.77,ACH_CREDIT,6230.77,,
CREDIT,11/15/2026,"REMOTE ONLINE DEPOSIT # 1",450.00,CHECK_DEPOSIT,6680.77,1043,
"""
BANK_OF_AMERICA = """Description,,Summary Amt.
Beginning balance as of 11/01/2026,,"1,000.00"
Total credits,,"1,234.56"

Date,Description,Amount,Running Bal.
11/01/2026,Beginning balance as of 11/01/2026,,"1,000.00"
11/05/2026,"Zelle payment from JANE DOE for ""H-7KQ3XWM""; Conf# ab12cd34","1,234.56","2,234.56"
11/16/2026,"VENMO DES:CASHOUT ID:1029 INDN:MY HIBACHI","300.00","2,534.56"
"""
WELLS_FARGO = """"11/05/2026","100.00","*","","ZELLE FROM DOE JANE ON 11/05 REF # WFCT0A1 H-7KQ3XWM"
"11/13/2026","-20.00","*","","CITY OF FREMONT PARKING"
"""
CAPITAL_ONE = """Transaction Description,Transaction Date,Transaction Type,Transaction Amount
Zelle money received from JANE DOE,11/05/26,Credit,100.00
Debit Card Purchase - COSTCO,11/13/26,Debit,220.14
"""
CITI = """Status,Date,Description,Debit,Credit
Cleared,11/05/2026,"Zelle Credit From JANE DOE",,100.00
Cleared,11/13/2026,"GAS STATION",40.00,
Pending,11/14/2026,"Zelle Credit From LEE PARK",,90.00
"""
US_BANK = """"Date","Transaction","Name","Memo","Amount"
"2026-11-05","CREDIT","ZELLE INSTANT PMT FROM JANE DOE","USB9k2; H 7kq 3xwm; ; ; ;","100.00"
"2026-11-06","DEBIT","WEB AUTHORIZED PMT","Download from usbank.com.","-9.00"
"""
VENMO = """Account Statement - (@myhibachi) ,,,,,,,,,
Account Activity,,,,,,,,,
,ID,Datetime,Type,Status,Note,From,To,Amount (total),Amount (fee),Funding Source,Destination,Statement Period Venmo Fees
,,,,,,,,,,,,$0.00
,4139208775,2026-11-05T20:11:02,Payment,Complete,"Hibachi 🔥 h-7kq3xwm",Jane Doe,My Hibachi,"+ $1,100.00",0,,Venmo balance,
,4139208776,2026-11-06T09:00:00,Charge,Complete,Deposit,My Hibachi,Lee Park,+ $100.00,0,,Venmo balance,
,4139208777,2026-11-06T09:30:00,Payment,Complete,Ice,My Hibachi,Ice Man,- $35.00,0,Venmo balance,,
,4139208778,2026-11-07T09:30:00,Standard Transfer,Issued,,,,- $500.00,0,Venmo balance,BANK,
,4139208779,2026-11-08T09:30:00,Payment,Pending,soon,Kim Roe,My Hibachi,+ $20.00,0,,Venmo balance,
"""  # noqa: E501
PASTED_TABLE = (
    "Date\tSender\tAmount\tMemo\tConfirmation\nNov 5, 2026\tJane Doe\t$100.00\tH7KQ3XWM\tabc1\n"
)
PASTED_WORDS = """11/05/2026 Zelle from Jane Doe $100.00 for H-7KQ3XWM
Thu, Nov 5, 2026  Venmo  from Lee Park  + $45.5
"""  # fmt: skip


def read(text: str, **asked):
    return parse(text, today=TODAY, **asked)


def told(statement: Statement) -> list[tuple[int, str, int, str, str]]:
    return [
        (line.number, line.method, line.amount, line.received_on.isoformat(), line.sender)
        for line in statement.lines
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (CHASE, [(2, "zelle", 10000, "2026-11-05", "JANE DOE"),
                 (5, "check", 45000, "2026-11-15", "")]),
        (BANK_OF_AMERICA, [(7, "zelle", 123456, "2026-11-05", "JANE DOE")]),
        (WELLS_FARGO, [(1, "zelle", 10000, "2026-11-05", "DOE JANE")]),
        (CAPITAL_ONE, [(2, "zelle", 10000, "2026-11-05", "JANE DOE")]),
        (CITI, [(2, "zelle", 10000, "2026-11-05", "JANE DOE")]),
        (US_BANK, [(2, "zelle", 10000, "2026-11-05", "JANE DOE")]),
        (VENMO, [(5, "venmo", 110000, "2026-11-05", "Jane Doe"),
                 (6, "venmo", 10000, "2026-11-06", "Lee Park")]),
        (PASTED_WORDS, [(1, "zelle", 10000, "2026-11-05", "Jane Doe"),
                        (2, "venmo", 4550, "2026-11-05", "Lee Park")]),
    ],
    ids=["chase", "bofa", "wells", "capital-one", "citi", "us-bank", "venmo", "words"],
)  # fmt: skip
def test_what_came_in_is_found_in_every_shape(text, found):
    statement = read(text, date_order="month")
    assert (told(statement), statement.problems) == (found, ())


def test_a_table_copied_from_a_page_is_read_by_its_headings():
    [line] = read(PASTED_TABLE, method="zelle").lines
    assert (line.sender, line.memo, line.bank_reference) == ("Jane Doe", "H7KQ3XWM", "abc1")


def test_what_is_not_imported_is_listed_with_its_reason():
    reasons = {left.number: left.reason for left in read(VENMO, date_order="month").skipped}
    assert reasons == {
        4: "No payment: the bank's own words.",
        7: "Went out.",
        8: "Went out.",
        9: "Not there yet, or not any more: Pending.",
    }
    assert [left.reason for left in read(CHASE, date_order="month").skipped] == [
        "Went out.",
        "Moved from Stripe or Venmo, where it is counted already.",
    ]


def test_a_line_that_cannot_be_read_is_shown_and_takes_nothing_else_along():
    text = """Date,Name,Amount,Memo
11/13/2026,Jane Doe,$100.00,fine
02/30/2026,Jane Doe,$100.00,no such day
11/13/2026,Jane Doe,"12,50",a comma for a point
11/13/2026,Jane Doe,$1.005,half a cent
12/24/2026,Jane Doe,$5,to come
,Jane Doe,$5,no day
11/14/2026,Jane Doe,,no amount
11/14/2026,"Jane "The Grill" Doe,$60.00,a mark too many
11/15/2026,"Lee
Park",$70.00,two lines
11/16/2026,6" pan,$80.00,inches
11/17/2026,"Kim Roe,$90.00,never closed
11/18/2026,Kim Roe,$95.00,fine
"""
    statement = read(text, method="zelle")
    assert [(line.number, line.amount) for line in statement.lines] == [
        (2, 10000), (9, 6000), (10, 7000), (12, 8000), (13, 9000), (14, 9500),
    ]  # fmt: skip
    assert [(left.number, left.reason) for left in statement.problems] == [
        (3, "“02/30/2026” is no date."),
        (4, "“12,50” is no amount of dollars."),
        (5, "“$1.005” is no amount of dollars."),
        (6, "December 24, 2026 has not come yet."),
        (7, "It has no date."),
        (8, "It has no amount."),
    ]


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("$1,234.56", 123456), ("1234.5", 123450), ("+ $100.00", 10000), ("100", 10000),
        ("USD 7.00", 700), ("7.00 CR", 700), (".50", 50), ("$0.01", 1), ("\u00a0$12.00", 1200),
    ],
)  # fmt: skip
def test_amounts_are_read_to_the_cent(written, cents):
    text = f'Date,Name,Amount\n2026-11-05,Jane,"{written}"\n'
    assert [line.amount for line in read(text, method="zelle").lines] == [cents]


@pytest.mark.parametrize("written", ["-5.00", "(5.00)", "- $5.00", "5.00-", "−5.00", "5.00 DR"])
def test_what_went_out_is_never_income(written):
    text = f'Date,Name,Amount\n2026-11-05,Jane,"{written}"\n'
    statement = read(text, method="zelle")
    assert (statement.lines, [left.reason for left in statement.skipped]) == ((), ["Went out."])


@pytest.mark.parametrize(
    "written",
    ["2026-11-05", "2026/11/05", "20261105", "Nov 5, 2026", "November 5 2026", "5 Nov 2026",
     "05-Nov-26", "Thu, Nov 5, 2026", "2026-11-05T20:11:02", "2026-11-05 20:11",
     "2026-11-06T04:11:02Z"],
)  # fmt: skip
def test_dates_are_read_in_all_usual_ways(written):
    text = f"Date;Name;Amount\n{written};Jane;100.00\n"
    assert [line.received_on for line in read(text, method="zelle").lines] == [NOV_5]


def test_a_date_that_may_be_two_days_is_asked_about():
    text = "Date,Name,Amount\n11/05/2026,Jane,100.00\n06/06/2026,Lee,5.00\n"
    asking = read(text, method="zelle")
    assert (asking.asks_about, asking.lines) == ("11/05/2026", ())
    days = {
        order: read(text, method="zelle", date_order=order).lines[0].received_on
        for order in ("month", "day")
    }
    assert days == {"month": NOV_5, "day": dt.date(2026, 5, 11)}


@pytest.mark.parametrize(
    ("other", "day"), [("11/13/2026", NOV_5), ("13/11/2026", dt.date(2026, 5, 11))]
)
def test_another_line_tells_which_comes_first(other, day):
    text = f"Date,Name,Amount\n11/05/2026,Jane,100.00\n{other},Lee,5.00\n"
    assert read(text, method="zelle").lines[0].received_on == day


def test_the_same_line_has_the_same_fingerprint_in_any_file_and_twins_are_two():
    text = "Date,Name,Amount\n2026-11-05,Jane Doe,100.00\n2026-11-05,JANE  DOE,$100.00\n"
    first, second = read(text, method="zelle").lines
    assert first.fingerprint != second.fingerprint
    again = read("Amount\tDate\tName\n100\tNov 5, 2026\tjane doe\n", method="zelle").lines
    assert [line.fingerprint for line in again] == [first.fingerprint]


def test_lines_with_the_banks_own_number_are_one_however_often_they_come():
    row = "2026-11-05,Jane Doe,100.00,abc123\n"
    lines = read(f"Date,Name,Amount,Transaction ID\n{row}{row}", method="zelle").lines
    assert len({line.fingerprint for line in lines}) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_are_read_however_they_are_encoded(encoding):
    content = "Date,Name,Amount\r\n2026-11-05,José Peña,100.00\r\n".encode(encoding)
    assert [line.sender for line in read(decoded(content), method="zelle").lines] == ["José Peña"]


@pytest.mark.parametrize(
    "text", ["", " \n\n", "\ufeff", "a\n" * (MAX_LINES + 1), "a" * (MAX_BYTES + 1)],
)  # fmt: skip
def test_nothing_and_too_much_are_refused(text):
    with pytest.raises(InvalidInput):
        read(text)


@pytest.mark.parametrize("content", [b"PK\x03\x04\0\0", b"a" * (MAX_BYTES + 1)])
def test_what_is_no_text_file_is_refused(content):
    with pytest.raises(InvalidInput):
        decoded(content)
