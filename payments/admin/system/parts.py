"""What the page of health is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from customers.models import User
from myhibachi.core.admin import state_label
from payments.models import Job
from payments.system.checks import QUICK, Finding
from payments.system.jobs import CUT_OFF, PERMISSIONS, is_cut_off

# What each job does, for who wonders whether to press its button.
MEANING: dict[str, str] = {
    Job.Kind.CHECK: "Asks Stripe and a worker, too, and adds up every booking.",
    Job.Kind.COMPARE: "Our books with Stripe's, object by object, 35 days back. Changes nothing.",
    Job.Kind.FETCH: "What Stripe made in the last 30 days and we never received.",
    Job.Kind.SYNC: "Stripe's products and prices into our copy.",
}


@dataclass(frozen=True, kw_only=True)
class Check:
    """A line of the list of checks."""

    name: str
    problem: str
    remedy: str

    @property
    def label(self) -> SafeString:
        return state_label("ill", "wrong") if self.problem else state_label("well", "well")


@dataclass(frozen=True, kw_only=True)
class Errand:
    """A job with its last outcome, and whether this person may ask for it now."""

    kind: str
    name: str
    meaning: str
    may: bool
    last: Job | None
    is_open: bool
    label: SafeString | str
    said: str


def checks(quick: list[Finding], last: Job | None) -> list[Check]:
    """Return what was checked just now, then what only a job checks, as it last found it."""
    now = [Check(name=f.name, problem=f.problem, remedy=f.remedy) for f in quick]
    kept = last.findings if last else ()
    return now + [Check(**each) for each in kept if each["name"] not in QUICK]


def jobs(last: Mapping[str, Job], actor: User, *, now: datetime) -> list[Errand]:
    """Return every kind of job in the order of their buttons."""
    return [_errand(kind, last.get(kind), actor, now=now) for kind in Job.Kind]


def counted(sizes: Mapping[str, int | None]) -> dict[str, str]:
    """Return estimates as people read them; a dash where there is none."""
    return {name: "–" if size is None else f"{size:,}" for name, size in sizes.items()}


def _errand(kind: Job.Kind, last: Job | None, actor: User, *, now: datetime) -> Errand:
    cut_off = last is not None and is_cut_off(last, now=now)
    return Errand(
        kind=kind.value,
        name=str(kind.label),
        meaning=MEANING[kind],
        may=actor.has_perm(PERMISSIONS[kind]),
        last=last,
        is_open=last is not None and last.finished_at is None and not cut_off,
        label="" if last is None else state_label("failed" if cut_off else last.state),
        said=CUT_OFF if cut_off else (last.said if last else ""),
    )
