"""Settings that hold for all tests."""

from __future__ import annotations

import signal

from hypothesis import settings

# A property is about values; how long one example takes depends on what else the machine is doing.
settings.register_profile("values", deadline=None)
settings.load_profile("values")

# A run put in the background by a script ignores Ctrl-C, and so would every program that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
