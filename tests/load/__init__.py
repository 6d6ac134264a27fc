"""The benchmark and its load generator: figures to compare, not tests to pass."""
