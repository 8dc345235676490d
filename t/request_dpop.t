# A token that is bound to a key is accepted only from its owner: jwt_binding.
#
# Proofs are signed by CryptX.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Proof qw/ :all /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep time /;


my $s = NJWT::Scenario->new;

my %config = (
    workers => 4,
    http => 'jwt_dpop_lifetime 8s ahead=6s;',
    issuers => proof_issuer($s),
    server => <<'    END',
        server_name  api.example.com;
        root         @CONTENT@;
        add_header   X-Verdict $jwt_verdict always;
        add_header   X-Binding "$jwt_binding $jwt_dpop_jkt" always;

        location /off      { jwt timesheets; try_files /t =404; }
        location /list     { jwt timesheets; jwt_token $cookie_t bearer;
                             try_files /t =404; }
        location /dpop     { jwt timesheets; jwt_binding dpop;
                             try_files /t =404; }
        location /required { jwt timesheets; jwt_binding dpop required;
                             jwt_require_scope batch:upload;
                             try_files /t =404; }
        location /scope    { jwt timesheets; jwt_binding dpop;
                             jwt_require_scope other; try_files /t =404; }
        location /origin   { jwt timesheets; jwt_binding dpop;
                             jwt_dpop_origin https://api.example.com/v1/;
                             jwt_dpop_algorithms ES256 EdDSA;
                             try_files /t =404; }
        location /again    { jwt timesheets; jwt_binding dpop;
                             error_page 404 = /dpop; try_files /none =404; }
        location /report   { jwt timesheets; jwt_binding dpop required;
                             jwt_mode report; try_files /t =404; }
    END
);

$s->start(%config);

my $base = 'http://api.example.com:' . $s->port;
my ($me, $thief) = (client(), client());
my $bound = bound($me);
my $bearer = token();

sub get {
    my ($path, $token, $proof, %more) = @_;

    return $s->request(path => $path, method => $more{method} // 'GET',
        headers => { $token ? (Authorization => ($more{scheme} // 'DPoP')
                                                . " $token") : (),
                     defined $proof ? (DPoP => $proof) : (),
                     Host => $more{host} // 'api.example.com' });
}

sub verdict { (get(@_)->{headers}{'x-verdict'}) // 'none' }

sub mine {
    my ($path, %over) = @_;

    return proof(delete $over{-client} // $me, $bound, $base . $path, %over);
}

# Right after the start a proof must have a nonce of ours, which the client
# is given: whatever was used before the start passes no more.

my $first = get('/dpop', $bound, mine('/dpop'));

is $first->{status}, 401, 'after a start a proof needs a nonce';
is $first->{headers}{'x-verdict'}, 'dpop_nonce_needed', '... and that is the verdict';
like $first->{headers}{'www-authenticate'},
    qr/^Bearer realm="timesheets", DPoP algs="ES256", error="use_dpop_nonce"/,
    '... in the part of the scheme that was used';
my $nonce = $first->{headers}{'dpop-nonce'};
like $nonce, qr/^[\w-]{54}$/, '... with one';
is $first->{headers}{'cache-control'}, 'no-store', '... that nobody keeps';

sub with { return mine(@_, nonce => $nonce) }

is verdict('/dpop', $bound, with('/dpop')), 'ok', 'with it the proof is good';

my $r = get('/dpop', $bound, with('/dpop'));
is $r->{headers}{'x-binding'}, "dpop $me->{jkt}", 'the variables tell of it';

is verdict('/dpop', $bound, with('/dpop', iat => time - 3600)), 'ok',
    'with it a client whose clock is wrong is one of ours';

# the window of iat begins behind the start and ahead
sleep 16;

for ('a proof', 'another') {
    my $proof = mine('/dpop');
    is verdict('/dpop', $bound, $proof), 'ok', "$_ is good once";
    is verdict('/dpop', $bound, $proof), 'dpop_proof_replayed', '... only'
        for 1 .. 4;
}

is verdict('/dpop', $bound, mine('/dpop', jti => 'same')), 'ok',
    'a jti';
my $other = token(cnf => { jkt => $thief->{jkt} }, sub => 'x');
is verdict('/dpop', $other, proof($thief, $other, "$base/dpop",
    jti => 'same')), 'ok',
    '... is its key\'s alone';

for (
    [ 'dpop_proof_missing', undef ],
    [ 'dpop_proof_invalid', 'x.y.z' ],
    [ 'dpop_proof_invalid', mine('/dpop', -header => { typ => 'JWT' }) ],
    [ 'dpop_proof_invalid', mine('/dpop', htm => 'POST') ],
    [ 'dpop_proof_invalid', mine('/dpop', htm => 'get') ],
    [ 'dpop_proof_invalid', mine('/dpop', htu => "$base/other") ],
    [ 'dpop_proof_invalid',
      mine('/dpop', htu => 'http://evil.example/dpop') ],
    [ 'dpop_proof_invalid',
      mine('/dpop', htu => 'https://API.example.com/dpop') ],
    [ 'dpop_proof_invalid',
      mine('/dpop', htu => 'https://x@api.example.com/dpop') ],
    [ 'dpop_proof_invalid',
      mine('/dpop', htu => 'https://api.example.com/other') ],
    [ 'dpop_proof_invalid', mine('/dpop', ath => 'x') ],
    [ 'dpop_key_mismatch', mine('/dpop', -client => $thief) ],
    [ 'dpop_proof_expired', mine('/dpop', iat => time - 9) ],
    [ 'dpop_proof_expired', mine('/dpop', iat => time + 9) ],
    [ 'dpop_proof_invalid', mine('/dpop', jti => undef) ],
    [ 'ok', mine('/dpop', htu => "$base/dpop?a=b#c") ],
    [ 'ok', mine('/dpop', iat => time - 0.5) ],
    [ 'ok', mine('/dpop', htu => $base =~ s/api/API/r . '/dp%6fp') ],
) {
    is verdict('/dpop', $bound, $_->[1]), $_->[0], $_->[0];
}

is verdict('/dpop', $bound, mine('/dpop',
    htu => 'http://evil.example/dpop'), host => 'evil.example'),
    'dpop_proof_invalid', 'what the Host says proves nothing';

is verdict('/dpop', $bearer, undef, scheme => 'Bearer'), 'ok',
    'a token that is bound to nobody passes as ever';
is verdict('/dpop', $bearer, mine('/dpop')), 'unbound_token',
    '... but not by the scheme DPoP';
is verdict('/dpop', $bound, mine('/dpop'), scheme => 'Bearer'),
    'sender_constrained', 'nor does a bound one by Bearer';
is verdict('/off', $bound, mine('/off'), scheme => 'Bearer'),
    'sender_constrained', 'without jwt_binding a bound one passes nowhere';
is verdict('/off', $bound, mine('/off')), 'no_token',
    '... where DPoP is another scheme';
is verdict('/list', $bound, mine('/list')), 'no_token',
    '... also beside other places';
is verdict('/required', $bearer, undef, scheme => 'Bearer'), 'unbound_token',
    'where it is required an unbound one is refused';
is verdict('/required', $bound, mine('/required')), 'ok',
    '... and a bound one is not';
like get('/required')->{headers}{'www-authenticate'},
    qr/^DPoP realm="timesheets", algs="ES256"$/, '... DPoP alone is asked for';
is get('/dpop')->{headers}{'www-authenticate'},
    'Bearer realm="timesheets", DPoP algs="ES256"', 'elsewhere both are';
is get('/origin')->{headers}{'www-authenticate'},
    'Bearer realm="timesheets", DPoP algs="ES256 EdDSA"',
    'algorithms are named in their order';
is verdict('/origin', $bound, proof($me, $bound,
    'https://api.example.com/v1/origin')), 'ok',
    'an origin of the operator\'s counts';
is verdict('/origin', $bound, mine('/origin')), 'dpop_proof_invalid',
    '... instead of the server\'s name';

my $used = mine('/scope');
is verdict('/scope', $bound, $used), 'insufficient_scope', 'a rule refuses';
is verdict('/scope', $bound, $used), 'dpop_proof_replayed',
    '... and the proof was used all the same';

is verdict('/again', $bound, mine('/again')), 'ok',
    'a request that is judged twice is no replay';

is get('/report', $bearer, undef, scheme => 'Bearer')->{status}, 200,
    'in report mode all goes on';

# over a reload

my $before = mine('/dpop');
is verdict('/dpop', $bound, $before), 'ok', 'a proof before a reload';
$s->reload;
is verdict('/dpop', $bound, $before), 'dpop_proof_replayed',
    '... is known after it';

$config{http} = 'jwt_dpop_lifetime 60s ahead=5s;';
$s->reload(%config);
is verdict('/dpop', $bound, mine('/dpop')), 'dpop_nonce_needed',
    'a longer lifetime begins as if with a start';

my ($wrong) = grep { /htu/ } $s->log_lines(qr/dpop_proof_invalid/);
like $wrong, qr/htu "\Q$base\E\/other", wanted "\Q$base\E\/dpop"/,
    'the log has the URL that came and the one that was wanted';
like $wrong, qr/: the proof is for another URL than the request's: if a proxy .* "jwt_dpop_origin"/,
    '... and what to write';

my $ready = qr/if clients do reach this server there, write "jwt_dpop_origin (\S+);", or add that URL to the directive,/;
my %at = map { /, htu "([^"]+)"/ ? ($1 => $_) : () }
         $s->log_lines(qr/dpop_proof_invalid/);

is(($at{'https://API.example.com/dpop'} =~ $ready)[0],
    'https://API.example.com', '... by scheme or port: the ready line');
unlike $at{$_}, $ready, "... not for $_"
    for 'http://evil.example/dpop', 'https://x@api.example.com/dpop',
        'https://api.example.com/other', "$base/origin";

for my $path (qw/ off list /) {
    my ($line) = grep { m{"GET /$path } } $s->log_lines(qr/no_token/);

    like $line, qr/: the token came as "Authorization: DPoP", .* write "jwt_binding dpop;"/,
        "... also for /$path, which knows no DPoP";
}

for ([ 'jwt_binding required;', qr/names nothing that can bind a token/ ],
     [ 'jwt_binding dpop x;', qr/invalid parameter "x"/ ],
     [ 'jwt_binding off dpop;', qr/invalid parameter "off"/ ],
     [ 'jwt_binding dpop certificate=$x;', qr/"certificate=" without "mtls"/ ],
     [ 'jwt_binding mtls;', qr/asks clients for no certificate/ ],
     [ 'jwt_binding dpop; jwt_dpop_algorithms HS256;', qr/invalid algorithm/ ],
     [ 'jwt_binding dpop; jwt_dpop_algorithms ES256 ES256;', qr/write it once/ ],
     [ 'jwt_binding dpop; jwt_dpop_origin $scheme://x;', qr/no variables/ ],
     [ 'jwt_binding dpop; jwt_dpop_origin api;', qr/"jwt_dpop_origin" "api"/ ])
{
    my (undef, $said) = $s->check(%config, server =>
        "server_name a.example; location /x { jwt timesheets; $_->[0] }");
    like $said, $_->[1], "nginx -t: $_->[0]";
}

my (undef, $said) = $s->check(%config, server =>
    'location /x { jwt timesheets; jwt_binding dpop; }');
like $said, qr/needs an exact "server_name"/, 'nginx -t: no name, no origin';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
