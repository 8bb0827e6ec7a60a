"""Here belongs what lies in files: the configuration, the decision log, credentials."""
