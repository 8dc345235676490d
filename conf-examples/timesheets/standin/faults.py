"""Misbehaviour to order (POST /admin/fault), and what was asked."""

import collections
import select
import socket
import ssl
import threading
import time

from flask import Response, jsonify, request

from .errors import Refused


ENDPOINTS = ('jwks', 'discovery', 'token')


class Fault:
    """A way to misbehave; `lifted` ends it for requests in progress."""

    MODES = ('none', 'hang', 'close', 'delay', 'status', 'html', 'body',
             'truncated', 'empty', 'oversize', 'redirect', 'slow_drip')

    def __init__(self, order):
        self.mode = order.get('mode', 'none')
        self.times = order.get('times')
        self.order = order
        self.lifted = threading.Event()

        if self.mode not in self.MODES:
            raise Refused(400, 'invalid_request',
                          'mode: one of ' + ', '.join(self.MODES))

        for name in ('seconds', 'status', 'bytes', 'times', 'retry_after'):
            value = order.get(name, 0)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise Refused(400, 'invalid_request', f'{name}: a number')

    def take(self):
        """This fault, or none once it has happened `times` times."""

        if self.times is None:
            return self

        if self.times <= 0:
            return Fault({})

        self.times -= 1

        return self

    def get(self, name, default):
        return self.order.get(name, default)

    def answer(self, normal):
        """The answer, made from what would have been the right one."""

        return getattr(self, '_' + self.mode)(normal)

    def _none(self, normal):
        return normal

    def _hang(self, normal):
        # until the fault is lifted or the client gives up: threads of
        # clients that left long ago would pile up
        sock = request.environ['werkzeug.socket']

        while not self.lifted.is_set() and not hung_up(sock):
            self.lifted.wait(0.05)

        return self._close(normal)

    def _close(self, normal):
        try:
            request.environ['werkzeug.socket'].shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

        return Response(status=503)

    def _delay(self, normal):
        self.lifted.wait(self.get('seconds', 1))

        return normal

    def _status(self, normal):
        status = self.get('status', 500)
        response = jsonify(error='fault', error_description='as ordered')
        response.status_code = status

        if 'retry_after' in self.order:
            response.headers['Retry-After'] = str(self.order['retry_after'])

        if status == 429:
            response.headers['X-RateLimit-Limit'] = '20'
            response.headers['X-RateLimit-Remaining'] = '0'
            response.headers['X-RateLimit-Reset'] = str(
                int(time.time()) + int(self.get('retry_after', 1)))

        return response

    def _html(self, normal):
        return Response('<!DOCTYPE html><title>Maintenance</title>'
                        '<p>We are back soon.</p>', mimetype='text/html')

    def _body(self, normal):
        return Response(self.get('body', ''), status=self.get('status', 200),
                        content_type=self.get('content_type',
                                              'application/json'))

    def _truncated(self, normal):
        data = normal.get_data()
        short = Response(iter([data[:len(data) // 2]]),
                         content_type=normal.content_type)
        short.headers['Content-Length'] = str(len(data))

        return short

    def _empty(self, normal):
        return jsonify(keys=[])

    def _oversize(self, normal):
        # good JSON all the same: only the size can be the reason to refuse
        data = normal.get_data().rstrip()
        size = int(self.get('bytes', 1024 * 1024))
        blank = b' ' * 4096

        def parts():
            left = max(size - len(data), 0)
            while left > 0:
                yield blank[:left]
                left -= len(blank)
            yield data

        big = Response(parts(), content_type=normal.content_type)

        if not self.get('chunked', False):
            big.headers['Content-Length'] = str(max(size, len(data)))

        return big

    def _redirect(self, normal):
        # to the right answer, so that following it would be noticed
        where = self.get('location', '/elsewhere/jwks.json')

        return Response(status=self.get('status', 302),
                        headers={'Location': where})

    def _slow_drip(self, normal):
        data = normal.get_data()
        pause = self.get('seconds', 0.1)

        def parts():
            for i in range(len(data)):
                if self.lifted.is_set():
                    yield data[i:]
                    return
                yield data[i:i + 1]
                self.lifted.wait(pause)

        slow = Response(parts(), content_type=normal.content_type)
        slow.headers['Content-Length'] = str(len(data))

        return slow


def hung_up(sock):
    """Has the client closed? Unknown for a TLS connection."""

    if isinstance(sock, ssl.SSLSocket):
        return False

    try:
        readable, _, _ = select.select([sock], [], [], 0)
        return bool(readable) and sock.recv(1, socket.MSG_PEEK) == b''
    except (OSError, ValueError):
        return True


class Desk:
    """Faults in force, and the count of what was asked."""

    def __init__(self):
        self._lock = threading.Lock()
        self.faults = {name: Fault({}) for name in ENDPOINTS}
        self.requests = collections.Counter()
        self.in_flight = collections.Counter()
        self.times = {name: collections.deque(maxlen=1000)
                      for name in ENDPOINTS}
        self.started = time.time()

    def order(self, order):
        endpoint = order.get('endpoint', 'jwks')
        names = ENDPOINTS if endpoint == 'all' else (endpoint,)

        if endpoint not in ENDPOINTS + ('all',):
            raise Refused(400, 'invalid_request', 'endpoint: one of all, '
                          + ', '.join(ENDPOINTS))

        for name in names:
            fault = Fault(order)
            with self._lock:
                old, self.faults[name] = self.faults[name], fault
            old.lifted.set()

    def serve(self, endpoint, normal):
        """Counts the request and answers it, through the fault if any."""

        with self._lock:
            self.requests[endpoint] += 1
            self.in_flight[endpoint] += 1
            self.times[endpoint].append(round(time.time(), 3))
            fault = self.faults[endpoint].take()

        request.environ['serve.at_end'].append(lambda: self._left(endpoint))

        return fault.answer(normal)

    def _left(self, endpoint):
        with self._lock:
            self.in_flight[endpoint] -= 1

    def stats(self):
        with self._lock:
            return {
                'requests': {n: self.requests[n]
                             for n in ENDPOINTS + ('elsewhere',)},
                'in_flight': {n: self.in_flight[n] for n in ENDPOINTS},
                'times': {n: list(self.times[n]) for n in ENDPOINTS},
                'faults': {n: self.faults[n].mode for n in ENDPOINTS},
                'uptime': round(time.time() - self.started, 3),
            }
