#!/usr/bin/env python3
"""on-terminal.py CMD...: runs a command on a terminal of its own that types what comes in on stdin; stdout and stderr stay ours.
Killed, it takes the command with it."""
import ctypes
import os
import pty
import signal
import sys
import threading

PR_SET_PDEATHSIG = 1
out, err = os.dup(1), os.dup(2)
pid, terminal = pty.fork()
if pid == 0:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.execvp(sys.argv[1], sys.argv[1:])


def forward(source, target):
    try:
        while data := os.read(source, 4096):
            if target is not None:
                os.write(target, data)
    except OSError:
        pass  # the terminal is gone


threading.Thread(target=forward, args=(0, terminal), daemon=True).start()
threading.Thread(target=forward, args=(terminal, None), daemon=True).start()
os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)
