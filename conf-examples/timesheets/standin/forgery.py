"""Tokens to order, which no Auth0 would issue (POST /admin/token)."""

import time

from .errors import Refused
from .tokens import DIALECTS, Api


def forge(tenant, order):
    """Issues what a good token would be, but for what is ordered."""

    client = (tenant.client(order['client']) if 'client' in order
              else next(iter(tenant.clients.values())))

    if client is None:
        raise Refused(400, 'invalid_request', 'no such client')

    audience = order.get('audience')
    names = audience if isinstance(audience, list) else [audience]
    api = next((tenant.apis[a] for a in names if a in tenant.apis),
               next(iter(tenant.apis.values())))
    scopes = order.get('scope')

    if scopes is None:
        scopes = tenant.grants.get((client.id, api.identifier), [])
    elif isinstance(scopes, str):
        scopes = scopes.split()

    header, claims = tenant.claims(client, api, scopes)

    if 'profile' in order:
        header, claims = as_profile(tenant, order['profile'], client, api,
                                    scopes)

    if 'audience' in order:
        claims['aud'] = audience

    if 'expires_in' in order:
        claims['exp'] = int(time.time() + order['expires_in'])

        if order['expires_in'] <= 0:
            # what has expired was once issued with a full lifetime
            claims['iat'] = claims['exp'] - api.lifetime

    key = None

    if 'secret' in order:
        key = order['secret']
    elif 'key' in order:
        key = tenant.keys.find(order['key'])
        header['kid'] = key.kid

    if 'alg' in order:
        header['alg'] = order['alg']

    overlay(claims, order.get('claims'))
    overlay(header, order.get('header'))

    return {'access_token': tenant.sign(api, header, claims, key),
            'header': header, 'claims': claims}


def as_profile(tenant, profile, client, api, scopes):
    if profile not in DIALECTS:
        raise Refused(400, 'invalid_request', 'profile: one of '
                      + ', '.join(DIALECTS))

    entry = Api({'identifier': api.identifier, 'token_dialect': profile,
                 'signing_alg': api.signing_alg,
                 'token_lifetime': api.lifetime})

    return tenant.claims(client, entry, scopes)


def overlay(target, changes):
    """Sets members, and takes away those that are null."""

    for name, value in (changes or {}).items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = value
