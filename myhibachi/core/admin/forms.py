"""Forms of the admin that save through a service."""

from typing import Any, ClassVar

from django import forms
from django.db import models
from django.http import HttpRequest

from myhibachi.core.admin.pages import HouseAdmin
from myhibachi.core.errors import DomainError


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A form that is saved by one service call, as the last step of its validation.

    So what the service refuses stands beside the field, and nothing of the person's input is lost.

    Attributes:
        actor: who sends it; `ServiceFormAdmin` sets it.
        fills_instance: whether the model's own validation comes first, on the filled instance.
    """

    actor: ClassVar[Any]
    fills_instance = False

    def call(self) -> models.Model:
        """Do it, with `cleaned_data` or the filled instance, and return what was saved."""
        raise NotImplementedError

    def _post_clean(self) -> None:
        if self.fills_instance:
            super()._post_clean()  # type: ignore[misc]  # Django's own hook, which has no stub
        if self.errors:
            return
        try:
            self.instance = self.call()
        except DomainError as error:
            field = error.attr if error.attr in self.fields else None
            self.add_error(field, error.detail)

    def save(self, commit: bool = True) -> Any:
        """Return what the service saved."""
        return self.instance

    def save_m2m(self) -> None:
        """Nothing is left to save."""


class ServiceFormAdmin(HouseAdmin):
    """A page whose form is a `ServiceForm`."""

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        # A class of this request's own: Django makes a new one each time.
        form.actor = request.user  # type: ignore[attr-defined]
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing is left to save: the form has called the service."""
