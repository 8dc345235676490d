#!/usr/bin/python3
"""The Timesheets import Job: contractors' hours, from a CSV into the API.

    AUTH0_DOMAIN         the tenant: exampleco.eu.auth0.com
    AUTH0_AUDIENCE       the API's identifier
    AUTH0_CLIENT_ID      of the machine to machine application
    AUTH0_CLIENT_SECRET
    TIMESHEETS_URL       where the API is: https://timesheets.example.com

With --dpop the token is bound to a key of the job's, which is kept in
TIMESHEETS_DPOP_KEY_FILE (default: beside the token): who steals the token can
do nothing with it.

Exit codes: 0 all entries uploaded, 1 some rows were left out, 2 the
configuration is wrong, 3 the tenant gave no token, 4 the upload was refused,
5 the API can't be reached or kept putting us off, 6 so with the tenant.
"""

import argparse
import base64
import csv
import email.utils
import hashlib
import ipaddress
import json
import math
import os
import secrets
import stat
import sys
import tempfile
import time
from datetime import datetime
from urllib.parse import urlsplit

try:
    import requests
except ImportError:
    sys.exit('requests is missing: apt-get install python3-requests')


SOME_ROWS, CONFIG, NO_TOKEN, REFUSED, NO_API, NO_TENANT = 1, 2, 3, 4, 5, 6

TIMEOUT = (5, 30)       # to connect, to answer: seconds
TRIES = 5               # of one request, when told to come back later
LONGEST_WAIT = 60       # in all, of one request: cron has a next time


class Failure(Exception):
    """The run ends here, with this exit code."""

    def __init__(self, code, message, advice=None):
        super().__init__(message)
        self.code = code
        self.advice = advice


class BadRow(Exception):
    """This row of the export can't be uploaded; the others can."""


class Bearer(requests.auth.AuthBase):
    """As an auth object: else requests would prefer what ~/.netrc says."""

    def __init__(self, token):
        self.token = token

    def __call__(self, request):
        request.headers['Authorization'] = f'Bearer {self.token}'
        return request


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def compact(value):
    return json.dumps(value, separators=(',', ':'), sort_keys=True).encode()


class ProofKey:
    """The job's own key, and the proofs that it signs (RFC 9449)."""

    def __init__(self, path):
        try:
            from cryptography.hazmat.primitives import hashes, serialization
            from cryptography.hazmat.primitives.asymmetric import ec, utils
        except ImportError:
            raise Failure(CONFIG, 'cryptography is missing',
                          'apt-get install python3-cryptography')

        self._ec, self._utils, self._hashes = ec, utils, hashes
        self._formats = serialization
        self._key = self._load(path) or self._make(path)

        point = self._key.public_key().public_numbers()
        self.jwk = {'kty': 'EC', 'crv': 'P-256',
                    'x': b64url(point.x.to_bytes(32, 'big')),
                    'y': b64url(point.y.to_bytes(32, 'big'))}

        # RFC 7638: these members, in their order
        self.thumbprint = b64url(hashlib.sha256(compact(self.jwk)).digest())
        self.nonces = {}

    def _load(self, path):
        try:
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(fd, 'rb') as f:
                info = os.fstat(f.fileno())
                text = f.read()
        except FileNotFoundError:
            return None
        except OSError as e:
            raise Failure(CONFIG, f'{path}: {e.strerror}')

        # others may have read it, or even have put it there
        if stat.S_IMODE(info.st_mode) & 0o077 or info.st_uid != os.getuid():
            raise Failure(CONFIG, f'{path} is not yours alone',
                          f'chmod 600 {path}, or remove it: a new key is '
                          'then made, and a new token asked for')

        try:
            key = self._formats.load_pem_private_key(text, None)
        except (ValueError, TypeError) as e:
            raise Failure(CONFIG, f'{path} is no private key: {e}')

        if not isinstance(key, self._ec.EllipticCurvePrivateKey) \
           or not isinstance(key.curve, self._ec.SECP256R1):
            raise Failure(CONFIG, f'{path} is no key of the curve P-256')

        return key

    def _make(self, path):
        key = self._ec.generate_private_key(self._ec.SECP256R1())
        text = key.private_bytes(self._formats.Encoding.PEM,
                                 self._formats.PrivateFormat.PKCS8,
                                 self._formats.NoEncryption())
        try:
            os.makedirs(os.path.dirname(path) or '.', mode=0o700,
                        exist_ok=True)
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, 'wb') as f:
                f.write(text)
        except OSError as e:
            raise Failure(CONFIG, f'the key can\'t be kept: {path}: '
                          f'{e.strerror}')

        return key

    def proof(self, method, url, token=None):
        """A new one; no two are the same."""

        parts = urlsplit(url)
        header = {'typ': 'dpop+jwt', 'alg': 'ES256', 'jwk': self.jwk}
        claims = {'jti': b64url(secrets.token_bytes(16)), 'htm': method,
                  'htu': parts._replace(query='', fragment='').geturl(),
                  'iat': int(time.time())}

        if token is not None:
            claims['ath'] = b64url(hashlib.sha256(token.encode()).digest())

        nonce = self.nonces.get(parts.netloc)

        if nonce:
            claims['nonce'] = nonce

        text = b64url(compact(header)) + '.' + b64url(compact(claims))
        der = self._key.sign(text.encode(),
                             self._ec.ECDSA(self._hashes.SHA256()))
        r, s = self._utils.decode_dss_signature(der)

        return text + '.' + b64url(r.to_bytes(32, 'big')
                                   + s.to_bytes(32, 'big'))

    def heed(self, response):
        """Keeps the server's nonce; True: it wants this one at once."""

        nonce = response.headers.get('DPoP-Nonce')

        if not nonce:
            return False

        self.nonces[urlsplit(response.url).netloc] = nonce

        # of a resource (section 9) or of the tenant (section 8)
        return response.status_code in (400, 401) \
            and ('use_dpop_nonce' in
                 response.headers.get('WWW-Authenticate', '')
                 or json_object(response).get('error') == 'use_dpop_nonce')


class Proved(requests.auth.AuthBase):
    """A proof, made anew for each request; with a token, and that."""

    def __init__(self, key, token=None):
        self.key = key
        self.token = token

    def __call__(self, request):
        if self.token is not None:
            request.headers['Authorization'] = f'DPoP {self.token}'

        request.headers['DPoP'] = self.key.proof(request.method, request.url,
                                                 self.token)

        return request


class Settings:
    """The environment, checked."""

    NAMES = ('AUTH0_DOMAIN', 'AUTH0_AUDIENCE', 'AUTH0_CLIENT_ID',
             'AUTH0_CLIENT_SECRET', 'TIMESHEETS_URL')

    def __init__(self, environ, dpop=False):
        missing = [n for n in self.NAMES if not environ.get(n)]

        if missing:
            raise Failure(CONFIG, 'not set: ' + ', '.join(missing),
                          'export them: the dashboard shows domain, client '
                          'id and secret in the application\'s settings')

        (self.domain, self.audience, self.client_id, self.client_secret,
         api) = (environ[n] for n in self.NAMES)

        domain = self.domain if '://' in self.domain \
            else 'https://' + self.domain
        self.token_url = base_url('AUTH0_DOMAIN', domain) + '/oauth/token'
        self.upload_url = base_url('TIMESHEETS_URL', api) \
            + '/timesheets/upload'
        self.token_file = environ.get('TIMESHEETS_TOKEN_FILE') \
            or os.path.join(environ.get('XDG_CACHE_HOME')
                            or os.path.expanduser('~/.cache'),
                            'timesheets-import-job', 'token.json')
        self.key = None

        if dpop:
            self.key = ProofKey(
                environ.get('TIMESHEETS_DPOP_KEY_FILE')
                or os.path.join(os.path.dirname(self.token_file),
                                'dpop-key.pem'))

    def fingerprint(self):
        """Whose token the cache holds: one of another API is no use."""

        who = json.dumps([self.token_url, self.audience, self.client_id]
                         + ([self.key.thumbprint] if self.key else []))

        return hashlib.sha256(who.encode()).hexdigest()


def base_url(name, url):
    parts = urlsplit(url)

    if parts.scheme not in ('http', 'https') or not parts.hostname \
       or parts.username or parts.query or parts.fragment:
        raise Failure(CONFIG, f'{name} is no URL of a server: {url}')

    if parts.scheme == 'http' and not is_loopback(parts.hostname):
        raise Failure(CONFIG, f'{name} is http:// and not on this machine: '
                      'secret and token would travel readably',
                      'use https://')

    return url.rstrip('/')


def is_loopback(host):
    if host == 'localhost':
        return True

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def session_for(url):
    session = requests.Session()

    # a proxy from the environment can't reach our own loopback
    session.trust_env = not is_loopback(urlsplit(url).hostname)

    return session


class TokenCache:
    """The token, kept over runs in a file that only the owner reads.

    A cache that can't be read or written costs a token request, no more.
    """

    def __init__(self, path, fingerprint):
        self.path = path
        self.fingerprint = fingerprint

    def load(self):
        try:
            fd = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(fd) as f:
                info = os.fstat(f.fileno())
                kept = json.load(f)

            # others may have read it, or even have put it there
            if stat.S_IMODE(info.st_mode) & 0o077 \
               or info.st_uid != os.getuid():
                return None

            if kept['for'] != self.fingerprint \
               or time.time() >= kept['use_until']:
                return None

            return str(kept['access_token']), kept['use_until']

        except (OSError, ValueError, KeyError, TypeError):
            return None

    def store(self, token, use_until):
        kept = {'for': self.fingerprint, 'access_token': token,
                'use_until': use_until}

        try:
            folder = os.path.dirname(self.path) or '.'
            os.makedirs(folder, mode=0o700, exist_ok=True)
            fd, temp = tempfile.mkstemp(dir=folder)     # 0600
            with os.fdopen(fd, 'w') as f:
                json.dump(kept, f)
            os.replace(temp, self.path)
        except OSError as e:
            # say so, and go on
            return f'the token is not kept: {self.path}: {e.strerror}'

        return None

    def drop(self):
        try:
            os.unlink(self.path)
        except OSError:
            pass


class Job:
    """One run. Talks to the tenant and to the API, nothing else."""

    def __init__(self, settings, out, err, sleep=time.sleep):
        self.settings = settings
        self.out = out
        self.err = err
        self.sleep = sleep
        self.tenant = session_for(settings.token_url)
        self.api = session_for(settings.upload_url)
        self.cache = TokenCache(settings.token_file, settings.fingerprint())
        self.token = None
        self.use_until = 0

    def say(self, text):
        print(text, file=self.out, flush=True)

    def complain(self, text):
        print(text, file=self.err, flush=True)

    # getting a token

    def fetch_token(self):
        s = self.settings
        response = self.patiently(
            self.tenant, s.token_url, 'the tenant', NO_TENANT,
            auth=Proved(s.key) if s.key else None,
            json={'grant_type': 'client_credentials',
                  'client_id': s.client_id,
                  'client_secret': s.client_secret,
                  'audience': s.audience})

        answer = json_object(response)

        if response.status_code != 200:
            raise token_refused(s, response, answer)

        token = answer.get('access_token')
        expires_in = answer.get('expires_in')

        if not isinstance(token, str) or not token:
            raise Failure(NO_TOKEN, f'{s.token_url} answered 200 without an '
                          'access token',
                          'is AUTH0_DOMAIN the tenant\'s domain?')

        if s.key and answer.get('token_type', '').lower() != 'dpop':
            raise Failure(NO_TOKEN, 'the tenant gave a token that anybody '
                          'can use, in spite of the proof',
                          'turn sender constraining (DPoP) on in the API\'s '
                          'settings in the dashboard')

        if not isinstance(expires_in, (int, float)) or expires_in <= 0:
            # RFC 6749 lets it be left out: good for this run
            return token, math.inf

        # clocks differ and uploads take time: give it up before it expires
        use_until = time.time() + expires_in - min(60, expires_in / 10)
        trouble = self.cache.store(token, use_until)

        if trouble:
            self.complain(f'warning: {trouble}')

        return token, use_until

    def bearer(self, fresh=False):
        """The token to use now; asked for each entry, as runs may be long."""

        if fresh:
            self.cache.drop()
            self.token = None

        if self.token is None or time.time() >= self.use_until:
            self.token, self.use_until = (self.cache.load()
                                          or self.fetch_token())

        key = self.settings.key

        return Proved(key, self.token) if key else Bearer(self.token)

    # uploading

    def upload(self, entry):
        """Uploads one entry; returns the row that was made."""

        response = self.post(entry, self.bearer())

        if response.status_code == 401:
            # the key was revoked, say: a new token may do, once
            response = self.post(entry, self.bearer(fresh=True))

        if response.status_code == 201:
            row = json_object(response)
            if 'id' not in row:
                raise Failure(REFUSED, f'{self.settings.upload_url} answered '
                              '201 without a row',
                              'is TIMESHEETS_URL the timesheets API?')
            return row

        if response.status_code in (400, 413, 422):
            answer = json_object(response)
            if 'WWW-Authenticate' not in response.headers:
                raise BadRow(answer.get('detail') or response.reason)

        raise upload_refused(self.settings, response)

    def post(self, entry, auth):
        return self.patiently(self.api, self.settings.upload_url, 'the API',
                              NO_API, json=entry, auth=auth)

    # waiting

    def patiently(self, session, url, whom, code, **kwargs):
        """POSTs; tries again later when told to, within bounds.

        Only after 429 and 503: both mean that nothing was done. After a
        timeout the entry may be there already, and a second try would make
        it twice.
        """

        waited = 0
        tries = 0
        key = self.settings.key
        nonces = 0

        while True:
            try:
                # a redirect would carry secret or token somewhere else
                response = session.post(url, timeout=TIMEOUT,
                                        allow_redirects=False, **kwargs)
            except requests.RequestException as e:
                raise Failure(code, f'{whom} can\'t be reached: {url}: '
                              f'{reason_of(e)}',
                              'is it running, and is the address right?')

            # nothing was done; once is enough for a server that means it
            if key and key.heed(response) and nonces == 0:
                nonces += 1
                continue

            tries += 1

            if response.status_code not in (429, 503):
                return response

            wait = wanted_wait(response)
            if wait is None:
                wait = 2 ** (tries - 1)

            if tries >= TRIES or waited + wait > LONGEST_WAIT:
                raise Failure(code, f'{whom} puts us off: {url}: '
                              f'{response.status_code} after {tries} tries'
                              f' (asks for {wait:g} s more)',
                              'the next run will try again; if this lasts, '
                              'see nginx\'s error log' if code == NO_API
                              else 'this is the tenant\'s rate limit: '
                              'run the job less often')

            self.complain(f'{whom} answers {response.status_code}: waiting '
                          f'{wait:g} s')
            self.sleep(wait)
            waited += wait


def wanted_wait(response):
    """Seconds that the server asks us to wait, or None."""

    text = response.headers.get('Retry-After', '')

    if text.isascii() and text.isdigit():
        return int(text)

    if text:
        try:
            then = email.utils.parsedate_to_datetime(text).timestamp()
            return max(0, math.ceil(then - time.time()))
        except (TypeError, ValueError):
            return None

    # Auth0 tells when, not how long
    reset = response.headers.get('X-RateLimit-Reset', '')

    if reset.isascii() and reset.isdigit():
        return max(1, math.ceil(int(reset) - time.time()))

    return None


def reason_of(error):
    """The last of the causes: requests wraps it three times."""

    while True:
        inner = getattr(error, 'reason', None) or error.__cause__ \
            or error.__context__
        if not isinstance(inner, BaseException):
            break
        error = inner

    text = str(error) or type(error).__name__

    return text.split(': ', 1)[-1] if text.startswith('<') else text


def json_object(response):
    try:
        answer = response.json()
    except ValueError:
        return {}

    return answer if isinstance(answer, dict) else {}


def token_refused(s, response, answer):
    """What the tenant's answer means, and what to do about it."""

    error = answer.get('error', '')
    said = answer.get('error_description') or response.reason
    advice = {
        'invalid_client':
            'check AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET against the '
            'application\'s settings in the dashboard',
        'access_denied':
            'authorize the application for the API in the dashboard: '
            'Applications > APIs > the API > Machine to Machine Applications '
            f'(a client grant); AUTH0_AUDIENCE is {s.audience}',
        'unauthorized_client':
            'switch the Client Credentials grant on: in the dashboard, the '
            'application\'s advanced settings, Grant Types',
    }.get(error, 'check AUTH0_DOMAIN and AUTH0_AUDIENCE')

    return Failure(NO_TOKEN, f'the tenant gives no token: '
                   f'{response.status_code} {error or "no OAuth error"}: '
                   f'{said}', advice)


def upload_refused(s, response):
    status = response.status_code
    answer = json_object(response)
    said = answer.get('error_description') or answer.get('detail') \
        or response.reason

    if 300 <= status < 400:
        return Failure(CONFIG, f'{s.upload_url} redirects to '
                       f'{response.headers.get("Location")}',
                       'set TIMESHEETS_URL to the final address')

    if status >= 500:
        return Failure(NO_API, f'the API fails: {status} {response.reason}',
                       'the gateway is there, but the backend behind it '
                       'isn\'t well: see nginx\'s error log')

    advice = {
        401: 'the gateway trusts another tenant or audience: compare its '
             '"jwt_issuer" block with AUTH0_DOMAIN and AUTH0_AUDIENCE; '
             'nginx\'s error log names what differs',
        403: f'the token lacks {answer.get("scope", "a permission")}: add '
             'it to the application\'s client grant in the dashboard',
    }.get(status, 'is TIMESHEETS_URL the timesheets API?')

    return Failure(REFUSED, f'the upload is refused: {status}: {said}',
                   advice)


def entry_of(row):
    """An entry from a line of the export, or BadRow."""

    if None in row or None in row.values():
        raise BadRow('it has not as many fields as the heading')

    entry = {name: row[name].strip()
             for name in ('user_id', 'date', 'project')}

    for name, value in entry.items():
        if not value:
            raise BadRow(f'{name} is empty')

    try:
        datetime.fromisoformat(entry['date'].replace('Z', '+00:00'))
    except ValueError:
        raise BadRow(f'date is not ISO 8601: {entry["date"]!r}')

    try:
        hours = float(row['hours'])
    except ValueError:
        raise BadRow(f'hours is no number: {row["hours"]!r}')

    if not 0 < hours <= 24:
        raise BadRow(f'hours must be above 0 and at most 24: {row["hours"]}')

    entry['hours'] = int(hours) if hours.is_integer() else hours

    return entry


def read_export(path):
    """Yields (line number, row) of the export."""

    try:
        with open(path, newline='', encoding='utf-8-sig') as f:
            reader = csv.DictReader(f)
            wanted = {'user_id', 'date', 'project', 'hours'}
            lacking = wanted - set(reader.fieldnames or ())

            if lacking:
                raise Failure(CONFIG, f'{path} has no column '
                              + ', '.join(sorted(lacking)),
                              'the first line must name the columns')

            for row in reader:
                yield reader.line_num, row

    except OSError as e:
        raise Failure(CONFIG, f'{path}: {e.strerror}')
    except (UnicodeDecodeError, csv.Error) as e:
        raise Failure(CONFIG, f'{path} is not a CSV file: {e}')


def run(job, path, fresh=False):
    """The whole export; returns the exit code."""

    done = bad = line = 0

    try:
        if fresh:
            job.bearer(fresh=True)

        for line, row in read_export(path):
            try:
                created = job.upload(entry_of(row))
            except BadRow as e:
                bad += 1
                job.complain(f'{path}, line {line}: left out: {e}')
                continue

            done += 1
            job.say(f'Created timesheet {created["id"]} for employee '
                    f'{created.get("user_id")}.')

    except Failure:
        if done:
            # the API takes an entry twice
            job.complain(f'{done} entries were uploaded before line {line}: '
                         'take them out of the export before the next run')
        raise

    if bad:
        job.say(f'{done} of {done + bad} entries uploaded, {bad} left out.')
        return SOME_ROWS

    job.say(f'All {done} entries uploaded.')

    return 0


def main(argv=None, environ=os.environ, out=None, err=None,
         sleep=time.sleep):
    here = os.path.dirname(os.path.abspath(__file__))

    p = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('export', nargs='?',
                   default=os.path.join(here, 'export.csv'),
                   help='CSV with user_id,date,project,hours (default: '
                        'export.csv beside this script)')
    p.add_argument('--new-token', action='store_true',
                   help='pass over a token kept from an earlier run')
    p.add_argument('--print-token', action='store_true',
                   help='print a token instead of uploading')
    p.add_argument('--dpop', action='store_true',
                   help='with a token that is bound to a key of the job\'s')
    args = p.parse_args(argv)
    out = out or sys.stdout
    err = err or sys.stderr

    try:
        job = Job(Settings(environ, args.dpop), out, err, sleep)

        if args.print_token:
            job.say(job.bearer(fresh=args.new_token).token)
            return 0

        return run(job, args.export, args.new_token)

    except Failure as e:
        print(f'import job: {e}', file=err)
        if e.advice:
            print(f'    {e.advice}', file=err)
        return e.code

    except KeyboardInterrupt:
        return 130


if __name__ == '__main__':
    sys.exit(main())
