"""confine.py [--strict] [--no-exec PATH]... [--deny PATH]... -- PROGRAM...

Runs a program whose root may not read (or run) what is named, as under SELinux or AppArmor: EACCES, whatever the owner and mode say. By Landlock
(landlock(7)), which restricts all that the program starts, sudo included. --strict: the folders above may not be listed either. Processes outside
are closed to it as they are to a confined domain: their environment, their executable.
"""
import ctypes
import os
import sys

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
EXECUTE, READ_FILE, READ_DIR = 1, 4, 8
libc = ctypes.CDLL(None, use_errno=True)


def call(number, *words):
    result = libc.syscall(number, *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), f'landlock: system call {number}')
    return result


class PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [('allowed', ctypes.c_uint64), ('parent', ctypes.c_int32)]


def allow(ruleset, right, path, denied):
    """Grants `right` on all below `path` but what is denied."""
    if path in denied:
        return
    if not any(other.startswith(path.rstrip('/') + '/') for other in denied):
        if os.path.islink(path) or not (os.path.isdir(path) or right != READ_DIR):
            return
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = PathBeneath(right, parent)
        try:
            call(ADD_RULE, ruleset, 1, ctypes.byref(rule), 0)
        finally:
            os.close(parent)
        return
    for name in os.listdir(path):
        allow(ruleset, right, os.path.join(path, name), denied)


words = sys.argv[1:]
program = words[words.index('--') + 1 :]
options = words[: words.index('--')]
named = {'--deny': set(), '--no-exec': set()}
strict = '--strict' in options
rest = [word for word in options if word != '--strict']
for option, path in zip(rest[::2], rest[1::2]):
    named[option].add(os.path.realpath(path))

reading = (READ_FILE | READ_DIR) if strict else READ_FILE
handled = (reading if named['--deny'] else 0) | (EXECUTE if named['--no-exec'] else 0)
attribute = ctypes.c_uint64(handled)
ruleset = call(CREATE_RULESET, ctypes.byref(attribute), ctypes.c_size_t(8), 0)
if named['--deny']:
    for right in (READ_FILE, READ_DIR) if strict else (READ_FILE,):
        allow(ruleset, right, '/', named['--deny'])
if named['--no-exec']:
    allow(ruleset, EXECUTE, '/', named['--no-exec'])
call(RESTRICT_SELF, ruleset, 0)
os.execv(program[0], program)
