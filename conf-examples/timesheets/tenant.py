#!/usr/bin/python3
"""A stand-in for an Auth0 tenant on loopback: tokens, keys, rotation.

What it serves is read from a file of the Auth0 Deploy CLI (tenant.yaml), and
`/oauth/token` and `/.well-known/` behave as Auth0's do. `/admin/` is not part
of Auth0: it does what one does there in the dashboard (rotate, revoke), mints
tokens that a tenant would never issue, and makes the tenant misbehave. It
needs the header `X-Admin-Secret`, and the server listens on 127.0.0.1 only.

See README.md beside this file for the admin calls.
"""

import argparse
import base64
import collections
import datetime
import hashlib
import hmac
import json
import os
import secrets
import select
import socket
import ssl
import sys
import threading
import time

try:
    import yaml
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from flask import Flask, Response, jsonify, request
    from jwcrypto import jwk, jws
except ImportError as e:
    sys.exit(f'{e.name} is missing: apt-get install python3-flask '
             'python3-jwcrypto python3-yaml')

import serve


ENDPOINTS = ('jwks', 'discovery', 'token')
ASYMMETRIC = ('RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512')
SYMMETRIC = ('HS256', 'HS384', 'HS512')
DIALECTS = ('access_token', 'access_token_authz',
            'rfc9068_profile', 'rfc9068_profile_authz')


class ConfigError(Exception):
    """tenant.yaml can't be served; the message says why."""


class Refused(Exception):
    """An OAuth error answer (RFC 6749, 5.2), or one of an admin call."""

    def __init__(self, status, error, description):
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def compact_json(value):
    return json.dumps(value, separators=(',', ':'))


class Key:
    """A signing key: the private half, and what the key set says of it."""

    def __init__(self, private=None):
        self.private = private or jwk.JWK.generate(kty='RSA', size=2048)

        # Auth0's are 21 random characters; the thumbprint is as good, and
        # the same key keeps its name over a restart
        self.kid = self.private.get('kid') or self.private.thumbprint()[:21]

    def pem(self):
        return self.private.export_to_pem()

    def public(self, alg):
        entry = json.loads(self.private.export_public())
        der = self._certificate()

        entry.update(kid=self.kid, use='sig',
                     x5c=[base64.b64encode(der).decode()],
                     x5t=b64url(hashlib.sha1(der).digest()))
        entry.pop('alg', None)

        if alg:
            entry['alg'] = alg

        return entry

    def _certificate(self):
        """Self-signed, as in Auth0's key sets; nothing verifies it."""

        key = self.private.get_op_key('sign')
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME,
                                             'exampleco.example')])
        start = datetime.datetime(2024, 1, 1)

        cert = (x509.CertificateBuilder()
                .subject_name(name).issuer_name(name)
                .public_key(key.public_key())
                .serial_number(int(self.private.thumbprint().encode()[:8]
                                   .hex(), 16))
                .not_valid_before(start)
                .not_valid_after(start + datetime.timedelta(days=5000))
                .sign(key, hashes.SHA256()))

        return cert.public_bytes(serialization.Encoding.DER)


class KeyRing:
    """Current, next, and the previous ones until they are revoked."""

    def __init__(self, alg=None, pool=()):
        self._alg = alg
        self._pool = collections.deque(pool)
        self._lock = threading.RLock()
        self._foreign = None

        self.current = self._new()
        self.next = self._new()
        self.previous = []
        self._publish()

    def _new(self):
        return self._pool.popleft() if self._pool else Key()

    def _publish(self):
        # as text, once for each change: a flood of fetches costs nothing
        keys = [self.current, self.next, *self.previous]
        self.jwks = compact_json({'keys': [k.public(self._alg)
                                           for k in keys]})

    def names(self):
        with self._lock:
            return {'current': self.current.kid, 'next': self.next.kid,
                    'previous': [k.kid for k in self.previous]}

    def rotate(self):
        """The announced key signs from now on; another one is announced."""

        with self._lock:
            self.previous.insert(0, self.current)
            self.current = self.next
            self.next = self._new()
            self._publish()

            return self.names()

    def revoke(self, kid=None):
        """Drops a key at once: without a name, all previous ones."""

        with self._lock:
            if kid is None:
                if not self.previous:
                    raise Refused(409, 'conflict',
                                  'no previous key to revoke: rotate first')
                self.previous = []

            elif kid == self.current.kid:
                # what the dashboard calls "Rotate & Revoke"
                self.rotate()
                self.previous.pop(0)

            elif kid == self.next.kid:
                self.next = self._new()

            else:
                kept = [k for k in self.previous if k.kid != kid]
                if len(kept) == len(self.previous):
                    raise Refused(404, 'not_found', 'no key of that kid')
                self.previous = kept

            self._publish()

            return self.names()

    def find(self, name):
        """A key by its role or kid; `foreign` is one never published."""

        with self._lock:
            if name == 'current':
                return self.current

            if name == 'next':
                return self.next

            if name == 'previous' and self.previous:
                return self.previous[0]

            if name == 'foreign':
                if self._foreign is None:
                    self._foreign = Key()
                return self._foreign

            for key in [self.current, self.next, *self.previous]:
                if key.kid == name:
                    return key

        raise Refused(400, 'invalid_request', f'no key {name!r}')


class Api:
    """A resourceServers entry."""

    def __init__(self, entry):
        self.identifier = entry.get('identifier')
        if not isinstance(self.identifier, str) or not self.identifier:
            raise ConfigError('resourceServers: an entry has no identifier')

        self.signing_alg = entry.get('signing_alg', 'RS256')
        if self.signing_alg not in ASYMMETRIC + SYMMETRIC:
            raise ConfigError(f'{self.identifier}: signing_alg '
                              f'{self.signing_alg!r} is not known: use RS256')

        self.dialect = entry.get('token_dialect', 'access_token')
        if self.dialect not in DIALECTS:
            raise ConfigError(f'{self.identifier}: token_dialect '
                              f'{self.dialect!r} is not known: use one of '
                              + ', '.join(DIALECTS))

        self.lifetime = int(entry.get('token_lifetime', 86400))
        self.rbac = bool(entry.get('enforce_policies', False))
        self.scopes = [s['value'] for s in entry.get('scopes') or []]
        self.secret = entry.get('signing_secret') or secrets.token_hex(32)
        self.client_policy = ((entry.get('subject_type_authorization') or {})
                              .get('client') or {}).get(
                                  'policy', 'require_client_grant')


class Client:
    """A clients entry. Id and secret are Auth0's to give, so not in it."""

    def __init__(self, entry, client_id=None, secret=None):
        self.name = entry.get('name')
        if not isinstance(self.name, str) or not self.name:
            raise ConfigError('clients: an entry has no name')

        digest = hashlib.sha512(self.name.encode()).digest()
        letters = base64.b64encode(digest).decode()

        self.id = client_id or ''.join(filter(str.isalnum, letters))[:32]
        self.secret = secret or secrets.token_urlsafe(48)
        self.grant_types = entry.get('grant_types') or []


class Tenant:
    """What tenant.yaml says, and the tokens that follow from it."""

    def __init__(self, config, issuer, *, client_secret=None,
                 admin_secret=None, pool=()):
        if not isinstance(config, dict):
            raise ConfigError('not a Deploy CLI file: a mapping with '
                              'resourceServers, clients, clientGrants '
                              'is expected')

        self.issuer = issuer
        self.admin_secret = admin_secret or secrets.token_urlsafe(24)
        self.apis = {}
        self.clients = {}
        self.grants = {}
        self.issued = 0

        for entry in config.get('resourceServers') or []:
            api = Api(entry)
            self.apis[api.identifier] = api

        for entry in config.get('clients') or []:
            client = Client(entry, secret=client_secret)
            self.clients[client.id] = client

        if not self.apis or not self.clients:
            raise ConfigError('resourceServers and clients need an entry '
                              'each at least')

        for entry in config.get('clientGrants') or []:
            self._grant(entry)

        self.default_audience = (config.get('tenant') or {}).get(
            'default_audience')

        # a key of one algorithm says so; with several APIs that differ it
        # can't, and a key set without alg is legal (RFC 7517, 4.4)
        algs = {a.signing_alg for a in self.apis.values()
                if a.signing_alg in ASYMMETRIC}
        self.keys = KeyRing(algs.pop() if len(algs) == 1 else None, pool)

    def _grant(self, entry):
        client = self.client(entry.get('client_id'))
        audience = entry.get('audience')

        if client is None:
            raise ConfigError(f'clientGrants: no application is called '
                              f'{entry.get("client_id")!r} (the names must '
                              'be equal to the letter)')

        if audience not in self.apis:
            raise ConfigError(f'clientGrants: no API has the identifier '
                              f'{audience!r}')

        scopes = list(dict.fromkeys(entry.get('scope') or []))

        for scope in scopes:
            if scope not in self.apis[audience].scopes:
                raise ConfigError(f'clientGrants: {audience} has no '
                                  f'permission {scope!r}')

        self.grants[client.id, audience] = scopes

    def client(self, name):
        """An application by id or name, or None."""

        for client in self.clients.values():
            if name in (client.id, client.name):
                return client

        return None

    def credentials(self, url):
        """What the operator would copy from the dashboard."""

        return {
            'url': url,
            'issuer': self.issuer,
            'admin_secret': self.admin_secret,
            'clients': [{'name': c.name, 'client_id': c.id,
                         'client_secret': c.secret}
                        for c in self.clients.values()],
            'apis': [{'identifier': a.identifier,
                      'signing_alg': a.signing_alg,
                      'signing_secret': a.secret
                      if a.signing_alg in SYMMETRIC else None}
                     for a in self.apis.values()],
        }

    def client_credentials(self, params):
        """The grant of RFC 6749, 4.4, with Auth0's rules and wording."""

        grant_type = params.get('grant_type')

        if not grant_type:
            raise Refused(400, 'invalid_request',
                          'Missing required parameter: grant_type')

        if grant_type != 'client_credentials':
            raise Refused(400, 'unsupported_grant_type',
                          f'Unsupported grant type: {grant_type}')

        if not params.get('client_id'):
            raise Refused(400, 'invalid_request',
                          'Missing required parameter: client_id')

        client = self.clients.get(params['client_id'])
        secret = params.get('client_secret') or ''

        # an unknown client costs the same comparison as a wrong secret
        expected = client.secret if client else self.admin_secret
        same = hmac.compare_digest(secret.encode(), expected.encode())

        if client is None or not same:
            raise Refused(401, 'invalid_client', 'Unauthorized')

        if grant_type not in client.grant_types:
            raise Refused(403, 'unauthorized_client',
                          f"Grant type '{grant_type}' not allowed for the "
                          'client.')

        api, scopes = self._authorize(client, params)
        header, claims = self.claims(client, api, scopes)

        answer = {'access_token': self.sign(api, header, claims)}
        if scopes:
            answer['scope'] = ' '.join(scopes)
        answer['expires_in'] = api.lifetime
        answer['token_type'] = 'Bearer'

        return answer

    def _authorize(self, client, params):
        audience = params.get('audience') or self.default_audience

        if not audience:
            raise Refused(403, 'access_denied',
                          'No audience parameter was provided, and no '
                          'default audience has been configured')

        api = self.apis.get(audience)

        if api is None:
            raise Refused(403, 'access_denied',
                          f'Service not found: {audience}')

        if api.client_policy == 'allow_all':
            granted = api.scopes
        elif api.client_policy == 'deny_all':
            granted = None
        else:
            granted = self.grants.get((client.id, audience))

        if granted is None:
            raise Refused(403, 'access_denied',
                          f'Client is not authorized to access "{audience}".'
                          ' You need to create a "client-grant" associated '
                          'to this API.')

        wanted = list(dict.fromkeys((params.get('scope') or '').split()))

        if not wanted:
            return api, granted

        extra = [s for s in wanted if s not in granted]

        if extra:
            raise Refused(403, 'access_denied',
                          'Client has not been granted scopes: '
                          + ', '.join(extra))

        return api, wanted

    def claims(self, client, api, scopes):
        """Header and payload in the profile that the API is set to."""

        now = int(time.time())
        rfc9068 = api.dialect.startswith('rfc9068_profile')

        header = {'alg': api.signing_alg,
                  'typ': 'at+jwt' if rfc9068 else 'JWT'}

        if api.signing_alg in ASYMMETRIC:
            header['kid'] = self.keys.current.kid

        claims = {'iss': self.issuer, 'sub': f'{client.id}@clients',
                  'aud': api.identifier, 'iat': now,
                  'exp': now + api.lifetime}

        if scopes:
            claims['scope'] = ' '.join(scopes)

        if rfc9068:
            claims['jti'] = b64url(secrets.token_bytes(16))
            claims['client_id'] = client.id
        else:
            claims['gty'] = 'client-credentials'
            claims['azp'] = client.id

        if api.rbac and api.dialect.endswith('_authz'):
            claims['permissions'] = list(scopes)

        return header, claims

    def sign(self, api, header, claims, key=None):
        """A token in compact form; counted, whatever it is worth."""

        self.issued += 1
        alg = header.get('alg')

        if isinstance(key, str):
            key = key.encode()

        if key is None:
            key = (api.secret.encode() if alg in SYMMETRIC
                   else self.keys.current)

        if isinstance(key, bytes):
            signer = jwk.JWK(kty='oct', k=b64url(key))
        elif alg in SYMMETRIC:
            # the classic confusion: the public key as HMAC secret
            signer = jwk.JWK(kty='oct', k=b64url(key.pem()))
        else:
            signer = key.private

        if alg not in ASYMMETRIC + SYMMETRIC:
            # no library signs these: an unsigned token, for `none`
            return '.'.join((b64url(compact_json(header).encode()),
                             b64url(compact_json(claims).encode()), ''))

        token = jws.JWS(compact_json(claims).encode())
        token.add_signature(signer, alg, compact_json(header))

        return token.serialize(compact=True)

    def forge(self, order):
        """A token to order (POST /admin/token): no Auth0 would issue it."""

        client = (self.client(order['client']) if 'client' in order
                  else next(iter(self.clients.values())))

        if client is None:
            raise Refused(400, 'invalid_request', 'no such client')

        audience = order.get('audience')
        names = audience if isinstance(audience, list) else [audience]
        api = next((self.apis[a] for a in names if a in self.apis),
                   next(iter(self.apis.values())))
        scopes = order.get('scope')

        if scopes is None:
            scopes = self.grants.get((client.id, api.identifier), [])
        elif isinstance(scopes, str):
            scopes = scopes.split()

        header, claims = self.claims(client, api, scopes)

        if 'profile' in order:
            header, claims = self._as_profile(order['profile'], client, api,
                                              scopes)

        if 'audience' in order:
            claims['aud'] = audience

        if 'expires_in' in order:
            # a token that expired was once issued with a full lifetime
            claims['exp'] = int(time.time() + order['expires_in'])
            claims['iat'] = min(claims['iat'], claims['exp'] - api.lifetime) \
                if order['expires_in'] <= 0 else claims['iat']

        key = None

        if 'secret' in order:
            key = order['secret']
        elif 'key' in order:
            key = self.keys.find(order['key'])
            header['kid'] = key.kid

        if 'alg' in order:
            header['alg'] = order['alg']

        overlay(claims, order.get('claims'))
        overlay(header, order.get('header'))

        return {'access_token': self.sign(api, header, claims, key),
                'header': header, 'claims': claims}

    def _as_profile(self, profile, client, api, scopes):
        if profile not in DIALECTS:
            raise Refused(400, 'invalid_request', 'profile: one of '
                          + ', '.join(DIALECTS))

        entry = Api({'identifier': api.identifier, 'token_dialect': profile,
                     'signing_alg': api.signing_alg,
                     'token_lifetime': api.lifetime})

        return self.claims(client, entry, scopes)


def overlay(target, changes):
    """Sets members, and takes away those that are null."""

    for name, value in (changes or {}).items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = value


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
    """Has the client closed? Not to be told of a TLS connection."""

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

        try:
            response = fault.answer(normal)
        except BaseException:
            self._left(endpoint)
            raise

        response.call_on_close(lambda: self._left(endpoint))

        return response

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


def parameters():
    """The token request's parameters: a form or JSON, as Auth0 takes."""

    if request.mimetype == 'application/json':
        params = request.get_json(silent=True)

        if not isinstance(params, dict):
            raise Refused(400, 'invalid_request', 'The body is not JSON')

    else:
        params = request.form.to_dict()

        if any(len(v) > 1 for v in request.form.listvalues()):
            raise Refused(400, 'invalid_request', 'Duplicate parameter')

    if not all(isinstance(v, str) for v in params.values()):
        raise Refused(400, 'invalid_request', 'Parameters must be strings')

    basic = request.authorization

    if basic is not None and basic.type == 'basic':
        params.setdefault('client_id', basic.username)
        params.setdefault('client_secret', basic.password)

    return params


def admin_order(tenant):
    """The body of an admin call, once the caller is known."""

    secret = request.headers.get('X-Admin-Secret', '')

    if not hmac.compare_digest(secret.encode(), tenant.admin_secret.encode()):
        raise Refused(401, 'unauthorized',
                      'the header X-Admin-Secret is missing or wrong: '
                      'the secret is in the credentials file')

    if not request.get_data():
        return {}

    order = request.get_json(force=True, silent=True)

    if not isinstance(order, dict):
        raise Refused(400, 'invalid_request', 'a JSON object is expected')

    return order


def create_app(tenant):
    """The tenant as a WSGI application."""

    app = Flask('tenant')
    app.config['MAX_CONTENT_LENGTH'] = 4 * 1024 * 1024
    app.json.sort_keys = False
    desk = Desk()

    @app.errorhandler(Refused)
    def refused(e):
        response = jsonify(error=e.error, error_description=e.description)
        response.status_code = e.status
        return response

    @app.post('/oauth/token')
    def token():
        try:
            response = jsonify(tenant.client_credentials(parameters()))
        except Refused as e:
            response = refused(e)

        response.headers['Cache-Control'] = 'no-store'
        response.headers['Pragma'] = 'no-cache'

        return desk.serve('token', response)

    @app.get('/.well-known/jwks.json')
    def jwks():
        return desk.serve('jwks', public(tenant.keys.jwks))

    @app.get('/elsewhere/jwks.json')
    def elsewhere():
        desk.requests['elsewhere'] += 1
        return public(tenant.keys.jwks)

    @app.get('/.well-known/openid-configuration')
    def discovery():
        # the addresses are where we were asked, the issuer is what tokens
        # say: with --issuer they differ
        base = request.host_url

        return desk.serve('discovery', public(compact_json({
            'issuer': tenant.issuer,
            'token_endpoint': base + 'oauth/token',
            'jwks_uri': base + '.well-known/jwks.json',
            'grant_types_supported': ['client_credentials'],
            'token_endpoint_auth_methods_supported':
                ['client_secret_basic', 'client_secret_post'],
            'response_types_supported': ['code'],
            'subject_types_supported': ['public'],
            'id_token_signing_alg_values_supported':
                ['HS256', 'RS256', 'PS256'],
        })))

    @app.post('/admin/keys/rotate')
    def rotate():
        admin_order(tenant)
        return jsonify(tenant.keys.rotate())

    @app.post('/admin/keys/revoke')
    def revoke():
        return jsonify(tenant.keys.revoke(admin_order(tenant).get('kid')))

    @app.post('/admin/token')
    def forge():
        try:
            return jsonify(tenant.forge(admin_order(tenant)))
        except (TypeError, AttributeError, ValueError) as e:
            raise Refused(400, 'invalid_request', str(e))

    @app.post('/admin/fault')
    def fault():
        desk.order(admin_order(tenant))
        return jsonify(desk.stats()['faults'])

    @app.get('/admin/stats')
    def stats():
        admin_order(tenant)
        return jsonify(dict(desk.stats(), tokens_issued=tenant.issued,
                            keys=tenant.keys.names()))

    return app


def public(text):
    """A document that Auth0 lets everyone cache for a moment."""

    response = Response(text, content_type='application/json; charset=utf-8')
    response.headers['Cache-Control'] = 'public, max-age=15'

    return response


def load_config(path):
    try:
        with open(path) as f:
            return yaml.safe_load(f)
    except OSError as e:
        raise ConfigError(f'{path}: {e.strerror}')
    except yaml.YAMLError as e:
        raise ConfigError(f'{path}: {e}')


def load_pool(path):
    try:
        with open(path) as f:
            entries = json.load(f)['keys']
        return [Key(jwk.JWK(**entry)) for entry in entries]
    except OSError as e:
        raise ConfigError(f'{path}: {e.strerror}')
    except (ValueError, KeyError, TypeError, jwk.InvalidJWKValue) as e:
        raise ConfigError(f'{path}: not a JWK set of private keys: {e}')


def options(argv):
    here = os.path.dirname(os.path.abspath(__file__))
    env = os.environ.get

    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('--config', default=os.path.join(here, 'tenant.yaml'),
                   help='Deploy CLI file (default: tenant.yaml beside this)')
    p.add_argument('--port', type=int,
                   default=int(env('DEMO_TENANT_PORT', '8481')),
                   help='port on 127.0.0.1, 0 for any (DEMO_TENANT_PORT)')
    p.add_argument('--issuer', help='iss of the tokens (default: own URL)')
    p.add_argument('--credentials', metavar='FILE',
                   help='client ids, secrets, admin secret: JSON, mode 0600')
    p.add_argument('--pid-file', metavar='FILE')
    p.add_argument('--access-log', metavar='FILE')
    p.add_argument('--key-pool', metavar='FILE',
                   help='private keys (JWK set) to use in turn: the first is '
                        'current, the second next; then new ones are made')
    p.add_argument('--tls-cert', metavar='FILE')
    p.add_argument('--tls-key', metavar='FILE')
    p.epilog = ('Environment: TENANT_ADMIN_SECRET and TENANT_CLIENT_SECRET '
                '(of every client) instead of random ones.')

    args = p.parse_args(argv)

    if bool(args.tls_cert) != bool(args.tls_key):
        p.error('--tls-cert and --tls-key go together')

    return args


def main(argv=None):
    args = options(argv)
    sock = serve.listen(args.port, 'DEMO_TENANT_PORT (or --port)')
    tls = (args.tls_cert, args.tls_key) if args.tls_cert else None
    scheme = 'https' if tls else 'http'
    url = f'{scheme}://{serve.HOST}:{sock.getsockname()[1]}/'

    try:
        tenant = Tenant(
            load_config(args.config), args.issuer or url,
            client_secret=os.environ.get('TENANT_CLIENT_SECRET'),
            admin_secret=os.environ.get('TENANT_ADMIN_SECRET'),
            pool=load_pool(args.key_pool) if args.key_pool else ())

        log = open(args.access_log, 'a') if args.access_log else None
        server = serve.make(create_app(tenant), sock, log, tls)

    except (KeyError, TypeError, ValueError, AttributeError) as e:
        sys.exit(f'tenant: {args.config}: an entry is not as the Deploy CLI '
                 f'writes it ({type(e).__name__}: {e})')
    except (ConfigError, OSError) as e:
        sys.exit(f'tenant: {e}')

    if args.credentials:
        serve.write_private(args.credentials,
                            json.dumps(tenant.credentials(url), indent=2)
                            + '\n')

    serve.run(server, 'tenant', url, args.pid_file)


if __name__ == '__main__':
    main()
