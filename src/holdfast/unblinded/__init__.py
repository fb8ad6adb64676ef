"""The sealed room: opened by its doors in actions alone."""
