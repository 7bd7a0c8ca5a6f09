"""A process whose parent is killed ends too, instead of going on without anybody who could stop it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

SET_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def end_with_parent(*, signal_number: int = signal.SIGTERM) -> None:
    """Be sent a signal when the parent dies (Linux; elsewhere nothing is promised). Only for who has a parent that waits."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal_number)
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), signal_number)
