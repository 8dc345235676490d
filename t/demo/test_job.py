"""The import job, against a gateway that answers as it is set to."""

import collections
import contextlib
import io
import json
import os
import tempfile
import time
import unittest

from flask import Flask, jsonify, request

from support import AUDIENCE, StandIn, opened, serve_in_thread
import import_job
import serve


class Gateway:
    """Stands where nginx does, and answers as it is set to."""

    def __init__(self):
        self.script = collections.deque()
        self.seen = []
        self.proofs = []
        self.rows = 13
        app = Flask('gateway')

        @app.post('/timesheets/upload')
        def upload():
            self.seen.append((request.headers.get('Authorization'),
                              request.get_json()))
            self.proofs.append(request.headers.get('DPoP'))
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

    def test_dpop(self):
        "job: --dpop binds the token to a key, kept in a file of its own"
        export = self.export(self.ROW, self.ROW)
        path = os.path.join(self.folder, 'c', 'dpop-key.pem')
        self.gate.answers(
            (401, {'WWW-Authenticate': 'Bearer realm="x", DPoP algs="ES256", '
                                       'error="use_dpop_nonce"',
                   'DPoP-Nonce': 'n1'}),
            (201, {'DPoP-Nonce': 'n2'}, {'id': 1}))
        self.assertEqual(self.run_job(export, '--dpop'), 0, self.err)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)

        scheme, token = self.gate.seen[0][0].split()
        jkt = import_job.ProofKey(path).thumbprint
        self.assertEqual(scheme, 'DPoP')
        self.assertEqual(opened(token)[1]['cnf'], {'jkt': jkt})

        proofs = [opened(p)[1] for p in self.gate.proofs]
        self.assertEqual([p.get('nonce') for p in proofs], [None, 'n1', 'n2'])
        self.assertEqual(len({p['jti'] for p in proofs}), 3)
        self.assertEqual({(p['htm'], p['htu']) for p in proofs},
                         {('POST', self.gate.url + '/timesheets/upload')})

        # the same key and token in the next run, and none of a bearer's
        self.assertEqual(self.run_job(export, '--dpop'), 0, self.err)
        self.assertEqual(self.gate.seen[-1][0], f'DPoP {token}')
        self.assertEqual(self.tokens(), 1)
        self.assertEqual(self.run_job(export), 0, self.err)
        self.assertEqual(self.gate.seen[-1][0].split()[0], 'Bearer')
        self.assertEqual(self.gate.proofs[-1], None)

    def test_dpop_nonce_bounded(self):
        "job: --dpop tries once with a nonce, and then says what is wrong"
        wants = (401, {'WWW-Authenticate': 'DPoP error="use_dpop_nonce"',
                       'DPoP-Nonce': 'n'},
                 {'error': 'use_dpop_nonce', 'error_description': 'nonce'})
        self.gate.answers(*[wants] * 9)
        self.assertEqual(self.run_job(self.export(self.ROW), '--dpop'),
                         import_job.REFUSED)
        self.assertLessEqual(len(self.gate.seen), 4)

    def test_dpop_key(self):
        "job: --dpop takes no key that others can read, and no other kind"
        path = os.path.join(self.folder, 'key.pem')
        export = self.export(self.ROW)

        for text, mode, said in (('x', 0o600, 'no private key'),
                                 ('x', 0o644, 'not yours alone')):
            with open(path, 'w') as f:
                f.write(text)
            os.chmod(path, mode)
            self.assertEqual(
                self.run_job(export, '--dpop', TIMESHEETS_DPOP_KEY_FILE=path),
                import_job.CONFIG)
            self.assertIn(said, self.err)

        self.assertEqual(self.gate.seen, [])

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

        # no room for it: a warning, and no more
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
