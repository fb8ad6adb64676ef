"""The shared device of a room: its own door, its own session, and nobody's log-in."""
