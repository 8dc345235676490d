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
import hmac
import json
import os
import sys

sys.dont_write_bytecode = True

try:
    import yaml
    from flask import Flask, Response, jsonify, request
    from jwcrypto import jwk

    import serve
    from standin import mtls
    from standin.dpop import ALGORITHMS, Proofs
    from standin.encode import compact_json
    from standin.errors import ConfigError, Refused
    from standin.faults import Desk
    from standin.forgery import forge
    from standin.keys import Key
    from standin.tokens import Tenant
except ImportError as e:
    sys.exit(f'{e.name} is missing for {sys.executable}: apt-get install '
             'python3-flask python3-jwcrypto python3-yaml, and run this with '
             '/usr/bin/python3')


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
    proofs = Proofs()

    @app.errorhandler(Refused)
    def refused(e):
        response = jsonify(error=e.error, error_description=e.description)
        response.status_code = e.status
        return response

    @app.post('/oauth/token')
    def token():
        try:
            jkt = proofs.thumbprint(request.headers.getlist('DPoP'),
                                    request.method, request.base_url)
            x5t = mtls.presented(request.headers.getlist('Client-Certificate'))
            response = jsonify(
                tenant.client_credentials(parameters(), jkt, x5t))
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
            'authorization_endpoint': base + 'authorize',
            'token_endpoint': base + 'oauth/token',
            'jwks_uri': base + '.well-known/jwks.json',
            'grant_types_supported': ['client_credentials'],
            'token_endpoint_auth_methods_supported':
                ['client_secret_basic', 'client_secret_post', *mtls.METHODS],
            'tls_client_certificate_bound_access_tokens': True,
            'dpop_signing_alg_values_supported': ALGORITHMS,
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
    def token_to_order():
        try:
            return jsonify(forge(tenant, admin_order(tenant)))
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
