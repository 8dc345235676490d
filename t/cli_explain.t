# jwt-explain says what is wrong with a token, and what to do about it.
#
# That its verdicts are the gate's own is t/cli_vectors.t.

use strict;
use warnings;

use File::Basename qw/ dirname /;
use JSON::PP ();
use Test::More;

use lib dirname(__FILE__) . '/lib';
use NJWT::Explain qw/ explain explain_all /;
use NJWT::Process qw/ folder ports /;
use NJWT::Tenant;
use NJWT::Token qw/ :all /;


chdir dirname(__FILE__) . '/..' or die "$!";

my $dir = folder();
my $now = 1495653300;
my ($iss, $aud) = (issuer(), audience());

sub spew {
    my ($name, $text) = @_;

    open my $out, '>:raw', "$dir/$name" or die "$dir/$name: $!\n";
    print $out $text;
    close $out;

    return "$dir/$name";
}

my $jwks = spew('jwks.json', jwks('k1', 'k2'));

# a token as of $now, good unless something is said
sub made {
    my (%over) = @_;

    return token(iat => $now - 60, exp => $now + 3600, %over);
}

sub issuer_args {
    my (%over) = @_;

    return ('--issuer', $over{issuer} // $iss,
            '--audience', $over{audience} // $aud,
            '--jwks', $over{jwks} // $jwks, '--at', $now);
}

my @usual = (issuer_args(), '--scope', 'batch:upload');

sub judged {
    my ($token, @args) = @_;

    return explain(args => [ @args ? @args : @usual, '--json' ],
                   stdin => "$token\n");
}

sub check {
    my ($result, $name) = @_;

    my ($check) = grep { $_->{check} eq $name }
                  @{ ($result->{json} // {})->{checks} // [] };

    return $check // {};
}

# the hint for the check that failed
sub hint_is {
    my ($what, $verdict, $like, $token, @args) = @_;

    my $result = judged($token, @args);

    is(($result->{json} // {})->{verdict}, $verdict, "$what: $verdict")
        or diag $result->{err};
    like(check($result, $verdict)->{hint} // '', $like, "$what: what to do");

    return $result;
}


# The report, for a person.

my $good = made();

{
    my $result = explain(args => \@usual, stdin => "$good\n");
    my $out = $result->{out};

    is($result->{status}, 0, 'a good token: exit status 0');
    is($result->{err}, '', 'and nothing on standard error');
    like($out, qr/^Header\n.*^  alg +"RS256"\n.*^  kid +"k1"\n/ms,
         'the header is shown');
    like($out, qr/^Payload \(signature verified\)\n.*^  azp +"importjob"$/ms,
         'and the payload, which is verified');
    like($out, qr/^  exp +\d+ +2017-05-24 20:15:00 UTC, in 60 min$/m,
         'times are shown as dates');
    like($out, qr/^Checks of a GET request\n  pass +no_token /m,
         'and each check');
    like($out, qr/\nVerdict: ok\n\z/, 'and the verdict last');
    unlike($out, qr/FAIL|not verified/i, 'nothing failed');
    like($out, qr/^  pass +expired +"exp" is in the future\n  pass +not_yet_valid +"nbf" is not in the future\n  pass +issued_in_future +"iat" is not in the future$/m,
         'what they ask of times');
    like($out, qr/^  pass +sender_constrained /m, 'what may bind a token');
    unlike($out, qr/dpop|unbound|certificate/, 'and nothing of what may prove it');
    like(explain(args => [ @usual, '--binding', 'dpop' ], stdin => "$good\n")
             ->{out}, qr/^  pass +dpop_proof_missing /m, 'but with --binding');
    unlike($out, qr/\e/, 'a file gets no colours');

    $result = explain(args => \@usual, stdin => made(aud => 'x', scope => ''));
    $out = $result->{out};

    is($result->{status}, 1, 'a refused token: exit status 1');
    like($out, qr/^  pass +issued_in_future /m, 'what comes before passed');
    like($out, qr/^  FAIL +audience_mismatch .*\n +configured "\Q$aud\E",/m,
         'the check that failed, and what to do');
    like($out, qr/^  \(FAIL\) +insufficient_scope .*\n +needed/m,
         'and what would have failed after it');
    like($out, qr/^  \(pass\) +method_not_allowed /m, 'or passed');
    like($out, qr/come after the one that decided/, 'that is reported');
    like($out, qr/^Verdict: audience_mismatch \(status 401, invalid_token\)\n\z/m,
         'the verdict with its status and error');

    $out = explain(args => \@usual,
                   stdin => tamper($good, payload => (aud => 'x')))->{out};

    like($out, qr/^Payload \(NOT verified/m,
         'an unverified payload is called so');
    like($out, qr/^  \(FAIL\) +audience_mismatch /m, 'and its audience is reported');
    like($out, qr/not verified\.$/m, 'as not verified');
}


# Where the token comes from.

{
    my %way = (
        'standard input'          => { stdin => $good },
        'with a newline'          => { stdin => "$good\n" },
        'with CRLF'               => { stdin => "$good\r\n" },
        'and "-"'                 => { stdin => $good, args => [ '-' ] },
        'with Bearer'             => { stdin => "Bearer $good\n" },
        'with bearer'             => { stdin => "bearer  $good\n" },
        'a header line'           => { stdin =>
                                       "Authorization: Bearer $good\n" },
        'with blanks around it'   => { stdin => "\n  $good \t\n\n" },
        'an argument'             => { args => [ $good ] },
        'an argument with Bearer' => { args => [ "Bearer $good" ] },
        'an argument behind --'   => { args => [ '--', $good ] },
    );

    for my $name (sort keys %way) {
        my $way = $way{$name};
        my $result = explain(args => [ @usual, @{ $way->{args} // [] } ],
                             stdin => $way->{stdin});

        is($result->{status}, 0, "the token from $name");
    }

    is(judged($_->[1])->{json}{verdict}, $_->[2], "$_->[0]: $_->[2]") for
        [ 'nothing', '', 'no_token' ],
        [ 'Bearer alone', 'Bearer', 'malformed_request' ],
        [ 'another scheme', 'Basic eDp5', 'no_token' ],
        [ 'its name in other letters', 'dpop eDp5', 'no_token' ],
        [ 'its name alone is a token', 'Basic', 'opaque_token' ],
        [ 'a token with a blank', 'not.a.token x', 'malformed_request' ],
        [ 'a blank before the first dot', 'not a.token', 'malformed_request' ],
        [ 'a word that begins as a scheme', 'Bas eDp5', 'malformed_request' ],
        [ 'a header without a scheme', "Authorization: $good", 'no_token' ],
        [ 'a token on two lines', $good =~ s/\./\n./r, 'malformed_request' ],
        [ 'a megabyte', 'a' x 1_100_000, 'token_too_large' ];
}


# What goes wrong in practice.

hint_is('an issuer without the slash', 'issuer_mismatch',
    qr/^configured "https:\/\/t\.example", received "https:\/\/t\.example\/": only the slash at the end differs: add the trailing slash to "issuer"$/,
    made(iss => 'https://t.example/'),
    issuer_args(issuer => 'https://t.example'));
hint_is('with one too many', 'issuer_mismatch',
    qr/take the trailing slash away from "issuer"/,
    made(iss => 'https://t.example'),
    issuer_args(issuer => 'https://t.example/'));
hint_is('of another scheme', 'issuer_mismatch',
    qr/only the scheme \(http, https\) differs/,
    made(iss => 'http://t.example/'),
    issuer_args(issuer => 'https://t.example/'));
hint_is('in another case', 'issuer_mismatch',
    qr/only upper and lower case/,
    made(iss => 'https://T.example/'),
    issuer_args(issuer => 'https://t.example/'));
hint_is('of another domain', 'issuer_mismatch',
    qr/^configured "\Q$iss\E", received "https:\/\/login\.example\.com\/": another tenant's token; if this is the same tenant's other domain .* add it to "issuer"$/,
    made(iss => 'https://login.example.com/'));
hint_is('no issuer', 'issuer_mismatch', qr/has no "iss"/,
    made(iss => undef));

is(judged(made(iss => 'https://login.example.com/'), @usual,
          '--issuer', 'https://login.example.com/')->{status}, 0,
   'a second --issuer is accepted');

hint_is('an audience with a slash', 'audience_mismatch',
    qr/^configured "\Q$aud\E", received "\Q$aud\E\/": only the slash at the end differs: add the trailing slash to "audience"$/,
    made(aud => "$aud/"));
hint_is('in another case', 'audience_mismatch',
    qr/only upper and lower case/, made(aud => [ 'x', uc $aud ]));
hint_is('another audience', 'audience_mismatch',
    qr/^configured "\Q$aud\E", received "urn:x": request the token with the API's identifier as audience, or correct "audience"$/,
    made(aud => 'urn:x'));
hint_is('no audience', 'audience_mismatch', qr/^the token has no "aud"; configured "\Q$aud\E": request/,
    made(aud => undef));
hint_is('Auth0\'s userinfo', 'audience_mismatch',
    qr/this token is for Auth0's own API, not for yours: request the token with the API's identifier as audience$/,
    made(aud => "${iss}userinfo"));
hint_is('Auth0\'s Management API', 'audience_mismatch',
    qr/this token is for Auth0's own API/, made(aud => [ "${iss}api/v2/" ]));
unlike(check(judged(made(aud => [ "${iss}userinfo", 'urn:x' ])),
             'audience_mismatch')->{hint}, qr/own API/,
       'another audience beside userinfo is not Auth0\'s own');
hint_is('an ID token', 'audience_mismatch',
    qr/^this is an ID token: send the access token \(seen: no "scope", but "nonce" "at_hash" "sid"\)$/,
    made(aud => 'importjob', scope => undef, nonce => 'n', at_hash => 'h',
         sid => 's'));
unlike(check(judged(made(aud => 'importjob', nonce => 'n')),
             'audience_mismatch')->{hint}, qr/ID token/,
       'a token with a scope is none');
is(judged(made(aud => 'urn:x'), '--issuer', $iss, '--audience', 'off',
          '--jwks', $jwks, '--at', $now)->{status}, 0,
   '--audience off takes any');

hint_is('an opaque token', 'opaque_token',
    qr/^this is an opaque token .*request it with audience=\Q$aud\E$/,
    'Kj3fZq0VxLw9');
hint_is('Auth0\'s opaque token', 'encrypted_token',
    qr/opaque.*request it with audience=\Q$aud\E$/,
    b64url('{"alg":"dir","enc":"A256GCM"}') . '..a.b.c');
hint_is('an encrypted token', 'encrypted_token',
    qr/turn off token encryption/,
    b64url('{"alg":"RSA-OAEP","enc":"A256GCM"}') . '.a.b.c.d');

hint_is('HS256', 'alg_not_allowed',
    qr/^the API signs with HS256; RS256 is required: in Auth0 an API's algorithm can't be changed, so create a new API$/,
    hs256_with_public_key());
hint_is('PS256', 'alg_not_allowed',
    qr/signs with PS256; RS256 is required: .*, or add the token's to "algorithms"$/,
    made(-alg => 'PS256'));
hint_is('alg none', 'malformed_token', qr/^the signature is empty$/,
    unsigned(iat => $now, exp => $now + 9));
hint_is('with something behind', 'alg_not_allowed', qr/not signed at all/,
    unsigned(iat => $now, exp => $now + 9) . 'AA');
hint_is('no alg', 'alg_not_allowed', qr/^the header has no "alg"; RS256/,
    made(-header => { alg => undef }));
hint_is('another typ', 'typ_not_allowed', qr/"logout\+jwt"/,
    made(-header => { typ => 'logout+jwt' }));
hint_is('the other profile', 'typ_not_allowed', qr/"profile rfc9068" wants/,
    $good, @usual, '--profile', 'rfc9068');
hint_is('a claim of the profile', 'claim_missing',
    qr/^missing: "client_id" "jti"; "profile rfc9068"/,
    made(-header => { typ => 'at+jwt' }), @usual, '--profile', 'rfc9068');
hint_is('iat for max_age', 'claim_missing', qr/"max_age" needs "iat"/,
    made(iat => undef), @usual, '--max-age', '1h');

hint_is('expired just now', 'expired',
    qr/^expired 8 s ago: .*check the clocks \(NTP\)/, made(exp => $now - 8));
hint_is('expired long ago', 'expired',
    qr/^expired 7200 s \(2 h\) ago: the client must request a new token/,
    made(exp => $now - 7200));
hint_is('and not quite ten minutes ago', 'expired',
    qr/^expired 597 s \(10 min\) ago: /, made(exp => $now - 597));
like(check(judged(made(exp => ($now + 60) * 1000)), 'expired')->{hint},
     qr/^"exp" looks like milliseconds, and must be in seconds/,
     'exp in milliseconds is reported even if the check passes');
is(check(judged(made(exp => 9e10)), 'expired')->{hint}, undef,
   'a date that is only far off isn\'t');
hint_is('nbf in milliseconds', 'not_yet_valid',
    qr/^"nbf" is in milliseconds, and must be in seconds/,
    made(nbf => ($now - 60) * 1000));
hint_is('iat in milliseconds', 'issued_in_future',
    qr/^"iat" is in milliseconds, and must be in seconds/,
    made(iat => ($now - 60) * 1000));
hint_is('no exp', 'expired', qr/has no "exp"/, made(exp => undef));
hint_is('not yet valid', 'not_yet_valid', qr/^"nbf" is 30 s ahead: .*NTP/,
    made(nbf => $now + 30));
hint_is('from the future', 'issued_in_future',
    qr/^"iat" is 3600 s \(60 min\) ahead: is this host's clock right/,
    made(iat => $now + 3600));
hint_is('too old', 'too_old', qr/^issued 60 s ago, but "max_age" is 30 s/,
    $good, @usual, '--max-age', 30);
is(judged(made(exp => $now - 8), @usual, '--leeway', 10)->{status}, 0,
   'with more leeway it passes');

hint_is('a scope that is missing', 'insufficient_scope',
    qr/^needed "read:timesheets", granted "batch:upload": grant it/,
    $good, issuer_args(), '--scope', 'read:timesheets');
hint_is('in permissions only', 'insufficient_scope',
    qr/in "permissions" only \(RBAC\): .*write "scope_claim permissions;" in the jwt_issuer block$/,
    made(permissions => [ 'read:timesheets' ]), issuer_args(), '--scope',
    'read:timesheets');
hint_is('none at all', 'insufficient_scope',
    qr/^needed "batch:upload": nothing is granted at all: .*client grant .* is empty, or the client asked for no scope$/,
    made(scope => ''));

my @rbac = (issuer_args(), '--scope', 'batch:upload', '--scope-claim',
            'permissions');

hint_is('in scope only', 'insufficient_scope',
    qr/^needed "batch:upload": it is in "scope" only, which is not where "scope_claim" has it looked for: take "scope_claim" out of the jwt_issuer block, or have Auth0 add the permissions /,
    $good, @rbac);
hint_is('in scope beside empty permissions', 'insufficient_scope',
    qr/^needed "batch:upload": "permissions" is empty: Auth0 adds it to the token \(RBAC\), but has granted no permission .* request a new token; if "scope", which has it, is to decide, take "scope_claim" out of the jwt_issuer block$/,
    made(permissions => []), @rbac, '--scope-claim', 'scope');
hint_is('empty permissions, and not in scope', 'insufficient_scope',
    qr/^needed "batch:upload": "permissions" is empty: .* and request a new token$/,
    made(scope => 'x', permissions => []), @rbac);
hint_is('in scope beside other permissions', 'insufficient_scope',
    qr/it is in "scope" only, which is not where "scope_claim" has it looked for: take "scope_claim" out of the jwt_issuer block, or grant it as a permission, too/,
    made(permissions => [ 'a' ]), @rbac, '--scope-claim', 'scope');
hint_is('in neither', 'insufficient_scope',
    qr/: "scope_claim" names nothing that grants anything in this token: /,
    made(scope => 'x'), @rbac);
hint_is('permissions that are too few', 'insufficient_scope',
    qr/^needed "batch:upload", granted "a": grant it/,
    made(scope => 'x', permissions => [ 'a' ]), @rbac);
is(judged(made(permissions => [ 'a' ]), issuer_args(), '--scope', 'a',
          '--scope-claim', 'permissions')->{status}, 0,
   'with --scope-claim permissions they count');
is(judged($good, issuer_args(), '--scope', 'x batch:upload match=any')
       ->{status}, 0, 'with match=any one of them will do');
hint_is('a method that no rule names', 'method_not_allowed',
    qr/^the rules name POST: /, $good, issuer_args(), '--scope',
    'batch:upload methods=POST');
is(judged($good, issuer_args(), '--scope', 'batch:upload methods=POST',
          '--method', 'POST')->{status}, 0, 'named, it passes');
hint_is('a claim', 'claim_mismatch',
    qr/^claim "azp" must be "x" ~"\^y"; received "importjob"$/, $good,
    @usual, '--claim', 'azp x ~^y');
hint_is('a claim that is not there', 'claim_mismatch',
    qr/^claim "\/org\/id": the token has no such claim/, $good, @usual,
    '--claim', '/org/id');
is(judged($good, @usual, '--claim', 'azp ~*^IMPORT', '--claim',
          'sub !~^anon@')->{status}, 0, 'rules that hold');

hint_is('an unknown kid', 'key_not_found',
    qr/^"kid" "k3" is unknown; the key set has "k1" "k2": the token is another tenant's, or was signed with a revoked key$/,
    made(-key => 'k3'));
hint_is('no kid', 'key_not_found', qr/names no "kid", and not exactly one/,
    made(-header => { kid => undef }));
hint_is('a changed signature', 'bad_signature', qr/changed or cut off/,
    tamper($good, 'signature'));
my $sha = 'x' x 42 . 'A';
my $off = 'or turn token sender-constraining off for this API in Auth0';

hint_is("$_->[0], bound", 'sender_constrained', $_->[1], made(cnf => $_->[2]), $_->[3] ? (issuer_args(), @{ $_->[3] }) : ())
    for ['DPoP', qr/^the token is bound to the client's key by DPoP, which is not checked here: write "jwt_binding dpop;", $off$/,
         { jkt => $sha }],
        ['mTLS', qr/^the token is bound to the client's certificate \(mTLS\), which is not checked here: write "jwt_binding mtls;", $off$/,
         { 'x5t#S256' => $sha }],
        ['DPoP beside mTLS', qr/by DPoP, which is not checked here: add "dpop" to "jwt_binding", $off$/,
         { jkt => $sha }, ['--binding', 'mtls']],
        ['both beside DPoP', qr/\(mTLS\), which is not checked here: add "mtls" to "jwt_binding", $off$/,
         { jkt => $sha, 'x5t#S256' => $sha }, ['--binding', 'dpop']],
        ['as Bearer', qr/by DPoP, but came as a Bearer token or in a cookie: send it as "Authorization: DPoP TOKEN", with a proof in the header "DPoP"$/,
         { jkt => $sha }, ['--binding', 'dpop']],
        ['by no SHA-256', qr/^what "cnf" holds is not the base64url of a SHA-256$/,
         { 'x5t#S256' => 'x' }, ['--binding', 'mtls']],
        ['otherwise', qr/^the token is bound to a key \("cnf"\) in a way that can't be checked: only/,
         { kid => 'x' }];
hint_is('the scheme DPoP', 'no_token',
    qr/^the token came as "Authorization: DPoP", which counts as none here: write "jwt_binding dpop;" to check its proof$/,
    'Authorization: DPoP ' . made(cnf => { jkt => $sha }));
hint_is('another scheme', 'no_token', qr/^send the header "Authorization: Bearer TOKEN"; any/,
    'Authorization: Basic eDp5');
hint_is('crit', 'crit_unsupported', qr/"crit" or "b64"/,
    made(-header => { crit => [ 'x' ] }));
hint_is('a long one', 'token_too_large', qr/^the token has 9000 bytes, but .* is 8192:/,
    'a' x 9000);

# where a token that can't be read is wrong

my ($h, $p, $s) = split /\./, $good;

hint_is($_->[0], 'malformed_token', $_->[1], $_->[2]) for
    [ 'an empty part', qr/^the signature is empty$/, "$h.$p." ],
    [ 'plain base64', qr/^the payload is plain base64/, "$h.$p+.$s" ],
    [ 'padding', qr/^the signature has padding/, "$h.$p.$s==" ],
    [ 'a cut', qr/^the signature has a length that .*cut off/,
      "$h.$p." . substr($s, 0, 5) ],
    [ 'unused bits', qr/^the signature has unused bits/, "$h.$p.ab" ],
    [ 'no JSON', qr/^the payload isn't a JSON object/,
      "$h." . b64url('[]') . ".$s" ],
    [ 'a deep nest', qr/^the payload is nested too deeply/,
      "$h." . b64url('{"a":' . '[' x 40 . ']' x 40 . '}') . ".$s" ],
    [ 'a header member', qr/^the header has a member of a type/,
      b64url('{"alg":"RS256","kid":1}') . ".$p.$s" ],
    [ 'a date', qr/^the payload has an "exp", "nbf" or "iat"/,
      "$h." . b64url('{"exp":"1"}') . ".$s" ],
    [ 'an aud', qr/^the payload has an "aud"/,
      "$h." . b64url('{"aud":1}') . ".$s" ],
    [ 'a sub', qr/^the payload has an "iss", "sub" or "jti"/,
      "$h." . b64url('{"sub":1}') . ".$s" ];

hint_is($_->[0], 'malformed_request', $_->[1], $_->[2]) for
    [ 'white space', qr/^there is white space at byte 4/, 'abc def.x.y' =~
      s/^/Bearer /r ],
    [ 'a quote', qr/^there is a quote or bracket at byte 1:/,
      'Bearer "a.b.c"' ],
    [ 'another character', qr/^there is a character that no token has/,
      "Bearer a\x{7f}b" ],
    [ 'nothing', qr/no token after "Bearer"/, 'Bearer ' ];


# Two faults at once are both reported.

{
    my $result = judged(made(exp => $now - 99, aud => 'urn:x'));

    is($result->{json}{verdict}, 'expired', 'expired and of another audience');
    is(check($result, 'audience_mismatch')->{would}, 'fail',
       'the audience is reported, too');
    like(check($result, 'audience_mismatch')->{hint}, qr/received "urn:x"/,
         'with what to do');
    is(check($result, 'audience_mismatch')->{result}, 'not_reached',
       'as not reached');
    is(check($result, 'issued_in_future')->{would}, 'pass',
       'what would pass is not blamed');

    $result = judged(made(iss => 'https://x.example/', -key => 'k3'));
    is(check($result, 'key_not_found')->{would}, 'fail',
       'another issuer with another key: that is reported');
}


# Nothing that the token says is obeyed by a terminal.

{
    my $evil = "\e[2J\x07\x{9b}31m\x{202e}\x{2066}\x{200b}\x{feff}"
               . "\x{e0041}\r\n\x7f\\\"\x{85}";
    my $token = made(iss => "${iss}$evil", aud => $evil, sub => $evil,
                     $evil => { $evil => [ $evil ] }, scope => $evil,
                     -header => { kid => $evil, typ => $evil, x => $evil });
    my $unsafe = qr/[\x00-\x09\x0b-\x1f\x7f-\x9f\x{200b}-\x{200f}]
                    |[\x{202a}-\x{202e}\x{2060}-\x{206f}\x{feff}]
                    |[\x{e0000}-\x{e007f}]/x;

    for my $form ([], [ '--json' ]) {
        my $out = explain(args => [ @usual, @$form ],
                          stdin => $token)->{out};

        ok(utf8::decode($out), "@$form: the output is UTF-8");
        unlike($out, $unsafe, "@$form: no control, no bidi, no hidden one");
        like($out, qr/\\u001b\[2J\\u0007\\u009b31m\\u202e/,
             "@$form: they are escaped");
    }

    my $result = judged($token);

    is($result->{json}{payload}{sub}, $evil,
       'whoever reads the JSON gets what the token says');

    # a claim's name can't pass for a line of the report
    my $out = explain(args => \@usual,
                      stdin => made('Verdict: ok' => 1))->{out};
    like($out, qr/^  "Verdict: ok" 1$/m, 'an odd name is in quotes');

    # as a file, no JSON: the bytes aren't shown at all
    $result = explain(args => \@usual,
                      stdin => b64url("{\"alg\":\"\xff\e\"}") . ".$p.$s");
    is($result->{status}, 1, 'a header that is no UTF-8');
    like($result->{out}, qr/^Header\n  \(can't be read\)$/m,
         'is not shown');
}


# Colours are for terminals.

{
    my $python = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode('
                 . 'pty.spawn(sys.argv[1:])))';
    my $tool = $ENV{NJWT_EXPLAIN} // 'build/jwt-explain';

    my $on_terminal = sub {
        my (%env) = @_;

        local %ENV = (%ENV, TERM => 'xterm', %env);
        open my $in, '-|', '/usr/bin/python3', '-c', $python, $tool, @usual,
            $good or die "python3: $!\n";
        local $/;
        return scalar <$in>;
    };

    delete local $ENV{NO_COLOR};
    like($on_terminal->(), qr/\e\[32mok\e\[0m/, 'a terminal gets colours');
    unlike($on_terminal->(NO_COLOR => '1'), qr/\e/, 'not with NO_COLOR');
    unlike($on_terminal->(TERM => 'dumb'), qr/\e/, 'nor a dumb one');
}


# Mistakes on the command line: status 2, and what to write instead.

my $hs = spew('secret', 'x' x 32 . "\n");
my @case = (
    [ 'no issuer', qr/no "--issuer": write .*--issuer https:/,
      [ '--audience', $aud ] ],
    [ 'no audience', qr/no "--audience": write .*--audience off/,
      [ '--issuer', $iss ] ],
    [ 'off beside values', qr/"--audience off" stands beside values/,
      [ @usual, '--audience', 'off' ] ],
    [ 'an empty audience', qr/"--audience" is empty/,
      [ '--issuer', $iss, '--audience', '' ] ],
    [ 'an issuer that is no URL', qr/"t\.example" is no URL: write it as in/,
      [ '--issuer', 't.example', '--audience', 'x' ] ],
    [ 'one behind a URL', qr/"t\.example" is no URL: .*write .*--jwks/,
      [ '--issuer', $iss, '--issuer', 't.example', '--audience', 'x' ] ],
    (map { [ "the pattern $_ as issuer",
             qr/"--issuer" "\Q$_\E" holds a "\$", .*there are no patterns/,
             [ issuer_args(issuer => $_) ] ] }
        'https://$tenant/', 'https://*.example/', 'https://t/{tenantid}/',
        '{t', 't}', 'a b'),
    [ 'a variable as audience',
      qr/"--audience" "\$aud" holds a "\$": there are no variables/,
      [ issuer_args(audience => '$aud') ] ],
    [ 'an unknown option', qr/unknown option "--frob": see .*--help/,
      [ '--frob=1' ] ],
    [ 'a short option', qr/unknown option "-x"/, [ '-x' ] ],
    [ 'an option without value', qr/"--jwks" needs a value: write --jwks FILE/,
      [ @usual[0 .. 3], '--jwks' ] ],
    [ 'a value too many', qr/"--json" takes no value/, [ '--json=1' ] ],
    [ 'two tokens', qr/more than one token/, [ @usual, 'a', 'b' ] ],
    [ 'an algorithm', qr/invalid algorithm "RS1" .*write RS256/,
      [ @usual, '--algorithms', 'RS256,RS1' ] ],
    [ 'alg none', qr/invalid algorithm "none"/,
      [ @usual, '--algorithms', 'none' ] ],
    [ 'HS* beside others', qr/mixes shared secrets/,
      [ @usual, '--algorithms', 'RS256,HS256' ] ],
    [ 'HS* without a secret', qr/needs a secret: write --secret FILE/,
      [ @usual, '--algorithms', 'HS256' ] ],
    [ 'a secret without HS*', qr/write --algorithms HS256/,
      [ '--issuer', $iss, '--audience', $aud, '--secret', $hs ] ],
    [ 'a secret and keys', qr/"--jwks" and "--secret" are both there/,
      [ @usual, '--secret', $hs, '--algorithms', 'HS256' ] ],
    [ 'a secret that is too short', qr/gives no keys: the secret is shorter/,
      [ '--issuer', $iss, '--audience', $aud, '--algorithms', 'HS512',
        '--secret', $hs ] ],
    [ 'a scope', qr/invalid scope "a\\"/, [ issuer_args(), '--scope',
                                            'a\\' ] ],
    [ 'a scope rule', qr/invalid parameter "match=all" .*match=any/,
      [ issuer_args(), '--scope', 'a match=all' ] ],
    [ 'a rule without scopes', qr/names no scope/,
      [ issuer_args(), '--scope', 'methods=GET' ] ],
    [ 'an empty rule', qr/"--scope" is empty/, [ issuer_args(), '--scope',
                                                 ' ' ] ],
    [ 'a rule\'s method', qr/unknown method "get" .*methods=GET,POST/,
      [ issuer_args(), '--scope', 'a methods=get' ] ],
    [ 'a method', qr/invalid method "post": write it in upper case/,
      [ @usual, '--method', 'post' ] ],
    [ 'an open quote', qr/quote .* is not closed/,
      [ @usual, '--claim', 'a "b' ] ],
    [ 'a claim', qr/invalid claim "\/a~2" .*JSON Pointer/,
      [ @usual, '--claim', '/a~2' ] ],
    [ 'an expression', qr/invalid regular expression "\(" .* at byte 1/,
      [ @usual, '--claim', 'a ~(' ] ],
    [ 'a scope claim', qr/invalid claim "" in "--scope-claim"/,
      [ @usual, '--scope-claim', '' ] ],
    [ 'a profile', qr/invalid profile "x": write any or rfc9068/,
      [ @usual, '--profile', 'x' ] ],
    [ 'a leeway', qr/invalid value "5x" of "--leeway": write seconds/,
      [ @usual, '--leeway', '5x' ] ],
    [ 'a scope claim that is a variable',
      qr/"--scope-claim" names the variable "\$x" where a claim is wanted: write the claim's name/,
      [ @usual, '--scope-claim', '$x' ] ],
    [ 'no age', qr/"--max-age" can't be 0, leave it out to accept tokens of any age/,
      [ @usual, '--max-age', '0' ] ],
    [ 'a negative age', qr/invalid value "-1" of "--max-age"/,
      [ @usual, '--max-age', '-1' ] ],
    [ 'a time', qr/invalid value "noon" of "--at": write seconds since/,
      [ @usual, '--at', 'noon' ] ],
    [ 'a size', qr/invalid value "2m" of "--max-token-size"/,
      [ @usual, '--max-token-size', '2m' ] ],
    [ 'a file that is not there', qr/none\.json" gives no keys: No such file/,
      [ issuer_args(jwks => "$dir/none.json") ] ],
    [ 'a file without keys', qr/gives no keys: no array "keys" in it/,
      [ issuer_args(jwks => spew('no.json', '{}')) ] ],
    [ 'a key that is in no set', qr/no array "keys" in it, but a single key: write \{"keys":\[KEY\]\}$/m,
      [ issuer_args(jwks => spew('one.json', '{"kty":"RSA"}')) ] ],
    [ 'a set without one that can be used',
      qr/gives no keys: no usable key in it, the first one because of/,
      [ issuer_args(jwks => spew('oct.json',
                                 jwks({ kty => 'oct', k => 'AAAA' }))) ] ],
    [ 'a file that is too large', qr/gives no keys: too large/,
      [ issuer_args(jwks => spew('large.json', ' ' x 263_000)) ] ],
    [ 'plain http from afar', qr/is http, which is for the loopback only/,
      [ issuer_args(jwks => 'http://t.example/jwks') ] ],
    [ 'and by default', qr/made of the first "--issuer", is http/,
      [ '--issuer', 'http://t.example/', '--audience', 'x' ] ],
    [ 'a user in the URL', qr/has a user part/,
      [ issuer_args(jwks => 'https://u:p@t.example/jwks') ] ],
    [ 'another scheme', qr/is of another scheme, write https/,
      [ issuer_args(jwks => 'ftp://t.example/jwks') ] ],
);

my @results = explain_all(map { { args => $_->[2], stdin => $good } } @case);

for my $i (0 .. $#case) {
    my ($what, $like) = @{ $case[$i] };

    is($results[$i]{status}, 2, "$what: exit status 2");
    like($results[$i]{err}, qr/\Ajwt-explain: .*$like/, "$what: is reported");
    is($results[$i]{out}, '', "$what: and nothing else");
}

{
    my $result = explain(args => [ '--help' ]);

    is($result->{status}, 0, '--help');
    like($result->{out}, qr/^Usage: jwt-explain --issuer URL --audience VALUE/,
         'says how it is used');
    is(explain(args => [ '--version' ])->{status}, 0, '--version');

    is(judged($good, @usual, '--at', $_)->{status}, 0, "--at $_")
        for '2017-05-24T19:15:00Z', $now;
    is(judged($good, @usual, '--at=2017-05-24T21:15:00Z')->{status}, 1,
       '--at an hour later');
}


# A shared secret.

{
    my $secret = 'x' x 32;
    my $token = token(-alg => 'HS256', -key => $secret, iat => $now,
                      exp => $now + 9);
    my @args = ('--issuer', $iss, '--audience', $aud, '--algorithms',
                'HS256', '--at', $now, '--secret');

    is(judged($token, @args, $hs)->{status}, 0, 'a secret, its newline aside');
    hint_is('another secret', 'bad_signature', qr/signed with another secret/,
            $token, @args, spew('other', 'y' x 32));
}


# An issuer that is no URL names no source of keys; beside one it is fine.

{
    my $token = made(iss => 'joe');

    is(judged($token, issuer_args(issuer => 'joe'))->{status}, 0,
       'an issuer that is no URL beside --jwks');
    is(judged($good, issuer_args(issuer => 'joe'))->{json}{verdict},
       'issuer_mismatch', '... is compared as ever');
    is(judged($token, issuer_args(), '--issuer', 'joe')->{status}, 0,
       '... and may stand behind another');

    $token = token(-alg => 'HS256', -key => 'x' x 32, iat => $now,
                   exp => $now + 9, iss => 'joe');
    is(judged($token, '--issuer', 'joe', '--audience', $aud, '--algorithms',
              'HS256', '--at', $now, '--secret', $hs)->{status}, 0,
       '... and beside --secret');
}


# Keys from afar.

{
    my $tenant = NJWT::Tenant->start(dir => $dir);
    my @args = ('--issuer', $iss, '--audience', $aud, '--at', $now, '--jwks',
                $tenant->jwks_uri);

    is(judged($good, @args)->{status}, 0, 'keys that are fetched');
    is($tenant->fetches, 1, 'once');

    my $result = judged(made(iss => 'https://x.example/'), @args);

    is($result->{json}{verdict}, 'issuer_mismatch', 'a token of no issuer');
    is($tenant->fetches, 1, 'causes no fetch');

    for my $first ($tenant->url, $tenant->url =~ s{/$}{}r) {
        $result = judged($good, '--issuer', $first, '--issuer', $iss,
                         '--audience', $aud, '--at', $now);
        is($result->{status}, 0, 'by default from the first issuer');
        is($result->{json}{keys}{source}, $tenant->jwks_uri,
           'with one slash between');
    }

    for my $fault ([ { mode => 'status', status => 429 },
                     qr/^HTTP status 429: the tenant's rate limit/ ],
                   [ { mode => 'status', status => 500 },
                     qr/^HTTP status 500$/ ],
                   [ { mode => 'redirect' }, qr/redirects are not followed/ ],
                   [ { mode => 'html' }, qr/not a JSON object/ ],
                   [ { mode => 'oversize' }, qr/larger than 256k/ ],
                   [ { mode => 'oversize', chunked => JSON::PP::true },
                     qr/larger than 256k/ ],
                   [ { mode => 'close' },
                     qr/Empty reply|reset by peer|transfer closed/ ])
    {
        my ($order, $like) = @$fault;

        $tenant->fault(%$order);
        $result = judged($good, @args);
        is($result->{status}, 2, "$order->{mode}: exit status 2");
        is($result->{json}{verdict}, 'keys_unavailable',
           "$order->{mode}: keys_unavailable");
        like($result->{json}{keys}{error}, $like, "$order->{mode}: why");
        is(check($result, 'keys_unavailable')->{hint},
           $result->{json}{keys}{error}, "$order->{mode}: in its check");
    }

    my $out = explain(args => \@args, stdin => $good)->{out};

    like($out, qr/^Keys of \Q@{[ $tenant->jwks_uri ]}\E\n  \S/m,
         'the report names the URL');
    like($out, qr/^Verdict: keys_unavailable \(status 503\)\n\z/m,
         'and ends with the verdict');

    $tenant->fault(mode => 'none');

    local $ENV{http_proxy} = 'http://127.0.0.1:1/';
    is(judged($good, @args)->{status}, 0,
       'a proxy of the environment is not asked');
}

{
    my $tenant = NJWT::Tenant->start(dir => $dir, tls => 1);
    my @args = ('--issuer', $iss, '--audience', $aud, '--at', $now, '--jwks',
                $tenant->jwks_uri);

    is(judged($good, @args)->{status}, 2,
       'a certificate of an unknown authority');
    is(judged($good, @args, '--trusted-certificate', 't/keys/tls-ca.pem')
           ->{status}, 0, 'and one that the CA given does');
}

done_testing;
