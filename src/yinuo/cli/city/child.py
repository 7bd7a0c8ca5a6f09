"""A command run by `yinuo start`: as ever, but a parent that is killed takes it along (Linux; elsewhere it goes on)."""

from __future__ import annotations

import ctypes
import signal
import sys

from yinuo.cli.main import app

SET_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""

if __name__ == "__main__":
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal.SIGTERM)
    app()
