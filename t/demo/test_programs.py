"""Tenant, backend and job as programs."""

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import unittest

from support import HTTP, PARTS, POOL
import serve


class Programs(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def start(self, name, *argv, **environ):
        child = subprocess.Popen(
            [os.path.join(PARTS, name), *argv], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, PYTHONDONTWRITEBYTECODE='1', **environ))

        def end():
            if child.poll() is None:
                child.kill()
            child.communicate()

        self.addCleanup(end)

        return child

    def test_programs(self):
        "programs: tenant, backend and job work together, and end cleanly"
        def path(name):
            return os.path.join(self.folder, name)

        stand_in = self.start(
            'tenant.py', '--port', '0', '--credentials', path('tenant.json'),
            '--pid-file', path('tenant.pid'), '--access-log', path('t.log'),
            TENANT_CLIENT_SECRET='of the job')
        rows = self.start('backend.py', '--port', '0', '--database',
                          path('rows.db'), '--log', path('b.log'),
                          '--pid-file', path('backend.pid'))

        self.assertIn('tenant: ready on ', stand_in.stdout.readline())
        url = rows.stdout.readline().split()[-1]
        self.assertEqual(os.stat(path('tenant.json')).st_mode & 0o777, 0o600)
        known = json.load(open(path('tenant.json')))
        client = known['clients'][0]
        self.assertEqual(client['client_secret'], 'of the job')
        self.assertEqual(known['issuer'], known['url'])
        self.assertEqual(int(open(path('tenant.pid')).read()), stand_in.pid)

        job = self.start(
            'import_job.py', AUTH0_DOMAIN=known['url'],
            AUTH0_AUDIENCE=known['apis'][0]['identifier'],
            AUTH0_CLIENT_ID=client['client_id'],
            AUTH0_CLIENT_SECRET=client['client_secret'], TIMESHEETS_URL=url,
            TIMESHEETS_TOKEN_FILE=path('token'))
        out, err = job.communicate(timeout=10)
        self.assertEqual((job.returncode, err), (0, ''))
        self.assertEqual(out.splitlines()[0],
                         'Created timesheet 14 for employee 007.')

        self.assertIn('"POST /oauth/token HTTP/1.1" 200',
                      open(path('t.log')).read())

        for child, pid_file in ((stand_in, 'tenant.pid'),
                                (rows, 'backend.pid')):
            child.send_signal(signal.SIGTERM)
            self.assertEqual(child.wait(5), 0)
            self.assertFalse(os.path.exists(path(pid_file)))

    def test_port_in_use(self):
        "programs: a port in use is an error that names the setting"
        with contextlib.closing(serve.listen(0, '')) as sock:
            port = str(sock.getsockname()[1])
            for name, setting, argv in (
                    ('tenant.py', 'DEMO_TENANT_PORT', ()),
                    ('backend.py', 'DEMO_BACKEND_PORT',
                     ('--database', os.path.join(self.folder, 'db')))):
                child = self.start(name, *argv, **{setting: port})
                _, err = child.communicate(timeout=10)
                self.assertEqual(child.returncode, 1)
                self.assertIn(f'port {port}', err)
                self.assertIn(setting, err)

    def test_bad_config(self):
        "programs: a bad tenant.yaml is an error that names it"
        path = os.path.join(self.folder, 'bad.yaml')
        for text in ('a: [', 'resourceServers: 7', 'resourceServers: [x]'):
            with open(path, 'w') as f:
                f.write(text)
            child = self.start('tenant.py', '--port', '0', '--config', path)
            _, err = child.communicate(timeout=10)
            self.assertEqual(child.returncode, 1, err)
            self.assertIn(path, err)
            self.assertNotIn('Traceback', err)

    def test_key_pool(self):
        "programs: a key pool makes the key set the same each time"
        pool = os.path.join(self.folder, 'pool.json')
        with open(pool, 'w') as f:
            json.dump({'keys': [json.loads(k.private.export())
                                for k in POOL[:2]]}, f)
        child = self.start('tenant.py', '--port', '0', '--key-pool', pool)
        url = child.stdout.readline().split()[-1]
        kids = [k['kid'] for k in HTTP.get(
            url + '.well-known/jwks.json').json()['keys']]
        self.assertEqual(kids, [POOL[0].kid, POOL[1].kid])
