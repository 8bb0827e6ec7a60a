"""netkeel: critical pods keep their latency objective, best-effort pods get everything else.

One sentence is the architecture: observe, estimate, decide, enact, record.
"""

__version__ = "0.1.0"
