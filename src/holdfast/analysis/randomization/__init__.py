"""Making an allocation: lists of permuted blocks, minimization, kit numbers, and what could be guessed.

Everything follows from a design and a seed of 32 bytes, by a way that can be written again in any
language (``chance``), so that a list can be made anew from its unsealed seed in thirty years. Nothing
here draws a seed, reads a clock or keeps anything: who draws and who may know is for the sealed room.
"""
