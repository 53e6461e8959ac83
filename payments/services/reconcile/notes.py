"""What a run has to remember of millions of objects, kept in the database."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from payments.models import ReconcileNote
from payments.services.reconcile.found import Found, Kind

CHUNK = 500
T = TypeVar("T")


def note_seen(run: UUID, names: Iterable[str]) -> None:
    """Remember what Stripe has."""
    rows = [ReconcileNote(run=run, seen=True, name=name) for name in names]
    ReconcileNote.objects.bulk_create(rows, ignore_conflicts=True)


def unseen(run: UUID, names: QuerySet[Any, Any], field: str) -> QuerySet[Any, Any]:
    """Keep of `names`, the values of one column, those that were not seen."""
    seen = ReconcileNote.objects.filter(run=run, seen=True, name=OuterRef(field))
    return names.exclude(Exists(seen))


def suspect(run: UUID, found: Iterable[Found]) -> None:
    """Remember the objects to look at once more."""
    _suspect(
        run,
        ((each.object_type, each.object_id, list(Kind).index(each.kind)) for each in found),
    )


def suspect_known(run: UUID, known: Iterable[tuple[str, str, str]]) -> None:
    """Remember the objects (type, id, kind) that were wrong when they were last looked at."""
    _suspect(run, ((where, name, list(Kind).index(Kind(kind))) for where, name, kind in known))


def suspect_each(run: UUID, object_type: str, names: Iterable[object], kind: Kind) -> None:
    """Remember objects that may be wrong in this way."""
    _suspect(run, ((object_type, str(name), list(Kind).index(kind)) for name in names))


def _suspect(run: UUID, found: Iterable[tuple[str, str, int]]) -> None:
    for some in batched(found, CHUNK):
        ReconcileNote.objects.bulk_create(
            (
                ReconcileNote(run=run, seen=False, object_type=object_type, name=name, rank=rank)
                for object_type, name, rank in some
            ),
            ignore_conflicts=True,
        )


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of at most `size`."""
    rest = iter(rows)
    while some := list(islice(rest, size)):
        yield some


def suspects(run: UUID) -> Iterator[tuple[str, str]]:
    """Yield each object to look at once more, in the order in which they are mended."""
    rows = ReconcileNote.objects.filter(run=run, seen=False).order_by("rank", "pk")
    yield from rows.values_list("object_type", "name").iterator(CHUNK)


def acquit(run: UUID, object_type: str, name: str) -> None:
    """Forget one suspect: nothing is wrong with it."""
    ReconcileNote.objects.filter(run=run, seen=False, object_type=object_type, name=name).delete()


def forget_others(run: UUID) -> None:
    """Remove what runs that were killed have left."""
    ReconcileNote.objects.exclude(run=run).delete()


def forget(run: UUID) -> None:
    """Remove the run's notes."""
    ReconcileNote.objects.filter(run=run).delete()
