"""A person's own pages: on a phone first, and in plain words."""
