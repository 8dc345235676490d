"""What tenant.yaml says, and the tokens that follow from it."""

import base64
import hashlib
import hmac
import secrets
import time

from jwcrypto import jwk, jws

from . import mtls
from .encode import b64url, compact_json
from .errors import ConfigError, Refused
from .keys import KeyRing


ASYMMETRIC = ('RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512')
SYMMETRIC = ('HS256', 'HS384', 'HS512')
DIALECTS = ('access_token', 'access_token_authz',
            'rfc9068_profile', 'rfc9068_profile_authz')


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
        self.certificates = mtls.registered(self.name, entry)


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

        settings = config.get('tenant') or {}
        self.default_audience = settings.get('default_audience')

        # RFC 8707's "resource", which Auth0 reads with this setting only
        self.takes_resource = settings.get(
            'resource_parameter_profile') == 'compatibility'

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

    def client_credentials(self, params, jkt=None, x5t=None):
        """The grant of RFC 6749, 4.4, with Auth0's rules and wording.

        With jkt, the thumbprint of the key of a proof, the token is bound to
        that key (RFC 9449). With x5t, the thumbprint of a certificate that is
        the client's, that is its secret, and the token is bound to it (RFC
        8705).
        """

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

        certified = client is not None and x5t in client.certificates

        if client is None or not (same or certified):
            raise Refused(401, 'invalid_client', 'Unauthorized')

        if grant_type not in client.grant_types:
            raise Refused(403, 'unauthorized_client',
                          f"Grant type '{grant_type}' not allowed for the "
                          'client.')

        api, scopes = self._authorize(client, params)
        header, claims = self.claims(client, api, scopes)

        if jkt:
            claims['cnf'] = {'jkt': jkt}

        if certified:
            claims.setdefault('cnf', {})['x5t#S256'] = x5t

        answer = {'access_token': self.sign(api, header, claims)}
        if scopes:
            answer['scope'] = ' '.join(scopes)
        answer['expires_in'] = api.lifetime
        answer['token_type'] = 'DPoP' if jkt else 'Bearer'

        return answer

    def _authorize(self, client, params):
        audience = params.get('audience')

        if not audience and self.takes_resource:
            audience = params.get('resource')

        audience = audience or self.default_audience

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
