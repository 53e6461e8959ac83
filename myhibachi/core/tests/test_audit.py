import pytest
from django.db import ProgrammingError, transaction

from myhibachi.core import audit
from myhibachi.core.models import AuditEntry


def test_an_entry_says_who_did_what_to_which_object(person):
    entry = audit.record("user.changed", person, actor=person, note="typo", name=["A", "B"])
    found = AuditEntry.objects.values(
        "actor", "action", "object_type", "object_id", "changes", "note"
    ).get(pk=entry.pk)
    assert found == {
        "actor": person.pk,
        "action": "user.changed",
        "object_type": "customers.user",
        "object_id": str(person.pk),
        "changes": {"name": ["A", "B"]},
        "note": "typo",
    }


@pytest.mark.parametrize("change", [{"note": "never happened"}, None])
def test_the_database_refuses_to_change_or_delete_an_entry(person, change):
    audit.record("user.changed", person, actor=person)
    entries = AuditEntry.objects.all()
    with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
        entries.update(**change) if change else entries.delete()
