
# Is a verdict the same over each HTTP that this nginx speaks?
#
# Part of `make matrix`: which ones those are is a matter of how nginx was
# built.  HTTP/1.1 is always there.

use strict;
use warnings;

use File::Spec;
use NJWT::Echo;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;

my $s = NJWT::Scenario->new;
my $dir = $s->dir;
my $binary = $s->binary;
my $built = `$binary -V 2>&1`;

# A module that was built without it has none in an nginx that was built with

my $debug = $built =~ /--with-debug/
    && !system 'grep', '-q', 'the token that the connection repeats',
               $ENV{NJWT_MODULE} // 'build/ngx_http_jwt_scope_module.so';

my ($release) = $built =~ m{^nginx version: nginx/1\.(\d+)}m;
my $curl = `curl -V`;
my %speaks = (
    1 => '--http1.1',
    ($built =~ /--with-http_v2_module/ ? (2 => '--http2') : ()),
    ($built =~ /--with-http_v3_module/ && $curl =~ /\bHTTP3\b/
     ? (3 => '--http3-only') : ()),
);

# listening sockets: a word of listen in old releases, a directive in others

my $listen2 = !$speaks{2} ? '' : $release < 25 ? ' http2' : '';
my $listen3 = $speaks{3} ? 'listen 127.0.0.1:@PORT2@ quic reuseport;' : '';
my $on = $speaks{2} && $release >= 25 ? 'http2 on;' : '';

system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
       . " -keyout $dir/tls.key -out $dir/tls.pem 2>$dir/openssl.log") == 0
    or die "openssl req failed\n";

# the backend answers with the lines that it got

my $echo = NJWT::Echo->start(dir => $dir);
my $backend = 'http://127.0.0.1:' . $echo->port;

$s->tenant;
$s->start(workers => 1, log_level => 'debug', http => <<"END");
    server {
        listen  127.0.0.1:\@PORT2\@ ssl$listen2;
        $on
        $listen3

        ssl_certificate      $dir/tls.pem;
        ssl_certificate_key  $dir/tls.key;
        add_header           X-Verdict \$jwt_verdict    always;
        add_header           X-Sub     \$jwt_claim_sub  always;

        location /t {
            jwt                timesheets;
            jwt_require_scope  read:timesheets;
            root               \@CONTENT\@;
        }

        location /cookie {
            jwt        timesheets;
            jwt_token  bearer \$cookie_tk;
            root       \@CONTENT\@;
            try_files  /t =404;
        }

        location /places {
            jwt        timesheets;
            jwt_token  bearer \$arg_tk \$http_x_tok;
            root       \@CONTENT\@;
            try_files  /t =404;
        }

        location /preflight {
            jwt                  timesheets;
            jwt_token            bearer \$cookie_tk \$http_x_tok;
            jwt_preflight        on;
            jwt_identity_header  X-User \$jwt_claim_sub;
            proxy_pass           $backend;
        }
    }
END

# What curl was answered: "2 200 ok passed" for HTTP/2.

sub answer {
    my ($how, $token) = @_;

    return answer_to($how, '/t', defined $token
                                 ? "Authorization: Bearer $token" : ());
}

# The same to these header fields.

sub answer_to {
    my ($how, $path, @fields) = @_;
    my ($method, $where) = $path =~ /^([A-Z]+) (.*)/ ? ($1, $2)
                                                     : ('GET', $path);

    open my $in, '-|', qw/ curl -q -s -i --insecure --max-time 10 /,
        $how, '-X', $method, (map { ('-H', $_) } @fields),
        'https://127.0.0.1:' . $s->port(2) . $where
        or die "curl: $!\n";
    local $/;
    my ($head, $body) = split /\r\n\r\n/, <$in> // '', 2;
    close $in;

    my ($version, $status) = ($head // '') =~ m{^HTTP/(\S+) (\d+)};
    my ($verdict) = ($head // '') =~ /^X-Verdict: (\S+)/mi;

    return 'no answer' if !defined $status;
    return join ' ', $version, $status, $verdict // '-',
                     $status == 200 ? $body =~ s/\n\z//r : ();
}

# What curl was answered when it sent these tokens over one connection, one
# after the other: "200 sub".

sub talk {
    my ($how, @tokens) = @_;

    my (undef, @words) = map {
        ('--next', qw/ -s -o /, File::Spec->devnull, $how, '--insecure',
         qw/ --max-time 10 /, -w => '%{http_code} %header{x-sub}\n',
         -H => "Authorization: Bearer $_",
         'https://127.0.0.1:' . $s->port(2) . '/t')
    } @tokens;

    open my $in, '-|', 'curl', '-q', @words or die "curl: $!\n";
    chomp(my @said = <$in>);
    close $in;

    return @said;
}

my $good = token(scope => 'read:timesheets');
my $ann = token(scope => 'read:timesheets', sub => 'auth0|ann');
my $bob = token(scope => 'read:timesheets', sub => 'auth0|bob');

for my $n (sort keys %speaks) {
    my $version = $n == 1 ? '1.1' : $n;
    my $how = $speaks{$n};

    is answer($how, $good), "$version 200 ok t",
        "HTTP/$version: a good token gets through";
    is answer($how), "$version 401 no_token",
        "HTTP/$version: no token is refused";
    is answer($how, tamper($good, 'signature')),
        "$version 401 bad_signature",
        "HTTP/$version: another signature is refused";
    is answer($how, token(scope => 'write:timesheets')),
        "$version 403 insufficient_scope",
        "HTTP/$version: another scope is refused";

    # over HTTP/2 and 3 each of these is a crumb of one Cookie header

    is answer_to($how, '/cookie', 'Cookie: a=b', "Cookie: tk=$good"),
        "$version 200 ok t",
        "HTTP/$version: a token in one of several cookie fields";
    is answer_to($how, '/cookie', "Cookie: tk=$good", 'Cookie: tk=EVIL'),
        "$version 400 multiple_tokens",
        "HTTP/$version: two tokens, in a field each";
    is answer_to($how, '/cookie', "Cookie: tk=$good", 'Cookie: a=b',
                 'Cookie: TK='),
        "$version 400 multiple_tokens",
        "HTTP/$version: a cookie twice, the second one empty";
    is answer_to($how, '/cookie', "Authorization: Bearer $good",
                 'Cookie: tk=', 'Cookie: a=tk'),
        "$version 200 ok t",
        "HTTP/$version: one empty cookie beside a bearer token";

    # the other places

    is answer_to($how, "/places?tk=$good"), "$version 200 ok t",
        "HTTP/$version: a token in an argument";
    is answer_to($how, "/places?tk=$good&t%6b=EVIL"),
        "$version 400 multiple_tokens",
        "HTTP/$version: an argument twice, in two spellings";
    is answer_to($how, '/places', "X-Tok: $good"), "$version 200 ok t",
        "HTTP/$version: a token in a header";
    is answer_to($how, '/places', "X-Tok: $good", 'X-Tok: EVIL'),
        "$version 400 multiple_tokens", "HTTP/$version: a header twice";

    # what nobody judged takes nothing along that says who asks

    my @preflight = ('Origin: https://app.exampleco.com',
                     'Access-Control-Request-Method: POST');

    is answer_to($how, 'OPTIONS /preflight', @preflight,
                 "Authorization: Bearer $good", "Cookie: tk=$good",
                 'Cookie: session=1', "X-Tok: $good", 'X-User: root'),
        answer_to($how, 'OPTIONS /preflight', @preflight),
        "HTTP/$version: a preflight goes on without credentials";
    like answer_to($how, 'OPTIONS /preflight', @preflight),
        qr/^\Q$version\E 200 ok .*^Origin: .*^Access-Control-/msi,
        "HTTP/$version: and with what makes it one";
    is answer_to($how, 'OPTIONS /preflight', $preflight[0]),
        "$version 401 no_token",
        "HTTP/$version: OPTIONS that is no preflight is judged";

    $s->mark_log;
    is_deeply [ talk($how, ($ann) x 5, $bob, tamper($bob, 'signature'), $bob,
                     $ann) ],
        [ ('200 auth0|ann') x 5, '200 auth0|bob', '401 ', '200 auth0|bob',
          '200 auth0|ann' ],
        "HTTP/$version: a connection's requests have a verdict and claims each";

    SKIP: {
        skip 'this nginx, or the module in it, has no debug log', 1
            if !$debug;

        is scalar $s->log_lines(
            qr/jwt: the token that the connection repeats/), 3,
            "HTTP/$version: the token that one repeats is known by its bytes";
    }
}

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

done_testing;
