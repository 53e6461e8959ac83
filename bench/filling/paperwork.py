"""Invoices, quotes, money in, e-mails and the waitlist."""

from bench.filling.functions import TODAY
from bench.filling.parties import LINES, PLACE
from bench.filling.sizes import Sizes
from bench.filling.table import fill, literal, run
from bookings.models import Email, Quote, SlotException, WaitlistEntry
from payments.models import Invoice, MoneyIn, MoneyInBatch

ORDER = {name: name for name in ("date", "time", "guests", "children", "customer_id")} | {
    "adults": "guests - children",
    "toddlers": "0",
    "location": PLACE,
    "contact_name": "name",
    "contact_email": "email",
    "contact_phone": "phone",
}
BODY = "Thank you for your booking. We look forward to cooking for you and your guests. "


def fill_paperwork(sizes: Sizes) -> None:
    """Write what goes with bookings and payments."""
    _invoices()
    _quotes(sizes.quotes)
    _money_in(sizes.money_in)
    _emails(sizes.emails)
    fill(
        WaitlistEntry,
        f"bench.party WHERE NOT holds ORDER BY n DESC LIMIT {sizes.waiting}",
        **ORDER,
        id="bench.id(created_at, 'waiting', n)",
        status="CASE WHEN date > bench.now()::date AND n % 7 > 3 THEN 'waiting'"
        " WHEN n % 2 = 0 THEN 'lapsed' ELSE 'withdrawn' END",
        created_at="created_at",
        updated_at="created_at",
    )
    fill(
        SlotException,
        "generate_series(1, 200) n",
        date=f"{TODAY} - 400 + 4 * n::int",
        time="CASE WHEN n % 3 > 0 THEN '18:00'::time END",
        capacity="12 + n % 3",
        reason="'Two more chefs.'",
        created_at="bench.now()",
    )


def _invoices() -> None:
    fill(
        Invoice,
        "bench.party WHERE n % 10 IN (0, 3, 4) ORDER BY created_at",
        id="bench.id(created_at, 'invoice', n)",
        booking_id="id",
        customer_id="customer_id",
        amount="total - 10000",
        status="""CASE
            WHEN status = 'completed' THEN 'paid'
            WHEN status = 'confirmed' AND n % 4 > 0 THEN 'open'
            WHEN status = 'confirmed' THEN 'draft'
            WHEN n % 40 = 13 THEN 'uncollectible'
            ELSE 'void' END""",
        days_until_due="7",
        # Of the open ones, a few are late.
        due_at="""CASE WHEN n % 200 = 14 THEN bench.now() - interval '3 days'
            WHEN status = 'confirmed' THEN bench.now() + interval '7 days'
            ELSE created_at + interval '7 days' END""",
        number="'HIB-' || lpad(n::text, 6, '0')",
        hosted_invoice_url="'https://invoice.stripe.com/i/' || md5('invoice' || n)",
        stripe_invoice_id="bench.stripe('in', n)",
        created_at="created_at",
        updated_at="created_at",
    )


def _quotes(count: int) -> None:
    run(f"""CREATE TABLE bench.quote AS
        SELECT *, row_number() OVER (ORDER BY bench.chance('quote', n)) AS q
        FROM bench.party WHERE status <> 'pending'
        ORDER BY bench.chance('quote', n) LIMIT {count * 5 // 6}""")
    offer = ORDER | {
        "total": "total",
        "deposit_due": "10000",
        "lines": LINES,
        "rules_snapshot": "(SELECT rules_snapshot FROM bookings_booking LIMIT 1)",
        "reference": "bench.reference('Q', n)",
        "expires_at": "created_at + interval '14 days'",
        "created_at": "created_at",
        "updated_at": "created_at",
    }
    fill(
        Quote,
        "bench.quote",
        **offer,
        id="bench.id(created_at, 'quote', n)",
        # A fifth were revised: their first version comes after them.
        version="CASE WHEN q % 5 = 0 THEN 2 ELSE 1 END",
        status="""CASE
            WHEN q % 20 = 1 THEN 'draft'
            WHEN q % 20 IN (2, 3) THEN 'declined'
            WHEN q % 40 = 4 THEN 'sent'
            WHEN q % 20 < 11 THEN 'accepted'
            ELSE 'expired' END""",
        sent_at="CASE WHEN q % 20 <> 1 THEN created_at END",
        booking_id="CASE WHEN q % 20 NOT IN (1, 2, 3) AND q % 40 <> 4 AND q % 20 < 11 THEN id END",
    )
    fill(
        Quote,
        "bench.quote WHERE q % 5 = 0",
        **offer,
        id="bench.id(created_at - interval '1 day', 'quote', n)",
        version="1",
        status="'sent'",
        sent_at="created_at - interval '1 day'",
        superseded_by_id="bench.id(created_at, 'quote', n)",
    )


def _money_in(count: int) -> None:
    fill(
        MoneyInBatch,
        f"generate_series(0, {count // 20}) n JOIN bench.staff ON staff.n = n.n % 12",
        id="md5('batch' || n.n)::uuid",
        imported_by_id="staff.id",
        source="'statement.csv'",
        created_at="bench.now() - interval '3 days' * n.n",
    )
    line = {
        "method": "'zelle'",
        "bank_reference": "'BAC' || substr(md5(n::text), 1, 12)",
        "created_at": "created_at",
        "received_on": "created_at::date",
        "amount": "amount",
    }
    fill(
        MoneyIn,
        f"""(SELECT *, row_number() OVER (ORDER BY n) AS m FROM bench.payment
            WHERE method = 'zelle' ORDER BY n LIMIT {count * 9 // 10}) payment
            JOIN bench.customer ON customer.id = payment.customer_id""",
        **line | {"bank_reference": "'BAC' || substr(md5(m::text), 1, 12)"},
        id="bench.id(created_at, 'line', m)",
        batch_id="md5('batch' || m / 20)::uuid",
        fingerprint="md5('line' || m)",
        sender="upper(name)",
        memo="'party deposit'",
        status="'recorded'",
        booking_id="booking_id",
        payment_id="payment.id",
        decided_at="created_at",
    )
    fill(
        MoneyIn,
        "(SELECT n, bench.now() - interval '1 day' * (n / 5) AS created_at,"
        f" 10000 + n * 7 AS amount FROM generate_series(1, {count // 10}) n) line",
        **line,
        id="bench.id(created_at, 'stray', n)",
        batch_id="md5('batch' || n / 20)::uuid",
        fingerprint="md5('stray' || n)",
        sender="'A STRANGER'",
        memo="'thanks'",
        status="CASE WHEN n % 12 = 0 THEN 'unmatched' ELSE 'ignored' END",
        decided_at="CASE WHEN n % 12 > 0 THEN created_at END",
    )


def _emails(count: int) -> None:
    html = literal(f"<p>{BODY * 12}</p>" + f"<table>{'<tr><td>Hibachi</td></tr>' * 60}</table>")
    fill(
        Email,
        f"generate_series(1, {count}) e JOIN bench.party"
        " ON party.n = 1 + e % (SELECT count(*) FROM bench.party)",
        id="bench.id(created_at, 'email', e)",
        kind="bench.pick('{booking_received,deposit_received,balance_due,party_reminder}',"
        " bench.chance('kind', e))",
        key="'email ' || e",
        booking_id="id",
        to="email",
        subject="'Your hibachi party on ' || date",
        text=literal(BODY * 12),
        html=html,
        status="CASE WHEN e % 3000 = 1 THEN 'failed' WHEN e % 6000 = 2 THEN 'queued'"
        " ELSE 'sent' END",
        sent_at="CASE WHEN e % 3000 <> 1 AND e % 6000 <> 2 THEN created_at END",
        created_at="created_at",
    )
