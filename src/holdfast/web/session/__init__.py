"""A dosing session on the screen: the room's panel, the physician's board, and what keeps them current."""
