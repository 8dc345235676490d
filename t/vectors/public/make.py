#!/usr/bin/python3
"""Writes the public vectors' files from a checkout of C2SP/wycheproof.

    t/vectors/public/make.py WYCHEPROOF [--check]

wycheproof.json: the JWS and JWK tests as published, without what isn't read
(private keys, notes).  resigned.json: their malformed paddings and special
values of r and s under claims of ours, signed with their private keys, so
that they come as far as the signature in njwt_judge(), too.  Deterministic;
rfc.json is written by hand.
"""

import base64
import hashlib
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CLAIMS = (b'{"iss":"https://t/","aud":"us","exp":2000000000,'
          b'"scope":"a","sub":"s"}')

# P-256
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)


def decode(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def number(text):
    return int.from_bytes(decode(text), 'big')


def as_list(keys):
    return keys.get('keys', [keys])


def public(key):
    private = ('d', 'p', 'q', 'dp', 'dq', 'qi')
    return {k: v for k, v in key.items() if k not in private}


def published(source):
    groups = []
    for name in ('json_web_signature_test', 'json_web_key_test'):
        with open(f'{source}/testvectors_v1/{name}.json') as f:
            for group in json.load(f)['testGroups']:
                keys = group.get('public') or group['private']
                groups.append({
                    'name': f'{name}/{group["comment"]}',
                    'keys': [public(k) for k in as_list(keys)],
                    'tests': [
                        {'id': f'{"jws" if "sig" in name else "jwk"}'
                               f'-{t["tcId"]}',
                         'comment': t['comment'],
                         'valid': t['result'] == 'valid',
                         'jws': t['jws']}
                        for t in group['tests']],
                })
    return groups


# ------------------------------------------------------------ re-signing

def header_of(key):
    return json.dumps({'alg': key['alg'], 'kid': key['kid']},
                      separators=(',', ':')).encode()


def common_part(a, b):
    """The longest part of b in a: where in a, where in b, how long."""
    for length in range(len(b), 7, -1):
        for at in range(len(b) - length + 1):
            found = a.find(b[at:at + length])
            if found >= 0:
                return found, at, length
    return None


def resign_pkcs1(key, test, ours):
    """The same padding around the hash of other bytes."""
    n, e, d = (number(key[k]) for k in 'ned')
    signing, _, signature = test['jws'].rpartition('.')
    raw = decode(signature)
    size = (n.bit_length() + 7) // 8
    if len(raw) != size:
        return None
    em = pow(int.from_bytes(raw, 'big'), e, n).to_bytes(size, 'big')
    old = hashlib.sha256(signing.encode()).digest()
    new = hashlib.sha256(ours).digest()
    part = common_part(em, old)
    if part is None:
        return None
    at, begin, length = part
    em = em[:at] + new[begin:begin + length] + em[at + length:]
    return pow(int.from_bytes(em, 'big'), d, n).to_bytes(size, 'big')


def mgf1(seed, size, name):
    out, counter = b'', 0
    while len(out) < size:
        out += hashlib.new(name, seed + counter.to_bytes(4, 'big')).digest()
        counter += 1
    return out[:size]


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def resign_pss(key, test, ours):
    """The same salt and padding under the hash of other bytes; where the
    hash in the padding is wrong, by the same difference."""
    n, e, d = (number(key[k]) for k in 'ned')
    signing, _, signature = test['jws'].rpartition('.')
    raw = decode(signature)
    size = (n.bit_length() + 7) // 8
    name = {'PS256': 'sha256', 'PS384': 'sha384',
            'PS512': 'sha512'}[key['alg']]
    hlen = hashlib.new(name).digest_size
    value = int.from_bytes(raw, 'big')
    em = pow(value, e, n).to_bytes(size, 'big')
    masked, seed, trailer = em[:-hlen - 1], em[-hlen - 1:-1], em[-1:]
    db = xor(masked, mgf1(seed, len(masked), name))
    db = bytes([db[0] & 0x7f]) + db[1:]
    one = db.find(b'\x01')
    salt = db[one + 1:] if one >= 0 else b''

    def seal(message):
        return hashlib.new(name, bytes(8) + hashlib.new(name, message)
                           .digest() + salt).digest()

    difference = xor(seed, seal(signing.encode()))
    seed = xor(seal(ours), difference)
    masked = xor(db, mgf1(seed, len(db), name))
    masked = bytes([masked[0] & 0x7f | em[0] & 0x80]) + masked[1:]
    new = int.from_bytes(masked + seed + trailer, 'big')
    if new >= n:
        return None
    signature = pow(new, d, n)

    # values that aren't of the padding's making are kept as they are
    if value < 2 or value >= n - 1 or len(raw) != size:
        return raw
    return signature.to_bytes(size, 'big')


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(k, point):
    out = None
    while k:
        if k & 1:
            out = add(out, point)
        point = add(point, point)
        k >>= 1
    return out


def sign_es256(d, message):
    z = int.from_bytes(hashlib.sha256(message).digest(), 'big')
    k = int.from_bytes(hashlib.sha256(d.to_bytes(32, 'big') + message)
                       .digest(), 'big') % N
    r = times(k, G)[0] % N
    return r, pow(k, -1, N) * (z + r * d) % N


def resign_es256(key, test, ours, valid):
    """The same change to r and s of a signature of ours."""
    raw = decode(test['jws'].rpartition('.')[2])
    half = len(raw) // 2
    r, s = sign_es256(number(key['d']), ours)
    r0, s0 = (int.from_bytes(valid[i:i + 32], 'big') for i in (0, 32))

    def change(value, was, now):
        for wrong in (was, N - was):
            if value == wrong:
                return now if wrong == was else N - now
            if value == wrong + N:
                return (now if wrong == was else N - now) + N
            if value == wrong + 2**256:
                return (now if wrong == was else N - now) + 2**256
            if value == wrong * 256 % 2**(8 * half):
                return now * 256
        return value

    parts = (int.from_bytes(raw[:half], 'big'),
             int.from_bytes(raw[half:], 'big'))
    r1, s1 = change(parts[0], r0, r), change(parts[1], s0, s)
    if test['comment'] == 'TrailingZeros':
        return ((r << 8 * (half + 1)) + (s << 8)).to_bytes(len(raw), 'big')
    return r1.to_bytes(half, 'big') + s1.to_bytes(half, 'big')


def resigned(source):
    with open(f'{source}/testvectors_v1/json_web_signature_test.json') as f:
        groups = json.load(f)['testGroups']
    out = []
    for group in groups:
        key = group['private']
        known = ('rs256', 'ps256', 'SpecialCaseEs256')
        if group['comment'] not in known or len(group['tests']) < 20:
            continue
        header = header_of(key)
        ours = f'{encode(header)}.{encode(CLAIMS)}'.encode()
        valid = [t for t in group['tests'] if t['result'] == 'valid'][-1]
        tests = []
        for test in group['tests']:
            if (test['jws'].count('.') != 2 or '' in test['jws'].split('.')
                    or not test['comment']
                    or test['comment'].startswith('rejects')):
                continue
            if key['kty'] == 'EC':
                new = resign_es256(key, test, ours, decode(
                    valid['jws'].rpartition('.')[2]))
            elif key['alg'] == 'RS256':
                new = resign_pkcs1(key, test, ours)
            else:
                new = resign_pss(key, test, ours)
            if new is not None:
                tests.append({'id': f'ours-{test["tcId"]}',
                              'comment': test['comment'],
                              'valid': test['result'] == 'valid',
                              'signature': encode(new)})
        out.append({'name': group['comment'],
                    'keys': [public(key)],
                    'input': ours.decode(), 'tests': tests})
    return out


def text_of(groups):
    """A test a line."""
    lines = ['{"groups":[']
    for i, group in enumerate(groups):
        tests = group.pop('tests')
        head = json.dumps(group, separators=(',', ':'))
        lines.append(f'{head[:-1]},"tests":[')
        lines += [json.dumps(t, separators=(',', ':')) + ','
                  for t in tests[:-1]]
        lines.append(json.dumps(tests[-1], separators=(',', ':')))
        lines.append(']}' + (',' if i < len(groups) - 1 else ''))
    return '\n'.join(lines + [']}']) + '\n'


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    differs = False
    for name, groups in (('wycheproof', published(sys.argv[1])),
                         ('resigned', resigned(sys.argv[1]))):
        text = text_of(groups)
        file = f'{HERE}/{name}.json'
        if '--check' in sys.argv:
            with open(file) as f:
                if f.read() != text:
                    print(f'{name}.json differs')
                    differs = True
        else:
            with open(file, 'w') as f:
                f.write(text)
    sys.exit(differs)


if __name__ == '__main__':
    main()
