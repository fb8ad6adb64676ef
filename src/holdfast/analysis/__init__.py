"""The sums: arrays in, results out; the seed is an argument."""
