"""What holds for all tests."""

from hypothesis import settings

# How long an example takes says something of the machine, not of the code: time is measured in
# tests/bench only.
settings.register_profile("firstline", deadline=None)
settings.load_profile("firstline")
