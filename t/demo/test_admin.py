"""The stand-in's admin calls: tokens to order, misbehaviour to order."""

import socket
import struct
import threading
import time
import unittest

import requests
from jwcrypto import jwk, jws

from support import AUDIENCE, HTTP, StandIn, opened
from standin.encode import b64url


class Admin(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.it = StandIn()

    def tearDown(self):
        self.it.admin('fault', endpoint='all', mode='none')

    def forged(self, **order):
        answer = self.it.admin('token', **order)
        self.assertEqual(answer.status_code, 200, answer.text)

        return answer.json()['access_token']

    def test_secret(self):
        "admin: nothing without the secret"
        for path in ('keys/rotate', 'keys/revoke', 'token', 'fault'):
            answer = self.it.admin(path, secret='wrong')
            self.assertEqual(answer.status_code, 401)
        self.assertEqual(HTTP.get(self.it.url + '/admin/stats').status_code,
                         401)

    def test_forged_claims(self):
        "admin: a token to order has the claims that were ordered"
        now = time.time()
        header, claims = self.it.verified(self.forged(
            scope='read:timesheets', audience=['https://a/', AUDIENCE],
            expires_in=-60, profile='rfc9068_profile',
            claims={'iss': 'https://evil.example/', 'sub': None},
            header={'typ': 'dpop+jwt'}))
        self.assertEqual(header['typ'], 'dpop+jwt')
        self.assertEqual(claims['scope'], 'read:timesheets')
        self.assertEqual(claims['aud'], ['https://a/', AUDIENCE])
        self.assertLess(abs(claims['exp'] - now + 60), 5)
        self.assertEqual(claims['exp'] - claims['iat'], 86400)
        self.assertEqual(claims['iss'], 'https://evil.example/')
        self.assertNotIn('sub', claims)
        self.assertIn('jti', claims)

    def test_forged_keys(self):
        "admin: and is signed with the key that was ordered"
        token = self.forged(key='next')
        self.assertEqual(self.it.verified(token)[0]['kid'],
                         self.it.tenant.keys.next.kid)

        token = self.forged(key='foreign')
        self.assertNotIn(opened(token)[0]['kid'], self.it.kids())

        kid = self.it.tenant.keys.current.kid
        token = self.forged(key='foreign', header={'kid': kid})
        with self.assertRaises(jws.InvalidJWSSignature):
            self.it.verified(token)

        token = self.forged(alg='HS256', key='current')
        signed = jws.JWS()
        signed.deserialize(token, jwk.JWK(kty='oct', k=b64url(
            self.it.tenant.keys.current.pem())))

        self.assertEqual(self.forged(alg='none').split('.')[2], '')

    def test_bad_orders(self):
        "admin: an order that makes no sense is a 400"
        for path, order in (('token', {'key': 'nobody'}),
                            ('token', {'claims': 1}),
                            ('token', {'expires_in': 'soon'}),
                            ('token', {'profile': 'none'}),
                            ('token', {'client': 'none'}),
                            ('fault', {'mode': 'none', 'endpoint': 'all!'}),
                            ('fault', {'mode': 'explode'}),
                            ('fault', {'mode': 'delay', 'seconds': 'x'})):
            with self.subTest(order=order):
                answer = self.it.admin(path, **order)
                self.assertEqual(answer.status_code, 400)
                self.assertTrue(answer.json()['error_description'])

    def fault(self, **order):
        self.assertEqual(self.it.admin('fault', **order).status_code, 200)

    def test_answers(self):
        "fault: status, html, body, empty, oversize, redirect"
        self.fault(mode='status', status=429, retry_after=7)
        answer = self.it.jwks()
        self.assertEqual((answer.status_code, answer.headers['Retry-After']),
                         (429, '7'))
        self.assertEqual(answer.headers['X-RateLimit-Remaining'], '0')

        self.fault(mode='html')
        self.assertTrue(self.it.jwks().text.startswith('<!DOCTYPE'))

        self.fault(mode='body', body='{"keys":', status=203)
        answer = self.it.jwks()
        self.assertEqual((answer.status_code, answer.text),
                         (203, '{"keys":'))

        self.fault(mode='empty')
        self.assertEqual(self.it.jwks().json(), {'keys': []})

        for chunked in (False, True):
            self.fault(mode='oversize', bytes=300000, chunked=chunked)
            answer = self.it.jwks()
            self.assertEqual(len(answer.content), 300000)
            self.assertEqual('Content-Length' in answer.headers, not chunked)
            self.assertEqual(len(answer.json()['keys']), 2)

        self.fault(mode='redirect')
        before = self.it.stats()['requests']['elsewhere']
        self.assertEqual(self.it.jwks(allow_redirects=False).status_code, 302)
        self.assertEqual(self.it.stats()['requests']['elsewhere'], before)
        self.assertEqual(len(self.it.jwks().json()['keys']), 2)
        self.assertEqual(self.it.stats()['requests']['elsewhere'],
                         before + 1)

    def ask(self):
        """A connection that has asked for the key set."""

        host, port = self.it.url[len('http://'):].split(':')
        s = socket.create_connection((host, int(port)), timeout=5)
        s.sendall(b'GET /.well-known/jwks.json HTTP/1.0\r\n\r\n')

        return s

    def raw(self):
        """What comes for a key set before the connection closes."""

        with self.ask() as s:
            data = b''
            while True:
                got = s.recv(65536)
                if not got:
                    return data
                data += got

    def test_connections(self):
        "fault: truncated and close end the connection"
        self.fault(mode='truncated')
        head, body = self.raw().split(b'\r\n\r\n', 1)
        length = int([line for line in head.split(b'\r\n')
                      if line.lower().startswith(b'content-length')
                      ][0].split(b':')[1])
        self.assertEqual(len(body), length // 2)

        self.fault(mode='close')
        self.assertEqual(self.raw(), b'')

    def test_slow(self):
        "fault: delay and slow_drip take their time, hang never answers"
        self.fault(mode='delay', seconds=0.2)
        start = time.monotonic()
        self.assertEqual(len(self.it.jwks().json()['keys']), 2)
        self.assertGreater(time.monotonic() - start, 0.19)

        self.fault(mode='slow_drip', seconds=0.01)
        with self.it.jwks(stream=True) as answer:
            time.sleep(0.15)
            got = len(answer.raw.read1(65536)) \
                if hasattr(answer.raw, 'read1') \
                else len(answer.raw._fp.read1(65536))
        self.assertTrue(0 < got < 100, got)

        self.fault(mode='hang')
        with self.assertRaises(requests.Timeout):
            self.it.jwks(timeout=0.2)

        self.all_left()

    def all_left(self):
        """The server notices that we left."""

        end = time.monotonic() + 10
        while self.it.stats()['in_flight']['jwks'] \
                and time.monotonic() < end:
            time.sleep(0.02)
        self.assertEqual(self.it.stats()['in_flight']['jwks'], 0)

    def test_reset(self):
        "who resets the connection is in flight no longer"
        self.fault(mode='oversize', bytes=4000)

        # the server may be anywhere when it learns of that
        for wait in [n / 2000 for n in range(20)]:
            with self.ask() as s:
                s.recv(4000, socket.MSG_PEEK | socket.MSG_WAITALL)
                time.sleep(wait)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack('ii', 1, 0))

        self.all_left()

    def test_lifting(self):
        "fault: lifting it ends the requests that hang"
        self.fault(mode='hang', times=1)
        failed = []

        def ask():
            try:
                self.it.jwks(timeout=5)
            except requests.ConnectionError:
                failed.append(True)

        thread = threading.Thread(target=ask)
        thread.start()
        while not self.it.stats()['in_flight']['jwks']:
            time.sleep(0.01)
        self.assertEqual(self.it.jwks().status_code, 200)   # times is over
        self.fault(mode='none')
        thread.join(3)
        self.assertEqual(failed, [True])

    def test_endpoints(self):
        "fault: one endpoint's fault leaves the others alone; all counted"
        before = self.it.stats()
        self.fault(endpoint='token', mode='status', status=503)
        self.assertEqual(self.it.token().status_code, 503)
        self.assertEqual(self.it.jwks().status_code, 200)
        after = self.it.stats()
        self.assertEqual(after['faults'], {'jwks': 'none', 'token': 'status',
                                           'discovery': 'none'})
        for name in ('jwks', 'token'):
            self.assertEqual(after['requests'][name],
                             before['requests'][name] + 1)
            self.assertLess(abs(after['times'][name][-1] - time.time()), 5)
