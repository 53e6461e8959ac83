"""Staff, accounts and customers."""

from django.contrib.auth.models import Group

from bench.filling.sizes import Sizes
from bench.filling.table import fill, run
from customers.models import Customer, User
from customers.roles import ROLES

# So many that the commonest first name is that of one guest in 64, as among people.
FIRST = """'{James,Mary,Robert,Patricia,John,Jennifer,Michael,Linda,David,Elizabeth,William,
Barbara,Richard,Susan,Joseph,Jessica,Thomas,Sarah,Charles,Karen,Christopher,Lisa,Daniel,Nancy,
Matthew,Betty,Anthony,Sandra,Mark,Margaret,Donald,Ashley,Steven,Kimberly,Andrew,Emily,Paul,
Donna,Joshua,Michelle,Kenneth,Carol,Kevin,Amanda,Brian,Maria,George,Hana,Omar,Priya,Luis,Wei,
Sofia,Yuki,Mateo,Aisha,Ivan,Noor,Diego,Mei,Rosa,Tariq,Ana,Hiro}'"""
LAST = """'{Smith,Johnson,Williams,Brown,Jones,Garcia,Miller,Davis,Rodriguez,Martinez,Hernandez,
Lopez,Gonzalez,Wilson,Anderson,Thomas,Taylor,Moore,Jackson,Martin,Lee,Perez,Thompson,White,
Harris,Sanchez,Clark,Ramirez,Lewis,Robinson,Walker,Young,Allen,King,Wright,Scott,Torres,Nguyen,
Hill,Flores,Green,Adams,Nelson,Baker,Hall,Rivera,Campbell,Mitchell,Carter,Roberts,Tanaka,Patel,
Kim,Chen,Okafor,Singh,Khan,Ali,Suzuki,Park,Cohen,Novak,Rossi,Silva}'"""
OWNER = "owner@bench.test"
NAME = f"""
    bench.pick({FIRST}, bench.chance('first', n)) || ' '
    || chr(65 + (n % 26)::int) || '. ' || bench.pick({LAST}, bench.chance('last', n))
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
