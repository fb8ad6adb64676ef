"""The tests: a package of its own name, so that no other package of that name stands before it."""
