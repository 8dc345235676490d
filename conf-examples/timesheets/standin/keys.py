"""The tenant's signing keys: current, next, and previous until revoked."""

import base64
import collections
import datetime
import hashlib
import json
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from jwcrypto import jwk

from .encode import b64url, compact_json
from .errors import Refused


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
