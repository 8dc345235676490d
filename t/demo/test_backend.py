"""The timesheets backend."""

import io
import os
import tempfile
import unittest

from support import HTTP, serve_in_thread
import backend


class Backend(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.log = io.StringIO()
        cls.url = serve_in_thread(backend.create_app(
            os.path.join(folder.name, 'rows.db'), cls.log))

    def entry(self, **changes):
        return dict({'user_id': '007', 'date': '2017-05-10T17:40:20.095Z',
                     'project': 'StoreZero', 'hours': 5}, **changes)

    def ask(self, method, path, **kwargs):
        return HTTP.request(method, self.url + path, **kwargs)

    def test_a_upload(self):
        "backend: an upload makes a row, and the first is number 14"
        answer = self.ask('POST', '/timesheets/upload', json=self.entry())
        self.assertEqual(answer.status_code, 201)
        self.assertEqual(answer.json(), self.entry(id=14, approved=False))

    def test_rows(self):
        "backend: rows are made, read, deleted"
        made = self.ask('POST', '/timesheets', json=self.entry(hours=7.5))
        self.assertEqual(made.status_code, 201)
        row = made.json()
        path = f'/timesheets/{row["id"]}'
        self.assertEqual(row['hours'], 7.5)
        self.assertEqual(self.ask('GET', path).json(), row)
        self.assertIn(row, self.ask('GET', '/timesheets').json())
        self.assertEqual(self.ask('DELETE', path).status_code, 204)
        self.assertEqual(self.ask('GET', path).status_code, 404)
        self.assertEqual(self.ask('DELETE', path).status_code, 404)

    def test_events(self):
        "backend: a stream of events says how many rows there are"
        rows = len(self.ask('GET', '/timesheets').json())
        with self.ask('GET', '/timesheets/events', stream=True) as answer:
            self.assertEqual(answer.headers['Content-Type'],
                             'text/event-stream; charset=utf-8')
            lines = answer.iter_lines(chunk_size=1)
            for _ in range(2):
                self.assertEqual(next(lines),
                                 b'data: {"timesheets": %d}' % rows)
                self.assertEqual(next(lines), b'')

    def test_approvals(self):
        "backend: approvals lists what waits, and a PUT approves"
        row = self.ask('POST', '/timesheets', json=self.entry()).json()
        self.assertIn(row, self.ask('GET', '/approvals').json())
        answer = self.ask('PUT', f'/approvals/{row["id"]}')
        self.assertEqual(answer.json(), dict(row, approved=True))
        self.assertNotIn(row['id'], [r['id'] for r in self.ask(
            'GET', '/approvals').json()])
        self.assertEqual(self.ask('PUT', '/approvals/9999').status_code, 404)

    def test_bad_entries(self):
        "backend: bad JSON and bad entries are a 400 that says why"
        before = len(self.ask('GET', '/timesheets').json())
        for path in ('/timesheets', '/timesheets/upload'):
            for kwargs in ({'data': '{'}, {'data': ''}, {'json': []},
                           {'json': {}}, {'json': self.entry(user_id=7)},
                           {'json': self.entry(date='today')},
                           {'json': self.entry(project='')},
                           {'json': self.entry(hours='5')},
                           {'json': self.entry(hours=True)},
                           {'json': self.entry(hours=0)},
                           {'json': self.entry(hours=25)}):
                answer = self.ask('POST', path, **kwargs)
                self.assertEqual(answer.status_code, 400)
                self.assertTrue(answer.json()['detail'])
        self.assertEqual(len(self.ask('GET', '/timesheets').json()), before)
        self.assertEqual(self.ask('GET', '/nothing').status_code, 404)
        self.assertEqual(self.ask('PATCH', '/timesheets').status_code, 405)

    def test_identity(self):
        "backend: logs who called, a line a request"
        for headers, line in (
                ({'X-Client': 'me"\tX', 'X-Subject': 's@clients'},
                 'X-Client="me\\"\\tX" X-Subject="s@clients" '
                 'Authorization=-'),
                ({'Authorization': 'Bearer x'},
                 'X-Client=- X-Subject=- Authorization=there')):
            before = self.log.getvalue().count('\n')
            self.ask('GET', '/timesheets', headers=headers)
            lines = self.log.getvalue().splitlines()
            self.assertEqual(len(lines), before + 1)
            self.assertTrue(lines[-1].endswith(
                f' GET "/timesheets" 200 {line}'), lines[-1])
