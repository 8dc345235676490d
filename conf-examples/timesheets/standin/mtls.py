"""The certificate that a client authenticates with (RFC 8705, section 2)."""

import hashlib
import ssl
from urllib.parse import unquote

from .encode import b64url
from .errors import ConfigError, Refused


METHODS = ('tls_client_auth', 'self_signed_tls_client_auth')


def thumbprint(pem):
    """A certificate's, as `x5t#S256` has it."""

    der = ssl.PEM_cert_to_DER_cert(pem.strip())

    return b64url(hashlib.sha256(der).digest())


def registered(client, entry):
    """Those of the certificates that a clients entry may authenticate with."""

    methods = entry.get('client_authentication_methods') or {}
    found = set()

    for method in METHODS:
        for given in (methods.get(method) or {}).get('credentials') or []:
            try:
                found.add(thumbprint(given['pem']))
            except (KeyError, ValueError) as e:
                raise ConfigError(f'{client}: a certificate of {method} '
                                  f'can\'t be read: {e}')

    return found


def presented(headers):
    """The thumbprint of this request's certificate, or None.

    Who ends TLS before Auth0 hands it on, URL-encoded, in this header, which
    he takes from clients' requests.
    """

    if not headers:
        return None

    try:
        (text,) = headers
        return thumbprint(unquote(text))
    except ValueError:
        raise Refused(400, 'invalid_request',
                      'The header client-certificate is no certificate')
