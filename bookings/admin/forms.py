import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from bookings import slots
from bookings.admin.cells import clock
from bookings.admin.items import ItemsField
from bookings.models import Booking
from bookings.queries.rules import current_rules
from bookings.rules import Rules
from bookings.services import Changes, Contact, Order, Words, create_booking, update_booking
from myhibachi.core.admin import ServiceForm

ORDER = ("guests", "children", "toddlers", "menu", "add_ons", "proteins", "location")
CONTACT = ("contact_name", "contact_email", "contact_phone")
FIELDS = ("customer", "date", "time", *ORDER, *CONTACT, "notes", "allergies")


class OrderForm(ServiceForm):
    """A party's order, for a slot: what a booking and a place on the waitlist have in common."""

    time = forms.TypedChoiceField(coerce=dt.time.fromisoformat)
    add_ons = ItemsField()
    proteins = ItemsField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = current_rules(timezone.now())
        times = {*slots.times(rules), self.instance.time} - {None}
        self._set("time", choices=[(str(time), clock(time)) for time in sorted(times)])
        menu = self.menu_rules(rules)
        self._name("add_ons", [add_on.code for add_on in menu.add_ons])
        self._name("proteins", menu.proteins)

    def menu_rules(self, current: Rules) -> Rules:
        """Return the rules whose menu is chosen from."""
        return current

    def _name(self, field: str, codes: Iterable[str]) -> None:
        menu = ", ".join(code.replace("_", " ") for code in codes)
        self._set(field, help_text=f"How many and what, one a line. On the menu: {menu}.")

    def _set(self, field: str, **attributes: Any) -> None:
        # A field that is only shown is not in the form.
        for name, value in attributes.items() if field in self.fields else ():
            setattr(self.fields[field], name, value)

    def asked(self) -> dict[str, Any]:
        """Return what is asked for, as the services take it."""
        data = self.cleaned_data
        return {
            # Where it is only shown, it is not in the form.
            "customer": data.get("customer"),
            "date": data["date"],
            "time": data["time"],
            "order": Order(**{name: data[name] for name in ORDER}),
            "contact": Contact(**{name[8:]: data[name] for name in CONTACT}),
            "words": Words(notes=data["notes"], allergies=data["allergies"]),
        }


class BookingForm(OrderForm):
    """Makes a booking, or changes one, through the services."""

    class Meta:
        model = Booking
        fields = FIELDS

    def menu_rules(self, current: Rules) -> Rules:
        """Return those that the booking was made under."""
        rules: Rules = current if self.instance._state.adding else self.instance.rules
        return rules

    def call(self) -> Booking:
        """Call the service."""
        return self._create() if self.instance._state.adding else self._update()

    def _create(self) -> Booking:
        return create_booking(**self.asked(), actor=self.actor, now=timezone.now())

    def _update(self) -> Booking:
        names = {"date", "time", "notes", "allergies", *ORDER, *CONTACT} & self.cleaned_data.keys()
        return update_booking(
            booking_id=self.instance.pk,
            changes=Changes(**{name: self.cleaned_data[name] for name in names}),
            actor=self.actor,
            now=timezone.now(),
        )
