"""Become a program that dies with its starter: `python -I -S leash.py STARTER_PID SIGNAL UID GID PROGRAM [ARGUMENT …]`.

A supervisor that is killed with -9 cannot stop its servers. Linux can: a process may ask for a signal at the death of
the thread that started it. The request is lost when the user changes, so the user changes first. Standard library
only, because it runs before every server; a program of its own, because code between fork and exec is unsafe in a
process with threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def become(uid: int, gid: int) -> None:
    """Give up root for an ordinary user; nothing where we are that user already."""
    if (uid, gid) != (os.geteuid(), os.getegid()):
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)


def die_with(starter: int, signal: int) -> None:
    """Ask the kernel for `signal` at the starter's death, and see that it has not died already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if os.getppid() != starter:
        sys.exit("the starting process is gone")


def main(arguments: list[str]) -> None:
    """Change user, bind to the starter, and become the program."""
    starter, signal, uid, gid = (int(word) for word in arguments[:4])
    program = arguments[4:]
    become(uid, gid)
    die_with(starter, signal)
    try:
        os.execvp(program[0], program)  # noqa: S606 - the command line is ours, no shell is wanted
    except OSError as error:
        sys.exit(f"cannot start {program[0]}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
