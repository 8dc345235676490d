# A tenant that lies does no harm. Keys that anybody could have signed with,
# numbers and texts without measure, ten thousand keys: what can be used is
# used, the rest is skipped, or the whole set, and who holds a key of the set
# before goes on passing.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw/ sha256 /;
use JSON::PP qw/ decode_json encode_json /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $s = NJWT::Scenario->new;

mkdir $s->dir . '/origin';

sub serve {
    my ($text) = @_;

    $s->write_file('origin/new', $text);
    rename $s->dir . '/origin/new', $s->dir . '/origin/jwks.json';

    return;
}

my $good = jwks('k1', 'k2');
my ($k1, $k2) = @{ decode_json($good)->{keys} };

serve($good);

$s->start(workers => 1, http => <<'END', issuers => <<'ENDI');
    server {
        listen  127.0.0.1:@PORT2@;
        root    @DIR@/origin;
    }
END
    jwt_issuer timesheets {
        issuer         @ISSUER@;
        audience       @AUDIENCE@;
        jwks_uri       http://127.0.0.1:@PORT2@/jwks.json;
        jwks_refresh   200ms;
        jwks_cooldown  100ms;
        jwks_max_size  4m;
    }
ENDI

sub status {
    return $s->get('/t', token => token(@_))->{status};
}

sub verdict_of {
    my ($token) = @_;

    $s->mark_log;
    my $r = $s->get('/t', token => $token);
    my ($verdict) = map { /jwt refused: (\w+)/ } $s->log_lines;

    return "$r->{status} " . ($verdict // '');
}

wait_until { status() == 200 } 5, 'the keys are there';


# The whole set is refused, and the log says why; the keys of before serve.

my %lie = (
    '10,000 keys' => [ encode_json({ keys => [ $k1, map { {
            kty => 'EC', crv => 'P-256', kid => "x$_", x => $k1->{n},
        } } 1 .. 9_999 ] }), qr/more than 256 keys|too large/ ],
    'a "kid" of 1 MB' => [ encode_json({ keys => [ { %$k1,
            kid => 'k' x 1024 ** 2 } ] }), qr/no usable key|larger than 64 KB/ ],
    'JSON 100,000 deep' => [ '{"keys":' . '[' x 100_000 . ']' x 100_000
            . '}', qr/not a JSON object/ ],
    'no end' => [ '{"keys":' . '[' x 1_000_000, qr/not a JSON object/ ],
    'an "n" of 1 MB' => [ encode_json({ keys => [ { %$k1,
            n => 'A' x 1024 ** 2 } ] }), qr/no usable key/ ],
    'an "n" of 16,384 bits' => [ encode_json({ keys => [ { %$k1,
            n => b64url("\xff" x 2048) } ] }), qr/no usable key/ ],
    'an "e" of 1' => [ encode_json({ keys => [ { %$k1, e => 'AQ' } ] }),
            qr/no usable key/ ],
    'an "e" as long as "n"' => [ encode_json({ keys => [ { %$k1,
            n => b64url("\xff" x 1024), e => b64url("\xff" x 1023) } ] }),
            qr/no usable key/ ],
    'an "n" that is even' => [ encode_json({ keys => [ { %$k1,
            n => b64url("\xff" x 255 . "\xfe") } ] }), qr/no usable key/ ],
    'an "n" of zeros' => [ encode_json({ keys => [ { %$k1,
            n => b64url("\0" x 256) } ] }), qr/no usable key/ ],
    'a private secret' => [ encode_json({ keys => [ { kty => 'oct',
            kid => 'k1', k => $k1->{n} } ] }), qr/no usable key/ ],
);

for my $what (sort keys %lie) {
    my ($text, $why) = @{ $lie{$what} };

    $s->mark_log;
    serve($text);
    $s->wait_for_log(qr/keys can't be fetched/, 10);

    like(join("\n", $s->log_lines(qr/keys can't be fetched/)),
         $why, "$what: the log says so");
    is(status(), 200, 'the keys of before serve');
    is(status(-key => 'k2'), 200, 'both');

    $s->mark_log;
    serve($good);
    $s->wait_for_log(qr/\[error\].*keys? from/, 10);
}


# What isn't needed of a key is left out, however long it is.

my ($k3) = @{ decode_json(jwks('k3'))->{keys} };

serve(encode_json({ keys => [ $k1, $k2, { %$k3, 'n' x 1024 ** 2 => 1,
                                          x5c => [ 'A' x 1024 ** 2 ] } ] }));
ok(eval { wait_until { status(-key => 'k3') == 200 } 10, 'it' },
   'a key with 2 MB beside it serves');


# With RSA and an exponent of 1 the padded digest is its own signature
# (RFC 8017, section 8.2): anybody can make one.

serve(encode_json({ keys => [ $k1, $k2, { %$k1, kid => 'one', e => 'AQ' } ] }));
sleep 1;

sub self_signed {
    my ($kid) = @_;

    my $input = join '.', map { b64url(encode_json($_)) }
        { alg => 'RS256', typ => 'JWT', kid => $kid }, claims();
    my $tail = pack('H*', '3031300d060960864801650304020105000420')
               . sha256($input);

    return "$input." . b64url("\0\1" . "\xff" x (256 - 3 - length $tail)
                              . "\0" . $tail);
}

is(verdict_of(self_signed('one')), '401 key_not_found',
   'a key with the exponent 1 verifies nothing');
is(verdict_of(self_signed('k1')), '401 bad_signature', 'nor does a good one');
is(status(), 200, 'its twin, signed, passes');

my ($worker) = $s->worker_pids;
is_deeply([ $s->worker_pids ], [ $worker ], 'the worker is there');
is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

$s->stop;
done_testing;
