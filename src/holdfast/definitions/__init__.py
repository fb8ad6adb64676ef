"""The library: released data as TOML, and the loader that refuses what it does not know."""
