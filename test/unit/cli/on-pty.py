"""Runs a command on a pseudo-terminal, as a person at a keyboard does.

usage: on-pty.py COLUMNS SECONDS STEPS COMMAND...

STEPS is JSON: pairs of a text to wait for in the output, and what is typed then. Prints all output, and exits as the command
does; with 124 when a text does not come in time, with 128 + n when a signal ended the command.
"""
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

columns, seconds, steps, command = int(sys.argv[1]), float(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
deadline = time.monotonic() + seconds
unseen = ""
while True:
    if time.monotonic() > deadline:
        os.kill(child, signal.SIGKILL)
        print("\nnever came:", steps[0][0] if steps else "the end")
        sys.exit(124)
    if not select.select([terminal], [], [], 0.2)[0]:
        continue
    try:
        data = os.read(terminal, 65536)
    except OSError:  # Linux: the command has closed its side.
        data = b""
    if not data:
        break
    text = data.decode("utf-8", "replace")
    sys.stdout.write(text)
    unseen += text
    while steps and steps[0][0] in unseen:
        unseen = unseen.split(steps[0][0], 1)[1]
        os.write(terminal, steps.pop(0)[1].encode())
_, status = os.waitpid(child, 0)
sys.stdout.flush()
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
