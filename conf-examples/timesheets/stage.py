"""Puts the demo's parts on stage and takes them down again.

Everything that they write lies in one run directory, with a pid file for
each part: that is how `demo down` finds what `demo up` started.
"""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from urllib.parse import urlsplit


HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PYTHON = '/usr/bin/python3'     # Debian's: it has Flask and jwcrypto
HOST = '127.0.0.1'
AUDIENCE = 'https://api.exampleco.com/timesheets'
PARTS = ('nginx', 'backend', 'tenant')

LEFTOVERS = ('access.log', 'error.log', 'nginx.out', 'backend.log',
             'backend.out', 'tenant.log', 'tenant.out', 'tenant.json',
             'timesheets.db', 'token.json', 'stage.json')


class StageError(Exception):
    """Something is not as the demo needs it; says what to do."""


class Stage:
    """The run directory and its three processes."""

    def __init__(self, environ, local):
        self.environ = environ
        self.local = local
        self.dir = os.path.abspath(environ.get('DEMO_DIR')
                                   or os.path.join(ROOT, 'build', 'demo'))
        self.children = []
        self.ports = {name: self._port(setting, default)
                      for name, setting, default in (
                          ('nginx', 'DEMO_PORT', 8480),
                          ('tenant', 'DEMO_TENANT_PORT', 8481),
                          ('backend', 'DEMO_BACKEND_PORT', 8482))}
        self.url = f'http://{HOST}:{self.ports["nginx"]}'
        self.tenant_url = f'http://{HOST}:{self.ports["tenant"]}'
        self.backend_url = f'http://{HOST}:{self.ports["backend"]}'

        if local:
            self.issuer = self.tenant_url + '/'
            self.audience = AUDIENCE
            self.refresh = '2s'
        else:
            self.issuer = issuer_of(environ['AUTH0_DOMAIN'])
            self.audience = environ.get('AUTH0_AUDIENCE')
            self.refresh = '10m'

    def _port(self, setting, default):
        text = self.environ.get(setting) or str(default)

        if not text.isascii() or not text.isdigit() \
           or not 0 < int(text) < 65536:
            raise StageError(f'{setting} is no port: {text}')

        return int(text)

    def path(self, name):
        return os.path.join(self.dir, name)

    def read(self, name):
        try:
            with open(self.path(name), errors='replace') as f:
                return f.read()
        except FileNotFoundError:
            return ''

    def credentials(self):
        with open(self.path('tenant.json')) as f:
            return json.load(f)

    # what must be there first

    def check(self):
        """Is all there, and nothing in the way? Before start()."""

        running = [p for p in PARTS if self.pid(p)]

        if running:
            raise StageError('the demo is up already: "make demo-down" '
                             'ends it')

        self.module = self._module()
        self.nginx = self._nginx()

        if not self.audience:
            raise StageError('AUTH0_AUDIENCE is not set: the identifier of '
                             'the API in the dashboard')

        for value in (self.issuer, self.audience):
            if any(c in value for c in '"\\$\n'):
                raise StageError(f'not usable in nginx.conf: {value!r}')

        self._check_ports()

    def _module(self):
        path = os.path.abspath(
            self.environ.get('DEMO_MODULE')
            or os.path.join(ROOT, 'build', 'ngx_http_jwt_scope_module.so'))

        if not os.path.exists(path):
            raise StageError(f'no module at {path}: run "make" first, or '
                             'set DEMO_MODULE')

        if '"' in path or '\\' in path:
            raise StageError(f'not usable in nginx.conf: {path!r}')

        return path

    def _nginx(self):
        name = self.environ.get('NGINX') or 'nginx'
        path = shutil.which(name)

        # Debian keeps it where only root's PATH looks
        if path is None and name == 'nginx':
            path = shutil.which('/usr/sbin/nginx')

        if path is None:
            raise StageError(f'{name} is not there: apt-get install nginx, '
                             'or set NGINX')

        return path

    def _check_ports(self):
        settings = {'nginx': 'DEMO_PORT', 'backend': 'DEMO_BACKEND_PORT'}

        if self.local:
            settings['tenant'] = 'DEMO_TENANT_PORT'

        if len({self.ports[p] for p in settings}) < len(settings):
            raise StageError('the ports must differ: '
                             + ', '.join(settings.values()))

        for part, setting in settings.items():
            with socket.socket() as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    s.bind((HOST, self.ports[part]))
                except OSError as e:
                    raise StageError(f'port {self.ports[part]} for {part}: '
                                     f'{e.strerror}. Set {setting} to a '
                                     'free one')

    # up

    def start(self):
        """All parts, each ready when this returns."""

        os.makedirs(self.dir, exist_ok=True)

        for name in LEFTOVERS:
            try:
                os.unlink(self.path(name))
            except FileNotFoundError:
                pass

        backend = self._spawn('backend', [
            PYTHON, os.path.join(HERE, 'backend.py'),
            '--port', str(self.ports['backend']),
            '--database', self.path('timesheets.db'),
            '--log', self.path('backend.log'),
            '--pid-file', self.path('backend.pid')])

        if self.local:
            tenant = self._spawn('tenant', [
                PYTHON, os.path.join(HERE, 'tenant.py'),
                '--port', str(self.ports['tenant']),
                '--credentials', self.path('tenant.json'),
                '--access-log', self.path('tenant.log'),
                '--pid-file', self.path('tenant.pid')])
            self._await('tenant', tenant)

        self._await('backend', backend)
        self._render()
        self._await('nginx', self._spawn('nginx', [
            self.nginx, '-p', self.dir, '-e', 'error.log',
            '-c', self.path('nginx.conf'), '-g', 'daemon off;']))

        with open(self.path('stage.json'), 'w') as f:
            json.dump({'local': self.local, 'url': self.url,
                       'issuer': self.issuer, 'audience': self.audience}, f)

    def _spawn(self, part, command):
        # nginx takes NGINX for the sockets of an nginx that it follows
        environ = {k: v for k, v in self.environ.items() if k != 'NGINX'}

        # a session of its own: Ctrl-C is for the demo, which then stops
        # the parts in order
        with open(self.path(part + '.out'), 'w') as out:
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                cwd=self.dir, start_new_session=True,
                env=dict(environ, PYTHONDONTWRITEBYTECODE='1'))

        self.children.append(child)

        return child

    def _await(self, part, child):
        end = time.monotonic() + 15

        while time.monotonic() < end:
            if child.poll() is not None:
                raise StageError(f'{part} did not start:\n'
                                 + self._last_words(part))

            if self.pid(part) and self._listens(part):
                return

            time.sleep(0.02)

        raise StageError(f'{part} is not ready after 15 s:\n'
                         + self._last_words(part))

    def _listens(self, part):
        with socket.socket() as s:
            s.settimeout(1)
            return s.connect_ex((HOST, self.ports[part])) == 0

    def _last_words(self, part):
        text = self.read(part + '.out')

        if part == 'nginx' and not text:
            text = self.read('error.log')

        return '\n'.join('    ' + line for line in text.splitlines()[-8:])

    def _render(self):
        with open(os.path.join(HERE, 'nginx.conf.in')) as f:
            text = f.read()

        # only root may say as whom the workers run
        user = f'user              {worker_user()};' \
            if os.geteuid() == 0 else ''

        for name, value in (('MODULE', self.module),
                            ('USER', user),
                            ('ISSUER', self.issuer),
                            ('AUDIENCE', self.audience),
                            ('REFRESH', self.refresh),
                            ('PORT', str(self.ports['nginx'])),
                            ('BACKEND_PORT', str(self.ports['backend']))):
            text = text.replace(f'@{name}@', value)

        with open(self.path('nginx.conf'), 'w') as f:
            f.write(text)

    # down

    def pid(self, part):
        """The process of a part, or None: a pid file may be stale."""

        try:
            pid = int(self.read(part + '.pid'))
        except ValueError:
            return None

        return pid if is_alive(pid) and self._is_ours(pid) else None

    def _is_ours(self, pid):
        # the number may have gone to another process meanwhile
        try:
            with open(f'/proc/{pid}/cmdline') as f:
                return self.dir in f.read()
        except FileNotFoundError:
            return not os.path.exists('/proc/self')

    def workers(self):
        """The pids of nginx's workers."""

        master = self.pid('nginx')
        found = []

        for name in os.listdir('/proc') if os.path.exists('/proc') else ():
            if name.isdigit() and stat_of(name)[1:2] == [str(master)]:
                found.append(int(name))

        return sorted(found)

    def stop(self):
        """Ends what runs, nginx first; returns the parts that ran."""

        pids = {part: self.pid(part) for part in PARTS}
        ran = [part for part in PARTS if pids[part]]

        for child in self.children:
            if child.poll() is None:
                pids[child] = child.pid

        for pid in filter(None, pids.values()):
            end_process(pid)

        for child in self.children:
            child.wait()

        self.children = []

        return ran


def issuer_of(domain):
    """Auth0's iss: the domain as URL, with the slash at the end."""

    if '://' not in domain:
        domain = 'https://' + domain

    if not urlsplit(domain).hostname:
        raise StageError(f'AUTH0_DOMAIN is no domain: {domain}')

    return domain.rstrip('/') + '/'


def worker_user():
    """Whom the workers run as when root starts nginx."""

    for name in ('www-data', 'nginx', 'nobody'):
        try:
            pwd.getpwnam(name)
            return name
        except KeyError:
            pass

    raise StageError('no user for nginx\'s workers: www-data is missing')


def stat_of(pid):
    """The fields of /proc/PID/stat from the state on."""

    try:
        with open(f'/proc/{pid}/stat') as f:
            # the name, in parentheses, may hold anything
            return f.read().rpartition(')')[2].split()
    except OSError:
        return []


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True

    # where nobody reaps, the dead stay listed
    return stat_of(pid)[:1] != ['Z']


def end_process(pid):
    for sig, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 2)):
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            return

        end = time.monotonic() + patience

        while time.monotonic() < end:
            if not is_alive(pid):
                return
            time.sleep(0.02)
