"""What the tests of the demo's parts share: a tenant in this process."""

import base64
import json
import os
import sys
import threading

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PARTS = os.path.join(TOP, 'conf-examples', 'timesheets')
sys.path.insert(0, PARTS)

import requests                                             # noqa: E402
import yaml                                                 # noqa: E402
from jwcrypto import jwk, jws                               # noqa: E402

import serve                                                # noqa: E402
import tenant                                               # noqa: E402
from standin.keys import Key                                # noqa: E402
from standin.tokens import Tenant                           # noqa: E402


AUDIENCE = 'https://api.exampleco.com/timesheets'

# made once: it is keys that cost time here
POOL = [Key() for _ in range(6)]

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
        self.tenant = Tenant(config, issuer, client_secret='secret',
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
