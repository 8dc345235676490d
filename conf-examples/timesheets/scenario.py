"""The story that `demo run` tells, each step of it checked."""

import base64
import json
import os
import re
import subprocess
import sys
import threading
import time

import requests

from import_job import Failure, ProofKey
from stage import HERE, PYTHON, StageError


UPLOAD = ('POST', '/timesheets/upload')
ENTRY = {'user_id': '007', 'date': '2017-05-12T17:30:00.000Z',
         'project': 'StoreZero', 'hours': 1}


class Page:
    """What the reader sees; counts what was not as it should be."""

    def __init__(self, out=sys.stdout):
        self.out = out
        self.checks = self.failures = 0
        self.colour = out.isatty() and not os.environ.get('NO_COLOR') \
            and os.environ.get('TERM') != 'dumb'
        utf8 = (out.encoding or '').lower().replace('-', '') == 'utf8'
        self.marks = ('✓', '✗') if utf8 else ('ok', 'NOT OK')

    def paint(self, code, text):
        return f'\033[{code}m{text}\033[0m' if self.colour else text

    def say(self, text=''):
        print(text, file=self.out, flush=True)

    def title(self, text):
        self.say('\n' + self.paint('1', text))

    def check(self, good, text, expected=None):
        """A line with a mark; if not good, one on what was expected."""

        self.checks += 1
        self.failures += not good
        mark = self.paint('32', self.marks[0]) if good \
            else self.paint('31', self.marks[1])
        self.say(f'  {mark} {text}')

        if not good and expected:
            self.say(self.paint('31', f'      expected: {expected}'))

        return good

    def row(self, name, request, status, verdict, said):
        status = self.paint('32' if status < '400' else '33',
                            f'{status:<4}')

        return f'{name:<27} {request:<24} {status} {verdict:<19} {said}'

    def head(self):
        self.say(self.paint('2', '    {:<27} {:<24} {:<4} {:<19} {}'.format(
            'token', 'request', '', 'verdict', 'what the client gets')))


class Gate:
    """Requests to nginx, each with what nginx's log says of it."""

    def __init__(self, stage):
        self.stage = stage
        self.session = requests.Session()
        self.session.trust_env = False      # no proxy, no ~/.netrc

    def ask(self, method, path, token=None, headers=None):
        size = os.path.getsize(self.stage.path('access.log'))
        headers = dict(headers or {})

        if token is not None:
            headers['Authorization'] = f'Bearer {token}'

        response = self.session.request(
            method, self.stage.url + path, headers=headers, timeout=15,
            json=ENTRY if method in ('POST', 'PATCH') else None,
            allow_redirects=False)

        return response, self._verdict(size, f'{method} {path}')

    def _verdict(self, size, request):
        # the line is written after the answer has left, and that of a stream
        # which ends meanwhile may stand before it
        line = re.compile(rf'"{re.escape(request)} .*verdict=(\S+).*\n')
        end = time.monotonic() + 3

        while time.monotonic() < end:
            with open(self.stage.path('access.log')) as f:
                f.seek(size)
                found = line.search(f.read())

            if found:
                return found.group(1)

            time.sleep(0.005)

        return 'not logged'

    def revoke(self, **entry):
        response = self.session.post(self.stage.url + '/revoke', json=entry,
                                     timeout=15)

        return response.status_code, response.text.strip()


class Stream:
    """A stream of events, read until it ends."""

    def __init__(self, stage, token):
        self.events = 0
        self.ended = None
        self.response = requests.get(
            stage.url + '/timesheets/events', stream=True, timeout=15,
            headers={'Authorization': f'Bearer {token}'},
            proxies={'http': None})
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            for line in self.response.iter_lines(chunk_size=1):
                self.events += line.startswith(b'data:')
        except (requests.RequestException, AttributeError):
            # cut off by the gate; or closed by close()
            pass

        self.ended = time.monotonic()

    def flows(self, seconds=3):
        """Does another event come?"""

        before, end = self.events, time.monotonic() + seconds

        while self.events == before and self.ended is None \
                and time.monotonic() < end:
            time.sleep(0.02)

        return self.events > before

    def ends(self, start, seconds):
        """After how many seconds from start it ends, or None."""

        while self.ended is None and time.monotonic() < start + seconds:
            time.sleep(0.02)

        return self.ended and self.ended - start


class Tenant:
    """The local stand-in's admin calls."""

    def __init__(self, stage):
        self.url = stage.tenant_url
        self.known = stage.credentials()
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers['X-Admin-Secret'] = self.known['admin_secret']

    def call(self, path, **order):
        response = self.session.post(f'{self.url}/admin/{path}', json=order,
                                     timeout=15)
        answer = response.json()

        if response.status_code != 200:
            raise StageError(f'tenant: {answer["error_description"]}')

        return answer

    def token(self, scope='batch:upload', **order):
        return self.call('token', scope=scope, **order)['access_token']

    def keys(self):
        return self.session.get(f'{self.url}/admin/stats',
                                timeout=15).json()['keys']


def decoded(part):
    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))


def encoded(value):
    text = json.dumps(value, separators=(',', ':')).encode()

    return base64.urlsafe_b64encode(text).rstrip(b'=').decode()


def tampered(token):
    """The same token, but its bearer gave itself all permissions."""

    header, payload, signature = token.split('.')
    claims = decoded(payload)
    claims['scope'] = 'batch:upload read:timesheets approve:timesheets'

    return '.'.join((header, encoded(claims), signature))


def unsigned(token, signature):
    """The same claims under `alg` none."""

    header, payload, _ = token.split('.')

    return '.'.join((encoded(dict(decoded(header), alg='none')), payload,
                     signature))


def said(response):
    """What a client reads in a refusal or in the backend's answer."""

    challenge = response.headers.get('WWW-Authenticate')

    try:
        body = response.json()
    except ValueError:
        body = {}

    if isinstance(body, list):
        return f'{len(body)} timesheets'

    if 'error_description' in body:
        return body['error_description'] \
            + (f' ({body["scope"]})' if 'scope' in body else '')

    if 'id' in body:
        return f'timesheet {body["id"]}' \
            + (', approved' if body.get('approved') else '')

    if 'Allow' in response.headers:
        return f'Allow: {response.headers["Allow"]}'

    return challenge or response.reason.capitalize()


def challenge_fits(response):
    """Does the header say what the body says, and the error code?"""

    challenge = response.headers.get('WWW-Authenticate', '')
    body = response.json()

    if response.status_code == 405:
        return not challenge and bool(response.headers.get('Allow'))

    if not challenge.startswith('Bearer realm='):
        return False

    if 'error' not in body:
        return 'error=' not in challenge

    return f'error="{body["error"]}"' in challenge \
        and f'error_description="{body["error_description"]}"' in challenge


def job_environ(stage, tenant=None):
    environ = dict(os.environ, TIMESHEETS_URL=stage.url,
                   TIMESHEETS_TOKEN_FILE=stage.path('token.json'),
                   PYTHONDONTWRITEBYTECODE='1')

    if tenant:
        client = tenant.known['clients'][0]
        environ.update(AUTH0_DOMAIN=stage.tenant_url,
                       AUTH0_AUDIENCE=stage.audience,
                       AUTH0_CLIENT_ID=client['client_id'],
                       AUTH0_CLIENT_SECRET=client['client_secret'])

    return environ


class Scenario:
    """The story that `demo run` tells."""

    def __init__(self, stage, page):
        self.stage = stage
        self.page = page
        self.gate = Gate(stage)
        self.tenant = Tenant(stage)
        self.master = stage.pid('nginx')
        self.workers = self.all_workers()

    def all_workers(self):
        """nginx's workers, once all of them are there.

        The first one answers while the master still starts the second.
        """

        said = re.search(r'worker_processes\s+(\d+);',
                         self.stage.read('nginx.conf'))
        wanted = int(said.group(1)) if said else 1
        end = time.monotonic() + 5

        while time.monotonic() < end:
            if len(self.stage.workers()) >= wanted:
                break
            time.sleep(0.02)

        return self.stage.workers()

    def play(self):
        self.the_import()
        self.the_permissions()
        self.the_refusals()
        self.the_theft()
        self.the_end_of_a_token()
        self.the_rotation()

    def job(self, *options):
        """Runs the job, its output indented; its exit code and token."""

        job = subprocess.run(
            [PYTHON, os.path.join(HERE, 'import_job.py'), *options],
            env=job_environ(self.stage, self.tenant), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)

        for line in job.stdout.splitlines():
            self.page.say('    ' + line)

        try:
            kept = json.loads(self.stage.read('token.json'))['access_token']
        except (ValueError, KeyError):
            kept = None

        return job.returncode, kept

    def line(self, name, request, token, status, verdict, **headers):
        """One request: a row of the table, checked."""

        method, path = request
        response, seen = self.gate.ask(method, path, token, headers)
        good = (response.status_code, seen) == (status, verdict)

        if good and status >= 400:
            good = challenge_fits(response)

        self.page.check(good, self.page.row(
            name, f'{method} {path}', str(response.status_code), seen,
            said(response)),
            f'{status} {verdict}, header and body saying the same')

        return response

    def the_import(self):
        page, stage = self.page, self.stage
        page.title('1. The import job uploads the contractors\' hours')

        code, token = self.job()
        page.check(code == 0, f'the job ended with exit code {code}', '0')

        if token is None:
            raise StageError('the job kept no token: nothing to go on with')

        client = self.tenant.known['clients'][0]['client_id']
        heard = [line for line in stage.read('backend.log').splitlines()
                 if ' 201 ' in line]
        wanted = f'X-Client="{client}" X-Subject="{client}@clients" ' \
                 'Authorization=-'

        page.check(bool(heard) and all(wanted in line for line in heard),
                   'the backend learned who called, and never saw a token',
                   f'{wanted} in each line of {stage.path("backend.log")}')
        page.say(page.paint('2', f'      X-Client: {client}'))

        self.job_token = token

    def the_permissions(self):
        page, token = self.page, self.tenant.token
        page.title('2. What each permission allows')
        page.head()

        self.line('batch:upload', UPLOAD, token('batch:upload'), 201, 'ok')
        self.line('read:timesheets', ('GET', '/timesheets'),
                  token('read:timesheets'), 200, 'ok')
        made = self.line('create:timesheets', ('POST', '/timesheets'),
                         token('create:timesheets'), 201, 'ok')
        row = made.json().get('id', 0) if made.status_code == 201 else 0
        self.line('approve:timesheets', ('PUT', f'/approvals/{row}'),
                  token('approve:timesheets'), 200, 'ok')
        self.line('delete:timesheets', ('DELETE', f'/timesheets/{row}'),
                  token('delete:timesheets'), 204, 'ok')
        self.line('in RFC 9068\'s profile', UPLOAD,
                  token(profile='rfc9068_profile'), 201, 'ok')
        self.line('with X-Client: the-boss', UPLOAD, self.job_token, 201,
                  'ok', **{'X-Client': 'the-boss', 'X-Subject': 'the-boss'})

        page.check('the-boss' not in self.stage.read('backend.log'),
                   'a client can\'t set X-Client itself: the backend never '
                   'saw the-boss', 'the gate\'s X-Client instead of the client\'s')

    def the_refusals(self):
        page, token = self.page, self.tenant.token
        page.title('3. What the gate refuses')
        page.head()

        reached = self.stage.read('backend.log').count('\n')
        current = self.tenant.keys()['current']
        good = self.job_token

        for name, bad, status, verdict in (
                ('none', None, 401, 'no_token'),
                ('read:timesheets only', token('read:timesheets'),
                 403, 'insufficient_scope'),
                ('tampered payload', tampered(good), 401, 'bad_signature'),
                ('a stranger\'s key', token(key='foreign',
                                            header={'kid': current}),
                 401, 'bad_signature'),
                ('expired a minute ago', token(expires_in=-60),
                 401, 'expired'),
                ('for another audience',
                 token(audience='https://api.exampleco.com/payroll'),
                 401, 'audience_mismatch'),
                ('from another issuer',
                 token(claims={'iss': 'https://evil.example/'}),
                 401, 'issuer_mismatch'),
                ('HS256 with the public key',
                 token(alg='HS256', key='current'),
                 401, 'alg_not_allowed'),
                ('alg none, old signature',
                 unsigned(good, good.split('.')[2]),
                 401, 'alg_not_allowed'),
                ('alg none, no signature', unsigned(good, ''),
                 401, 'malformed_token')):
            self.line(name, UPLOAD, bad, status, verdict)

        page.say(page.paint('2', '      (A JWT with an empty signature is '
                                 'malformed; that is checked before alg.)'))

        self.line('the job\'s', ('PATCH', '/timesheets/14'), good, 405,
                  'method_not_allowed')

        page.check(self.stage.read('backend.log').count('\n') == reached,
                   'none of these requests reached the backend',
                   'no new line in ' + self.stage.path('backend.log'))

    def the_theft(self):
        page = self.page
        page.title('4. A stolen token is useless without the job\'s key')

        code, token = self.job('--dpop', '--new-token')

        try:
            key = ProofKey(self.stage.path('dpop-key.pem'))
            thief = ProofKey(self.stage.path('thief.pem'))
        except Failure as e:
            raise StageError(str(e))

        claims = decoded(token.split('.')[1]) if token else {}
        page.check(code == 0 and claims.get('cnf') == {'jkt': key.thumbprint},
                   f'the job\'s token is bound to its key {key.thumbprint}',
                   'exit code 0 and a token with that cnf')

        if token is None:
            raise StageError('the job kept no token: nothing to go on with')

        # soon after its start nginx wants a nonce in each proof, so that what
        # was used before the start passes no more
        response, _ = self.gate.ask(*UPLOAD, headers=self.proved(token, key))
        key.heed(response)

        page.head()
        self.line('bound, as a bearer token', UPLOAD, token, 401,
                  'sender_constrained')
        self.line('bound, without a proof', UPLOAD, None, 401,
                  'dpop_proof_missing', Authorization=f'DPoP {token}')
        self.line('... with the thief\'s key', UPLOAD, None, 401,
                  'dpop_key_mismatch', **self.proved(token, thief))
        self.line('... a proof for another URL', UPLOAD, None, 401,
                  'dpop_proof_invalid',
                  **self.proved(token, key, '/timesheets'))

        headers = self.proved(token, key)
        self.line('... with the job\'s proof', UPLOAD, None, 201, 'ok',
                  **headers)
        self.line('... the same proof again', UPLOAD, None, 401,
                  'dpop_proof_replayed', **headers)

        code, kept = self.job('--dpop')
        page.check(code == 0 and kept == token,
                   'the job still works, with the same token',
                   'exit code 0 and the same token')

    def proved(self, token, key, path=UPLOAD[1]):
        return {'Authorization': f'DPoP {token}',
                'DPoP': key.proof(UPLOAD[0], self.stage.url + path, token)}

    def the_end_of_a_token(self):
        page, tenant = self.page, self.tenant
        page.title('5. A token is revoked, a day before it expires')

        client = tenant.known['clients'][0]['client_id']
        read = ('GET', '/timesheets')
        old = tenant.token('read:timesheets')
        other = tenant.token('read:timesheets', claims={'azp': 'payroll'})
        stream = Stream(self.stage, old)
        others = Stream(self.stage, other)

        page.check(stream.flows() and others.flows(),
                   'two applications each read a stream of events',
                   'an event in each')
        page.head()
        self.line('the job\'s', read, old, 200, 'ok')

        status, answer = self.gate.revoke(claim='azp', value=client)
        start = time.monotonic()
        page.check(status == 200,
                   f'POST /revoke {{"claim": "azp", "value": "{client}"}}: '
                   f'{answer}', '200')

        self.line('the job\'s, once more', read, old, 401, 'revoked')
        self.line('another application\'s', read, other, 200, 'ok')

        seconds = stream.ends(start, 5)
        page.check(seconds is not None,
                   'the stream of the revoked token '
                   + ('stays open' if seconds is None
                      else f'ended {seconds:.1f} s later'),
                   'its end within 2 s, as "jwt_close_expired on" says')
        page.check(others.flows(),
                   'the other application\'s stream stays open',
                   'another event')
        others.response.close()

        # times are whole seconds: one that is issued in this second is
        # revoked as well
        time.sleep(max(0, start + 1.1 - time.monotonic()))
        self.line('the job\'s, a new one', read,
                  tenant.token('read:timesheets'), 200, 'ok')

    def the_rotation(self):
        page, stage, tenant = self.page, self.stage, self.tenant
        page.title('6. The tenant rotates its signing key')

        old = tenant.token('read:timesheets')
        before = tenant.keys()
        after = tenant.call('keys/rotate')
        page.check(before['next'] == after['current']
                   and before['current'] in after['previous'],
                   f'it signs with {after["current"]} now; '
                   f'{before["current"]} stays valid until it is revoked')

        code, kept = self.job('--new-token')
        kid = decoded(kept.split('.')[0])['kid'] if kept else None
        page.check(code == 0 and kid == after['current'],
                   f'the job ran again, its new token signed with {kid}',
                   f'exit code 0 and {after["current"]}')
        page.head()
        self.line('signed with the old key', ('GET', '/timesheets'), old,
                  200, 'ok')

        page.title('7. The tenant revokes the old key')
        tenant.call('keys/revoke')
        start = time.monotonic()

        # jwks_refresh with its jitter, and the fetch
        while time.monotonic() < start + 10:
            response, verdict = self.gate.ask('GET', '/timesheets', old)
            if response.status_code != 200:
                break
            time.sleep(0.1)

        page.say(f'    {time.monotonic() - start:.1f} s later '
                 f'(the gate fetches keys every {stage.refresh} here):')
        page.head()
        self.line('signed with the old key', ('GET', '/timesheets'), old,
                  401, 'key_not_found')
        self.line('signed with the new key', ('GET', '/timesheets'),
                  tenant.token('read:timesheets'), 200, 'ok')

        self.nginx_is_the_same()

    def nginx_is_the_same(self):
        page, stage = self.page, self.stage
        log = stage.read('error.log')

        page.check(stage.pid('nginx') == self.master
                   and stage.workers() == self.workers
                   and 'reconfiguring' not in log,
                   'nginx was neither reloaded nor restarted: still process '
                   f'{self.master}, with workers '
                   + ', '.join(map(str, self.workers)),
                   f'the processes {self.master}, {self.workers}')

        bad = [line for line in log.splitlines()
               if re.search(r'\[(emerg|alert|crit)\]', line)]
        page.check(not bad, 'nothing alarming in nginx\'s error log',
                   bad[0] if bad else None)
