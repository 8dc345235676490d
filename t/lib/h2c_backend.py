"""A backend that says what it was asked, and speaks WebSocket and h2c.

    python3 -m hypercorn --bind 127.0.0.1:PORT h2c_backend:app

Debian's hypercorn takes "Upgrade: h2c" by default.
"""

import h2.events


def without_arguments(event):
    """Lets the event be made before what it says is known.

    hypercorn 0.17 does that when it upgrades; h2 4.3, which came later, wants
    the stream's number at once, so that the connection ends behind the 101.
    """
    init = event.__init__

    def made(self, stream_id=0, **more):
        init(self, stream_id=stream_id, **more)

    event.__init__ = made


try:
    h2.events.RequestReceived()
except TypeError:
    without_arguments(h2.events.RequestReceived)


async def answer(scope, send):
    lines = ["%s %s HTTP/%s" % (scope["method"], scope["path"],
                                scope["http_version"])]
    lines += ["%s: %s" % (name.decode(), value.decode())
              for name, value in scope["headers"]]
    await send({"type": "http.response.start", "status": 200,
                "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body",
                "body": ("\n".join(lines) + "\n").encode()})


async def app(scope, receive, send):
    if scope["type"] == "http":
        await answer(scope, send)
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "hello"})
        await send({"type": "websocket.close"})
    elif scope["type"] == "lifespan":
        while True:
            kind = (await receive())["type"]
            await send({"type": kind + ".complete"})
            if kind == "lifespan.shutdown":
                return
