"""How a stand-in takes the shape of the program it stands for.

`/usr/local/bin/ollama` of the lab is a Python script, but a process list must show `ollama serve`, `ss` must say "ollama",
and /proc/PID/exe must not be /usr/bin/python3. So the launcher executes a copy of the interpreter under the program's name,
with the program's command line as one word joined by a separator, and the stand-in as its standard input. The stand-in then
puts NULs where the separators are: the kernel shows exactly the words that were typed.
"""
import ctypes
import os
import sys

SEPARATOR = "\x1f"
HOME = "/usr/local/lib/stand-ins"


def launch(program, stand_in):
    """Called by the launcher: become `program` (a copy of the interpreter), running `stand_in` from HOME."""
    script = os.open(os.path.join(HOME, stand_in), os.O_RDONLY)
    os.dup2(script, 0)
    os.close(script)
    os.execv(program, [SEPARATOR.join(sys.argv)])


def command_line():
    """Called by the stand-in: the words it was started with, restored where the kernel keeps them."""
    os.close(0)
    os.open("/dev/null", os.O_RDONLY)
    with open("/proc/self/cmdline", "rb") as file:
        typed = os.fsdecode(file.read().split(b"\0")[0])
    _overwrite(os.fsencode(typed.replace(SEPARATOR, "\0")) + b"\0")
    return typed.split(SEPARATOR)


def rename(title):
    """What setproctitle(3) does: title first, zeros to the end, and the short name."""
    start, end = _area()
    _overwrite(title.encode().ljust(end - start, b"\0"))
    ctypes.CDLL(None).prctl(15, title.encode()[:15], 0, 0, 0)  # PR_SET_NAME


def _area():
    """arg_start and arg_end of proc(5), fields 48 and 49 of stat."""
    with open("/proc/self/stat") as stat:
        fields = stat.read().rsplit(") ", 1)[1].split()
    return int(fields[45]), int(fields[46])


def _overwrite(content):
    start, end = _area()
    ctypes.memmove(start, content, min(len(content), end - start))
