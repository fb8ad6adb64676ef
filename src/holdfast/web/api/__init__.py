"""The API under ``/api/v1/``: the same permissions as the pages, the same actions, JSON.

Reading answers to a session or to a name and password; writing to a name and password alone.
"""

from ninja import NinjaAPI

from holdfast.web.api.readings import router as readings
from holdfast.web.api.routes import router

api = NinjaAPI(
    title="Holdfast",
    version="1",
    description="Referrals, verdicts and worklists of one site. Send name and password (Basic).",
    docs_url=None,
)
api.add_router("", router)
api.add_router("", readings)
