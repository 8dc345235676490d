# Is a proof one of the request that the client made: over HTTP/2 and gRPC,
# whatever error_page, try_files and rewrite make of it, and under "satisfy
# any"?  Proofs are signed by CryptX.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
use NJWT::Proof qw/ :all /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep time /;


my $origin = 'https://api.example.com';
my $s = NJWT::Scenario->new;

$s->start(
    workers => 2,
    http    => 'jwt_dpop_nonce 60s;',
    issuers => proof_issuer($s),
    server => <<'    END',
        listen           127.0.0.1:@PORT2@ http2;
        server_name      api.example.com;
        root             @CONTENT@;
        jwt_dpop_origin  https://api.example.com;
        add_header       X-Verdict $jwt_verdict always;

        location /t        { jwt timesheets; jwt_binding dpop; }
        location /twice    { jwt timesheets; jwt_binding dpop;
                             error_page 404 = /t; }
        location /files    { jwt timesheets; jwt_binding dpop;
                             try_files /no /t; }
        location /rewrite  { jwt timesheets; jwt_binding dpop;
                             rewrite ^ /t last; }
        location /named    { error_page 404 = @named; }
        location @named    { jwt timesheets; jwt_binding dpop;
                             try_files /t =404; }
        location /gone     { error_page 404 = /t; return 404; }
        location /refused  { jwt timesheets; jwt_binding dpop;
                             error_page 401 = /page; }
        location = /page   { jwt off; try_files /open =404; }
        location /guarded  { jwt timesheets; jwt_binding dpop;
                             error_page 401 = /t; }
        location /any      { satisfy any; jwt timesheets; jwt_binding dpop;
                             allow 127.0.0.2; deny all;
                             try_files /t =404; }
        location /in       { satisfy any; jwt timesheets; jwt_binding dpop;
                             allow all; try_files /t =404; }
        location /report   { jwt timesheets; jwt_binding dpop;
                             jwt_mode report; try_files /t =404; }
        location /optional { jwt timesheets; jwt_binding dpop;
                             jwt_mode optional; try_files /t =404; }
        location /preflight { jwt timesheets; jwt_binding dpop;
                             jwt_preflight on; try_files /t =404; }
        location /pass     { jwt timesheets; jwt_binding dpop;
                             jwt_pass_token off;
                             proxy_pass http://127.0.0.1:@PORT@/echo; }
        location /echo     { jwt off; add_header X-Got
                             "$http_dpop|$http_authorization" always;
                             try_files /t =404; }
    END
);

my $me = client();
my $token = bound($me);
my $nonce;

sub of {
    my ($path, %over) = @_;

    return proof($me, $token, "$origin$path", nonce => $nonce, %over);
}

sub ask {
    my ($path, %over) = @_;

    my $proof = exists $over{-proof} ? delete $over{-proof} : undef;
    my $method = delete $over{-method} // 'GET';

    $proof //= of($path, htm => $method, %over);

    return $s->request(path => $path, method => $method, headers => {
        Authorization => "DPoP $token", DPoP => $proof });
}

sub answer {
    my ($r) = @_;
    my $h = $r->{headers};

    return join ' ', $r->{status}, $h->{'x-verdict'} // '-',
        defined $h->{'dpop-nonce'} ? 'nonce' : ();
}

$nonce = ask('/t')->{headers}{'dpop-nonce'};


# What nginx makes of a request

for my $path (qw{ /twice /files /rewrite /named }) {
    my $proof = of($path);

    is answer(ask($path, -proof => $proof)), '200 ok',
        "$path: the client's own URL counts";
    is answer(ask($path, -proof => $proof)), '401 dpop_proof_replayed',
        '... each proof once';
    is answer(ask($path, -proof => of('/t'))), '401 dpop_proof_invalid',
        '... and not the one that it is sent to';
}

is answer(ask('/twice?a=b&c')), '200 ok', 'the query doesn\'t count';
is answer(ask('/files', -proof => of('/files?x#y'))), '200 ok',
    '... nor does a proof\'s';

# error_page makes a GET of all but HEAD

for (qw/ PUT POST DELETE /) {
    is answer(ask('/gone', -method => $_)), '200 ok',
        "a $_ is one after error_page";
    is answer(ask('/gone', -method => $_, htm => 'GET')),
        '401 dpop_proof_invalid', '... and no GET';
}

is answer(ask('/twice', -method => 'POST')), '200 ok',
    '... also where it is judged before and after';

is answer(ask('/t', -method => 'HEAD')), '200 ok', 'HEAD is HEAD';
is answer(ask('/t', -method => 'HEAD', htm => 'GET')), '401 dpop_proof_invalid',
    '... and not GET';
is answer(ask('/t', -method => 'GET', htm => 'HEAD')), '401 dpop_proof_invalid',
    '... nor the other way round';
is answer(ask('/t', -proof => of('/t', htm => $_))), '401 dpop_proof_invalid',
    "a method is written as it is: $_" for 'get', 'Get', ' GET', 'GET ', '';

for (['/t', '/%74', 'ok'], ['/%74', '/t', 'ok'], ['/t', '/x/../t', 'ok'],
     ['/x/../t', '/t', 'ok'], ['/t', '/T', 'dpop_proof_invalid'],
     ['/t', '/t/', 'dpop_proof_invalid'], ['//t', '//t', 'ok'],
     ['//t', '/t', 'dpop_proof_invalid'])
{
    my ($asked, $proved, $verdict) = @$_;

    like answer(ask($asked, -proof => of($proved))), qr/^\d+ \Q$verdict\E$/,
        "$proved for $asked: $verdict";
}


# Request lines that few clients write

sub raw {
    my ($line, $proof) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $s->port) or die "connect: $!";

    print $socket "$line HTTP/1.1\r\nHost: other.example\r\n"
        . "Connection: close\r\nAuthorization: DPoP $token\r\n$proof\r\n";
    local $/;

    return (<$socket> // '') =~ /^X-Verdict: (\S+)\r$/m ? $1 : 'none';
}

is raw('GET http://other.example/t', 'DPoP: ' . of('/t') . "\r\n"), 'ok',
    'of a whole URL in the request line the path counts';
is raw('GET http://other.example/t',
       'DPoP: ' . proof($me, $token, 'http://other.example/t',
                        nonce => $nonce) . "\r\n"),
    'dpop_proof_invalid', '... and never its host';
is raw("\r\nGET /t", 'DPoP: ' . of('/t') . "\r\n"), 'ok',
    'an empty line before it is none of it';
is raw('GET /t', 'dpop: ' . of('/t') . "\r\n"), 'ok',
    'a header\'s name is one in any case';

my $twice = of('/t');
is raw('GET /t', "DPoP: $twice\r\nDPoP: $twice\r\n"), 'dpop_proof_invalid',
    'two headers are one too many';
is raw('GET /t', "DPoP: $twice\r\ndpop: \r\n"), 'dpop_proof_invalid',
    '... also when one is empty';
is raw('GET /t', "DPoP: $twice, $twice\r\n"), 'dpop_proof_invalid',
    '... or two proofs in one';
is raw('GET /t', "DPoP:\r\n"), 'dpop_proof_invalid', 'an empty one is no proof';
is raw('GET /t', ''), 'dpop_proof_missing', '... and none is none';
is raw('GET /t', "DPoP: $twice\r\n"), 'ok',
    'a proof that was refused is not used up';


# On a connection that stays: what it keeps of a token that was refused for want
# of a proof is good for one with a proof.

sub talk {
    my @proofs = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $s->port, Timeout => 10) or die "connect: $!";

    return map {
        print $socket join "\r\n", 'GET /t HTTP/1.1', 'Host: other.example',
            "Authorization: DPoP $token", ("DPoP: $_") x !!length, '', '';

        local $/ = "\r\n\r\n";
        my $head = <$socket> // '';
        my ($length) = $head =~ /^Content-Length: (\d+)/m;

        read $socket, my $body, $length // 0;
        $head =~ /^X-Verdict: (\S+)\r$/m ? $1 : 'none';
    } @proofs;
}

is_deeply [ talk(('') x 3, map { of('/t') } 1 .. 2) ],
    [ ('dpop_proof_missing') x 3, ('ok') x 2 ],
    'a token that came without a proof passes with one';
is_deeply [ talk((of('/t', ath => 'x')) x 3, map { of('/t') } 1 .. 2) ],
    [ ('dpop_proof_invalid') x 3, ('ok') x 2 ],
    '... and after one for another token';


# Answers of other locations

my $r = ask('/refused', nonce => undef);
is answer($r), '200 dpop_nonce_needed nonce', 'error_page shows its page';
like $r->{headers}{'www-authenticate'}, qr/error="use_dpop_nonce"/,
    '... with the challenge';

$r = ask('/guarded', nonce => undef);
is answer($r), '401 dpop_nonce_needed nonce',
    'a page that is guarded itself is refused';
is scalar(() = $r->{headers}{'www-authenticate'} =~ /use_dpop_nonce/g), 1,
    '... with one challenge';
unlike $r->{headers}{'dpop-nonce'}, qr/,/, '... and one nonce';

$r = ask('/guarded', -proof => of('/other'));
is answer($r), '401 dpop_proof_invalid',
    'a page that is guarded asks for the proof, too';


# satisfy any

is answer(ask('/any')), '200 ok', 'under "satisfy any" a proof allows';
is answer(ask('/any', nonce => undef)), '401 dpop_nonce_needed nonce',
    '... where nothing else does the gate\'s answer is given';

$r = ask('/in', nonce => undef);
is answer($r), '200 dpop_nonce_needed', 'and where another module allows, none';
ok !exists $r->{headers}{'www-authenticate'}, '... no challenge';
ok !exists $r->{headers}{'cache-control'}, '... nor the rest of it';


# report, optional, preflight

my $proof = of('/report');
is answer(ask('/report', -proof => $proof)), '200 ok', 'report lets it go on';
is answer(ask('/report', -proof => $proof)), '200 dpop_proof_replayed',
    '... and remembers';
is answer(ask('/report', -proof => of('/t'))), '200 dpop_proof_invalid',
    '... and sees what is wrong';
is scalar($s->log_lines(qr/\[warn\].*dpop_proof_replayed/)), 1,
    '... and says so';

is answer(ask('/optional', -proof => of('/t'))), '401 dpop_proof_invalid',
    'where a token is optional its proof is not';
is answer($s->get('/optional')), '200 no_token', '... without one it goes on';
is answer($s->request(path => '/optional', headers => { DPoP => of('/t') })),
    '200 no_token', '... a proof alone is nothing';

is answer($s->request(method => 'OPTIONS', path => '/preflight', headers =>
    { Origin => 'https://app.example',
      'Access-Control-Request-Method' => 'GET' })), '405 ok',
    'a preflight carries no proof';

$r = ask('/pass');
is "$r->{status} $r->{headers}{'x-got'}", '200 |',
    'where the token is not passed on, nor is the proof';


# HTTP/2 and gRPC

sub curl {
    my ($path, @options) = @_;

    open my $in, '-|', 'curl', '-s', '-i', '--max-time', 10,
        '--http2-prior-knowledge', '-H', "Authorization: DPoP $token",
        @options, 'http://127.0.0.1:' . $s->port(2) . $path
        or die "curl: $!";
    local $/;
    my ($head) = split /\r\n\r\n/, <$in> // '';
    close $in;

    return { status => substr($head, 7, 3),
             headers => { $head =~ /^([^:\r\n]+): *([^\r]*)\r?$/mg } };
}

sub h2 {
    my ($path, $proof, @options) = @_;

    return answer(curl($path, '-H', "DPoP: $proof", @options));
}

my $h2 = of('/t');
is h2('/t', $h2), '200 ok', 'HTTP/2: a proof is good';
is h2('/t', $h2), '401 dpop_proof_replayed', '... once';
is answer(ask('/t', -proof => $h2)), '401 dpop_proof_replayed',
    '... whichever version it comes by';
is h2('/t?a=b', of('/t')), '200 ok', '... the path counts alone';
is h2('/twice', of('/twice')), '200 ok', '... that of the client';
is h2('/gone', of('/gone', htm => 'POST'), '-X', 'POST'), '200 ok',
    '... and its method';
is h2('/gone', of('/gone', htm => 'GET'), '-X', 'POST'),
    '401 dpop_proof_invalid', '... and none that nginx makes of it';
is h2('/t', of('/t'), '-H', 'DPoP: ' . of('/t')), '401 dpop_proof_invalid',
    '... two are too many';
is h2('/t', of('/t', nonce => undef)), '401 dpop_nonce_needed nonce',
    '... a nonce is given';

my @grpc = ('-X', 'POST', '-H', 'Content-Type: application/grpc');
my $grpc = curl('/t', @grpc, '-H',
                'DPoP: ' . of('/t', htm => 'POST', nonce => undef));

is $grpc->{headers}{'grpc-status'}, 16, 'gRPC: a proof without a nonce is 16';
like $grpc->{headers}{'dpop-nonce'}, qr/^[\w-]{54}$/, '... with a nonce';
like $grpc->{headers}{'www-authenticate'}, qr/error="use_dpop_nonce"/,
    '... and the challenge';
is $grpc->{headers}{'cache-control'}, 'no-store', '... which nobody keeps';

$grpc = curl('/t', @grpc, '-H', 'DPoP: ' . of('/t'));
is $grpc->{headers}{'grpc-status'}, 16, '... a GET\'s proof is no call\'s';
ok !exists $grpc->{headers}{'dpop-nonce'}, '... for which no nonce is given';
is h2('/gone', of('/gone', htm => 'POST'), @grpc), '200 ok',
    '... a good one goes on';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
