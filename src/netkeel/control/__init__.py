"""The core: here belongs what turns measurements and time into decisions, as pure functions.

No clock, no randomness, no input or output, no logging: the same inputs give the same bytes, so
replay, what-if and property tests come free.
"""
