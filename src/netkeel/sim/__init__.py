"""Here belong the plant, a model of the shared link, and the scenarios that load it."""
