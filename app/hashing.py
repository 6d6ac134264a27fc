"""Hashes of passwords and PINs: slow on purpose, few at a time, and never on the hub."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from app import runtime

hasher = PasswordHasher()
_at_once = threading.Semaphore(2)  # each hash takes 64 MiB and a core for a tenth of a second


def hash_password(password: str) -> str:
    with _at_once:
        return str(runtime.off_hub(hasher.hash, password))


def password_fits(password_hash: str, password: str) -> bool:
    with _at_once:
        return bool(runtime.off_hub(_verify, password_hash, password))


def _verify(password_hash: str, password: str) -> bool:
    try:
        return hasher.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False
