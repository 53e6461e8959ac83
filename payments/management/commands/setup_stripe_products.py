from collections.abc import Iterator

from django.utils import timezone

from payments.management.catalogue import CatalogueCommand
from payments.services.products import Line, setup_stripe_products


class Command(CatalogueCommand):
    help = "Make Stripe's Products and Prices match the rule book in force. Safe to repeat."

    def lines(self, *, dry_run: bool) -> Iterator[Line]:
        return setup_stripe_products(now=timezone.now(), dry_run=dry_run)
