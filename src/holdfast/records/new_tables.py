"""A new model joins the state of the migrations by itself, without every model around it anew.

The framework renders each related model again for every model that a migration creates; here
everything is related, to the person who recorded it, so the time to build an empty database grew with
the square of the tables (5.3 s of 95 tables, 1.3 s this way). Nothing can point at a model before it
is there, so there is nothing to render again.
"""

from typing import Any

from django.db.migrations.state import ModelState, ProjectState


def _add_model(state: Any, model: ModelState) -> None:
    key = model.app_label, model.name_lower
    state.models[key] = model
    if state._relations is not None:
        state.resolve_model_relations(key)
    if "apps" in state.__dict__:  # asking for the attribute would render them all
        state.apps.render_multiple([model])


def join_alone() -> None:
    """From now on a model that a migration creates is rendered once."""
    ProjectState.add_model = _add_model  # type: ignore[method-assign, assignment]
