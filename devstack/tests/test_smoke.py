"""`make smoke`, the customer's own test plan."""

from devstack.testing.environment import free_port
from devstack.testing.stack import RunningStack


def test_the_smoke_test_plan_passes_twice_on_one_stack(stack: RunningStack):
    for _ in range(2):
        done = stack.run("make", "--no-print-directory", "smoke")

        assert done.returncode == 0, done.stdout + done.stderr
        assert "All seven steps passed." in done.stdout


def test_the_smoke_test_says_loudly_that_nothing_answers(stack: RunningStack):
    done = stack.run("make", "--no-print-directory", "smoke", PORT=str(free_port()))

    assert done.returncode == 2
    assert "is `make run` up on http://localhost:" in done.stderr
