"""Here belongs what reads and writes the Kubernetes API: the gates, the watch, the rights."""
