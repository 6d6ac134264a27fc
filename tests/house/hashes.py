"""Hashes of passwords and PINs as the product stores them, for a thousandth of the price."""

from argon2 import PasswordHasher

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def quick_hash(secret: str) -> str:
    """What stands in the database of a test; the product checks it at the price that the hash names."""
    return QUICK.hash(secret)
