"""Somebody who works with incidents through the API until it goes away, and who remembers all that it was told.

incident_witness.py watch SOCKET MEMORY   reads the list and comments on incidents until the connection breaks; MEMORY is kept
incident_witness.py check SOCKET MEMORY   asks for all of it again; says what is missing, and fails then

What the API has shown or acknowledged must be there after any crash: incidents with at least as many findings, comments, and their
entries in the audit log.
"""

import http.client
import json
import os
import random
import socket
import sys


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("sluice", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(connection, method, path, body=None):
    headers = {"Content-Type": "application/json"} if body is not None else {}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise RuntimeError(f"{method} {path}: {answer.status} {text[:200]}")
    return json.loads(text) if text else {}


def load(path):
    if not os.path.exists(path):
        return {"findings": {}, "comments": {}, "seen": 0}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def watch(connection, memory):
    while True:
        for incident in ask(connection, "GET", "/v1/incidents?limit=200")["incidents"]:
            key = str(incident["id"])
            memory["findings"][key] = max(memory["findings"].get(key, 0), incident["findings"])
        if not memory["findings"]:
            continue
        chosen = random.choice(list(memory["findings"]))
        text = f"comment {memory['seen']}"
        ask(connection, "POST", f"/v1/incidents/{chosen}/comments", {"text": text})
        memory["comments"].setdefault(chosen, []).append(text)
        memory["seen"] += 1


def check(connection, memory):
    missing = []
    acknowledged = 0
    for key, findings in memory["findings"].items():
        try:
            incident = ask(connection, "GET", f"/v1/incidents/{key}")
        except RuntimeError as error:
            missing.append(str(error))
            continue
        if incident["findings"] < findings:
            missing.append(f"incident {key} had {findings} findings and has {incident['findings']}")
        there = {comment["text"] for comment in incident["comments"]}
        for text in memory["comments"].get(key, []):
            acknowledged += 1
            if text not in there:
                missing.append(f"incident {key} has lost '{text}'")
    verified = ask(connection, "GET", "/v1/audit/verification")
    if not verified["intact"]:
        missing.append(f"the audit log does not hold together: {verified}")
    if verified["entries"] < acknowledged:
        missing.append(f"{acknowledged} acts were acknowledged and {verified['entries']} are in the audit log")
    if alarms := ask(connection, "GET", "/v1/status")["alarms"]:
        missing.append(f"alarms: {alarms}")
    print(f"{len(memory['findings'])} incidents and {acknowledged} comments were acknowledged, {len(missing)} are missing")
    for sentence in missing[:10]:
        print(sentence, file=sys.stderr)
    return not missing


def main():
    what, path, memory_path = sys.argv[1:]
    memory = load(memory_path)
    connection = Connection(path)
    if what == "check":
        sys.exit(0 if check(connection, memory) else 1)
    try:
        watch(connection, memory)
    except (OSError, http.client.HTTPException):
        pass  # the appliance is gone
    with open(memory_path, "w", encoding="utf-8") as file:
        json.dump(memory, file)


main()
