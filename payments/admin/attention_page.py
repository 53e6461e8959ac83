"""The page where a person decides about what asks for attention."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from customers.models import User
from myhibachi.core.errors import DomainError
from payments.admin.attention_choices import Choice, choices, elsewhere
from payments.admin.attention_facts import facts_table
from payments.admin.booking_page import refused
from payments.models import Attention
from payments.services.attention import NOTED, PERMISSION

NAME = "payments_attention_decide"


class DecisionForm(forms.Form):
    """What is decided, and why."""

    decision = forms.ChoiceField(label="What to do", widget=forms.RadioSelect)
    note = forms.CharField(
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For colleagues; needed where it is only noted.",
    )

    def __init__(self, *args: Any, offered: dict[str, Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = [(name, choice.label) for name, choice in offered.items()]
        self.fields["decision"].choices = labels  # type: ignore[attr-defined]  # a ChoiceField's
        if len(labels) == 1:
            self.fields["decision"].initial = labels[0][0]

    def clean(self) -> dict[str, Any]:
        """Ask for a note where nothing else is done."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("decision") == NOTED and not data.get("note"):
            self.add_error("note", "Say what was found, or why nothing is to be done.")
        return data


def is_offered(question: Attention, request: HttpRequest) -> bool:
    """Return whether this question waits for this person's decision."""
    return question.closed_at is None and request.user.has_perm(PERMISSION)


def view(request: HttpRequest, attention_id: UUID) -> HttpResponse:
    """Show the facts and the choices; ask whether the chosen one is meant; do it."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    shown = ("booking__customer", "payment", "closed_by")
    question = get_object_or_404(Attention.objects.select_related(*shown), pk=attention_id)
    offered = choices(question)
    if request.method != "POST":
        return _page(request, question, DecisionForm(offered=offered))
    form = DecisionForm(request.POST, offered=offered)
    if not form.is_valid() or "edit" in request.POST:
        return _page(request, question, form)
    chosen = offered[form.cleaned_data["decision"]]
    if "confirmed" not in request.POST:
        return _page(request, question, form, chosen=chosen)
    try:
        chosen.do(
            attention_id=question.pk,
            note=form.cleaned_data["note"],
            actor=cast(User, request.user),
            now=timezone.now(),
        )
    except DomainError as error:
        return _page(request, question, refused(form, error))
    messages.success(request, "Decided.")
    return redirect("admin:bookings_booking_change", question.booking_id)


def _page(
    request: HttpRequest,
    question: Attention,
    form: DecisionForm,
    *,
    chosen: Choice | None = None,
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": question.get_kind_display(),
        "opts": Attention._meta,
        "attention": question,
        "booking": question.booking,
        "facts": facts_table(question),
        "elsewhere": list(elsewhere(question, request)),
        "form": form,
        "chosen": chosen,
        "is_open": is_offered(question, request) or form.is_bound,
    }
    return render(request, "admin/payments/attention/decide.html", context)
