# jwt-explain --gate judges a token as the location of a running gate does:
# each verdict beside nginx's own.

use strict;
use warnings;

use lib 't/lib';

use Crypt::Digest::SHA256 qw/ sha256 /;
use JSON::PP ();
use Test::More;
use NJWT::Explain qw/ explain /;
use NJWT::Process qw/ wait_until /;
use NJWT::Proof qw/ client bound proof certificate /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;


my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;
my $secret = 'the-secret-that-nobody-may-read!';

$s->write_file('keys.json', jwks('k3'));
$s->write_file('secret', $secret);

my $http = <<'END';
    log_format verdict '$jwt_verdict';
    jwt_issuer files {
        issuer     https://files/;
        audience   off;
        jwks_file  @DIR@/keys.json;
    }
    jwt_issuer secrets {
        issuer       https://secrets/;
        audience     a;
        algorithms   HS256;
        secret_file  @DIR@/secret;
    }
    jwt_issuer strict {
        issuer       https://strict/;
        audience     @AUDIENCE@;
        jwks_uri     @JWKS_URI@;
        leeway       1h;
        max_age      10m;
        profile      rfc9068;
        scope_claim  permissions;
    }
    jwt_issuer found {
        issuer     http://127.0.0.1:@PORT@/d/;
        audience   @AUDIENCE@;
        discovery  on;
    }
    jwt_issuer nokeys {
        issuer    https://nokeys/;
        audience  @AUDIENCE@;
        jwks_uri  http://127.0.0.1:@PORT4@/none;
    }
    jwt_issuer private {
        issuer                   https://private/;
        audience                 @AUDIENCE@;
        jwks_uri                 https://localhost:@PORT3@/keys;
        ssl_trusted_certificate  @FIXTURES@/tls-ca.pem;
    }
    server {
        listen       127.0.0.1:@PORT2@;
        server_name  api.example.com *.example.com;
        location /t { jwt files; }
        location /twice { jwt files; }
        location /only { jwt timesheets; }
        location /once { }
        location /named { jwt timesheets; jwt_binding dpop; }
        location = /status { jwt_status json; allow all; }
        location ~ \.(?:open|two)$ { }
    }
    server {
        listen               127.0.0.1:@PORT3@ ssl;
        ssl_certificate      @FIXTURES@/tls-cert.pem;
        ssl_certificate_key  @FIXTURES@/tls-key.pem;
        location = /keys { proxy_pass @JWKS_URI@; }
        location ~ \.(?:open|two)$ { }
    }
END

my $locations = <<'END';
    root @CONTENT@;
    error_page 404 =200 /empty;
    location = /empty { jwt off; return 200 "$jwt_verdict"; }
    location = /status { jwt_status json; allow all; }
    location = /page { jwt_status; allow all; }
    location = /closed { jwt_status json; deny all; }
    location = /metrics { jwt_status prometheus; allow all; }
    location = /far { return 302 /status; }
    location = /large { alias @DIR@/large; }
    location /open { }
    location ~ \.open$ { }
    location /t { jwt timesheets; }
    location = /t/exact { jwt strict; }
    location /t/longer { jwt files timesheets; }
    location ^~ /t/first { jwt timesheets; jwt_require_scope first; }
    location ~ \.jpg$ { jwt timesheets; jwt_require_scope jpg; }
    location ~* \.JPE?G$ { jwt timesheets; jwt_require_scope jpeg; }
    location /outer {
        jwt timesheets;
        location /outer/in { jwt_require_scope inner; }
        location ~ \.png$ { jwt_require_scope png; }
        location = /outer/side.png { jwt_require_scope side; }
    }
    location /rules {
        jwt timesheets;
        jwt_require_scope read methods=GET;
        jwt_require_scope write all methods=POST match=any;
        jwt_require_claim sub !~^anon@ ~*CLIENTS$;
        jwt_require $host;
    }
    location /odd {
        jwt timesheets;
        jwt_require_scope read methods=GET,REPORT;
        jwt_require_scope write methods=PURGE;
        jwt_require_claim level >=3;
    }
    location /short { jwt timesheets; jwt_max_token_size 100; }
    location /cookie { jwt timesheets; jwt_token $cookie_token; }
    location /must {
        jwt timesheets;
        jwt_binding dpop required;
        jwt_dpop_origin https://api.example.com;
    }
    location /report { jwt timesheets; jwt_mode report; }
    location /returned { jwt timesheets; return 204; }
    location /moved { jwt timesheets; rewrite ^ /t redirect; }
    location /sometimes { jwt timesheets; if ($arg_x) { return 204; } }
    location /optional { jwt timesheets; jwt_mode optional; }
    location /cors { jwt timesheets; jwt_preflight on; }
    location /files { jwt files; }
    location /secrets { jwt secrets; }
    location /strict { jwt strict; }
    location = /d/.well-known/openid-configuration {
        return 200 '{"issuer":"http://127.0.0.1:@PORT@/d/","jwks_uri":"@JWKS_URI@"}';
    }
    location /found { jwt found; }
    location /posted {
        jwt timesheets;
        jwt_mode optional;
        jwt_require_scope read methods=POST;
    }
    location /nokeys { jwt nokeys; jwt_mode report; }
    location /private { jwt private; }
    location /bound {
        jwt              timesheets;
        jwt_binding      dpop mtls required certificate=$http_x_certificate;
        jwt_dpop_origin  http://127.0.0.1:@PORT@;
    }
    location = /proved {
        jwt              timesheets;
        jwt_binding      dpop;
        jwt_dpop_origin  http://127.0.0.1:@PORT@;
    }
    location /dpop {
        jwt              timesheets;
        jwt_binding      dpop;
        jwt_dpop_origin  http://127.0.0.1:@PORT@;
    }
    location /twice { jwt timesheets; }
    location /once { jwt timesheets; }
    location @named { jwt timesheets; jwt_require_scope named; }
END

$s->start(workers => 1, http => $http, server => $locations);
wait_until { $s->get('/t', token => token())->{status} != 503 } 5, 'keys';
wait_until { $s->get('/strict', token => token(iss => 'https://strict/'))
             ->{status} != 503 } 5, 'keys of the strict one';

my $gate = 'http://127.0.0.1:' . $s->port . '/status';
my @usual = ('--gate', $gate, '--server', '127.0.0.1:' . $s->port);

sub asked {
    my ($token, $path, @args) = @_;

    return explain(args => [ @usual, '--location', $path, '--json', @args ],
                   stdin => "$token\n");
}

sub location_is {
    my ($path, $name, $chosen, @args) = @_;

    my $result = asked(token(), $path, @args);
    my $gate = ($result->{json} // {})->{gate} // {};

    is $gate->{location}, $name, "$path is served by $name"
        or diag $result->{err}, $result->{out};
    like $gate->{chosen} // '', $chosen, '... as it is chosen';
}

# that of jwt-explain, and nginx's own status
sub same {
    my ($what, $path, $token, $verdict, %and) = @_;

    my $result = asked($token, $path, '--method', $and{method} // 'GET',
                       @{ $and{args} // [] });
    my $json = $result->{json} // {};
    my $r = $s->request(path => $path, method => $and{method} // 'GET',
                        length $token ? (token => $token) : ());

    is $json->{verdict}, $verdict, "$what: $verdict"
        or diag $result->{err}, $result->{out};
    is $json->{status}, $r->{status}, '... with nginx\'s status' if
        $verdict ne 'ok';
    ok $r->{status} == 200, '... which lets it pass' if $verdict eq 'ok';
}


# How a location is found: as nginx does.

location_is '/t', '/t', qr/^the longest prefix, as no regular/;
location_is '/t/exact', '= /t/exact', qr/^exactly this path$/;
location_is '/t/exact?a=b', '= /t/exact', qr/^exactly/;
location_is '/t/longer/x', '/t/longer', qr/^the longest prefix/;
location_is '/t/x.jpg', '~ \.jpg$', qr/^the first regular expression/;
location_is '/t/x.JPEG', '~* \.JPE?G$', qr/^the first regular expression/;
location_is '/t/first/x.jpg', '^~ /t/first', qr/before regular expressions/;
location_is '/outer/x', '/outer', qr/^the longest prefix/;
location_is '/outer/inner', '/outer/in', qr/^the longest prefix/;
location_is '/outer/x.png', '/outer ~ \.png$', qr/^the first regular/;
location_is '/outer/in/x.png', '/outer ~ \.png$', qr/^the first regular/;
location_is '/outer/side.png', '= /outer/side.png', qr/^exactly/;
location_is '/outer/x.jpg', '~ \.jpg$', qr/^the first regular/;
location_is '@named', '@named', qr/^by its name$/;
location_is '~ \.jpg$', '~ \.jpg$', qr/^by its name$/;

# nginx agrees: each of these asks for a scope of its own
for (['/t/x.jpg', 'jpg'], ['/t/x.JPEG', 'jpeg'], ['/t/first/x.jpg', 'first'],
     ['/outer/inner', 'inner'], ['/outer/in/x.png', 'png'],
     ['/outer/side.png', 'side'], ['/outer/x.jpg', 'jpg'])
{
    my ($path, $scope) = @$_;

    like $s->get($path, token => token(scope => ''))
        ->{headers}{'www-authenticate'}, qr/scope="$scope"/, "$path in nginx";
    like asked(token(scope => ''), $path)->{out}, qr/needed \\"$scope\\"/,
        'and here';
}


# The verdict is nginx's own.

same 'a good token', '/t', token(), 'ok';
same 'no token', '/t', '', 'no_token';
same 'another audience', '/t', token(aud => 'x'), 'audience_mismatch';
same 'an issuer of another location', '/t', token(iss => 'https://files/'),
    'issuer_mismatch';
same 'the token\'s issuer of two', '/t/longer', token(), 'ok';
same 'an algorithm', '/t', token(-alg => 'PS256'), 'alg_not_allowed';
same 'an unknown key', '/t', token(-key => 'k3'), 'key_not_found';
same 'another key\'s signature', '/t', token(-key => 'k3', -kid => 'k1'),
    'bad_signature';
same 'expired within 5 s', '/t', token(exp => time - 2), 'ok';
same 'expired', '/t', token(exp => time - 30), 'expired';
same 'a token that is too long', '/short', token(), 'token_too_large';
same 'a scope of GET', '/rules', token(scope => 'read'), 'ok';
same 'no scope of GET', '/rules', token(scope => 'write'),
    'insufficient_scope';
same 'a method', '/rules', token(scope => 'read'), 'method_not_allowed',
    method => 'DELETE';
my %third = (scope => 'read', level => 3);

is asked(token(%third), '/odd', '--method', $_->[0])->{json}{verdict}, $_->[1],
    "$_->[0] there, by name: $_->[1]"
    for [ GET => 'ok' ], [ HEAD => 'ok' ], [ REPORT => 'ok' ],
        [ PURGE => 'insufficient_scope' ], [ SEARCH => 'method_not_allowed' ];
is asked(token(%third, level => 2), '/odd')->{json}{verdict}, 'claim_mismatch',
    'a number that the gate\'s rule doesn\'t let pass';
same 'a claim', '/rules', token(scope => 'read', sub => 'anon@clients'),
    'claim_mismatch';
same 'a claim by a regular expression', '/rules',
    token(scope => 'read', sub => 'somebody'), 'claim_mismatch';

# what the location checks of bound tokens

same 'a token that must be bound', '/must', token(), 'unbound_token';
like explain(args => [ @usual, '--location', '/must', '--method', 'GET' ],
             stdin => token() . "\n")->{out}, qr/^  binding   dpop required$/m,
    'the report tells what is checked';

my %strict = (iss => 'https://strict/', client_id => 'c', jti => 'j',
              -header => { typ => 'at+jwt' });

same 'what the profile wants', '/strict', token(%strict), 'ok';
same 'the profile\'s type', '/strict', token(iss => 'https://strict/'),
    'typ_not_allowed';
same 'the profile\'s claims', '/strict', token(%strict, jti => undef),
    'claim_missing';
same 'an hour\'s leeway', '/strict', token(%strict, exp => time - 3000), 'ok';
same 'and not more', '/strict', token(%strict, exp => time - 4000),
    'expired';
same 'the maximum age', '/strict', token(%strict, iat => time - 4300),
    'too_old';

is asked(token(scope => 'all'), '/rules', '--method', 'POST')
    ->{json}{verdict}, 'ok', 'one of the scopes will do for POST';
is asked(token(scope => 'read'), '/rules', '--method', 'POST')
    ->{json}{verdict}, 'insufficient_scope', 'another won\'t';


same 'a method where the token is optional', '/posted', '',
    'method_not_allowed';
ok !asked('', '/posted')->{json}{signature_verified},
    '... which says nothing of a signature';
ok asked(token(), '/posted')->{json}{signature_verified},
    '... but for a token that has a good one';


# What a token is bound to: the location says what must be, and can be.

my $me = client();
my $url = 'http://127.0.0.1:' . $s->port . '/bound';
my $bound = bound($me);
my @proof = ('--url', $url, '--proof', proof($me, $bound, $url));
my $der = certificate($s->dir . '/me');
my %by_mtls = (cnf => { 'x5t#S256' => b64url(sha256($der)) });

same 'a token that is bound to nothing', '/bound', token(), 'unbound_token';
same 'the same where it may be', '/dpop', token(), 'ok';
same 'a token that is bound to a certificate', '/bound', token(%by_mtls),
    'certificate_missing';
is asked(token(%by_mtls), '/bound', '--certificate', $s->dir . '/me.pem')
    ->{json}{verdict}, 'ok', '... which is taken';
same 'the same where no certificate is looked at', '/dpop', token(%by_mtls),
    'sender_constrained';
is asked($bound, '/bound', '--url', $url, '--proof',
         proof($me, $bound, "$url/x"))->{json}{verdict},
    'dpop_proof_invalid', 'a proof for another URL';
is asked($bound, '/bound', @proof)->{json}{verdict}, 'ok',
    'a proof for this one';

# the gate knows what its proofs are for, whatever --url says

my $real = 'https://api.example.com/must';
my $behind = 'http://127.0.0.1:' . $s->port . '/must';

for my $case ([$real, ok => 200], [$behind, dpop_proof_invalid => 401]) {
    my ($to, $verdict, $status) = @$case;

    my $at = sub { $s->request(path => '/must', headers => {
        Authorization => "DPoP $bound", DPoP => proof($me, $bound, $to, @_) })};
    my $first = $at->();
    my $r = $at->(nonce => $first->{headers}{'dpop-nonce'});

    is $r->{status}, $status, "a proof for $to: nginx answers $status";
    is asked($bound, '/must', @$_, '--proof', proof($me, $bound, $to))
        ->{json}{verdict}, $verdict, "... $verdict" . (@$_ ? ", with --url $_->[1]" : '')
        for [], [ '--url', $real ], [ '--url', $behind ];
}

like explain(args => [ @usual, '--location', '/must' ], stdin => token())->{out},
    qr{^  proofs    for https://api\.example\.com$}m, '... which the report says';

my $second = '127.0.0.1:' . $s->port(2);

for my $case ([ "http://api.example.com:@{[ $s->port(2) ]}", 'ok' ],
              [ 'https://api.example.com', 'dpop_proof_invalid' ],
              [ 'http://api.example.com', 'dpop_proof_invalid' ],
              [ 'http://x.example.com:' . $s->port(2), 'dpop_proof_invalid' ])
{
    my ($origin, $verdict) = @$case;
    my $to = "$origin/named";

    is explain(args => [ '--gate', $gate, '--server', $second, '--location', '/named', '--json',
                         @$_, '--proof', proof($me, $bound, $to) ],
               stdin => $bound)->{json}{verdict}, $verdict,
        "a proof for $to, by the server's name: $verdict"
        for [], [ '--url', $to ];
}

like asked($bound, '= /proved', '--proof', proof($me, $bound, $url))->{err},
    qr/"--proof" is for a URL: write --url/, 'the name of a location is no path';
is asked($bound, '= /proved', '--proof', proof($me, $bound, "$1/proved"), '--url', "$1/proved")
    ->{json}{verdict}, 'ok', '... where --url has it'
    if $url =~ m{^(http://[^/]+)};
like asked(token(), '/t', @proof)->{err},
    qr/"--proof" is for a location that checks it, and the gate's has no jwt_/,
    'a proof for a location that takes none';


# Where the keys come from.

my $found = token(iss => 'http://127.0.0.1:' . $s->port . '/d/');

wait_until { $s->get('/found', token => $found)->{status} != 503 } 5,
    'keys by discovery';
same 'keys by discovery', '/found', $found, 'ok';
is asked($found, '/found')->{json}{keys}{source}, $tenant->jwks_uri,
    '... which are where the document says';

like asked(token(), '/t')->{json}{keys}{source}, qr/^\Q@{[
    $tenant->jwks_uri ]}\E$/, 'the keys are where the gate has them from';

my $theirs = token(iss => 'https://files/', -key => 'k3');
my $shared = token(iss => 'https://secrets/', aud => 'a', -alg => 'HS256',
                   -key => $secret);
my $r = asked($theirs, '/files');

is $r->{status}, 2, 'a file is the gate\'s own';
like $r->{err}, qr/jwt_issuer "files" are in a file .* write --jwks FILE/,
    'so it is to be given';
is asked($theirs, '/files', '--jwks', $s->dir . '/keys.json')
    ->{json}{verdict}, 'ok', 'and is taken';
is $s->get('/files', token => $theirs)->{status}, 200, 'as nginx takes it';
is asked(token(iss => 'https://files/', -key => 'k2'), '/files', '--jwks',
         $s->dir . '/keys.json')->{json}{verdict}, 'key_not_found',
    'a token of another key isn\'t';
is asked(token(iss => 'https://x/'), '/files')->{json}{verdict},
    'issuer_mismatch', 'a token that needs no key needs no file';
like asked($shared, '/secrets')->{err}, qr/write --secret FILE/,
    'a secret likewise';
is asked($shared, '/secrets', '--secret', $s->dir . '/secret')
    ->{json}{verdict}, 'ok', 'which is taken';
like asked($shared, '/secrets', '--jwks', $s->dir . '/keys.json')->{err},
    qr/has a shared secret, and no keys: write --secret/, 'keys are not';
like asked(token(), '/t', '--secret', $s->dir . '/secret')->{err},
    qr/has keys, and no shared secret: write --jwks/, 'nor the reverse';
like asked($theirs, '/files', '--jwks', $s->dir . '/nothing')->{err},
    qr/gives no keys: No such file/, 'a file that isn\'t there';

$r = asked(token(iss => 'https://nokeys/'), '/nokeys');
is $r->{status}, 2, 'a gate without keys';
is $r->{json}{verdict}, 'keys_unavailable', '... has this verdict';
like $r->{json}{keys}{error}, qr/^the gate holds no keys.*Connection refused|^the gate holds no keys.*connect to/,
    '... and tells why';
like $r->{json}{keys}{error}, qr/; check that it is running and that this host may connect to it$/, '... and what to do';
like +(grep { $_->{check} eq 'keys_unavailable' } @{ $r->{json}{checks} })[0]{hint} // '',
    qr/; check that it is running and that this host may connect to it$/, '... by its check';


# Keys that the gate has, and this machine can't fetch.

my $private = token(iss => 'https://private/');

wait_until { $s->get('/private', token => $private)->{status} != 503 } 5,
    'keys of the private one';
$r = asked($private, '/private');
is $r->{status}, 2, 'authorities that the gate alone knows';
is $r->{out}, '', '... are no verdict of the gate\'s';
like $r->{err}, qr/the gate has the keys of .*certificate.* write --trusted-certificate FILE/s,
    '... and it says which file to name' or diag explain $r;
is asked($private, '/private', '--trusted-certificate', 't/keys/tls-ca.pem')
    ->{json}{verdict}, 'ok', '... with which it judges as the gate does';


# Another location's issuer.

$r = asked($private, '/t');
is $r->{json}{verdict}, 'issuer_mismatch', 'the token of another location';
like +(grep { $_->{check} eq 'issuer_mismatch' }
       @{ asked(token(iss => 'https://x/'), '/t/longer')->{json}{checks} })[0]{hint},
    qr/^configured "https:\/\/files\/" or "[^"]+", received "https:\/\/x\/": another tenant's/,
    'neither of two issuers';
like +(grep { $_->{check} eq 'issuer_mismatch' } @{ $r->{json}{checks} })[0]{hint}
    // '', qr/this is a token of jwt_issuer "private", which this location/,
    '... whose block is named' or diag $r->{out};
$s->mark_log;
$s->get('/t', token => $private);
ok $s->wait_for_log(qr/jwt refused: issuer_mismatch.*: this is a token of jwt_issuer "private", which this location doesn't name: add it to "jwt" here/, 5),
    '... in the gate\'s log, too';


# What else a location says.

$r = asked(token(aud => 'x'), '/report');
is $r->{json}{gate}{mode}, 'report', 'the mode';
ok $r->{json}{gate}{goes_on}, '... by which the request goes on';
ok !asked(token(aud => 'x'), '/t')->{json}{gate}{goes_on}, '... or doesn\'t';
ok asked('', '/optional')->{json}{gate}{goes_on}, 'without a token';
ok !asked(token(aud => 'x'), '/optional')->{json}{gate}{goes_on},
    '... but not with a bad one';
like explain(args => [ @usual, '--location', '/report', '--method', 'OPTIONS' ],
             stdin => token(aud => 'x'))->{out},
    qr/^Checks of an OPTIONS request\n.*^Report mode: the request is passed on anyway\.\nVerdict: audience_mismatch/ms,
    '... in words';

for my $case (['/returned', 204, return => 'return'], ['/moved', 302, rewrite => 'rewrite'],
              ['/sometimes?x=1', 204, 'if'], ['/sometimes', 401, 'if'], ['/t', 401, undef])
{
    my ($path, $status, $by, $always) = @$case;
    my $json = asked(token(aud => 'x'), $path)->{json};
    my $out = explain(args => [ @usual, '--location', $path ], stdin => token(aud => 'x'))->{out};

    is $s->get($path)->{status}, $status, "$path: nginx answers $status";
    is $json->{gate}{bypassed_by}, $by, '... and by what is in JSON';
    is !!$json->{gate}{goes_on}, !!$always, '... and whether it always does';
    is $json->{verdict}, 'audience_mismatch', '... with the token\'s own verdict';
    like $out, qr/^  bypassed  by "$always": it answers every request, and no token is looked at$/m,
        '... in words' if $always;
    like $out, qr/^  bypassed  by "return" or "rewrite" where an "if" holds/m, '... in words'
        if $by && !$always;
    unlike $out, qr/bypassed/, '... in words' if !$by;
    ($by && !$always ? \&Test::More::like : \&Test::More::unlike)->($out,
        qr/^But where an "if" holds, nginx answers the request before the gate is asked\.\nVerdict: /m,
        '... and of an "if" before the verdict');
    ($always ? \&Test::More::like : \&Test::More::unlike)->($out,
        qr/^Verdict: [^\n]*\nBut nginx answers the request before the gate is asked, whatever the token is\.\n\z/m,
        '... which is the last word');
    like explain(args => [ @usual, '--location', $path ], stdin => token())->{out},
        qr/^The request may pass\.\nVerdict: ok\nBut nginx answers/m, '... of a good token, too' if $always;
}

is_deeply asked(token(), '/rules')->{json}{gate}{not_checked}, ['$host'],
    'jwt_require is not checked, which is reported';
is asked(token(), '/t')->{json}{gate}{issuer}, 'timesheets', 'the block';
is asked('Authorization: Bearer ' . token(), '/t')->{json}{verdict}, 'ok',
    'a header line';
is asked('Authorization: Bearer ' . token(), '/cookie')->{json}{verdict},
    'no_token', 'isn\'t where a location with cookies looks';
is asked(token(), '/cookie')->{json}{verdict}, 'ok', 'a bare token is';

$r = explain(args => [ @usual, '--location', '/rules' ],
             stdin => token(scope => 'read'));
like $r->{out}, qr{^Gate[ ]at[ ]\Q$gate\E\n[ ]+server[ ]+""[ ]on[ ]127\.0\.0\.1:\d+\n
                   [ ]+location[ ]+"/rules"[ ]\(the[ ]longest.*\n
                   [ ]+issuers[ ]+timesheets\n[ ]+mode[ ]+enforce\n
                   [ ]+token[ ]in[ ]+bearer\n[ ]+requires[ ]+\$host}mx,
    'all of it for a person' or diag $r->{out};
like $r->{out}, qr/^Verdict: ok$/m, '... and the verdict';
like explain(args => [ @usual, '--location', '/t' ], stdin =>
             token(aud => audience() . '/'))->{out},
    qr/only the slash at the end\s+differs/, '... with what to do about it';
like explain(args => [ @usual, '--location', '/report' ], stdin => 'x')
    ->{out}, qr/mode +report: the request goes on/, 'report is named';
like explain(args => [ @usual, '--location', '/cors' ], stdin => 'x')
    ->{out}, qr/preflight is not judged/, 'so are preflights';


# Which server.

$r = explain(args => [ '--gate', $gate, '--location', '/twice' ],
             stdin => token());
is $r->{status}, 2, 'two servers guard it';
like $r->{err}, qr/2 servers .* write --server .*:\n    "api\.example\.com \*\.example\.com" on 127\.0\.0\.1:\d+\n    "" on 127/,
    '... which are named';

for (['127.0.0.1:' . $s->port(2), 'files'],
     ['API.example.com', 'files'], ['*.example.com', 'files'],
     ['127.0.0.1:' . $s->port, 'timesheets'])
{
    my $out = explain(args => [ '--gate', $gate, '--location', '/twice',
                                '--server', $_->[0] ], stdin => 'x')->{out};

    like $out, qr/^  issuers   $_->[1]$/m, "the server $_->[0]";
}

like explain(args => [ '--gate', $gate, '--location', '/twice',
                       '--server', 'api.example.com',
                       '--server', '127.0.0.1:' . $s->port ])->{err},
    qr/no such server/, 'both must be the server\'s';
like explain(args => [ '--gate', $gate, '--location', '/twice',
                       '--server', 'nobody' ])->{err},
    qr/no such server: write --server .*:\n    "api\.example\.com/,
    'there is no such server';
like explain(args => [ '--gate', $gate, '--location', '/only' ],
             stdin => token())->{out}, qr/^Verdict: ok$/m,
    'a path that one server has needs no --server';

$r = explain(args => [ '--gate', $gate, '--location', '/once' ],
             stdin => token());
like $r->{out}, qr/^Verdict: ok$/m, 'nor one that one server guards';
like $r->{out}, qr/^Other servers serve this path without a gate:\n    "api\.example\.com \*\.example\.com" on 127\.0\.0\.1:@{[ $s->port(2) ]}\n    "" on 127\.0\.0\.1:@{[ $s->port(3) ]}\n\z/m,
    '... and the others are named, last';

for my $more (0, 5) {
    my $copy = JSON::PP::decode_json($s->get('/status')->{body});
    my ($open) = grep { $_->{location} eq '/once' && !$_->{protected} } @{ $copy->{locations} };

    $copy->{locations} = [ grep { $_->{server_number} == $open->{server_number}
                                  || $_->{location} eq '/once' } @{ $copy->{locations} } ];

    for my $n (101 .. 100 + $more) {
        unshift @{ $copy->{locations} }, { %$open, server_number => $n };
        push @{ $copy->{servers} }, { number => $n, names => [ "s$n" ], listen => [ "0.0.0.0:$n" ] };
    }

    like explain(args => [ '--gate', $s->write_file('more.json', JSON::PP::encode_json($copy)),
                           '--location', '/once' ], stdin => token())->{out},
        $more ? qr/^Other servers serve this path without a gate:\n    "(?!s\d)[^"]*" on \S+\n(?:    "s\d+" on \S+\n){2}    and 3 others\n\z/m
              : qr/^Another server serves this path without a gate:\n    "[^"]*" on \S+\n\z/m,
        $more ? 'a few at most, first one that guards others' : 'or the only other one';
}


# What goes wrong.

sub fails {
    my ($what, $like, @args) = @_;

    my $result = explain(args => [ @args ], stdin => token());

    is $result->{status}, 2, "$what: status 2";
    like $result->{err}, $like, '... and what is wrong'
        or diag $result->{out};
    is $result->{out}, '', '... and nothing else';
}

my $base = 'http://127.0.0.1:' . $s->port;

fails 'nobody listens', qr/status can't be fetched from "\S+": .*onnect/,
    '--gate', 'http://127.0.0.1:' . $s->port(4) . '/', '--location', '/t';
fails 'a page', qr/not JSON, but a page: write the URL .*jwt_status json/,
    '--gate', "$base/page", '--location', '/t';
fails 'metrics', qr/not JSON, but what Prometheus reads/,
    '--gate', "$base/metrics", '--location', '/t';
fails 'a redirect', qr/HTTP status 302 \(redirects are not followed\)/,
    '--gate', "$base/far", '--location', '/t';
fails 'a status for others', qr/HTTP status 403\. Ask from a machine that may, or save the answer there and write --gate FILE$/m,
    '--gate', "$base/closed", '--location', '/t';
fails 'no status', qr/HTTP status 404\. Write the URL of a location with "jwt_status json;"$/m,
    '--gate', 'http://127.0.0.1:' . $s->port(2) . '/nothing', '--location', '/t';
fails 'a guarded status', qr/HTTP status 401/,
    '--gate', "$base/t", '--location', '/t';

$s->write_file('large', '{"version":1,"x":"' . 'x' x (8 * 1024 * 1024)
                        . '"}');
fails 'a large answer', qr/the answer is larger than 8192k/,
    '--gate', "$base/large", '--location', '/t';
fails 'no URL', qr/"ftp:.*" is no URL: write it as in http:/,
    '--gate', 'ftp://127.0.0.1/', '--location', '/t';
fails 'a user', qr/has a user part/,
    '--gate', 'http://me:secret@127.0.0.1/', '--location', '/t';
fails 'no file', qr/can't be read from "\S+": No such file/,
    '--gate', $s->dir . '/nothing', '--location', '/t';
fails 'other JSON', qr/lacks "version"/,
    '--gate', $s->write_file('other.json', '{"a":1}'), '--location', '/t';
fails 'another version', qr/has a version that this/,
    '--gate', $s->write_file('v2.json', '{"version":2}'),
    '--location', '/t';
fails 'a location that is open', qr{"/open/x" is served by location "/open" of server "" on \S+, which is not guarded: requests pass without a token\.\nGuarded locations}s,
    @usual, '--location', '/open/x';
# which of several servers that leave it open: the one that was asked for its status

for my $case ([ '/x.open', $s->port, qr/"" on \S+:@{[ $s->port ]}/ ],
              [ '/x.open', $s->port(2), qr/"api\.example\.com \*\.example\.com" on \S+/ ],
              [ '/x.two', undef, qr/"api\.example\.com \*\.example\.com" on \S+/ ])
{
    my ($path, $port, $server) = @$case;
    fails "$path, open in several servers",
        qr/"\Q$path\E" is served by location "~ \S+" of server $server, which is not guarded: requests pass without a token\.\nOther servers serve this path without a gate:\n    "/,
        '--gate', defined $port ? "http://127.0.0.1:$port/status"
                                : $s->write_file('status.json', $s->get('/status')->{body}),
        '--location', $path;
}

fails 'a path of no location', qr{no location .* matches "/outre".*Guarded locations, the most similar first:\n    "/outer.*of server "" on}s,
    @usual, '--location', '/outre';
fails 'a name that isn\'t there', qr{has no location "\@nmed".*\n    "\@named"}s,
    @usual, '--location', '@nmed';
fails 'no location', qr/"--gate" needs a location: write --location/,
    @usual;
fails 'no gate', qr/"--location" needs a gate: write --gate/,
    '--location', '/t', '--issuer', issuer(), '--audience', 'x';
fails 'a server and no gate', qr/"--server" needs a gate/, '--server', 'x';
fails 'two gates', qr/"--gate" is given twice/, @usual, '--gate', 'x';
fails 'two locations', qr/"--location" is given twice/,
    @usual, '--location', '/t', '--location', '/t';
fails 'keys and a secret', qr/"--jwks" and "--secret" are both there/,
    @usual, '--location', '/t', '--jwks', 'x', '--secret', 'y';

for (['issuer', issuer()], ['audience', 'x'], ['algorithms', 'RS256'],
     ['scope', 'x'], ['claim', 'x'], ['scope-claim', 'x'], ['leeway', 1],
     ['max-age', 1], ['profile', 'any'], ['max-token-size', '1k'])
{
    fails $_->[0], qr/"--$_->[0]" stands beside "--gate"/,
        @usual, '--location', '/t', "--$_->[0]", $_->[1];
}


# A status that was saved, and one that lacks a member.

my $saved = JSON::PP->new->utf8->decode($s->get('/status')->{body});

sub saved {
    my ($change) = @_;

    my $copy = JSON::PP->new->utf8->decode(JSON::PP->new->utf8
                                           ->encode($saved));

    $change->($copy);

    return $s->write_file('saved.json', JSON::PP->new->utf8->encode($copy));
}

sub block {
    my ($status) = @_;

    return (grep { $_->{name} eq 'timesheets' } @{ $status->{issuers} })[0];
}

my @only = ('--location', '/only');

is explain(args => [ '--gate', saved(sub { }), @only ], stdin => token())
    ->{status}, 0, 'a file will do';
is explain(args => [ '--json', '--gate', saved(sub { delete $_->{bypassed_by} for
               @{ $_[0]{locations} } }), '--location', '/returned' ],
           stdin => token())->{json}{gate}{bypassed_by}, undef, 'an earlier version doesn\'t say';
is explain(args => [ '--gate', saved(sub { $_[0]{time} = 1 }), @only ],
           stdin => token())->{status}, 0, '... whose time is not now';

for my $member (qw/ leeway profile scope_claims algorithms source
                  source_has_query keys_available issuer /)
{
    fails "without $member", qr/lacks "$member"/, '--gate',
        saved(sub { delete block($_[0])->{$member} }), @only;
}

for my $member (qw/ scopes claims token max_token_size issuers path match depth
                    binding
                  server_number protected mode /)
{
    fails "a location without $member", qr/lacks "$member"/, '--gate',
        saved(sub { delete $_->{$member} for @{ $_[0]{locations} } }), @only;
}

is explain(args => [ '--json', '--gate',
                     saved(sub { delete block($_[0])->{audience} }), @only ],
           stdin => token())->{json}{verdict}, 'audience_mismatch',
    'without an audience nothing is allowed';
fails 'without an age', qr/lacks "max_age"/, '--gate',
    saved(sub { delete block($_[0])->{max_age} }), @only;
fails 'a source that may not be asked', qr/in the gate's status is http/,
    '--gate', saved(sub { block($_[0])->{source} = 'http://t.example/' }),
    @only;
fails 'a source with a query', qr/has a query, .* write --jwks URL/,
    '--gate', saved(sub { block($_[0])->{source_has_query}
                          = JSON::PP::true() }), @only;
fails 'a new algorithm', qr/an algorithm that this jwt-explain doesn't know/,
    '--gate', saved(sub { block($_[0])->{algorithms} = ['XS1'] }), @only;
unlike explain(args => [ '--gate', saved(sub {
        $_->{location} =~ s/only/\e[31m/ for @{ $_[0]{locations} } }),
        '--location', '/nowhere' ])->{err}, qr/\e/,
    'nothing that a terminal obeys';

unlike explain(args => [ '--gate', saved(sub {
        block($_[0])->{source} = "http://t/\e[31m\x{9b}31m" }), @only ],
        stdin => token())->{err}, qr/\e|\xc2\x9b/, 'in a key source neither';


# The gate's clock is the one that counts.

my $skewed = $s->write_file('content/skewed',
    JSON::PP->new->utf8->encode({ %$saved, time => time + 7200 }));

$r = explain(args => [ '--gate', "$base/open/../skewed", @only ],
             stdin => token(exp => time + 3600));
like $r->{out}, qr/^  clock     the gate's is 7\d+ s ahead of this machine's, and decides$/m,
    'a gate whose clock is ahead';
like $r->{out}, qr/^Verdict: expired/m, '... judges by it';
$r = explain(args => [ '--gate', "$base/skewed", @only, '--at', time ],
             stdin => token(exp => time + 3600));
like $r->{out}, qr/^Verdict: ok/m, '--at is stronger';

# So is what it saw of the issuer's.

for my $case ([ -600, 'ahead of', exp => -303 ], [ 600, 'behind', iat => 303 ]) {
    my ($skew, $is, $date, $off) = @$case;
    my $copy = JSON::PP::decode_json(JSON::PP::encode_json($saved));

    block($copy)->{clock_skew} = $skew;
    $copy->{time} = time;
    $s->write_file('content/skewed', JSON::PP->new->utf8->encode($copy));
    $r = explain(args => [ '--gate', "$base/skewed", @only ],
                 stdin => token($date => time + $off));
    like $r->{out}, qr/^  clock     the gate's is 600 s $is the issuer's$/m,
        "a gate whose clock is $is the issuer's";
    like $r->{out} =~ s/\n +/ /gr, qr/this host's clock is 600 s \(10 min\) $is the issuer's/,
        '... is what the client isn\'t blamed for';
    unlike explain(args => [ '--gate', "$base/skewed", @only, '--at', time ],
                   stdin => token($date => time + $off))->{out},
        qr/600 s/, '... but not for a time of one\'s own';
}

is_deeply [ grep { !/can't be fetched|\[error\].*(?:forbidden|No such file)/ }
            $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;

done_testing;
