"""Here belongs what speaks to an outer system: one folder each, which implements ports.

No adapter knows another, and none knows the runtime: they meet only in `netkeel.apps`.
"""
