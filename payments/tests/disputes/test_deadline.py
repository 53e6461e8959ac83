import datetime as dt

import pytest

from payments.admin.deadline import countdown, deadline
from payments.admin.dispute_reasons import reason_in_words
from payments.models import Dispute

DUE = dt.datetime.fromisoformat("2026-11-30T23:59:00-08:00")


@pytest.mark.parametrize(
    ("before", "words", "tone"),
    [
        (dt.timedelta(days=6, hours=5), "due Nov 30, 11:59 PM PST, in 6 days", "early"),
        (dt.timedelta(hours=48), "due Nov 30, 11:59 PM PST, in 2 days", "early"),
        (dt.timedelta(hours=47, minutes=59), "due Nov 30, 11:59 PM PST, in 47 hours", "urgent"),
        (dt.timedelta(hours=1), "due Nov 30, 11:59 PM PST, in 1 hour", "urgent"),
        (dt.timedelta(minutes=59, seconds=59), "due Nov 30, 11:59 PM PST, in 59 minutes", "urgent"),
        (dt.timedelta(0), "was due Nov 30, 11:59 PM PST, 0 minutes ago", "overdue"),
        (dt.timedelta(days=-3), "was due Nov 30, 11:59 PM PST, 3 days ago", "overdue"),
    ],
)
def test_the_deadline_counts_down_in_the_venues_time(before, words, tone):
    now = (DUE - before).astimezone(dt.UTC)
    dispute = Dispute(status="needs_response", evidence_due_by=DUE.astimezone(dt.UTC))
    assert countdown(DUE, now=now) == words
    assert f'class="deadline deadline--{tone}"' in deadline(dispute, now=now)
    assert words in deadline(dispute, now=now)


@pytest.mark.parametrize("status", ["under_review", "won", "lost", "warning_closed"])
def test_what_needs_no_answer_has_no_countdown(status):
    assert deadline(Dispute(status=status, evidence_due_by=DUE), now=DUE) == "–"


def test_a_reason_is_said_in_words_whether_we_know_it_or_not():
    assert reason_in_words("fraudulent") == "The cardholder says it was not them"
    assert reason_in_words("something_new") == "Something new"
