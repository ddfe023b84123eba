#!/usr/bin/env python3
"""delay-line.py TAP_A TAP_B FILE: a wire between two TAP devices, with the one-way delay that FILE has in milliseconds.

Stands in for `tc qdisc add ... netem delay` where the kernel has no sch_netem and loads no modules. Runs in the
namespace that owns the TAPs. A full queue drops frames, as a wire does. SIGHUP has it read FILE again.
"""
import collections
import fcntl
import os
import select
import signal
import struct
import sys
import time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
QUEUE_FRAMES = 20_000
BURST = 64


def open_tap(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return fd


def main():
    a, b, delay = open_tap(sys.argv[1]), open_tap(sys.argv[2]), 0.0

    def read_delay(*_):
        nonlocal delay
        with open(sys.argv[3]) as file:
            delay = float(file.read()) / 1000

    signal.signal(signal.SIGHUP, read_delay)
    read_delay()
    queues = {a: (b, collections.deque()), b: (a, collections.deque())}  # read from -> (write to, queue)
    while True:
        now = time.monotonic()
        due = None
        for out, queue in queues.values():
            while queue and queue[0][0] <= now:
                try:
                    os.write(out, queue.popleft()[1])
                except OSError:
                    pass  # the peer is down: the frame is lost
            if queue:
                due = queue[0][0] if due is None else min(due, queue[0][0])
        # Not poll(), which counts whole milliseconds.
        ready, _, _ = select.select(list(queues), [], [], None if due is None else max(0.0, due - time.monotonic()))
        for fd in ready:
            queue = queues[fd][1]
            for _ in range(BURST):
                try:
                    frame = os.read(fd, 65_535)
                except BlockingIOError:
                    break
                if len(queue) < QUEUE_FRAMES:
                    queue.append((time.monotonic() + delay, frame))


main()
