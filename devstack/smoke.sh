#!/usr/bin/env bash
# The Smoke Test Plan: seven steps by curl against a running `make run`. Stops at the first wrong
# answer and prints it. Moves only the sandbox's money.
set -euo pipefail

site="http://localhost:${PORT:-8000}"
guest="Authorization: Bearer dev-token"
admin="Authorization: Bearer admin-token"
json="Content-Type: application/json"
patience=20
answer=""

fail() {
    printf '\n  ✗ %s\n    answer: %s\n' "$1" "${answer:-none}" >&2
    exit 1
}

say() { printf '  ✓ %s\n' "$1"; }

# field EXPRESSION: a Python expression over the last answer, `a`.
field() {
    python3 -c 'import json, sys; a = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1" \
        <<<"$answer" 2>/dev/null || true
}

# call WANTED-STATUS CURL-ARGUMENT…: sets $answer, or fails. WANTED-STATUS may be a|b.
call() {
    local wanted="$1" raw status
    shift
    raw=$(curl --silent --show-error --max-time 30 --write-out '\n%{http_code}' "$@") ||
        fail "no answer to curl $*; is \`make run\` up on $site?"
    status="${raw##*$'\n'}"
    answer="${raw%$'\n'*}"
    [[ "|$wanted|" == *"|$status|"* ]] || fail "curl $* answered $status instead of $wanted"
}

# expect WHAT EXPRESSION: the expression over the last answer is true.
expect() {
    [[ "$(field "$2")" == "True" ]] || fail "$1"
}

# settle WHAT EXPRESSION CURL-ARGUMENT…: asks again until the expression is true.
settle() {
    local what="$1" expression="$2" deadline=$((SECONDS + patience))
    shift 2
    while call 200 "$@" && [[ "$(field "$expression")" != "True" ]]; do
        ((SECONDS < deadline)) || fail "$what: not within $patience seconds"
        sleep 0.3
    done
}

# random_date: a day a month to ten months ahead, so that the plan can be run again and again.
random_date() {
    python3 -c 'import datetime as d, random
print(d.date.today() + d.timedelta(days=random.randint(30, 300)))'
}

# post WANTED-STATUS TOKEN PATH BODY
post() { call "$1" -X POST "$site$3" -H "$json" -H "$2" -d "$4"; }

revenue() {
    call 200 "$site/api/stripe/analytics/payments" -H "$admin"
    field 'a["total_amount"]'
}

printf '\n  Smoke test of %s\n\n' "$site"
before=$(revenue)
[[ -n "$before" ]] || fail "analytics have no total_amount"

# 1. Create Test Booking. A full day answers 409: take another.
for attempt in 1 2 3 4 5; do
    wanted=201
    ((attempt == 5)) || wanted="201|409"
    post "$wanted" "$guest" /api/bookings '{
      "date": "'"$(random_date)"'",
      "time": "18:00",
      "guests": 8,
      "menu": "adult",
      "location": "123 Main St, San Jose, CA"
    }'
    booking=$(field 'a.get("id", "")')
    [[ -z "$booking" ]] || break
done
expect "a new booking is pending and owes its deposit" \
    'a["status"] == "pending" and a["deposit_due"] == 10000 and a["paid"] == 0'
total=$(field 'a["total"]')
say "1. booking $(field 'a["reference"]') made, total $total cents"

# 2. Start Checkout Session
post 200 "$guest" /api/stripe/create-checkout-session '{
  "booking_id": "'"$booking"'",
  "line_items": [
    {"name": "Booking Deposit", "amount": 10000, "quantity": 1}
  ]
}'
checkout=$(field 'a["url"]')
[[ "$checkout" == http* ]] || fail "a checkout session has no url"
say "2. checkout session $(field 'a["session_id"]')"

# 3. Complete Payment, as a person does on the page.
call 200 "$checkout"
[[ "$answer" == *card_number* ]] || fail "the pay page asks for no card"
call 303 -X POST "$checkout" \
    -d card_number=4242424242424242 -d exp=12/34 -d cvc=123 \
    -d name=Guest -d email=guest@myhibachi.test -d zip=94539
say "3. paid with 4242 4242 4242 4242"

# 4. Verify Webhook Processing
settle "the payment succeeds" \
    '[p["status"] for p in a["results"]] == ["succeeded"] and a["results"][0]["amount"] == 10000' \
    "$site/api/stripe/payments?booking_id=$booking" -H "$guest"
payment=$(field 'a["results"][0]["id"]')
call 200 "$site/api/bookings/$booking" -H "$guest"
expect "the booking is confirmed, 10000 paid" \
    'a["status"] == "confirmed" and a["paid"] == 10000 and a["balance"] == a["total"] - 10000'
say "4. webhook processed: payment succeeded, booking confirmed"

# 5. Admin Panel Verification
after=$(revenue)
[[ "$after" == "$((before + 10000))" ]] || fail "revenue went from $before to $after, not by 10000"
say "5. analytics grew by exactly 10000, to $after"

# 6. Test Refund
post 200 "$admin" /api/stripe/refund '{
  "payment_id": "'"$payment"'",
  "amount": 50.00,
  "reason": "customer_request"
}'
expect "the refund is accepted" 'a["success"] is True and a["data"]["amount"] == 5000'
refund=$(field 'a["data"]["refund_id"]')
say "6. refund $refund of 5000"

# 7. Verify Refund Webhook
settle "the refund is settled" \
    '[(r["status"], r["amount"]) for r in a["results"]] == [("succeeded", 5000)]' \
    "$site/api/stripe/refunds?booking_id=$booking" -H "$admin"
settle "the booking's books follow" 'a["paid"] == 5000 and a["balance"] == a["total"] - 5000' \
    "$site/api/bookings/$booking" -H "$guest"
say "7. refund webhook processed: 5000 of the deposit remain"
printf '\n  All seven steps passed.\n\n'
