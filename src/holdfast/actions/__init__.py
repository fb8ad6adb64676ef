"""The doers: every write is one verb, one transaction, one journal entry."""
