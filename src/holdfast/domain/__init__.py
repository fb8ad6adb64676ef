"""The rules. Standard library only; no clock, no chance, no file, no database."""
