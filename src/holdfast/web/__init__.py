"""The front rooms: forms, views, templates and static files."""
