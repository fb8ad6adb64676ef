"""Pages of breaking the blind: in an emergency, for safety, by accident, as planned; locks and guesses."""
