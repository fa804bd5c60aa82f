#!/usr/bin/env python3
"""supervisor.py SOCKET WATCHDOG-SECONDS COMMAND...: what a service manager does for `sluiced` (Type=notify, WatchdogSec, Restart=on-failure), for tests on
machines where there is none: starts it again when it ends with a failure, and ends it with SIGABRT when no sign of life came in time. Prints what it does."""
import os
import signal
import socket
import subprocess
import sys
import time


def main():
    path, seconds, command = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
    if os.path.exists(path):
        os.remove(path)
    notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notices.bind(path)
    notices.settimeout(0.1)
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    environment = dict(os.environ, NOTIFY_SOCKET=path, WATCHDOG_USEC=str(int(seconds * 1e6)))
    environment.pop("WATCHDOG_PID", None)
    while True:
        child = subprocess.Popen(command, env=environment)
        print("started", flush=True)
        alive, is_ready = time.monotonic(), False
        while child.poll() is None and not ended:
            try:
                notice = notices.recv(4096).decode()
                is_ready = is_ready or "READY=1" in notice
                alive = time.monotonic()
            except TimeoutError:
                pass
            if is_ready and time.monotonic() - alive > seconds:
                print("no sign of life", flush=True)
                child.send_signal(signal.SIGABRT)
                alive = time.monotonic()
        if ended:
            child.send_signal(signal.SIGTERM)
        code = child.wait()
        print(f"ended with {code}", flush=True)
        if ended or code == 0:
            return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
