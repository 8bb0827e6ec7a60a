"""Real servers that tests start, watch, break and take down again: one package a kind of server."""
