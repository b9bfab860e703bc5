r"""A bridge to all that matterbridge knows: Slack, Matrix, Telegram, Discord, ...

    chatd bot --stay --json --all --room ops --name bridge -- \
        python3 matterbridge.py http://127.0.0.1:4242 ops token

The arguments are the URL of matterbridge's API, the gateway there, and a file with the API's token,
if it has one. Messages from there are said in the room as those of a program; those of the room are
posted there, and posted again until they are taken.
"""

import json
import sys
import threading
import time
import urllib.error
import urllib.request

URL, GATEWAY = sys.argv[1:3]
HEADERS = {"Content-Type": "application/json"}
if len(sys.argv) > 3:
    with open(sys.argv[3], encoding="utf-8") as file:
        HEADERS["Authorization"] = f"Bearer {file.readline().strip()}"
PAUSE = 1.0  # seconds before another try

printing = threading.Lock()


def say(**members):
    with printing:
        print(json.dumps(members), flush=True)


def request(path, data=None):
    body = None if data is None else json.dumps(data).encode()
    return urllib.request.urlopen(urllib.request.Request(URL + path, body, HEADERS), timeout=90)


def take_messages():
    """Say in the room what comes from the others, for ever."""
    while True:
        try:
            with request("/api/stream") as stream:
                for line in stream:
                    message = json.loads(line)
                    if (
                        message.get("gateway") == GATEWAY
                        and message.get("text")
                        and not message.get("event")
                    ):
                        say(
                            text=f"{message.get('username', '')}{message['text']}",
                            key=message.get("id") or None,
                        )
        except (OSError, ValueError) as error:
            print(f"matterbridge: {error}", file=sys.stderr, flush=True)
        time.sleep(PAUSE)


def post(call):
    """Post a message of the room."""
    data = {"text": call["text"], "username": call["author"], "gateway": GATEWAY}
    while True:
        try:
            request("/api/message", data).close()
            return
        except urllib.error.HTTPError as error:
            print(f"matterbridge: {error}", file=sys.stderr, flush=True)
            if error.code < 500:  # it will not take it
                return
        except OSError as error:
            print(f"matterbridge: {error}", file=sys.stderr, flush=True)
        time.sleep(PAUSE)


threading.Thread(target=take_messages, daemon=True).start()
for line in sys.stdin:
    call = json.loads(line)
    post(call)
    say(reply_to=call["seq"])
