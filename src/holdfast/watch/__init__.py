"""The night watch: one loop a file, each writes a heartbeat."""
