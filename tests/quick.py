"""What costs time on purpose at a site is cheap in most tests; those about the cost ask for the real one."""

import runpy
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher

import holdfast

PRODUCT_HASHERS = runpy.run_path(str(Path(holdfast.__file__).parent / "settings.py"))[
    "PASSWORD_HASHERS"
]


class QuickArgon2(Argon2PasswordHasher):
    """The product's way of keeping a password, with the least work the algorithm allows."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
