"""Staff, accounts and customers."""

from django.contrib.auth.models import Group

from bench.filling.sizes import Sizes
from bench.filling.table import fill, literal, run
from customers.models import Customer, User
from customers.roles import ROLES

FIRST = [
    "Maria",
    "James",
    "Linda",
    "Robert",
    "Jennifer",
    "Michael",
    "Patricia",
    "David",
    "Wei",
    "Sofia",
    "Daniel",
    "Hana",
    "Omar",
    "Priya",
    "Luis",
]
LAST = [
    "Smith",
    "Johnson",
    "Garcia",
    "Nguyen",
    "Lee",
    "Patel",
    "Martinez",
    "Brown",
    "Davis",
    "Kim",
    "Tanaka",
    "Lopez",
    "Wilson",
    "Chen",
    "Okafor",
]
OWNER = "owner@bench.test"
NAME = f"""
    bench.pick({literal(FIRST)}, bench.chance('first', n)) || ' '
    || chr(65 + (n % 26)::int) || '. ' || bench.pick({literal(LAST)}, bench.chance('last', n))
"""
EMAIL = "'guest' || n || '@example.com'"
JOINED = "bench.now() - interval '3 years' * bench.chance('joined', n)"


def fill_people(sizes: Sizes) -> None:
    """Write staff of each role, an owner, and customers, of whom one in five has an account."""
    for role in ROLES:
        for number in (1, 2, 3):
            user = User.objects.create_user(
                f"{role}{number}@bench.test", name=f"{role.title()} {number}", is_staff=True
            )
            user.groups.add(Group.objects.get(name=role))
    User.objects.create_superuser(OWNER, name="Owner")
    run("""CREATE TABLE bench.staff AS
        SELECT row_number() OVER (ORDER BY email) - 1 AS n, id FROM customers_user""")
    everybody = f"generate_series(1, {sizes.customers}) n"
    fill(
        User,
        f"{everybody} WHERE n % 5 = 0",
        id=f"bench.id({JOINED}, 'user', n)",
        email=EMAIL,
        name=NAME,
        password="'!'",
        date_joined=JOINED,
    )
    fill(
        Customer,
        everybody,
        id=f"bench.id({JOINED}, 'customer', n)",
        user_id=f"CASE WHEN n % 5 = 0 THEN bench.id({JOINED}, 'user', n) END",
        name=NAME,
        email=EMAIL,
        phone="'+1 (' || 201 + n % 700 || ') 555-' || lpad((n % 10000)::text, 4, '0')",
        stripe_customer_id="CASE WHEN n % 10 < 7 THEN bench.stripe('cus', n) END",
        created_at=JOINED,
        updated_at=JOINED,
    )
    run("""CREATE TABLE bench.customer AS
        SELECT substr(split_part(email, '@', 1), 6)::int AS n, id, name, email, phone
        FROM customers_customer WHERE email LIKE 'guest%'""")
    run("CREATE UNIQUE INDEX ON bench.customer (n)")
