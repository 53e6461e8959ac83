"""The pages that void an invoice, or give it up as a bad debt: a reason, a question, the deed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.money import format_cents
from payments.admin.booking_page import refused
from payments.models import Invoice
from payments.services.invoices import CHANGES, mark_uncollectible, void_invoice

Status = Invoice.Status


class Close(Protocol):
    """A service that closes an invoice."""

    def __call__(self, *, invoice_id: UUID, reason: str, actor: User, now: datetime) -> Invoice: ...


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to close an invoice.

    Attributes:
        word: what its address ends in.
        of: the statuses of the invoices that it can be done to.
        explained: what it does, for people.
    """

    word: str
    title: str
    of: tuple[str, ...]
    close: Close
    explained: str
    done: str

    @property
    def name(self) -> str:
        return f"payments_invoice_{self.word.replace('-', '_')}"

    def is_offered(self, invoice: Invoice, request: HttpRequest) -> bool:
        """Return whether this person may do it to this invoice."""
        return invoice.status in self.of and request.user.has_perm(CHANGES)

    def view(self, request: HttpRequest, invoice_id: UUID) -> HttpResponse:
        """Show the form; ask whether that is meant; do it."""
        if not request.user.has_perm(CHANGES):
            raise PermissionDenied
        known = Invoice.objects.select_related("booking", "customer")
        invoice = get_object_or_404(known, pk=invoice_id)
        form = CloseInvoiceForm(request.POST or None)
        if not self.is_offered(invoice, request):
            messages.error(request, f"This invoice is {invoice.get_status_display().lower()}.")
            return _back_to(invoice)
        if not form.is_valid() or "edit" in request.POST:
            return self._page(request, invoice, form)
        if "confirmed" not in request.POST:
            return self._page(request, invoice, form, asks=True)
        try:
            self._do(request, invoice, form.cleaned_data["reason"])
        except DomainError as error:
            return self._page(request, invoice, refused(form, error))
        return _back_to(invoice)

    def _do(self, request: HttpRequest, invoice: Invoice, reason: str) -> None:
        self.close(
            invoice_id=invoice.pk,
            reason=reason,
            actor=cast(User, request.user),
            now=timezone.now(),
        )
        messages.success(request, f"Invoice {invoice} is {self.done}.")

    def _page(
        self,
        request: HttpRequest,
        invoice: Invoice,
        form: "CloseInvoiceForm",
        *,
        asks: bool = False,
    ) -> HttpResponse:
        amount = format_cents(invoice.amount, invoice.currency)
        context = {
            **admin.site.each_context(request),
            "title": self.title,
            "opts": Invoice._meta,
            "invoice": invoice,
            "form": form,
            "asks": asks,
            "question": f"{self.title} {invoice.number} of {amount}?",
            "explained": self.explained,
        }
        return render(request, "admin/payments/invoice/close.html", context)


class CloseInvoiceForm(forms.Form):
    """Why an invoice is closed."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For colleagues; the customer does not see it.",
    )


def _back_to(invoice: Invoice) -> HttpResponse:
    return redirect("admin:payments_invoice_change", invoice.pk)


WAYS = (
    Way(
        word="void",
        title="Void invoice",
        of=tuple(Invoice.PAYABLE),
        close=void_invoice,
        explained="Nobody can pay it any more, and none follows it. What the booking owes stays "
        "owed: another invoice can be sent, or it is paid in another way.",
        done="void",
    ),
    Way(
        word="give-up",
        title="Give up invoice",
        of=(Status.OPEN,),
        close=mark_uncollectible,
        explained="It counts as uncollectible, and the customer is not reminded of it any more. "
        "Its page still takes money; what is paid there counts.",
        done="marked as uncollectible",
    ),
)
