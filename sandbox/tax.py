"""Automatic tax, kept simple: one combined average rate per US state, found by ZIP code.

Real Stripe Tax knows jurisdictions and products. This knows state and combined average local
rates (Tax Foundation, 2025, rounded), enough to see tax appear, add up and be refunded.
"""

# A product that is never taxed: https://docs.stripe.com/tax/tax-codes
NONTAXABLE = "txcd_00000000"

RATES = {  # state: percent
    "AL": 9.43, "AK": 1.82, "AZ": 8.52, "AR": 9.46, "CA": 8.80, "CO": 7.86, "CT": 6.35,
    "DC": 6.00, "DE": 0, "FL": 6.98, "GA": 7.42, "HI": 4.50, "ID": 6.03, "IL": 8.92, "IN": 7.00,
    "IA": 6.94, "KS": 8.69, "KY": 6.00, "LA": 10.11, "ME": 5.50, "MD": 6.00, "MA": 6.25,
    "MI": 6.00, "MN": 8.13, "MS": 7.06, "MO": 8.41, "MT": 0, "NE": 6.97, "NV": 8.24, "NH": 0,
    "NJ": 6.60, "NM": 7.63, "NY": 8.53, "NC": 7.00, "ND": 7.09, "OH": 7.24, "OK": 9.05, "OR": 0,
    "PA": 6.34, "RI": 7.00, "SC": 7.49, "SD": 6.11, "TN": 9.61, "TX": 8.20, "UT": 7.32,
    "VT": 6.39, "VA": 5.77, "WA": 9.43, "WV": 6.59, "WI": 5.70, "WY": 5.56,
}  # fmt: skip
ZIP_FROM = [  # first ZIP prefix of each run of three-digit prefixes, in order
    (10, "MA"), (28, "RI"), (30, "NH"), (39, "ME"), (50, "VT"), (55, "MA"), (56, "VT"),
    (60, "CT"), (70, "NJ"), (100, "NY"), (150, "PA"), (197, "DE"), (200, "DC"), (201, "VA"),
    (202, "DC"), (206, "MD"), (220, "VA"), (247, "WV"), (270, "NC"), (290, "SC"), (300, "GA"),
    (320, "FL"), (350, "AL"), (370, "TN"), (386, "MS"), (398, "GA"), (400, "KY"), (430, "OH"),
    (460, "IN"), (480, "MI"), (500, "IA"), (530, "WI"), (550, "MN"), (570, "SD"), (580, "ND"),
    (590, "MT"), (600, "IL"), (630, "MO"), (660, "KS"), (680, "NE"), (700, "LA"), (716, "AR"),
    (730, "OK"), (750, "TX"), (800, "CO"), (820, "WY"), (832, "ID"), (840, "UT"), (850, "AZ"),
    (870, "NM"), (885, "TX"), (889, "NV"), (900, "CA"), (967, "HI"), (969, "GU"), (970, "OR"),
    (980, "WA"), (995, "AK"),
]  # fmt: skip


def state_of(postal_code: str) -> str | None:
    """The state of a five-digit US ZIP code (or ZIP+4), None for anything else."""
    digits = postal_code.strip()[:5]
    if len(digits) != 5 or not digits.isdigit():
        return None
    prefix = int(digits[:3])
    return next((state for first, state in reversed(ZIP_FROM) if first <= prefix), None)


def percent(address: dict[str, str | None] | None) -> float | None:
    """The rate for an address: by ZIP, else by state; None when neither places it in the US."""
    given = address or {}
    if given.get("country") not in (None, "", "US"):
        return 0.0
    state = state_of(given.get("postal_code") or "") or (given.get("state") or "").upper()
    return RATES.get(state)


def amount(taxable: int, rate: float, *, inclusive: bool = False) -> int:
    """Cents of tax on (or, inclusive, within) ``taxable`` cents, half a cent away from zero."""
    whole = round(rate * 100)
    cents = (abs(taxable) * whole * 2 // (10_000 + whole * inclusive) + 1) // 2
    return cents if taxable >= 0 else -cents
