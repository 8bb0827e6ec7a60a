"""The values that travel between the parts: frozen, with no behaviour beyond their arithmetic."""
