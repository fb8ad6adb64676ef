"""The expected course of a dosing session: concentration, pressure, pulse and temperature over eight hours.

Two published ways to a concentration, one calibrated link from it to what a therapist measures. The
answer describes many people like this one; it is context behind the readings and labelled so.

No alarm, limit or gate depends on anything here: the rules of ``domain`` and the actions import
nothing of it, and a test of the house holds that. Nothing here reads a clock, a file of the record
or chance that was not given as a seed. What an answer tells follows from the doses, and so from the
arm: in a blinded session it is neither computed for nor shown to anybody blinded.
"""
