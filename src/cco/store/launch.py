"""Starts a program of PostgreSQL, which refuses to run as root, as somebody else where it must.

Stand-alone: run by its path with ``python -I -S``, so that it costs a few milliseconds.
``launch.py [--detach] DIRECTORIES PROGRAM [ARGUMENT…]``; DIRECTORIES, separated like PATH, are those the
program writes to.

As root it makes a user namespace in which root is "nobody": files keep their owner and nothing needs to
be readable to others. Where that is not allowed (most containers) it really becomes "nobody" and hands
the directories over. ``--detach`` makes the program a daemon that outlives whoever started it.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

NOBODY = 65534
CLONE_NEWUSER = 0x10000000
CAN_NOT_BECOME = 77
"""The exit status that says: no namespace, and "nobody" can't reach the program or its directories."""


def main(arguments: list[str]) -> None:
    """Becomes the program; returns never, or exits with CAN_NOT_BECOME."""
    detach = arguments[0] == "--detach"
    if detach:
        arguments = arguments[1:]
    directories, program = arguments[0].split(os.pathsep), arguments[1:]
    if os.geteuid() == 0:
        if can_have_namespace():
            hand_over(directories, 0)
            enter_namespace()
        else:
            hand_over(directories, NOBODY)
            become_nobody(program[0], directories)
    if detach:
        os.setsid()
        if os.fork() != 0:
            os._exit(0)
    os.execv(program[0], program)  # noqa: S606  (no shell is the point)


def can_have_namespace() -> bool:
    """Whether this kernel and container let root make a user namespace; tried in a child."""
    if not sys.platform.startswith("linux"):
        return False
    child = os.fork()
    if child == 0:
        try:
            enter_namespace()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def enter_namespace() -> None:
    """From here on this process is "nobody" to itself and root to the files. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "no user namespace")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} 0 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} 0 1")


def hand_over(directories: list[str], owner: int) -> None:
    """Makes `owner` the owner of the directories and all within, where it is not already."""
    for directory in directories:
        if os.stat(directory).st_uid == owner:
            continue
        for folder, folders, files in os.walk(directory):
            for name in (*folders, *files):
                os.chown(os.path.join(folder, name), owner, owner, follow_symlinks=False)
        os.chown(directory, owner, owner)


def become_nobody(program: str, directories: list[str]) -> None:
    """Gives up root for good, and makes sure that what follows can work."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    if not os.access(program, os.X_OK) or not all(os.access(folder, os.W_OK) for folder in directories):
        sys.exit(CAN_NOT_BECOME)


if __name__ == "__main__":
    main(sys.argv[1:])
