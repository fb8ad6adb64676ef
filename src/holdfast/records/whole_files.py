"""A file appears under its name whole, or not at all, and never takes the place of another."""

import contextlib
import errno
import os
from pathlib import Path

# What a file system answers that has no links, such as that of a memory stick.
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


def name_once(aside: Path, target: Path) -> None:
    """Give a file that was written aside its name, on the disk; ``FileExistsError`` if it is taken."""
    try:
        os.link(aside, target)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if target.exists():
            raise FileExistsError(errno.EEXIST, "is there already", str(target)) from None
        os.rename(aside, target)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def let_go(aside: Path) -> None:
    """Remove what was written aside; a folder to which one may only add keeps it."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        aside.unlink()
