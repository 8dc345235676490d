# The cookies of a request are counted together, however they are sent.
#
# Over HTTP/2 and HTTP/3 a Cookie header may come in crumbs, a field for each
# cookie (RFC 9113, section 8.2.3), that nginx joins.  Over HTTP/1 several
# headers stand for themselves.  What counts is what the request holds.  The
# same over HTTP/3: t/matrix/protocols.t.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Echo;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;

my $s = NJWT::Scenario->new;
my $echo = NJWT::Echo->start(dir => $s->dir);
my $keys = $s->write_file('keys.json', jwks('k1'));

$s->start(
    workers => 1,
    issuers => <<"    END",
        jwt_issuer timesheets {
            issuer \@ISSUER\@; audience \@AUDIENCE\@; jwks_file $keys;
        }
    END
    server => sprintf <<'    END', $echo->port);
        listen      127.0.0.1:@PORT2@ http2;
        jwt         timesheets;
        jwt_token   bearer $cookie_tk;
        add_header  X-Verdict $jwt_verdict always;

        location /t      { root @CONTENT@; }
        location /kept   { proxy_pass http://127.0.0.1:%1$d; }
        location /taken  { jwt_pass_token off;
                           proxy_pass http://127.0.0.1:%1$d; }
        location /report { jwt_pass_token off; jwt_mode report;
                           proxy_pass http://127.0.0.1:%1$d; }
    END

# An answer and its verdict: ("200 ok", "body").

sub answer {
    my ($how, $path, @fields) = @_;

    my $port = $s->port($how =~ /http1/ ? 1 : 2);

    open my $in, '-|', qw/ curl -q -s -i --max-time 10 /, $how,
        (map { ('-H', $_) } @fields), "http://127.0.0.1:$port$path"
        or die "curl: $!";
    local $/;
    my ($head, $body) = split /\r\n\r\n/, <$in> // '', 2;
    close $in;

    my ($status) = $head =~ m{^HTTP/\S+ (\d+)};
    my ($verdict) = $head =~ /^X-Verdict: (\S+)/mi;

    return ("$status $verdict", $body);
}

my $good = token();
my $old = token(exp => 1);
my @bearer = ("Authorization: Bearer $good");

for (
    [ 'a token in one crumb among others', '200 ok',
      'Cookie: a=b', "Cookie: tk=$good", 'Cookie: c=d' ],
    [ 'one that is expired', '401 expired',
      'Cookie: a=b', "Cookie: tk=$old", 'Cookie: c=d' ],
    [ 'two tokens, in a crumb each', '400 multiple_tokens',
      "Cookie: tk=$good", "Cookie: tk=$old" ],
    [ 'the same token twice', '400 multiple_tokens',
      "Cookie: tk=$good", 'Cookie: a=b', "Cookie: tk=$good" ],
    [ 'the second one empty', '400 multiple_tokens',
      "Cookie: tk=$good", 'Cookie: tk=' ],
    [ 'the first one empty', '400 multiple_tokens',
      'Cookie: tk=', "Cookie: tk=$good" ],
    [ 'the second in another case', '400 multiple_tokens',
      "Cookie: tk=$good", 'Cookie: TK=EVIL' ],
    [ 'the second behind another cookie of its crumb', '400 multiple_tokens',
      "Cookie: tk=$good", 'Cookie: a=b; t%6b=EVIL' ],
    [ 'both in one crumb of several', '400 multiple_tokens',
      'Cookie: a=b', "Cookie: tk=$good; tk=$old" ],
    [ 'two empty ones beside a bearer token', '400 multiple_tokens',
      @bearer, 'Cookie: tk=', 'Cookie: tk=' ],
    [ 'a token beside a bearer token', '400 multiple_tokens',
      @bearer, 'Cookie: a=b', "Cookie: tk=$good" ],
    [ 'one empty cookie beside a bearer token', '200 ok',
      @bearer, 'Cookie: tk=', 'Cookie: a=tk' ],
    [ 'names that only look like it', '200 ok',
      'Cookie: atk=EVIL', "Cookie: tk=$good", 'Cookie: tka=EVIL' ],
) {
    my ($what, $want, @fields) = @$_;

    is((answer('--http1.1', '/t', @fields))[0], $want, "HTTP/1.1: $what");
    is((answer('--http2-prior-knowledge', '/t', @fields))[0], $want,
       "HTTP/2: $what");
}


# What the backend gets: nginx makes one header of crumbs.

my @crumbs = ('Cookie: a=b', "Cookie: tk=$good", 'Cookie: c=d');
my $h2 = '--http2-prior-knowledge';

my (undef, $body) = answer($h2, '/kept', @crumbs);
like $body, qr/^Cookie: a=b; tk=\Q$good\E; c=d$/mi,
    'a backend gets the crumbs as one header';

($_, $body) = answer($h2, '/taken', @crumbs);
is $_, '200 ok', 'crumbs are judged before a token is taken out of them';
like $body, qr/^Cookie: a=b; c=d$/mi, '... and the others go on';
unlike $body, qr/tk=/, '... without it';

($_, $body) = answer($h2, '/report', "Cookie: tk=$good", 'Cookie: a=b',
                     'Cookie: T%4b=EVIL');
is $_, '200 multiple_tokens', 'two of them are reported';
like $body, qr/^Cookie: a=b$/mi, '... and neither goes on';

($_, $body) = answer($h2, '/taken', "Cookie: tk=$good");
unlike $body, qr/^Cookie/mi, 'of a token alone no header is left';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
