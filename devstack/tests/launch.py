"""Starts `make run` as a person does, in a folder of its own."""

import os
import subprocess
from pathlib import Path

from devstack.config import ROOT
from devstack.testing.environment import free_port, without_tests
from devstack.tests.family import PATIENCE, Family, wait_until


class Run:
    """One `make run` with a data folder and ports of its own."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.port = free_port()
        self.family = Family("DATA_DIR", str(data_dir))
        self.output = data_dir.parent / f"output-{self.port}"
        ours = {
            "DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "SANDBOX_PORT": str(free_port()),
        }
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                ["make", "--no-print-directory", "run"],
                cwd=ROOT,
                env=without_tests(dict(os.environ)) | ours | environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """All that it printed so far."""
        return self.output.read_text()

    def ready(self) -> "Run":
        """Wait for the panel."""
        wait_until(lambda: "is ready" in self.said or self.process.poll() is not None)
        assert "is ready" in self.said, self.said
        return self

    def ended(self) -> int:
        """Wait for its end and return its status; make answers 2 for any failure."""
        return self.process.wait(PATIENCE)
