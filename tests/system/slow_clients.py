#!/usr/bin/env python3
"""Clients that keep a TLS server busy without ever asking for anything: slow_clients.py PORT COUNT SECONDS FILE

COUNT connections, half of them from one address and half from forty of the loopback network, opened again whenever the server ends one: a third sends nothing, a third
sends one byte of a TLS record every second, a third begins TLS and then sends a byte of a request every second. Writes how many it
opened in all to FILE, each second.
"""
import errno
import os
import socket
import ssl
import sys
import time

port, count, seconds, report = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"x" * 4000
opened = begun = 0


class Client:
    def __init__(self, number):
        self.number, self.plain, self.tls, self.sent, self.shaken = number, None, None, 0, False
        self.open()

    def open(self):
        global opened
        self.close()
        self.plain = socket.socket()
        self.plain.setblocking(False)
        try:
            self.plain.bind((f"127.0.1.{1 if self.number % 2 else 2 + self.number % 40}", 0))
            self.plain.connect(("127.0.0.1", port))
        except BlockingIOError:
            pass
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                self.close()
                return
        opened += 1
        self.sent, self.shaken, self.tls = 0, False, None

    def close(self):
        for one in (self.tls, self.plain):
            if one is not None:
                one.close()
        self.tls = self.plain = None

    def turn(self):
        """One small step; False: the server has ended the connection."""
        global begun
        try:
            if self.number % 3 == 0:
                return self.plain is not None and self.plain.recv(1) != b""
            if self.number % 3 == 1:
                self.plain.send(b"\x16\x03\x01\x02\x00"[self.sent % 5:self.sent % 5 + 1])
                self.sent += 1
                return True
            if self.tls is None:
                self.tls = context.wrap_socket(self.plain, do_handshake_on_connect=False)
                self.plain = None
            if not self.shaken:
                self.tls.do_handshake()
                self.shaken = True
                begun += 1
            self.tls.send(request[self.sent:self.sent + 1])
            self.sent += 1
            return True
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        except (OSError, AttributeError, ValueError):
            return False


end = time.monotonic() + seconds
clients = [Client(number) for number in range(count)]
while time.monotonic() < end:
    begin = time.monotonic()
    for client in clients:
        if not client.turn():
            client.open()
    with open(report + ".new", "w") as out:
        out.write(f"{opened} {begun}\n")

    os.replace(report + ".new", report)
    time.sleep(max(0.0, 1.0 - (time.monotonic() - begin)))
