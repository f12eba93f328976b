"""The progress display: silent for short work, on standard error for long; no clock is read by the tests."""

from __future__ import annotations

import threading

import pytest

from symderiv.cli.progress import Progress


def test_short_work_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(patience=60.0) as progress:
        progress("checking softmax", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_long_work_shows_a_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(patience=0.0) as progress:
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer):
                thread.join()
        progress("checking softmax", 1, 2)
        progress("checking logsumexp", 2, 2)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "checking softmax (1 of 2 done)\n", "the second line would come too soon after the first"


def test_unwanted_progress_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(wanted=False, patience=0.0) as progress:
        progress("checking softmax", 1, 2)
    assert capsys.readouterr() == ("", "")
