"""A model joins or changes in the state of the migrations by itself, without those around it anew.

The framework renders each related model again for every model that a migration creates, and those
next to it for every index, constraint and plain field; here everything is related, to the person who
recorded it, so the time to build an empty database grew with the square of the tables (5.3 s of 95
tables, 1.3 s this way). Nothing can point at a model before it is there, and nothing that points at
one asks for its indexes, so there is nothing to render again.
"""

from typing import Any

from django.db.migrations.state import ModelState, ProjectState

_reload = ProjectState.reload_model


def _add_model(state: Any, model: ModelState) -> None:
    key = model.app_label, model.name_lower
    state.models[key] = model
    if state._relations is not None:
        state.resolve_model_relations(key)
    if "apps" in state.__dict__:  # asking for the attribute would render them all
        state.apps.render_multiple([model])


def _reload_model(state: Any, app_label: str, model_name: str, delay: bool = False) -> None:
    """``delay`` is the framework's word for a change that no other table can notice."""
    if not delay:
        _reload(state, app_label, model_name)
    elif "apps" in state.__dict__:
        with state.apps.bulk_update():
            state.apps.unregister_model(app_label, model_name)
        state.apps.render_multiple([state.models[app_label, model_name]])


def join_alone() -> None:
    """From now on a model that a migration creates, or gives an index, is rendered once."""
    ProjectState.add_model = _add_model  # type: ignore[method-assign, assignment]
    ProjectState.reload_model = _reload_model  # type: ignore[method-assign, assignment]
