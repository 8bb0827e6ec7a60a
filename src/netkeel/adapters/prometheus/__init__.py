"""Here belongs what turns the answers of a Prometheus server into readings."""
