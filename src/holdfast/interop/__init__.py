"""The translators: our value to their document and back; no input or output."""
