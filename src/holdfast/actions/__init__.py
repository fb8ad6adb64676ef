"""The doers: every write is one verb, one transaction, one journal entry."""

from holdfast.unblinded.room import Room, hand_over


def _open() -> Room:
    from holdfast.actions.sealed_room import open_room  # needs the record, which not every act does

    return open_room()


hand_over(_open)
