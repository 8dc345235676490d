"""The stand-in for the tenant: tokens and keys, as Auth0's."""

import base64
import copy
import hashlib
import http.client
import json
import os
import tempfile
import time
import unittest

from cryptography import x509
from jwcrypto import jwk, jws

from support import AUDIENCE, CONFIG, HTTP, POOL, StandIn, opened
import import_job
from standin.encode import b64url
from standin.errors import ConfigError
from standin.tokens import Tenant


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
        "tenant: an application without that grant type gets that answer"
        config = copy.deepcopy(CONFIG)
        config['clients'][0]['grant_types'] = ['authorization_code']
        self.assertEqual(StandIn(config).token().json()['error'],
                         'unauthorized_client')

    def test_dpop(self):
        "tenant: a token that is asked for with a proof is bound to its key"
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        key = import_job.ProofKey(os.path.join(folder.name, 'key'))
        url = self.it.url + '/oauth/token'

        def ask(*proofs):
            # requests sends a list as one header
            sent = http.client.HTTPConnection(self.it.url.split('//')[1])
            sent.putrequest('POST', '/oauth/token')
            body = json.dumps(self.it.request()).encode()
            sent.putheader('Content-Type', 'application/json')
            sent.putheader('Content-Length', str(len(body)))
            for proof in proofs:
                sent.putheader('DPoP', proof)
            sent.endheaders(body)
            response = sent.getresponse()
            return response.status, json.load(response)

        proof = key.proof('POST', url)
        status, answer = ask(proof)
        self.assertEqual((status, answer['token_type']), (200, 'DPoP'))
        self.assertEqual(self.it.verified(answer['access_token'])[1]['cnf'],
                         {'jkt': key.thumbprint})

        status, answer = ask()
        self.assertEqual((status, answer['token_type']), (200, 'Bearer'))
        self.assertNotIn('cnf', opened(answer['access_token'])[1])

        for bad in ((proof,), ('x',), ('',), (key.proof('GET', url),),
                    (key.proof('POST', url + 's'),),
                    (key.proof('POST', url)[:-8] + 'AAAAAAAA',),
                    (key.proof('POST', url), key.proof('POST', url))):
            status, answer = ask(*bad)
            self.assertEqual((status, answer.get('error')),
                             (400, 'invalid_dpop_proof'), bad)

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
            kty='oct', k=b64url(b'x' * 64)))

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
            with self.assertRaisesRegex(ConfigError, text):
                Tenant(config, 'https://x/', pool=POOL)


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
            self.assertEqual(b64url(numbers.n.to_bytes(256, 'big')),
                             key['n'])
            self.assertEqual(b64url(hashlib.sha1(der).digest()),
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
