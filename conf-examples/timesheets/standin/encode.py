"""How JOSE writes things down."""

import base64
import json


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def compact_json(value):
    return json.dumps(value, separators=(',', ':'))
