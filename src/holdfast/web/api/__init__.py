"""The API under /api/v1/."""

from ninja import NinjaAPI

api = NinjaAPI(title="Holdfast", version="1", docs_url=None)
