"""The clinical record in words: what staff read, and what a person's own copy holds."""
