"""The demo as a whole, with nginx and the module: run, up, down."""

import contextlib
import fcntl
import json
import os
import random
import re
import signal
import socket
import subprocess
import tempfile
import time
import unittest

import requests

from support import AUDIENCE, HTTP, PARTS, TOP
import serve
import stage


LOCKS = []


def free_ports(count):
    """Up to four ports that are nobody else's while the tests run.

    They are locked as t/lib/NJWT/Process.pm and Test::Nginx lock theirs, and
    lie below those that the kernel gives to clients, which any connection
    could take before the demo binds them.
    """

    folder = os.path.join(tempfile.gettempdir(),
                          f'test-nginx-port-locks-{os.getuid()}')
    os.makedirs(folder, exist_ok=True)

    while True:
        first = 1988 + 4 * random.randrange(7600)
        lock = open(os.path.join(folder, f'port-{first}.lock'), 'a')

        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for port in range(first, first + 4):
                with socket.socket() as s:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    s.bind((serve.HOST, port))
        except OSError:
            lock.close()
            continue

        LOCKS.append(lock)

        return [str(first + i) for i in range(count)]


class Demo(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = os.path.join(folder.name, 'demo')
        self.ports = free_ports(3)
        self.environ = {k: v for k, v in os.environ.items()
                        if not k.startswith(('AUTH0_', 'DEMO_'))}
        self.environ.update(
            DEMO_DIR=self.dir, DEMO_PORT=self.ports[0],
            DEMO_TENANT_PORT=self.ports[1], DEMO_BACKEND_PORT=self.ports[2])
        self.url = f'http://127.0.0.1:{self.ports[0]}'

        for ours, theirs in (('DEMO_MODULE', 'NJWT_MODULE'),
                             ('NGINX', 'NJWT_NGINX')):
            if os.environ.get(theirs):
                self.environ[ours] = os.environ[theirs]

        self.addCleanup(self.demo, 'down')

    def demo(self, *argv, parts=PARTS, **environ):
        done = subprocess.run(
            [os.path.join(parts, 'demo'), *argv], text=True,
            env=dict(self.environ, **environ), stdin=subprocess.DEVNULL,
            capture_output=True, timeout=60)
        self.out, self.err = done.stdout, done.stderr

        return done.returncode

    def left(self):
        """Our processes that still run: pids and command lines."""

        found = []

        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open(f'/proc/{pid}/cmdline') as f:
                    line = f.read()
            except OSError:
                continue
            if self.dir in line and stage.is_alive(int(pid)):
                found.append((pid, line))

        return found

    def read(self, name):
        with open(os.path.join(self.dir, name)) as f:
            return f.read()

    def get(self, token=None):
        headers = {'Authorization': f'Bearer {token}'} if token else {}

        return HTTP.get(self.url + '/timesheets', headers=headers, timeout=5)

    def copy_with(self, *changes):
        """A copy of the demo whose nginx.conf.in differs."""

        parts = os.path.join(os.path.dirname(self.dir), 'parts')
        subprocess.run(['cp', '-r', PARTS, parts], check=True)
        path = os.path.join(parts, 'nginx.conf.in')

        with open(path) as f:
            text = f.read()

        for old, new in changes:
            text, count = re.subn(old, new, text)
            self.assertEqual(count, 1, old)

        with open(path, 'w') as f:
            f.write(text)

        # found by the checkout's path otherwise
        self.environ.setdefault('DEMO_MODULE', os.path.join(
            TOP, 'build', 'ngx_http_jwt_scope_module.so'))

        return parts

    def test_run(self):
        "demo run: all is as it should be, and nothing is left running"
        self.assertEqual(self.demo('run'), 0, self.out + self.err)
        self.assertIn('Created timesheet 14 for employee 007.', self.out)
        self.assertNotIn('✗', self.out)
        self.assertNotIn('\033', self.out)
        for verdict in ('ok', 'no_token', 'insufficient_scope', 'expired',
                        'bad_signature', 'audience_mismatch',
                        'issuer_mismatch', 'alg_not_allowed',
                        'malformed_token', 'method_not_allowed',
                        'sender_constrained', 'dpop_proof_missing',
                        'dpop_key_mismatch', 'dpop_proof_invalid',
                        'dpop_proof_replayed', 'revoked',
                        'key_not_found'):
            self.assertRegex(self.out, rf'✓ .* [1-5]\d\d +{verdict} ')
        self.assertRegex(self.out, r'✓ the job\'s, a new one .* 200 +ok ')
        self.assertRegex(self.out, r'✓ the stream of .* ended [0-2]\.\d s')
        self.assertIn('✓ the other application\'s stream stays open',
                      self.out)
        self.assertEqual(self.left(), [])
        with self.assertRaises(requests.ConnectionError):
            self.get()

    def test_open_gate(self):
        "demo run: a gate that lets too much through is noticed: exit code 1"
        parts = self.copy_with(
            (r'jwt_require_scope  batch:upload.*', ''),
            (r'jwt_identity_header  X-Client .*', ''))
        self.assertEqual(self.demo('run', parts=parts), 1)
        self.assertRegex(self.out, r'✗ read:timesheets only .* 201')
        self.assertIn('expected: 403 insufficient_scope', self.out)
        self.assertIn('✗ none of these requests reached the backend',
                      self.out)
        self.assertIn('✗ a client can\'t set X-Client itself', self.out)
        self.assertEqual(self.left(), [])

    def test_no_end(self):
        "demo run: a stream that goes on without its token is noticed"
        parts = self.copy_with((r'jwt_close_expired  on;', ''))
        self.assertEqual(self.demo('run', parts=parts), 1)
        self.assertIn('✗ the stream of the revoked token stays open',
                      self.out)
        self.assertIn('expected: its end within 2 s', self.out)
        self.assertIn('1 of ', self.out)
        self.assertEqual(self.left(), [])

    def test_bad_configuration(self):
        "demo run: what nginx says to a bad configuration is shown"
        parts = self.copy_with((r'jwt_shared_zone ', 'jwt_shared_zones '))
        self.assertEqual(self.demo('run', parts=parts), 2)
        self.assertIn('nginx did not start', self.err)
        self.assertIn('unknown directive "jwt_shared_zones"', self.err)
        self.assertEqual(self.left(), [])

    def test_interrupted(self):
        "demo run: interrupted, it leaves nothing running either"
        child = subprocess.Popen(
            [os.path.join(PARTS, 'demo'), 'run'], env=self.environ,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while time.monotonic() < end and not os.path.exists(
                os.path.join(self.dir, 'nginx.pid')):
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        self.assertEqual(child.wait(10), 130)
        self.assertEqual(self.left(), [])

    def test_in_the_way(self):
        "demo: what is missing or in the way is named, with what to set"
        for text, environ in (
                ('DEMO_MODULE', {'DEMO_MODULE': '/nowhere/x.so'}),
                ('NGINX', {'NGINX': 'no-such-nginx'}),
                ('DEMO_PORT', {'DEMO_PORT': 'eighty'}),
                ('must differ', {'DEMO_PORT': self.ports[1]}),
                ('AUTH0_AUDIENCE', {'AUTH0_DOMAIN': 'x.example'})):
            self.assertEqual(self.demo('up', **environ), 2)
            self.assertIn(text, self.err)

        for setting in ('DEMO_PORT', 'DEMO_TENANT_PORT',
                        'DEMO_BACKEND_PORT'):
            with contextlib.closing(serve.listen(0, '')) as sock:
                port = str(sock.getsockname()[1])
                self.assertEqual(self.demo('run', **{setting: port}), 2)
                self.assertIn(f'port {port}', self.err)
                self.assertIn(f'Set {setting}', self.err)

        self.assertEqual(self.demo('job'), 2)
        self.assertIn('make demo-up', self.err)
        self.assertEqual(self.demo('dance'), 2)
        self.assertEqual(self.left(), [])

    def test_up(self):
        "demo up: stays up to play with, until down"
        self.assertEqual(self.demo('up'), 0, self.err)
        self.assertIn(f'curl -i {self.url}/timesheets', self.out)
        said = self.out
        self.assertEqual(len(self.left()), 3, self.left())

        self.assertEqual(self.get().status_code, 401)
        self.assertEqual(self.demo('token', 'read:timesheets'), 0)
        old = self.out.strip()
        self.assertEqual(self.get(old).status_code, 200)
        self.assertEqual(self.demo('token'), 0)
        self.assertEqual(self.get(self.out.strip()).status_code, 403)
        self.assertEqual(self.demo('job'), 0)

        # what it says revokes the job's tokens, and the job gets a new one
        self.assertEqual(self.demo('token'), 0)
        revoked = self.out.strip()
        entry = re.search(r"/revoke -d '(.*)'", said).group(1)
        self.assertEqual(HTTP.post(self.url + '/revoke', data=entry,
                                   timeout=5).json(), {'revoked': 1})
        self.assertEqual(self.get(revoked).status_code, 401)
        time.sleep(1.1)
        self.assertEqual(self.demo('job'), 0, self.out + self.err)
        self.assertEqual(self.demo('token', 'read:timesheets'), 0)
        old = self.out.strip()
        self.assertEqual(self.get(old).status_code, 200)

        # neither a second one nor a run ends what is up
        for command in ('up', 'run'):
            self.assertEqual(self.demo(command), 2)
            self.assertIn('make demo-down', self.err)

        self.assertEqual(self.demo('revoke'), 2)
        self.assertIn('rotate first', self.err)
        self.assertEqual(self.demo('rotate'), 0)
        self.assertEqual(self.demo('revoke'), 0)
        end = time.monotonic() + 10
        while self.get(old).status_code == 200 and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual(self.get(old).status_code, 401)

        # the job's kept token is of the old key: it helps itself
        self.assertEqual(self.demo('job'), 0, self.out + self.err)

        self.assertEqual(self.demo('down'), 0)
        self.assertIn('nginx, backend, tenant', self.out)
        self.assertEqual(self.left(), [])
        self.assertEqual(self.demo('down'), 0)
        self.assertIn('Nothing was running', self.out)

    def test_real_tenant(self):
        "demo up: with AUTH0_DOMAIN no tenant is started, and the job works"
        known = os.path.join(os.path.dirname(self.dir), 'tenant.json')
        tenant = subprocess.Popen(
            [os.path.join(PARTS, 'tenant.py'), '--port', self.ports[1],
             '--credentials', known], stdout=subprocess.PIPE,
            env=self.environ)

        try:
            tenant.stdout.readline()
            with open(known) as f:
                about = json.load(f)

            client = about['clients'][0]
            self.environ.update(
                AUTH0_DOMAIN=about['url'].rstrip('/'),
                AUTH0_AUDIENCE=AUDIENCE, AUTH0_CLIENT_ID=client['client_id'],
                AUTH0_CLIENT_SECRET=client['client_secret'])

            self.assertEqual(self.demo('up'), 0, self.err)
            self.assertNotIn('Not ready', self.out)
            self.assertFalse(os.path.exists(
                os.path.join(self.dir, 'tenant.json')))
            self.assertIn('jwks_refresh  10m;', self.read('nginx.conf'))
            self.assertEqual(self.demo('job'), 0, self.err)
            self.assertIn('Created timesheet 14 for employee 007.', self.out)
            self.assertEqual(self.demo('token'), 0)
            self.assertEqual(self.get(self.out.strip()).status_code, 403)
            for command in (('rotate',), ('token', 'read:timesheets')):
                self.assertEqual(self.demo(*command), 2)
            self.assertEqual(self.demo('down'), 0)
        finally:
            tenant.kill()
            tenant.communicate()

    def test_absent_tenant(self):
        "demo up: a tenant that can't be reached is reported at once"
        nobody = f'http://127.0.0.1:{self.ports[1]}'
        self.assertEqual(self.demo('up', AUTH0_DOMAIN=nobody,
                                   AUTH0_AUDIENCE=AUDIENCE), 0)
        self.assertIn('Not ready yet', self.out)
        self.assertIn(nobody, self.out.split('Not ready yet')[1])
