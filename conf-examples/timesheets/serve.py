"""How the demo's two Python services are put on the network.

Loopback only, a thread for each connection, log lines to a file. Werkzeug's
own server is enough here and is not meant for anything else; a gate under
test wants a tenant that answers oddly on purpose, which needs the socket.
"""

import errno
import os
import signal
import socket
import sys

from werkzeug.serving import WSGIRequestHandler, make_server


HOST = '127.0.0.1'


def listen(port, setting):
    """A listening socket, or an exit that names the setting to change."""

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    try:
        sock.bind((HOST, port))
    except OSError as e:
        if e.errno == errno.EADDRINUSE:
            sys.exit(f'port {port} on {HOST} is in use: set {setting} '
                     'to a free one')
        sys.exit(f'cannot listen on {HOST}:{port}: {e.strerror}')

    sock.listen(256)

    return sock


def write_private(path, text):
    """Puts a file in place whole, readable by its owner only.

    It may hold secrets, and others wait for it to appear.
    """

    temp = f'{path}.{os.getpid()}.tmp'
    fd = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)

    with os.fdopen(fd, 'w') as f:
        f.write(text)

    os.replace(temp, path)


def make(app, sock, access_log=None, tls=None):
    """The server object: serve_forever() in this thread or another one."""

    class Handler(WSGIRequestHandler):

        def make_environ(self):
            # who counts requests puts a call in this list
            environ = super().make_environ()
            environ['serve.at_end'] = self.at_end

            return environ

        def run_wsgi(self):
            # not left to the response's close(): werkzeug doesn't come that
            # far when the client resets the connection
            self.at_end = []

            try:
                super().run_wsgi()
            finally:
                for call in self.at_end:
                    call()

        def log(self, kind, message, *args):
            if access_log is not None:
                line = message % args if args else message
                access_log.write(f'{self.log_date_time_string()} {line}\n')
                access_log.flush()

        def log_request(self, code='-', size='-'):
            # werkzeug would colour the line
            self.log('info', '"%s" %s', self.requestline, code)

    return make_server(HOST, sock.getsockname()[1], app, threaded=True,
                       request_handler=Handler, ssl_context=tls,
                       fd=sock.fileno())


def run(server, name, url, pid_file=None):
    """Serves until SIGTERM or SIGINT; says when it is ready."""

    def stop(signum, frame):
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    if pid_file:
        write_private(pid_file, f'{os.getpid()}\n')

    try:
        print(f'{name}: ready on {url}', flush=True)
        server.serve_forever()

    finally:
        if pid_file:
            try:
                os.unlink(pid_file)
            except FileNotFoundError:
                pass
