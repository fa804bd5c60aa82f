"""One connection to a web server, for as many uploads as lines come: each names a file, and is answered by a line with the status,
or with `broken` where the connection did not live to see one; it is never opened again.

    patient_client.py HOST
"""

import http.client
import os
import sys


def main():
    connection = http.client.HTTPConnection(sys.argv[1], timeout=30)
    connection.auto_open = 0
    connection.connect()
    for line in sys.stdin:
        path = line.rstrip("\n")
        with open(path, "rb") as file:
            content = file.read()
        try:
            connection.request("PUT", "/files/" + os.path.basename(path), content)
            answer = connection.getresponse()
            answer.read()
            print(answer.status, flush=True)
        except (OSError, http.client.HTTPException):
            print("broken", flush=True)
            return


main()
