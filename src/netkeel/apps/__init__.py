"""Here belongs composition: the only place where adapters meet the runtime."""
