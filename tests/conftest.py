"""Settings that hold for all tests."""

from __future__ import annotations

from hypothesis import settings

# A property is about values; how long one example takes depends on what else the machine is doing.
settings.register_profile("values", deadline=None)
settings.load_profile("values")
