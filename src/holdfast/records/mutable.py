"""The short list of models whose rows may change, each with its reason. All others are facts."""

MUTABLE: dict[str, str] = {
    "User": "The log-in library writes the password hash, the last log-in and whether it is open; "
    "who the person is and what they may do are facts (StaffRecord, RoleAssignment).",
    "Stream": "Holds the head of each chain, moved on by each entry; verify compares it with the "
    "journal.",
    "PersonKey": "A key must be re-wrapped on rotation and destroyed on erasure; the row stays.",
    "IdentityToken": "A keyed search index, made again from the sealed identities on rotation and "
    "emptied on erasure.",
    "Heartbeat": "The last sign of life of each loop of the watch; older ones mean nothing.",
    "Pin": "A secret that is replaced leaves nothing behind; that it was set, and when, is in the "
    "journal.",
    "TryCount": "Counts of wrong tries, forgotten after a quarter of an hour or a day; each refusal "
    "of an account is in the journal.",
    "OpenSession": "One row for each session that is open, gone with it; logging in and out and "
    "ending a session are in the journal.",
    "WorklistMoment": "A projection of facts, made again by holdfast rebuild; read by no gate.",
    "CourseMoment": "A projection of facts, made again by holdfast rebuild; read by no gate.",
}

# Tables of Django's own that log-in, sessions and migrations write.
LIBRARY_TABLES: dict[str, str] = {
    "django_migrations": "Which migrations were applied.",
    "django_session": "Log-in sessions; they hold no fact.",
    "mfa_authenticator": "Second factors: a counter and a mask of used codes move with each use. "
    "Secrets are sealed; adding, using and removing one is in the journal.",
    "account_emailaddress": "Not used; asked for by the log-in library.",
    "account_emailconfirmation": "Not used; asked for by the log-in library.",
    "django_content_type": "Django's list of models.",
    "auth_permission": "Django's own permissions; ours are lists in definitions/roles.toml.",
    "auth_group": "Not used; part of Django's log-in library.",
    "auth_group_permissions": "Not used; part of Django's log-in library.",
}
