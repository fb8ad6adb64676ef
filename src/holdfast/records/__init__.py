"""The archive: models, constraints and read queries; one Django app."""
