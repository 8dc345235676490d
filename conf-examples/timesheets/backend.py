#!/usr/bin/python3
"""The timesheets backend: rows in SQLite, and no idea of tokens.

It is what stood there before the gate, unmodified: whoever reaches it may do
everything. Who that was is known from the headers that the gate sets, and
written down with each request, which is the only audit trail.
"""

import argparse
import json
import os
import sqlite3
import sys
import time
from contextlib import closing
from datetime import datetime

try:
    from flask import Flask, Response, g, jsonify, request
    from werkzeug.exceptions import HTTPException
except ImportError as e:
    sys.exit(f'{e.name} is missing: apt-get install python3-flask')

import serve


SCHEMA = '''
    CREATE TABLE IF NOT EXISTS timesheets (
        id       INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id  TEXT    NOT NULL,
        date     TEXT    NOT NULL,
        project  TEXT    NOT NULL,
        hours    REAL    NOT NULL,
        approved INTEGER NOT NULL DEFAULT 0
    )
'''

# what employees have entered by themselves before the contractors' come
EMPLOYEES = ('021', '034', '055')
PROJECTS = ('StoreZero', 'Checkout', 'StoreZero', 'Warehouse')
SEED = [(EMPLOYEES[i % 3], f'2017-05-{1 + i // 3:02}T16:30:00.000Z',
         PROJECTS[i % 4], 8 if i % 5 else 6.5, i < 10)
        for i in range(13)]


def open_database(path):
    """Makes the table, and fills a new one."""

    db = sqlite3.connect(path, timeout=5)

    with db:
        db.execute(SCHEMA)
        if db.execute('SELECT count(*) FROM timesheets').fetchone()[0] == 0:
            db.executemany(
                'INSERT INTO timesheets (user_id, date, project, hours, '
                'approved) VALUES (?, ?, ?, ?, ?)', SEED)

    db.close()


class BadEntry(Exception):
    """The body is no timesheet entry: 400, with the reason."""


def entry_of(body):
    """The four values of an entry, checked."""

    if not isinstance(body, dict):
        raise BadEntry('the body must be a JSON object')

    for name in ('user_id', 'date', 'project'):
        if not isinstance(body.get(name), str) or not body[name]:
            raise BadEntry(f'"{name}" must be a string that is not empty')

    try:
        # Python 3.11 takes the Z, older ones don't
        datetime.fromisoformat(body['date'].replace('Z', '+00:00'))
    except ValueError:
        raise BadEntry('"date" must be an ISO 8601 date')

    hours = body.get('hours')

    if isinstance(hours, bool) or not isinstance(hours, (int, float)) \
       or not 0 < hours <= 24:
        raise BadEntry('"hours" must be a number above 0, at most 24')

    return body['user_id'], body['date'], body['project'], hours


def row_of(row):
    hours = row['hours']

    return {'id': row['id'], 'user_id': row['user_id'], 'date': row['date'],
            'project': row['project'],
            'hours': int(hours) if hours == int(hours) else hours,
            'approved': bool(row['approved'])}


def create_app(database, log):
    """The backend as a WSGI application; `log` is a writable text file."""

    app = Flask('backend')
    app.config['MAX_CONTENT_LENGTH'] = 64 * 1024
    app.json.sort_keys = False
    open_database(database)

    def db():
        if 'db' not in g:
            g.db = sqlite3.connect(database, timeout=5)
            g.db.row_factory = sqlite3.Row
        return g.db

    @app.teardown_appcontext
    def close(_):
        if 'db' in g:
            g.db.close()

    @app.after_request
    def audit(response):
        # JSON strings: what a client sent can't break the line
        def given(name):
            value = request.headers.get(name)
            return '-' if value is None else json.dumps(value)

        log.write('{} {} {} {} X-Client={} X-Subject={} '
                  'Authorization={}\n'.format(
                      time.strftime('%Y-%m-%dT%H:%M:%S'), request.method,
                      json.dumps(request.path), response.status_code,
                      given('X-Client'), given('X-Subject'),
                      'there' if 'Authorization' in request.headers else '-'))
        log.flush()

        return response

    @app.errorhandler(HTTPException)
    def failed(e):
        return jsonify(error=e.name, detail=e.description), e.code

    @app.errorhandler(BadEntry)
    def bad_entry(e):
        return jsonify(error='Bad Request', detail=str(e)), 400

    def find(row_id):
        row = db().execute('SELECT * FROM timesheets WHERE id = ?',
                           (row_id,)).fetchone()
        return row and row_of(row)

    def not_found(row_id):
        return jsonify(error='Not Found',
                       detail=f'no timesheet {row_id}'), 404

    def body():
        value = request.get_json(force=True, silent=True)

        if value is None:
            raise BadEntry('the body is not JSON')

        return value

    @app.post('/timesheets')
    @app.post('/timesheets/upload')
    def create():
        values = entry_of(body())

        with db():
            cursor = db().execute(
                'INSERT INTO timesheets (user_id, date, project, hours) '
                'VALUES (?, ?, ?, ?)', values)

        row = find(cursor.lastrowid)

        return jsonify(row), 201, {'Location': f'/timesheets/{row["id"]}'}

    @app.get('/timesheets')
    def rows():
        return jsonify([row_of(r) for r in db().execute(
            'SELECT * FROM timesheets ORDER BY id')])

    # server-sent events (HTML, section 9.2): how many rows there are
    @app.get('/timesheets/events')
    def events():
        def stream():
            with closing(sqlite3.connect(database, timeout=5)) as rows:
                while True:
                    yield 'data: {"timesheets": %d}\n\n' % rows.execute(
                        'SELECT count(*) FROM timesheets').fetchone()[0]
                    time.sleep(0.5)

        return Response(stream(), mimetype='text/event-stream')

    @app.get('/timesheets/<int:row_id>')
    def row(row_id):
        found = find(row_id)

        return jsonify(found) if found else not_found(row_id)

    @app.delete('/timesheets/<int:row_id>')
    def delete(row_id):
        with db():
            done = db().execute('DELETE FROM timesheets WHERE id = ?',
                                (row_id,)).rowcount

        return ('', 204) if done else not_found(row_id)

    @app.get('/approvals')
    def waiting():
        return jsonify([row_of(r) for r in db().execute(
            'SELECT * FROM timesheets WHERE NOT approved ORDER BY id')])

    @app.put('/approvals/<int:row_id>')
    def approve(row_id):
        with db():
            db().execute('UPDATE timesheets SET approved = 1 WHERE id = ?',
                         (row_id,))

        found = find(row_id)

        return jsonify(found) if found else not_found(row_id)

    return app


def main(argv=None):
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('--port', type=int,
                   default=int(os.environ.get('DEMO_BACKEND_PORT', '8482')),
                   help='port on 127.0.0.1, 0 for any (DEMO_BACKEND_PORT)')
    p.add_argument('--database', required=True, metavar='FILE')
    p.add_argument('--log', metavar='FILE',
                   help='a line for each request (default: stderr)')
    p.add_argument('--pid-file', metavar='FILE')
    args = p.parse_args(argv)

    sock = serve.listen(args.port, 'DEMO_BACKEND_PORT (or --port)')

    try:
        log = open(args.log, 'a') if args.log else sys.stderr
        app = create_app(args.database, log)
    except OSError as e:
        sys.exit(f'backend: {e}')
    except sqlite3.Error as e:
        sys.exit(f'backend: {args.database}: {e}')

    serve.run(serve.make(app, sock), 'backend',
              f'http://{serve.HOST}:{sock.getsockname()[1]}/', args.pid_file)


if __name__ == '__main__':
    main()
