"""Uploads a marking slowly, reads the answer, and goes on sending as long as the system lets it.

Prints the status code of the answer. Usage: stubborn_client.py SERVER MARKING
"""
import socket
import sys
import time

server, marking = sys.argv[1], sys.argv[2].encode()
client = socket.create_connection((server, 80), timeout=10)
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
client.sendall(b"PUT /files/stubborn.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
for _ in range(20):
    client.sendall(b"nothing to see here\n" * 50)
    time.sleep(0.01)
client.sendall(marking + b"\n")
answer = client.recv(65536)
refusals = 0
for _ in range(100):
    try:
        client.sendall(b"BEHIND-THE-MARKING\n" * 10)
    except OSError:
        refusals += 1
    time.sleep(0.01)
print(answer[9:12].decode("ascii", "replace"), end="")
