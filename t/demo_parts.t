#!/usr/bin/python3
"""The demo's parts, each by itself: tenant, backend, import job."""

import base64
import collections
import contextlib
import copy
import hashlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.dont_write_bytecode = True

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PARTS = os.path.join(TOP, 'conf-examples', 'timesheets')
sys.path[:0] = [PARTS, os.path.join(TOP, 't', 'demo')]

import requests                                             # noqa: E402
import yaml                                                 # noqa: E402
from cryptography import x509                               # noqa: E402
from flask import Flask, jsonify, request                   # noqa: E402
from jwcrypto import jwk, jws                               # noqa: E402

import backend                                              # noqa: E402
import import_job                                           # noqa: E402
import serve                                                # noqa: E402
import tap                                                  # noqa: E402
import tenant                                               # noqa: E402


AUDIENCE = 'https://api.exampleco.com/timesheets'

# made once: it is keys that cost time here
POOL = [tenant.Key() for _ in range(6)]

with open(os.path.join(PARTS, 'tenant.yaml')) as f:
    CONFIG = yaml.safe_load(f)

HTTP = requests.Session()
HTTP.trust_env = False


def serve_in_thread(app):
    """Serves until this process ends; returns the URL, without a slash."""

    sock = serve.listen(0, 'nothing')
    server = serve.make(app, sock)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    return f'http://{serve.HOST}:{sock.getsockname()[1]}'


class StandIn:
    """A tenant on a port of its own."""

    def __init__(self, config=CONFIG, issuer='https://exampleco.example/'):
        self.tenant = tenant.Tenant(config, issuer, client_secret='secret',
                                    admin_secret='admin', pool=POOL)
        self.client = next(iter(self.tenant.clients.values()))
        self.url = serve_in_thread(tenant.create_app(self.tenant))

    def request(self, **params):
        """A token request that is good but for what is given here."""

        body = {'grant_type': 'client_credentials',
                'client_id': self.client.id, 'client_secret': 'secret',
                'audience': AUDIENCE}
        body.update(params)

        return {k: v for k, v in body.items() if v is not None}

    def token(self, **params):
        return HTTP.post(self.url + '/oauth/token',
                         json=self.request(**params))

    def admin(self, path, secret='admin', **order):
        return HTTP.post(f'{self.url}/admin/{path}', json=order,
                         headers={'X-Admin-Secret': secret})

    def stats(self):
        return HTTP.get(self.url + '/admin/stats',
                        headers={'X-Admin-Secret': 'admin'}).json()

    def jwks(self, **kwargs):
        return HTTP.get(self.url + '/.well-known/jwks.json', **kwargs)

    def kids(self):
        return [k['kid'] for k in self.jwks().json()['keys']]

    def verified(self, token):
        """Header and claims, the signature checked by the key set."""

        header, claims = opened(token)
        entry = [k for k in self.jwks().json()['keys']
                 if k['kid'] == header['kid']][0]
        signed = jws.JWS()
        signed.deserialize(token, jwk.JWK(**entry))

        return header, claims


def opened(token):
    def part(text):
        return json.loads(base64.urlsafe_b64decode(
            text + '=' * (-len(text) % 4)))

    header, payload, _ = token.split('.')

    return part(header), part(payload)


def with_api(**changes):
    config = copy.deepcopy(CONFIG)
    config['resourceServers'][0].update(changes)

    return config


class TokenRequests(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.it = StandIn()

    def test_json(self):
        "tenant: a JSON request gets the token of Auth0's profile"
        answer = self.it.token()
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers['Cache-Control'], 'no-store')
        body = answer.json()
        self.assertEqual((body['token_type'], body['expires_in'],
                          body['scope']), ('Bearer', 86400, 'batch:upload'))

        header, claims = self.it.verified(body['access_token'])
        self.assertEqual((header['alg'], header['typ']), ('RS256', 'JWT'))
        self.assertEqual(header['kid'], self.it.tenant.keys.current.kid)
        self.assertEqual(claims['iss'], 'https://exampleco.example/')
        self.assertEqual(claims['aud'], AUDIENCE)
        self.assertEqual(claims['sub'], self.it.client.id + '@clients')
        self.assertEqual(claims['azp'], self.it.client.id)
        self.assertEqual(claims['gty'], 'client-credentials')
        self.assertEqual(claims['scope'], 'batch:upload')
        self.assertEqual(claims['exp'] - claims['iat'], 86400)
        self.assertLess(abs(claims['iat'] - time.time()), 5)
        self.assertNotIn('jti', claims)

    def test_form(self):
        "tenant: a form does as well as JSON"
        answer = HTTP.post(self.it.url + '/oauth/token',
                           data=self.it.request())
        self.assertEqual(answer.status_code, 200)
        self.it.verified(answer.json()['access_token'])

    def test_basic(self):
        "tenant: the client may authenticate by HTTP Basic"
        for secret, status in (('secret', 200), ('wrong', 401)):
            answer = HTTP.post(
                self.it.url + '/oauth/token',
                data=self.it.request(client_id=None, client_secret=None),
                auth=(self.it.client.id, secret))
            self.assertEqual(answer.status_code, status)

    def test_errors(self):
        "tenant: refuses token requests with Auth0's errors"
        for status, error, params in (
                (400, 'invalid_request', {'grant_type': None}),
                (400, 'unsupported_grant_type', {'grant_type': 'magic'}),
                (400, 'invalid_request', {'client_id': None}),
                (400, 'invalid_request', {'scope': ['batch:upload']}),
                (401, 'invalid_client', {'client_id': 'nobody'}),
                (401, 'invalid_client', {'client_secret': 'wrong'}),
                (401, 'invalid_client', {'client_secret': None}),
                (403, 'access_denied', {'audience': None}),
                (403, 'access_denied', {'audience': AUDIENCE + '/'}),
                (403, 'access_denied', {'scope': 'read:timesheets'}),
                (403, 'access_denied',
                 {'scope': 'batch:upload read:timesheets'})):
            with self.subTest(params=params):
                answer = self.it.token(**params)
                self.assertEqual(answer.status_code, status)
                self.assertEqual(answer.json()['error'], error)
                self.assertTrue(answer.json()['error_description'])
                self.assertEqual(answer.headers['Cache-Control'], 'no-store')

    def test_not_json(self):
        "tenant: a body that isn't JSON, or a form with doubles, is a 400"
        url = self.it.url + '/oauth/token'
        for kwargs in ({'data': '{', 'headers': {
                            'Content-Type': 'application/json'}},
                       {'json': ['grant_type']},
                       {'data': [('grant_type', 'client_credentials')] * 2}):
            answer = HTTP.post(url, **kwargs)
            self.assertEqual(answer.status_code, 400)
            self.assertEqual(answer.json()['error'], 'invalid_request')

    def test_no_grant(self):
        "tenant: without the client grant there is access_denied"
        it = StandIn(dict(CONFIG, clientGrants=[]))
        self.assertEqual(it.token().json()['error'], 'access_denied')

    def test_subset(self):
        "tenant: scope asks for a part of the grant"
        config = copy.deepcopy(CONFIG)
        config['clientGrants'][0]['scope'].append('read:timesheets')
        it = StandIn(config)
        self.assertEqual(it.token().json()['scope'],
                         'batch:upload read:timesheets')
        body = it.token(scope='read:timesheets').json()
        self.assertEqual(body['scope'], 'read:timesheets')
        self.assertEqual(it.verified(body['access_token'])[1]['scope'],
                         'read:timesheets')

    def test_no_client_credentials(self):
        "tenant: an application without that grant type is told so"
        config = copy.deepcopy(CONFIG)
        config['clients'][0]['grant_types'] = ['authorization_code']
        self.assertEqual(StandIn(config).token().json()['error'],
                         'unauthorized_client')

    def test_rfc9068(self):
        "tenant: the RFC 9068 profile has typ, client_id and jti"
        it = StandIn(with_api(token_dialect='rfc9068_profile'))
        tokens = [it.token().json()['access_token'] for _ in range(2)]
        (header, claims), (_, other) = map(it.verified, tokens)
        self.assertEqual(header['typ'], 'at+jwt')
        self.assertEqual(claims['client_id'], it.client.id)
        self.assertNotEqual(claims['jti'], other['jti'])
        self.assertFalse({'azp', 'gty'} & set(claims))

    def test_algorithms(self):
        "tenant: signs with the API's signing_alg"
        it = StandIn(with_api(signing_alg='PS256'))
        header, _ = it.verified(it.token().json()['access_token'])
        self.assertEqual(header['alg'], 'PS256')

        it = StandIn(with_api(signing_alg='HS256', signing_secret='x' * 64))
        token = it.token().json()['access_token']
        self.assertEqual(opened(token)[0], {'alg': 'HS256', 'typ': 'JWT'})
        signed = jws.JWS()
        signed.deserialize(token, jwk.JWK(
            kty='oct', k=tenant.b64url(b'x' * 64)))

    def test_config_errors(self):
        "tenant: says what is wrong with tenant.yaml"
        grant = CONFIG['clientGrants'][0]
        for text, config in (
                ('Deploy CLI', None),
                ('Timesheets Import Job', dict(CONFIG, clientGrants=[
                    dict(grant, client_id='Timesheets Import Job')])),
                ('identifier', dict(CONFIG, clientGrants=[
                    dict(grant, audience=AUDIENCE + '/')])),
                ('batch:uplaod', dict(CONFIG, clientGrants=[
                    dict(grant, scope=['batch:uplaod'])])),
                ('signing_alg', with_api(signing_alg='none')),
                ('token_dialect', with_api(token_dialect='opaque'))):
            with self.assertRaisesRegex(tenant.ConfigError, text):
                tenant.Tenant(config, 'https://x/', pool=POOL)


class Keys(unittest.TestCase):

    def setUp(self):
        self.it = StandIn()

    def test_key_set(self):
        "keys: current and next are published as Auth0 does"
        answer = self.it.jwks()
        self.assertEqual(answer.headers['Cache-Control'],
                         'public, max-age=15')
        keys = answer.json()['keys']
        self.assertEqual([k['kid'] for k in keys],
                         [POOL[0].kid, POOL[1].kid])

        for key in keys:
            self.assertEqual(set(key), {'kty', 'use', 'alg', 'kid', 'n', 'e',
                                        'x5c', 'x5t'})
            self.assertEqual((key['kty'], key['use'], key['alg']),
                             ('RSA', 'sig', 'RS256'))
            der = base64.b64decode(key['x5c'][0])
            numbers = x509.load_der_x509_certificate(der).public_key() \
                .public_numbers()
            self.assertEqual(tenant.b64url(numbers.n.to_bytes(256, 'big')),
                             key['n'])
            self.assertEqual(tenant.b64url(hashlib.sha1(der).digest()),
                             key['x5t'])

    def test_several_algorithms(self):
        "keys: have no alg when the APIs differ in theirs"
        config = copy.deepcopy(CONFIG)
        config['resourceServers'].append(
            dict(config['resourceServers'][0], signing_alg='PS256',
                 identifier='https://api.exampleco.com/payroll'))
        self.assertNotIn('alg', StandIn(config).jwks().json()['keys'][0])

    def test_rotation(self):
        "keys: rotating makes the announced key current, the old one stays"
        first, second = self.it.kids()
        old = self.it.token().json()['access_token']
        answer = self.it.admin('keys/rotate').json()
        self.assertEqual(answer['current'], second)
        self.assertEqual(answer['previous'], [first])
        self.assertEqual(sorted(self.it.kids()),
                         sorted([first, second, answer['next']]))

        new = self.it.token().json()['access_token']
        self.assertEqual(self.it.verified(new)[0]['kid'], second)
        self.assertEqual(self.it.verified(old)[0]['kid'], first)

    def test_revocation(self):
        "keys: revoking drops the previous ones, or the one that is named"
        first, second = self.it.kids()
        self.assertEqual(self.it.admin('keys/revoke').status_code, 409)
        third = self.it.admin('keys/rotate').json()['next']
        self.it.admin('keys/rotate')
        self.assertIn(first, self.it.kids())
        self.it.admin('keys/revoke', kid=first)
        self.assertEqual(self.it.stats()['keys']['previous'], [second])
        self.it.admin('keys/revoke')
        self.assertEqual(self.it.stats()['keys']['previous'], [])
        self.assertEqual(self.it.kids()[0], third)
        self.assertEqual(len(self.it.kids()), 2)

    def test_revoking_in_use(self):
        "keys: revoking the current key rotates, the next one is replaced"
        first, second = self.it.kids()
        answer = self.it.admin('keys/revoke', kid=first).json()
        self.assertEqual(answer['current'], second)
        self.assertNotIn(first, self.it.kids())
        again = self.it.admin('keys/revoke', kid=answer['next']).json()
        self.assertEqual(again['current'], second)
        self.assertNotIn(answer['next'], self.it.kids())
        self.assertEqual(self.it.admin('keys/revoke', kid='no').status_code,
                         404)

    def test_discovery(self):
        "keys: discovery names the issuer, and where it is served"
        body = HTTP.get(
            self.it.url + '/.well-known/openid-configuration').json()
        self.assertEqual(body['issuer'], 'https://exampleco.example/')
        self.assertEqual(body['jwks_uri'],
                         self.it.url + '/.well-known/jwks.json')
        self.assertEqual(body['token_endpoint'], self.it.url + '/oauth/token')


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
        signed.deserialize(token, jwk.JWK(kty='oct', k=tenant.b64url(
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

    def raw(self):
        """What comes for a key set before the connection closes."""

        host, port = self.it.url[len('http://'):].split(':')
        with socket.create_connection((host, int(port)), timeout=5) as s:
            s.sendall(b'GET /.well-known/jwks.json HTTP/1.0\r\n\r\n')
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

        # the server notices that we left
        end = time.monotonic() + 2
        while self.it.stats()['in_flight']['jwks'] \
                and time.monotonic() < end:
            time.sleep(0.02)
        self.assertEqual(self.it.stats()['in_flight']['jwks'], 0)

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


class Backend(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.log = io.StringIO()
        cls.url = serve_in_thread(backend.create_app(
            os.path.join(folder.name, 'rows.db'), cls.log))

    def entry(self, **changes):
        return dict({'user_id': '007', 'date': '2017-05-10T17:40:20.095Z',
                     'project': 'StoreZero', 'hours': 5}, **changes)

    def ask(self, method, path, **kwargs):
        return HTTP.request(method, self.url + path, **kwargs)

    def test_a_upload(self):
        "backend: an upload makes a row, and the first is number 14"
        answer = self.ask('POST', '/timesheets/upload', json=self.entry())
        self.assertEqual(answer.status_code, 201)
        self.assertEqual(answer.json(), self.entry(id=14, approved=False))

    def test_rows(self):
        "backend: rows are made, read, deleted"
        made = self.ask('POST', '/timesheets', json=self.entry(hours=7.5))
        self.assertEqual(made.status_code, 201)
        row = made.json()
        path = f'/timesheets/{row["id"]}'
        self.assertEqual(row['hours'], 7.5)
        self.assertEqual(self.ask('GET', path).json(), row)
        self.assertIn(row, self.ask('GET', '/timesheets').json())
        self.assertEqual(self.ask('DELETE', path).status_code, 204)
        self.assertEqual(self.ask('GET', path).status_code, 404)
        self.assertEqual(self.ask('DELETE', path).status_code, 404)

    def test_approvals(self):
        "backend: approvals lists what waits, and a PUT approves"
        row = self.ask('POST', '/timesheets', json=self.entry()).json()
        self.assertIn(row, self.ask('GET', '/approvals').json())
        answer = self.ask('PUT', f'/approvals/{row["id"]}')
        self.assertEqual(answer.json(), dict(row, approved=True))
        self.assertNotIn(row['id'], [r['id'] for r in self.ask(
            'GET', '/approvals').json()])
        self.assertEqual(self.ask('PUT', '/approvals/9999').status_code, 404)

    def test_bad_entries(self):
        "backend: bad JSON and bad entries are a 400 that says why"
        before = len(self.ask('GET', '/timesheets').json())
        for path in ('/timesheets', '/timesheets/upload'):
            for kwargs in ({'data': '{'}, {'data': ''}, {'json': []},
                           {'json': {}}, {'json': self.entry(user_id=7)},
                           {'json': self.entry(date='today')},
                           {'json': self.entry(project='')},
                           {'json': self.entry(hours='5')},
                           {'json': self.entry(hours=True)},
                           {'json': self.entry(hours=0)},
                           {'json': self.entry(hours=25)}):
                answer = self.ask('POST', path, **kwargs)
                self.assertEqual(answer.status_code, 400)
                self.assertTrue(answer.json()['detail'])
        self.assertEqual(len(self.ask('GET', '/timesheets').json()), before)
        self.assertEqual(self.ask('GET', '/nothing').status_code, 404)
        self.assertEqual(self.ask('PATCH', '/timesheets').status_code, 405)

    def test_identity(self):
        "backend: logs who called, a line a request"
        for headers, line in (
                ({'X-Client': 'me"\tX', 'X-Subject': 's@clients'},
                 'X-Client="me\\"\\tX" X-Subject="s@clients" '
                 'Authorization=-'),
                ({'Authorization': 'Bearer x'},
                 'X-Client=- X-Subject=- Authorization=there')):
            before = self.log.getvalue().count('\n')
            self.ask('GET', '/timesheets', headers=headers)
            lines = self.log.getvalue().splitlines()
            self.assertEqual(len(lines), before + 1)
            self.assertTrue(lines[-1].endswith(
                f' GET "/timesheets" 200 {line}'), lines[-1])


class Gateway:
    """Stands where nginx does, and answers as told."""

    def __init__(self):
        self.script = collections.deque()
        self.seen = []
        self.rows = 13
        app = Flask('gateway')

        @app.post('/timesheets/upload')
        def upload():
            self.seen.append((request.headers.get('Authorization'),
                              request.get_json()))
            if self.script:
                status, headers, body = self.script.popleft()
                return body, status, headers
            self.rows += 1
            return jsonify(dict(request.get_json(), id=self.rows)), 201

        self.url = serve_in_thread(app)

    def answers(self, *script):
        self.script.extend((s[0], s[1] if len(s) > 1 else {},
                            s[2] if len(s) > 2 else '') for s in script)


UNAUTHORIZED = (401, {'WWW-Authenticate': 'Bearer error="invalid_token"'},
                {'error': 'invalid_token', 'error_description': 'no key'})


class ImportJob(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.it = StandIn()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.gate = Gateway()
        self.slept = []
        self.environ = {
            'AUTH0_DOMAIN': self.it.url, 'AUTH0_AUDIENCE': AUDIENCE,
            'AUTH0_CLIENT_ID': self.it.client.id,
            'AUTH0_CLIENT_SECRET': 'secret', 'TIMESHEETS_URL': self.gate.url,
            'TIMESHEETS_TOKEN_FILE': os.path.join(folder.name, 'c', 'token')}
        self.issued = self.it.tenant.issued
        self.addCleanup(self.it.admin, 'fault', endpoint='all', mode='none')

    def export(self, *rows):
        path = os.path.join(self.folder, 'export.csv')
        with open(path, 'w') as f:
            f.write('\n'.join(('user_id,date,project,hours',) + rows) + '\n')
        return path

    ROW = '007,2017-05-10T17:40:20.095Z,StoreZero,5'

    def run_job(self, *argv, **environ):
        out, err = io.StringIO(), io.StringIO()
        code = import_job.main(list(argv), dict(self.environ, **environ),
                               out, err, self.slept.append)
        self.out, self.err = out.getvalue(), err.getvalue()
        return code

    def tokens(self):
        return self.it.tenant.issued - self.issued

    def test_upload(self):
        "job: uploads the export with one token, and says so"
        self.assertEqual(self.run_job(), 0, )
        lines = self.out.splitlines()
        self.assertEqual(lines[0], 'Created timesheet 14 for employee 007.')
        self.assertEqual(lines[-1], f'All {len(lines) - 1} entries uploaded.')
        self.assertEqual(self.gate.seen[0][1], {
            'user_id': '007', 'date': '2017-05-10T17:40:20.095Z',
            'project': 'StoreZero', 'hours': 5})
        self.assertEqual(self.gate.seen[1][1]['hours'], 7.5)
        self.assertEqual(len({a for a, _ in self.gate.seen}), 1)
        self.assertEqual(self.tokens(), 1)

    def test_cache(self):
        "job: keeps its token, 0600, for the next run"
        path = self.environ['TIMESHEETS_TOKEN_FILE']
        export = self.export(self.ROW)
        self.assertEqual(self.run_job(export), 0)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.assertNotIn('secret', open(path).read())
        self.assertEqual(self.run_job(export), 0)
        self.assertEqual(self.tokens(), 1)
        self.assertEqual(self.gate.seen[0][0], self.gate.seen[1][0])

        self.assertEqual(self.run_job(export, '--new-token'), 0)
        self.assertEqual(self.tokens(), 2)

    def test_cache_expiry(self):
        "job: gives a token up shortly before it expires"
        path = self.environ['TIMESHEETS_TOKEN_FILE']
        export = self.export(self.ROW)
        self.run_job(export)
        kept = json.load(open(path))
        left = kept['use_until'] - time.time()
        self.assertTrue(86330 < left < 86341, left)

        with open(path, 'w') as f:
            json.dump(dict(kept, use_until=time.time() - 1), f)
        self.run_job(export)
        self.assertEqual(self.tokens(), 2)

    def test_cache_of_others(self):
        "job: uses no token of another API, nor one that others can read"
        path = self.environ['TIMESHEETS_TOKEN_FILE']
        export = self.export(self.ROW)
        self.run_job(export)
        self.run_job(export, AUTH0_DOMAIN=self.it.url.replace('127.0.0.1',
                                                              'localhost'))
        self.assertEqual(self.tokens(), 2)
        self.run_job(export)
        self.assertEqual(self.tokens(), 3)
        os.chmod(path, 0o644)
        self.run_job(export)
        self.assertEqual(self.tokens(), 4)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)

        for garbage in ('', '[]', '{"for": 1}'):
            with open(path, 'w') as f:
                f.write(garbage)
            self.assertEqual(self.run_job(export), 0)
        self.assertEqual(self.tokens(), 7)

        # no place for it: a warning, and no more
        self.assertEqual(self.run_job(
            export, TIMESHEETS_TOKEN_FILE='/proc/nowhere/token'), 0)
        self.assertIn('warning', self.err)

    def test_expires_in_a_run(self):
        "job: a token that expires during the run is replaced"
        job = import_job.Job(import_job.Settings(self.environ),
                             io.StringIO(), io.StringIO())
        first = job.bearer().token
        self.assertEqual(job.bearer().token, first)
        job.use_until = time.time()
        job.cache.drop()
        self.it.admin('keys/rotate')
        self.assertNotEqual(job.bearer().token, first)

    def test_retry(self):
        "job: tries once more with a new token after a 401"
        export = self.export(self.ROW)
        self.run_job(export)
        self.it.admin('keys/rotate')
        self.gate.answers(UNAUTHORIZED)
        self.assertEqual(self.run_job(export), 0)
        self.assertEqual(self.tokens(), 2)
        self.assertEqual(len(self.gate.seen), 3)
        self.assertNotEqual(self.gate.seen[1][0], self.gate.seen[2][0])
        self.assertEqual(self.gate.seen[1][1], self.gate.seen[2][1])

    def test_no_second_retry(self):
        "job: a second 401 ends it, with what to do"
        self.gate.answers(UNAUTHORIZED, UNAUTHORIZED)
        self.assertEqual(self.run_job(), 4)
        self.assertEqual(len(self.gate.seen), 2)
        self.assertIn('401: no key', self.err)
        self.assertIn('jwt_issuer', self.err)

    def test_forbidden(self):
        "job: a 403 ends it at once and names the scope"
        self.gate.answers((201, {}, {'id': 1, 'user_id': '007'}),
                          (403, {}, {'error': 'insufficient_scope',
                                     'error_description': 'too little',
                                     'scope': 'batch:upload'}))
        self.assertEqual(self.run_job(), 4)
        self.assertEqual(len(self.gate.seen), 2)
        self.assertIn('403: too little', self.err)
        self.assertIn('lacks batch:upload', self.err)
        self.assertIn('1 entries were uploaded before line 3', self.err)

    def test_retry_after(self):
        "job: waits as long as Retry-After says, on 429 and 503"
        later = time.strftime('%a, %d %b %Y %H:%M:%S GMT',
                              time.gmtime(time.time() + 20))
        self.gate.answers((503, {'Retry-After': '3'}),
                          (429, {'Retry-After': later}), (503,))
        self.assertEqual(self.run_job(self.export(self.ROW)), 0)
        self.assertEqual(self.slept[0], 3)
        self.assertTrue(18 <= self.slept[1] <= 20, self.slept)
        self.assertEqual(self.slept[2], 4)      # nothing said: 1, 2, 4

    def test_bounded_patience(self):
        "job: but not for ever"
        self.gate.answers(*[(503, {'Retry-After': '1'})] * 9)
        self.assertEqual(self.run_job(), 5)
        self.assertEqual(self.slept, [1] * 4)

        self.gate.script.clear()
        self.gate.answers((429, {'Retry-After': '3600'}))
        self.assertEqual(self.run_job(), 5)
        self.assertEqual(self.slept, [1] * 4)
        self.assertIn('3600 s', self.err)

    def test_tenant_rate_limit(self):
        "job: the tenant's 429 is honoured too"
        self.it.admin('fault', endpoint='token', mode='status', status=429,
                      retry_after=2, times=1)
        self.assertEqual(self.run_job(self.export(self.ROW)), 0)
        self.assertEqual(self.slept, [2])

    def test_bad_rows(self):
        "job: reports and counts bad rows, and uploads the rest"
        export = self.export(
            self.ROW, '007,2017-05-10T17:40:20Z,StoreZero,many',
            ',2017-05-10T17:40:20Z,StoreZero,1', '007,yesterday,StoreZero,1',
            '007,2017-05-10T17:40:20Z,StoreZero,99', '007,2017-05-10',
            '007,2017-05-10T17:40:20Z,StoreZero,nan', self.ROW + ',7',
            self.ROW)
        self.gate.answers((400, {}, {'detail': 'too old'}))
        self.assertEqual(self.run_job(export), 1)
        self.assertEqual(len(self.gate.seen), 2)
        self.assertEqual(self.err.count('left out'), 8)
        self.assertIn('line 2: left out: too old', self.err)
        self.assertIn('line 3: left out: hours is no number: \'many\'',
                      self.err)
        self.assertIn('1 of 9 entries uploaded, 8 left out.', self.out)

    def test_token_refused(self):
        "job: exit code 3 when the tenant gives no token, with what to do"
        for changes, advice in (
                ({'AUTH0_CLIENT_SECRET': 'wrong'}, 'AUTH0_CLIENT_SECRET'),
                ({'AUTH0_AUDIENCE': 'https://other/'},
                 'authorize the application for the API')):
            self.assertEqual(self.run_job(**changes), 3)
            self.assertIn(advice, self.err)

        for mode in ('html', 'empty'):
            self.it.admin('fault', endpoint='token', mode=mode)
            self.assertEqual(self.run_job(), 3)
        self.assertEqual(self.gate.seen, [])

    def test_out_of_reach(self):
        "job: exit code 5 when the API is out of reach, 6 the tenant"
        with contextlib.closing(serve.listen(0, '')) as sock:
            nobody = f'http://127.0.0.1:{sock.getsockname()[1]}'
        self.assertEqual(self.run_job(TIMESHEETS_URL=nobody), 5)
        self.assertIn(nobody, self.err)
        self.gate.answers((502,))
        self.assertEqual(self.run_job(), 5)
        self.assertIn('backend', self.err)
        self.assertEqual(self.run_job('--new-token', AUTH0_DOMAIN=nobody), 6)

    def test_configuration(self):
        "job: exit code 2 for a wrong configuration, which is named"
        for changes, text in (
                ({'AUTH0_CLIENT_SECRET': ''}, 'AUTH0_CLIENT_SECRET'),
                ({'AUTH0_DOMAIN': 'http://exampleco.example'}, 'https://'),
                ({'TIMESHEETS_URL': 'http://10.0.0.1'}, 'https://'),
                ({'TIMESHEETS_URL': 'ftp://127.0.0.1'}, 'TIMESHEETS_URL')):
            self.assertEqual(self.run_job(**changes), 2)
            self.assertIn(text, self.err)

        self.assertEqual(self.run_job('/nowhere/export.csv'), 2)
        self.assertIn('/nowhere/export.csv', self.err)

        path = os.path.join(self.folder, 'x.csv')
        with open(path, 'w') as f:
            f.write('user_id,date\n')
        self.assertEqual(self.run_job(path), 2)
        self.assertIn('no column hours, project', self.err)

    def test_redirect(self):
        "job: follows no redirect: the token would go elsewhere"
        self.gate.answers((302, {'Location': 'https://elsewhere.example/'}))
        self.assertEqual(self.run_job(), 2)
        self.assertEqual(len(self.gate.seen), 1)
        self.assertIn('https://elsewhere.example/', self.err)

    def test_domain(self):
        "job: a bare domain is https"
        settings = import_job.Settings(dict(
            self.environ, AUTH0_DOMAIN='exampleco.eu.auth0.com'))
        self.assertEqual(settings.token_url,
                         'https://exampleco.eu.auth0.com/oauth/token')


class Programs(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def start(self, name, *argv, **environ):
        child = subprocess.Popen(
            [os.path.join(PARTS, name), *argv], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, PYTHONDONTWRITEBYTECODE='1', **environ))

        def end():
            if child.poll() is None:
                child.kill()
            child.communicate()

        self.addCleanup(end)

        return child

    def test_programs(self):
        "programs: tenant, backend and job work together, and end cleanly"
        def path(name):
            return os.path.join(self.folder, name)

        stand_in = self.start(
            'tenant.py', '--port', '0', '--credentials', path('tenant.json'),
            '--pid-file', path('tenant.pid'), '--access-log', path('t.log'),
            TENANT_CLIENT_SECRET='of the job')
        rows = self.start('backend.py', '--port', '0', '--database',
                          path('rows.db'), '--log', path('b.log'),
                          '--pid-file', path('backend.pid'))

        self.assertIn('tenant: ready on ', stand_in.stdout.readline())
        url = rows.stdout.readline().split()[-1]
        self.assertEqual(os.stat(path('tenant.json')).st_mode & 0o777, 0o600)
        known = json.load(open(path('tenant.json')))
        client = known['clients'][0]
        self.assertEqual(client['client_secret'], 'of the job')
        self.assertEqual(known['issuer'], known['url'])
        self.assertEqual(int(open(path('tenant.pid')).read()), stand_in.pid)

        job = self.start(
            'import_job.py', AUTH0_DOMAIN=known['url'],
            AUTH0_AUDIENCE=known['apis'][0]['identifier'],
            AUTH0_CLIENT_ID=client['client_id'],
            AUTH0_CLIENT_SECRET=client['client_secret'], TIMESHEETS_URL=url,
            TIMESHEETS_TOKEN_FILE=path('token'))
        out, err = job.communicate(timeout=10)
        self.assertEqual((job.returncode, err), (0, ''))
        self.assertEqual(out.splitlines()[0],
                         'Created timesheet 14 for employee 007.')

        self.assertIn('"POST /oauth/token HTTP/1.1" 200',
                      open(path('t.log')).read())

        for child, pid_file in ((stand_in, 'tenant.pid'),
                                (rows, 'backend.pid')):
            child.send_signal(signal.SIGTERM)
            self.assertEqual(child.wait(5), 0)
            self.assertFalse(os.path.exists(path(pid_file)))

    def test_port_in_use(self):
        "programs: a port in use is an error that names the setting"
        with contextlib.closing(serve.listen(0, '')) as sock:
            port = str(sock.getsockname()[1])
            for name, setting, argv in (
                    ('tenant.py', 'DEMO_TENANT_PORT', ()),
                    ('backend.py', 'DEMO_BACKEND_PORT',
                     ('--database', os.path.join(self.folder, 'db')))):
                child = self.start(name, *argv, **{setting: port})
                _, err = child.communicate(timeout=10)
                self.assertEqual(child.returncode, 1)
                self.assertIn(f'port {port}', err)
                self.assertIn(setting, err)

    def test_bad_config(self):
        "programs: a bad tenant.yaml is an error that names it"
        path = os.path.join(self.folder, 'bad.yaml')
        for text in ('a: [', 'resourceServers: 7', 'resourceServers: [x]'):
            with open(path, 'w') as f:
                f.write(text)
            child = self.start('tenant.py', '--port', '0', '--config', path)
            _, err = child.communicate(timeout=10)
            self.assertEqual(child.returncode, 1, err)
            self.assertIn(path, err)
            self.assertNotIn('Traceback', err)

    def test_key_pool(self):
        "programs: a key pool makes the key set the same each time"
        pool = os.path.join(self.folder, 'pool.json')
        with open(pool, 'w') as f:
            json.dump({'keys': [json.loads(k.private.export())
                                for k in POOL[:2]]}, f)
        child = self.start('tenant.py', '--port', '0', '--key-pool', pool)
        url = child.stdout.readline().split()[-1]
        kids = [k['kid'] for k in HTTP.get(
            url + '.well-known/jwks.json').json()['keys']]
        self.assertEqual(kids, [POOL[0].kid, POOL[1].kid])


if __name__ == '__main__':
    tap.main()
