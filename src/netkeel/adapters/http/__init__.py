"""Here belongs what reads a running netkeel over its own HTTP paths."""
