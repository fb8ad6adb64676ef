"""The pharmacy: the store's page, the register, movements by two people, counts, labels, the session box."""
