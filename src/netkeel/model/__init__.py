"""Here belong the values that travel: frozen, with no behaviour beyond their own arithmetic."""
