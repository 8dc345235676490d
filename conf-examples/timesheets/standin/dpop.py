"""The proof that a token request is made with (RFC 9449, section 5)."""

import json
import time
from urllib.parse import urlsplit

from jwcrypto import jwk, jws
from jwcrypto.common import JWException

from .errors import Refused


WINDOW = 300        # seconds that a proof is good for, and its jti remembered
AHEAD = 30
ALGORITHMS = ['ES256']


class Proofs:
    """Judges proofs; remembers which were used."""

    def __init__(self, now=time.time):
        self._used = {}
        self._now = now

    def thumbprint(self, headers, method, url):
        """The key's, for `cnf`; None where there is no proof."""

        if not headers:
            return None

        if len(headers) > 1:
            raise wrong('there is more than one')

        try:
            header, claims, key = opened(headers[0])
        except (JWException, ValueError, TypeError, KeyError) as e:
            raise wrong(f'it can\'t be read: {e}')

        now = self._now()
        issued = claims.get('iat')

        if header.get('typ') != 'dpop+jwt':
            raise wrong('typ is not dpop+jwt')

        if claims.get('htm') != method:
            raise wrong('htm is another method')

        if stripped(claims.get('htu')) != stripped(url):
            raise wrong('htu is another URL')

        if not isinstance(issued, (int, float)) \
           or not now - WINDOW <= issued <= now + AHEAD:
            raise wrong('iat is not of now')

        if not isinstance(claims.get('jti'), str) or not claims['jti']:
            raise wrong('there is no jti')

        self._use((key.thumbprint(), claims['jti']), now)

        return key.thumbprint()

    def _use(self, name, now):
        self._used = {n: end for n, end in self._used.items() if end > now}

        if name in self._used:
            raise wrong('it was used before')

        self._used[name] = now + WINDOW + AHEAD


def wrong(what):
    return Refused(400, 'invalid_dpop_proof', f'The DPoP proof: {what}')


def stripped(url):
    """Without what RFC 9449 leaves out of htu."""

    parts = urlsplit(url if isinstance(url, str) else '')

    return parts.scheme, parts.netloc, parts.path


def opened(text):
    """Header, claims and key of a proof that its own key signed."""

    token = jws.JWS()
    token.allowed_algs = ALGORITHMS
    token.deserialize(text)
    header = token.jose_header
    key = jwk.JWK(**header['jwk'])

    if key.has_private:
        raise ValueError('its jwk is private')

    token.verify(key)

    return header, json.loads(token.payload), key
