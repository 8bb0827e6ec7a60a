"""Here belong the HTTP paths of a running netkeel, all of them read-only."""
