#!/usr/bin/env python3
"""capture_loop.py OUT.pcap FRAMES-A-SECOND CAPTURE...: the Ethernet frames of all captures, one capture after the other and from the beginning again, as one
capture that is written while it is read: OUT.pcap may be a pipe that a `pcap` port of the appliance reads. What is no pcap of Ethernet is left out. A reader
that goes away, or SIGTERM, ends it; then it prints how many frames it wrote."""
import signal
import struct
import sys
import time

ETHERNET, LONGEST = 1, 1522
ORDERS = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}
TURN = 0.01  # seconds


def frames(path):
    with open(path, "rb") as file:
        data = file.read()
    order = ORDERS.get(data[:4])
    if order is None or len(data) < 24 or struct.unpack(order + "I", data[20:24])[0] & 0xffff != ETHERNET:
        return []
    found, at = [], 24
    while at + 16 <= len(data):
        length, wire = struct.unpack(order + "II", data[at + 8:at + 16])
        frame = data[at + 16:at + 16 + length]
        if len(frame) == length == wire and length <= LONGEST:
            found.append(frame)
        at += 16 + length
    return found


def main():
    out, rate = sys.argv[1], int(sys.argv[2])
    everything = [frame for path in sys.argv[3:] for frame in frames(path)]
    if not everything:
        sys.exit("no frame of Ethernet in these captures")
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    written = 0
    try:
        with open(out, "wb", buffering=1 << 20) as file:
            file.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, ETHERNET))
            begin = time.monotonic()
            while not ended:
                due = int((time.monotonic() - begin) * rate)
                while written < due:
                    frame = everything[written % len(everything)]
                    file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
                    written += 1
                file.flush()
                time.sleep(TURN)
    except BrokenPipeError:
        pass
    print(written, flush=True)


if __name__ == "__main__":
    main()
