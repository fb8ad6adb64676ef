"""Holdfast runs MDMA-assisted therapy, as treatment in clinics and as randomized trials."""

__version__ = "0.1.0"
