from collections.abc import Iterator

from payments.management.catalogue import CatalogueCommand
from payments.services.products import Line, sync_products


class Command(CatalogueCommand):
    help = "Copy Stripe's Products and Prices into the mirror. Safe to repeat."

    def lines(self, *, dry_run: bool) -> Iterator[Line]:
        return sync_products(dry_run=dry_run)
