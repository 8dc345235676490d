# The errors of "nginx -t" about a configuration that can't be right.
#
# Each refusal names the file and the line, and what to write instead; each
# has an allowed twin.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Scenario;
use Test::More;

my $s = NJWT::Scenario->new;
my ($ok, $said);

my %good = (
    issuer   => 'https://t.eu.auth0.com/',
    audience => 'api',
);

# A jwt_issuer block of these directives; undef leaves one out.

sub issuer {
    my ($name, %over) = @_;

    my %d = (%good, %over);

    return join ' ', "jwt_issuer $name {",
        (map { "$_ $d{$_};" } grep { defined $d{$_} } sort keys %d), '}';
}

sub config {
    my ($http, $location) = @_;

    return (issuers => $http,
            server  => "location / {\n$location\nempty_gif;\n}\n");
}

sub accepted {
    my ($title, $http, $location) = @_;

    my ($ok, $said) = $s->check(config($http, $location // 'jwt a;'));

    ok $ok, $title or diag $said;
}

sub refused {
    my ($title, $http, $location, @words) = @_;

    my ($ok, $said) = $s->check(config($http, $location // 'jwt a;'));

    ok !$ok, $title or diag "accepted: $http $location";
    like $said, qr/\[emerg\].* in \S+check\.conf:\d+/s,
        '... with file and line';
    like $said, $_, "... and $_" for @words;
}


sub warned {
    my ($title, $http, $location, @words) = @_;

    my ($ok, $said) = $s->check(config($http, $location));

    ok $ok, $title or diag $said;
    like $said, qr/\[warn\].* in \S+check\.conf:\d+/s,
        '... with a warning, file and line';
    like $said, $_, "... and $_" for @words;
}

sub not_warned {
    my ($title, $http, $location) = @_;

    my ($ok, $said) = $s->check(config($http, $location));

    ok $ok, $title or diag $said;
    unlike $said, qr/\[warn\]/, '... without a warning';
}


accepted 'an issuer and an audience are enough', issuer('a');

refused 'an issuer is required', issuer('a', issuer => undef), undef,
    qr/jwt_issuer "a" has no "issuer": write/;

refused 'an audience is required', issuer('a', audience => undef), undef,
    qr/jwt_issuer "a" has no "audience": write .*"audience off;"/;

accepted '"audience off" is the way to do without',
    issuer('a', audience => 'off');

refused '"audience off" beside a value contradicts itself',
    issuer('a', audience => 'off api'), undef, qr/"audience" .*not both/;

accepted 'several audiences', issuer('a', audience => 'api other');

accepted 'several issuers',
    issuer('a', issuer => 'https://t.eu.auth0.com/ https://login.t.com/');

refused 'an issuer is a URL', issuer('a', issuer => 't.eu.auth0.com'), undef,
    qr/"issuer" "t\.eu\.auth0\.com" .*is no URL: write/;

refused 'each of them', issuer('a', issuer => 'https://t/ t'), undef,
    qr/"issuer" "t" .*is no URL/;

accepted "an issuer that is no URL is one beside $_->[0]",
    issuer('a', issuer => 'urn:example:tenant', $_->[0] => $_->[1])
    for ['jwks_uri', 'https://t/k'],
        ['jwks_file', $s->write_file('urn.json', NJWT::Token::jwks('k1'))];

accepted 'and beside a secret',
    issuer('a', issuer => 'our own service', algorithms => 'HS256',
           secret_file => $s->write_file('urn', 's' x 32))
    =~ s/our own service/our-own-service/r;

refused 'but not beside discovery',
    issuer('a', issuer => 'urn:example:tenant', discovery => 'on'), undef,
    qr/"issuer" "urn:example:tenant" .*is no URL: write .*"jwks_uri"/;

for my $pattern ('"https://login.example/{tenantid}/v2.0"', 'https://*.t.com/',
                 '"https://t.com/ "', 'https://$host/', 'https://t.com/$x',
                 '"https://t.com/}"', '"urn:a b"')
{
    refused "there are no patterns in an issuer: $pattern",
        issuer('a', issuer => $pattern, jwks_uri => 'https://t/k'), undef,
        qr/"issuer" ".*there are no patterns and no variables, write the exact/;
}

refused 'and no variables in an audience',
    issuer('a', audience => 'api $host'), undef,
    qr/"audience" "\$host" holds a "\$": there are no variables, write/;

accepted 'braces and stars in one are as good as others',
    issuer('a', audience => '"{api}" *');

refused 'keys are not fetched over http',
    issuer('a', jwks_uri => 'http://t.eu.auth0.com/k'), undef,
    qr/"jwks_uri" "http:.*loopback only, write https/;

refused 'nor by default from an issuer that is http',
    issuer('a', issuer => 'http://t.eu.auth0.com/'), undef,
    qr/"jwks_uri" "http:.*loopback only, write https/;

accepted "from $_ they are", issuer('a', jwks_uri => "http://$_/k")
    for '127.0.0.1', '127.1.2.3:8080', 'localhost', 'LOCALHOST', '[::1]:80';

refused "from $_ they aren't", issuer('a', jwks_uri => "http://$_/k"), undef,
    qr/"jwks_uri".*, write/
    for '128.0.0.1', 'localhost.evil.com', '127.0.0.1.evil.com', '[::2]',
        '0.0.0.0', 'localhost@evil.com';

refused 'nor over another protocol',
    issuer('a', jwks_uri => 'file:///etc/passwd'), undef, qr/"jwks_uri"/;

refused 'nor with a user in the URL',
    issuer('a', jwks_uri => 'https://me:secret@t.eu.auth0.com/k'), undef,
    qr/has a user part/;

refused 'a typo in the block is reported with what there is',
    issuer('a', jwks_url => 'https://x/'), undef,
    qr/unknown directive "jwks_url" in "jwt_issuer", which takes: .*jwks_uri/;

refused 'a directive may stand once in it',
    issuer('a') =~ s/\}/audience x; }/r, undef,
    qr/"audience" directive is duplicate/;

accepted 'an issuer may say how old a token may be, and of which profile',
    issuer('a', max_age => '1d', profile => 'rfc9068',
           scope_claim => 'permissions /https:~1~1example.com/scope');

refused 'max_age can\'t be 0', issuer('a', max_age => 0), undef,
    qr/"max_age" of jwt_issuer "a" can't be 0: leave it out/;
refused 'a profile is one of two', issuer('a', profile => 'oidc'), undef,
    qr/"profile" directive has an unknown value: write "any" or "rfc9068"/;
refused 'a JSON Pointer has no lone tilde',
    issuer('a', scope_claim => '/a~b'), undef,
    qr/"scope_claim" directive names no claim: write its name/;

warned 'a path with dots is a claim of that name', issuer('a', scope_claim => '.realm.roles'), 'jwt a;',
    qr/"scope_claim" looks for a claim that is called "\.realm\.roles": for a nested claim write "\/realm\/roles" in/;
warned 'in a rule, too', issuer('a'), 'jwt a; jwt_require_claim .roles[0] admin;',
    qr/"jwt_require_claim" looks for a claim that is called "\.roles\[0\]": for a nested claim write "\/roles\/0" in/;
not_warned 'dots within a name are common', issuer('a', scope_claim => 'realm.roles'),
    'jwt a; jwt_require_claim https://example.com/roles admin; jwt_require_claim /roles/0 admin;';

refused 'a variable is no claim', issuer('a', scope_claim => 'scope $roles'),
    undef, qr/"scope_claim" directive names a variable where a claim is wanted: write the claim's name/;
accepted 'a claim of any other name is', issuer('a', scope_claim => 'a$ a~b $');

refused 'a time is a time', issuer('a', leeway => 'soon'), undef,
    qr/invalid value "soon" in "leeway" directive: write a time/;

accepted "$_ takes a time", issuer('a', $_ => '1500ms')
    for qw/ leeway jwks_refresh jwks_cooldown jwks_wait jwks_timeout /;

refused "$_ can't be 0", issuer('a', $_ => '0'), undef,
    qr/"$_" of jwt_issuer "a" can't be 0/
    for qw/ jwks_refresh jwks_timeout /;

accepted "$_ can", issuer('a', $_ => '0')
    for qw/ leeway jwks_cooldown jwks_wait /;

refused 'a CA bundle is there',
    issuer('a', ssl_trusted_certificate => '/nowhere.pem'), undef,
    qr/"ssl_trusted_certificate" "\/nowhere\.pem" of jwt_issuer "a"/;

refused 'and holds certificates',
    issuer('a', ssl_trusted_certificate => '@FIXTURES@/k1.json'), undef,
    qr/"ssl_trusted_certificate" .* can't be loaded: write/;

accepted 'a CA bundle may be our own',
    issuer('a', ssl_trusted_certificate => '@FIXTURES@/tls-ca.pem');

accepted 'algorithms', issuer('a', algorithms => 'RS256 PS512 ES384 EdDSA');

refused "the algorithm $_ is none", issuer('a', algorithms => $_), undef,
    qr/invalid algorithm "$_" in "algorithms": write/
    for qw/ none None RS257 rs256 /;

refused 'shared secrets don\'t mix with public keys',
    issuer('a', algorithms => 'RS256 HS256'), undef,
    qr/"algorithms" directive mixes shared secrets/;

my $secret = $s->write_file('secret', 's' x 32 . "\n");
my $short = $s->write_file('short', 's' x 31 . "\n");
my $set = $s->write_file('set.json', NJWT::Token::jwks('k1'));
my $empty = $s->write_file('empty.json', '{"keys":[]}');

accepted 'a secret for HS256',
    issuer('a', algorithms => 'HS256', secret_file => $secret);

refused 'it is as long as its hash',
    issuer('a', algorithms => 'HS256', secret_file => $short), undef,
    qr/is shorter than its hash: write at least 32 /;

refused 'the longest one',
    issuer('a', algorithms => 'HS256 HS512', secret_file => $secret), undef,
    qr/is shorter than its hash: write at least 64 /;

refused 'HS256 needs a secret', issuer('a', algorithms => 'HS256'), undef,
    qr/"algorithms HS\*" without a secret: write "secret_file/;

refused 'a secret is for HS* only', issuer('a', secret_file => $secret),
    undef, qr/"secret_file", which is for HS\* only: write/;

accepted 'keys from a file', issuer('a', jwks_file => $set);

refused 'from one that is there', issuer('a', jwks_file => '/nowhere'),
    undef, qr/\/nowhere/;

{
    my $pem = NJWT::Token::key('k1')->export_key_pem('public_x509');
    my $small = NJWT::Token::key('small')->export_key_pem('public_x509');
    my $private = NJWT::Token::key('k1')->export_key_pem('private');
    my $file = sub { $s->write_file('file.pem', @_) };

    accepted 'or PEM', issuer('a', jwks_file => $file->("hello\n$pem"));

    refused 'without a private key',
        issuer('a', jwks_file => $file->($pem . $private)), undef,
        qr/gives no keys: a private key is in it, .* write its public key/,
        qr/openssl pkey -in KEY -pubout/;

    accepted 'of eight keys', issuer('a', jwks_file => $file->($pem x 8));
    refused 'and no more', issuer('a', jwks_file => $file->($pem x 9)), undef,
        qr/gives no keys: more than 8 keys and certificates in it/;

    accepted 'one may be no use',
        issuer('a', jwks_file => $file->($small . $pem));
    refused 'but not all of them', issuer('a', jwks_file => $file->($small)),
        undef, qr/no usable key in it, the first one because of an RSA key of /;
    refused 'nor something else', issuer('a', jwks_file => $file->('hello')),
        undef, qr/gives no keys: neither a JSON object nor PEM/;

    my $text = $pem =~ s/\n/\\n/gr;
    my $one = NJWT::Token::jwks('k1') =~ s/^\{"keys":\[//r =~ s/\]\}$//r;

    refused 'nor names with PEM texts', issuer('a', jwks_file => $file->(qq({"k1":"$text"}))),
        undef, qr/gives no keys: no array "keys" in it, but names with PEM texts \("keyval" of another module\): write a JWK set, or the PEM texts without/;
    refused 'nor a key that is in no set', issuer('a', jwks_file => $file->($one)),
        undef, qr/gives no keys: no array "keys" in it, but a single key: write \{"keys":\[KEY\]\} in/;
    accepted 'in one it is', issuer('a', jwks_file => $file->(qq({"keys":[$one]})));
    refused 'nor a discovery document', issuer('a', jwks_file => $file->('{"jwks_uri":"https://x/"}')),
        undef, qr/gives no keys: no array "keys" in it, but a "jwks_uri", as in a discovery document: write "discovery on;", or "jwks_uri" with the URL from it in/;
    refused 'nor any object', issuer('a', jwks_file => $file->('{"k1":"text"}')),
        undef, qr/gives no keys: no array "keys" in it in/;
}

refused 'that is no directory', issuer('a', jwks_file => '@CONTENT@'), undef,
    qr/"\S+\/content" of jwt_issuer "a" can't be read: write the path of a file/;

refused 'with keys in it', issuer('a', jwks_file => $empty), undef,
    qr/"jwks_file" "\S+" of jwt_issuer "a" gives no keys: no usable key/;

accepted 'discovery', issuer('a', discovery => 'on');

refused "$_->[0] beside $_->[2] contradicts it",
    issuer('a', $_->[0] => $_->[1], $_->[2] => $_->[3]), undef,
    qr/write one of them/
    for ['jwks_uri', 'https://t/k', 'discovery', 'on'],
        ['jwks_file', $set, 'jwks_uri', 'https://t/k'],
        ['jwks_file', $set, 'discovery', 'on'],
        ['jwks_file', $set, 'secret_file', $secret];

accepted "state_path $_", issuer('a', state_path => $_)
    for '/nowhere/state', 'state', 'off';

accepted 'state_path off beside keys from a file',
    issuer('a', jwks_file => $set, state_path => 'off');

refused 'a state of keys from a file',
    issuer('a', jwks_file => $set, state_path => '/nowhere'), undef,
    qr/"a" has keys from a file and "state_path": write one of them/;

refused 'a state of a secret',
    issuer('a', algorithms => 'HS256', secret_file => $secret,
           state_path => '/nowhere'), undef,
    qr/"a" has keys from a file and "state_path": write one of them/;

refused 'a state_path that is none', issuer('a', state_path => '""'), undef,
    qr/"a" has an empty "state_path": write .*"state_path off;"/;

refused 'two of them', issuer('a', state_path => '/a; state_path /b'), undef,
    qr/"state_path" directive is duplicate/;

refused 'two in one', issuer('a', state_path => '/a /b'), undef,
    qr/invalid number of arguments in "state_path" directive/;

accepted "a proxy with $_", issuer('a', jwks_proxy => "http://$_\@proxy:3128")
    for 'me', 'me:secret', 'me:s%40cret';

# Nothing of a URL that may be a secret is in an error.

for my $case (['jwks_proxy', 'ftp://me:hunter2@proxy'],
              ['jwks_proxy', 'http://me:hunter2@@proxy'],
              ['jwks_proxy', 'http:me:hunter2@proxy'],
              ['jwks_uri', 'https://me:hunter2@t/k'],
              ['jwks_uri', 'https:/me:hunter2@t/k'],
              ['jwks_uri', 'http://t/k?sig=hunter2'],
              ['jwks_uri', '/k?sig=hunter2'])
{
    my ($ok, $said) = $s->check(config(issuer('a', @$case), 'jwt a;'));

    ok !$ok, "$case->[0] $case->[1] is refused";
    unlike $said, qr/hunter2/, '... without a word of the secret';
}

sub lines {
    my ($in) = @_;

    my @lines;

    while (my $line = <$in>) {
        push @lines, [ $., $line ];
    }

    return @lines;
}

# What is wrong is reported with its line.

for my $case (
    [ issuer => 't.eu.auth0.com' ],
    [ issuer => 'https://t/?x' ],
    [ issuer => 'http://t.eu.auth0.com/' ],
    [ issuer => 'https://t/*' ],
    [ audience => '$x' ],
    [ jwks_uri => 'http://example.com/k' ],
    [ jwks_uri => 'file:///etc/passwd' ],
    [ jwks_uri => 'jwks.json' ],
    [ jwks_uri => '"https://t/a b"' ],
    [ jwks_uri => 'https://me@t/k' ],
    [ jwks_uri => '""' ],
    [ jwks_proxy => 'ftp://proxy' ],
    [ jwks_max_size => '17m' ],
    [ max_age => '0' ],
    [ jwks_refresh => '0' ],
    [ jwks_timeout => '0' ],
    [ leeway => 'soon' ],
    [ algorithms => 'HS256' ],
    [ jwks_file => '/nowhere' ],
    [ jwks_file => $s->write_file('no.json', '{"keys":[]}') ],
    [ secret_file => '/nowhere' ],
    [ ssl_trusted_certificate => '/nowhere' ],
    [ ssl_trusted_certificate => '""' ],
    [ state_path => '""' ],
    [ discovery => 'on', jwks_uri => 'https://t/k' ],
    [ discovery => 'on', jwks_file => $set ],
    [ secret_file => $secret ],
    [ secret_file => $short, algorithms => 'HS256' ],
    [ secret_file => $secret, jwks_file => $set ],
    [ state_path => '/nowhere', jwks_file => $set ],
    [ audience => 'off api' ],
    [ jwks_cooldown => 'often' ],
    [ revocation_keep => '0' ],
    [ revocation => '/a~b' ],
    [ jwks_url => 'https://t/k' ],
    [ profile => 'oidc' ],
    [ scope_claim => '/a~b' ],
) {
    my ($name, $value, %more) = @$case;
    my %d = (%good, %more);

    delete $d{$name};

    my $block = join "\n", 'jwt_issuer a {', (map { "$_ $d{$_};" } sort keys %d),
        "\n$name $value;", "\n\n}";
    my ($ok, $said) = $s->check(config($block, 'jwt a;'));

    open my $in, '<', $s->dir . '/check.conf' or die "check.conf: $!\n";
    my ($line) = map { $_->[0] } grep { $_->[1] =~ /^\Q$name $value;/ }
                 lines($in);

    ok !$ok, "$name $value is refused";
    like $said, qr/check\.conf:$line$/m, '... with its own line'
        or diag "line $line";
}

# So is what is wrong in a location.

for my $line ('jwt b;', 'jwt a off;', 'jwt_require_scope r methods=get;',
              'jwt_require_scope "a b";', 'jwt_require_scope $x;',
              'jwt_require_claim level ge 3;', 'jwt_require_claim a ~(;',
              'jwt_require_claim level >three;', 'jwt_require $nowhere;',
              'jwt_token $nowhere;', 'jwt_token $http_authorization;',
              'jwt_identity_header Host x;', 'jwt_realm $host;',
              'jwt_error_format json;', 'jwt_mode lax;', 'jwt_preflight maybe;',
              'jwt_max_token_size soon;', 'jwt_log_level loud;',
              'jwt_resource_metadata /m;', 'jwt_pass_token maybe;',
              'jwt_binding tls;', 'jwt_close_expired maybe;')
{
    my $jwt = $line =~ /^jwt / ? '' : 'jwt a;';
    my ($ok, $said) = $s->check(config(issuer('a'), "$jwt\n\n$line\n\n"));

    open my $in, '<', $s->dir . '/check.conf' or die "check.conf: $!\n";
    my ($is) = map { $_->[0] } grep { $_->[1] =~ /^\Q$line\E$/ } lines($in);

    ok !$ok, "$line is refused";
    like $said, qr/check\.conf:$is$/m, '... with its own line'
        or diag "line $is: $said";
}

accepted 'a proxy', issuer('a', jwks_proxy => 'http://proxy:3128');

refused 'which is http://HOST:PORT', issuer('a', jwks_proxy => 'ftp://proxy'),
    undef, qr/"jwks_proxy" .* write http:/;

accepted 'a size', issuer('a', jwks_max_size => '1m');

refused 'in kilobytes or megabytes', issuer('a', jwks_max_size => '1g'), undef,
    qr/invalid value "1g" in "jwks_max_size" directive: write a size, as in 256k/;

refused 'of at most 16m', issuer('a', jwks_max_size => '17m'), undef,
    qr/"jwks_max_size" .*write a size/;

refused 'two blocks have two names', issuer('a') . "\n" . issuer('a'), undef,
    qr/duplicate jwt_issuer "a": the first one is in \S+check\.conf:\d+/;

refused "a block is not called $_->[0]", issuer($_->[1]), 'jwt off;',
    qr/invalid name ".*" of a jwt_issuer: write/s
    for ['nothing', '""'], ['what would split a header', qq("a\r\nX: 1")],
        ['what is not ASCII', 'é'];

refused 'no keys can be where an issuer has a query',
    issuer('a', issuer => 'https://t/?x=y'), undef, qr/write "jwks_uri URL;"/;

accepted 'unless it is said where they are',
    issuer('a', issuer => 'https://t/?x=y', jwks_uri => 'https://t/k');

refused "a URL is written with two slashes, not $_",
    issuer('a', jwks_uri => $_), undef, qr/is no URL, write/
    for 'https:/t/k', 'https:///t/k', 'https:t/k';

refused 'an empty CA bundle is none',
    issuer('a', ssl_trusted_certificate => '""'), undef,
    qr/an empty "ssl_trusted_certificate": write/;

refused 'include needs a file', issuer('a') =~ s/\}/include; }/r, undef,
    qr/invalid number of arguments in "include" directive/;

refused "a block is not called \"$_\"", issuer($_), 'jwt off;',
    qr/invalid name "$_" of a jwt_issuer: write one .* neither "off" nor "-"/
    for 'off', '-';

accepted "but \"$_\"", issuer($_), 'jwt ' . $_ . ';' for 'off-', '--', 'a-b';


refused 'jwt names a block that there is', issuer('a'), 'jwt b;',
    qr/"jwt" names "b", but there is no such jwt_issuer block: write one in "http", or the name of one that there is: "a" in /;
refused 'jwt names a block that there is, of two', issuer('a')
    . 'jwt_issuer c { issuer https://c/; audience c; jwks_uri https://c/; }', 'jwt b;',
    qr/"jwt" names "b", but there is no such jwt_issuer block: write one in "http", or the name of one that there is: "a", "c" in /;
refused 'jwt names a block where there is none', '', 'jwt b;',
    qr/"jwt" names "b", but there is no such jwt_issuer block: write one in "http" in /;
refused 'a line without its semicolon', issuer('a'),
    "jwt a\njwt_require_scope x;",
    qr/"jwt" names "jwt_require_scope", which looks like a directive: write ";" before it/;

accepted 'jwt off', issuer('a'), 'jwt off;';

refused 'jwt off beside a name contradicts itself', issuer('a'),
    'jwt a off;', qr/"jwt" directive takes either "off" or names/;

refused 'jwt names a block once', issuer('a'), 'jwt a a;',
    qr/"jwt" directive names a jwt_issuer block twice/;

refused 'two issuers of one iss can\'t be told apart',
    issuer('a') . "\n" . issuer('b'), 'jwt a b;',
    qr/"jwt" names "a" and "b", which accept the same "issuer"/;

accepted 'two of different ones can',
    issuer('a') . "\n" . issuer('b', issuer => 'https://other/'), 'jwt a b;';

accepted 'two of one iss may stand in two locations',
    issuer('a') . "\n" . issuer('b');

for my $context (['if', 'if ($arg_x) {'], ['limit_except', 'limit_except GET {'])
{
    for my $d ('jwt a', 'jwt_require_scope x', 'jwt_realm x',
               'jwt_identity_header X a', 'jwt_preflight on',
               'jwt_error_format nginx',
               'jwt_resource_metadata https://api/m',
               'jwt_resource_metadata_handler a resource=https://api/')
    {
        refused "$d is not allowed in $context->[0]", issuer('a'),
            "jwt a; $context->[1] $d; }",
            qr/directive is not allowed here/;
    }
}


accepted 'an identity header', issuer('a'),
    'jwt a; jwt_identity_header X-User $jwt_claim_sub;';

accepted 'also where jwt is off', issuer('a'),
    'jwt off; jwt_identity_header X-User $jwt_claim_sub;';

accepted 'several, and in the http block',
    issuer('a') . ' jwt_identity_header X-Team a; ',
    'jwt a; jwt_identity_header X-User a; jwt_identity_header X_Team "";';

refused "the identity header can't be $_", issuer('a'),
    "jwt a; jwt_identity_header $_ x;",
    qr/"jwt_identity_header" can't be "$_": write a name of your own/
    for qw/ Host Connection Content-Length Transfer-Encoding Authorization
            Cookie host COOKIE content_length Transfer_encoding /;

accepted "it can be $_", issuer('a'), "jwt a; jwt_identity_header $_ x;"
    for qw/ Hosts X-Host Cookie2 Proxy-Authorization ContentLength /;

refused "the identity header $_ is no name", issuer('a'),
    "jwt a; jwt_identity_header $_ x;",
    qr/invalid name ".*" in "jwt_identity_header": write the name of/s
    for '""', '"X User"', 'X-User:', '$jwt_claim_sub', '"X-User\n"', 'X-Üser';

refused 'a value with a control character is never set', issuer('a'),
    qq(jwt a; jwt_identity_header X-User "\$jwt_claim_sub\n";),
    qr/the value of "jwt_identity_header X-User" holds a control character/;

refused "an identity header takes a name and a value, not $_", issuer('a'),
    "jwt a; jwt_identity_header $_;", qr/invalid number of arguments/
    for 'X-User', 'X-User a b';


accepted 'preflights pass', issuer('a'), 'jwt a; jwt_preflight on;';

refused 'or they don\'t', issuer('a'), 'jwt a; jwt_preflight maybe;',
    qr/invalid value "maybe" in "jwt_preflight" directive, it must be "on" or/;

refused 'one of both', issuer('a'),
    'jwt a; jwt_preflight on; jwt_preflight off;',
    qr/"jwt_preflight" directive is duplicate/;

accepted 'a scope with a method', issuer('a'),
    'jwt a; jwt_require_scope r methods=GET,POST match=any;';

refused 'a rule needs jwt at its level', issuer('a'),
    'jwt_require_scope r;',
    qr/"jwt_require_scope" where "jwt" is off protects nothing: write "jwt /;

refused 'in the http block too', issuer('a') . ' jwt_require_scope r;',
    'jwt a;', qr/"jwt_require_scope" where "jwt" is off/;

accepted 'where the outer level has it on', issuer('a') . ' jwt a;',
    'jwt_require_scope r;';

refused 'a rule beside jwt off contradicts it', issuer('a') . ' jwt a;',
    'jwt off; jwt_require_scope r;',
    qr/"jwt_require_scope" where "jwt" is off/;

accepted 'an inherited rule doesn\'t',
    issuer('a') . ' jwt a; jwt_require_scope r;', 'jwt off;';

accepted 'a method that nginx has no name for', issuer('a'),
    'jwt a; jwt_require_scope r methods=GET,REPORT,PURGE,VERSION-CONTROL;';
refused "a method is a token in capitals, not $_", issuer('a'),
    "jwt a; jwt_require_scope r \"methods=GET,$_\";",
    qr/unknown method "\Q$_\E" in "methods=GET,\Q$_\E", write/
    for qw/ Purge purge * G(T /, 'G T', '';
refused "$_, which nginx answers itself", issuer('a'),
    "jwt a; jwt_require_scope r methods=GET,$_;",
    qr/the method "$_" in "methods=GET,$_" is answered by nginx itself, write/
    for qw/ TRACE CONNECT /;
refused 'a scope with a variable', issuer('a'),
    "jwt a; jwt_require_scope $_;",
    qr/scope "\Q$_\E" with a "\$" in "jwt_require_scope".* write the scope/
    for '$scope', 'read:${x}', 'a$';
warned 'a scope with a comma', issuer('a'),
    'jwt a; jwt_require_scope read,write;',
    qr/scope "read,write" in "jwt_require_scope" is one scope with a comma/;
warned 'a method behind a blank', issuer('a'),
    'jwt a; jwt_require_scope read methods=GET POST;',
    qr/scope "POST" in "jwt_require_scope" is the name of a method, write commas between methods, as in methods=GET,POST in/;
not_warned 'a scope in other letters', issuer('a'), 'jwt a; jwt_require_scope post POSTS methods=GET,POST;';
warned 'a claim with its value', issuer('a'), 'jwt a; jwt_require_claim role=admin;',
    qr/"jwt_require_claim" looks for a claim that is called "role=admin": write a blank between the claim and its value, as in "jwt_require_claim role VALUE;" in/;
not_warned 'a blank between, and URLs', issuer('a'),
    'jwt a; jwt_require_claim role admin=1; jwt_require_claim https://x.example/?a=b; jwt_require_claim /a=b;';
warned 'a variable without its dollar', issuer('a'), 'jwt a; jwt_identity_header X-User jwt_claim_sub;',
    qr/the value of "jwt_identity_header X-User" is the text "jwt_claim_sub": write "\$jwt_claim_sub" for the variable in/;
not_warned 'one with it, and a text', issuer('a'),
    'jwt a; jwt_identity_header X-User $jwt_claim_sub; jwt_identity_header X-By gate;';
not_warned 'two scopes', issuer('a'), 'jwt a; jwt_require_scope read write;';
refused 'in its case', issuer('a'), 'jwt a; jwt_require_scope r methods=get;',
    qr/unknown method "get"/;

refused 'no methods at all are none', issuer('a'),
    'jwt a; jwt_require_scope r methods=;', qr/unknown method ""/;

refused 'match= is any or nothing', issuer('a'),
    'jwt a; jwt_require_scope r match=all;', qr/write match=any/;

refused "a misspelt parameter is reported: $_", issuer('a'),
    "jwt a; jwt_require_scope r $_;", qr/invalid parameter "$_" .*write methods=/
    for qw/ method=GET METHODS=GET Match=any /;

refused 'a rule names a scope', issuer('a'),
    'jwt a; jwt_require_scope methods=GET;', qr/names no scope/;

refused "a scope is no scope with $_->[0]", issuer('a'),
    "jwt a; jwt_require_scope $_->[1];", qr/invalid scope/
    for ['a space', '"a b"'], ['nothing in it', '""'], ['a quote', q('a"b')],
        ['a backslash', q('a\\\\b')], ['a letter beyond ASCII', 'é'];


accepted 'a realm', issuer('a'), 'jwt a; jwt_realm "our API";';

refused "a realm is no realm with $_->[0]", issuer('a'),
    "jwt a; jwt_realm $_->[1];",
    qr/invalid realm ".*" in "jwt_realm": write it in printable ASCII/s
    for ['what would split a header', qq("a\r\nX: 1")], ['a tab', qq("a\tb")],
        ['a letter beyond ASCII', 'é'], ['DEL', qq("a\x7f")];

refused 'a realm is no variable', issuer('a'), 'jwt a; jwt_realm $host;',
    qr/"jwt_realm" takes no variables: write the text itself/;

accepted "the format $_", issuer('a'), "jwt a; jwt_error_format $_;"
    for qw/ problem nginx /;

refused 'there is no other', issuer('a'), 'jwt a; jwt_error_format json;',
    qr/invalid value "json" in "jwt_error_format": write problem or nginx/;

my $metadata = 'https://api/.well-known/oauth-protected-resource';

accepted "metadata at $_", issuer('a'), "jwt a; jwt_resource_metadata $_;"
    for $metadata, "$metadata?x=y", 'http://127.0.0.1:8080/m',
        'http://localhost/m';

refused "metadata has a URL without $_->[0]", issuer('a'),
    "jwt a; jwt_resource_metadata $_->[1];",
    qr/"jwt_resource_metadata" ".*" (?:is|has) .*[,:] write /s
    for ['a host', '/m'], ['nothing', '""'], ['a fragment', "$metadata#x"],
        ['a quote', qq('https://api/"')], ['a backslash', "'https://api/\\\\'"],
        ['a space', '"https://api/ "'], ['an accent', 'https://api/é'],
        ['a user', 'https://me\@api/'], ['http', 'http://api/m'],
        ['another scheme', 'ftp://api/m'];

sub handler {
    return "jwt off; jwt_resource_metadata_handler $_[0];";
}

accepted 'the document of an issuer', issuer('a'),
    handler('a resource=https://api.example/');

accepted 'of one that no location takes tokens of', issuer('b'),
    handler('b resource=https://api.example:8443/x?y=z');

refused 'not of one that there is not', issuer('a'),
    handler('b resource=https://api/'),
    qr/"jwt_resource_metadata_handler" names "b", (?:and|but) there is no such/;

refused "a resource is a URL without $_->[0]", issuer('a'),
    handler("a resource=$_->[1]"),
    qr/"resource=.*" in "jwt_resource_metadata_handler" (?:is|has) .* write/s
    for ['nothing in it', ''], ['a fragment', 'https://api/#'],
        ['a user', 'https://me\@api/'], ['http', 'http://api/'],
        ['http, even at home', 'http://127.0.0.1/'], ['a path only', '/api'],
        ['an accent', 'https://api/é'], ['a host', 'https:///x'];

refused 'a parameter is resource=', issuer('a'),
    handler('a resurce=https://api/'),
    qr/invalid parameter "resurce=.*" in .* write resource=https:/;

refused 'it is there', issuer('a'), handler('a'),
    qr/invalid number of arguments in "jwt_resource_metadata_handler"/;

refused 'and once', issuer('a'),
    handler('a resource=https://api/') =~ s/(jwt_.*)/$1 $1/r,
    qr/"jwt_resource_metadata_handler" directive is duplicate/;

($ok, $said) = $s->check(issuers => issuer('a'),
    server => 'jwt_resource_metadata_handler a resource=https://api/;');
ok !$ok, 'only a location has a handler';
like $said, qr/directive is not allowed here in \S+:\d+/, '... it is reported';

refused "$_->[0] stands once in a level", issuer('a'),
    "jwt a; $_->[0] $_->[1]; $_->[0] $_->[1];",
    qr/"$_->[0]" directive is duplicate/
    for ['jwt_realm', 'x'], ['jwt_error_format', 'nginx'],
        ['jwt_resource_metadata', $metadata];


accepted 'a shared zone', 'jwt_shared_zone zone=j:128k; ' . issuer('a');

refused 'a shared zone needs zone=NAME:SIZE',
    "jwt_shared_zone $_; " . issuer('a'), undef, qr/write zone=/
    for 'jwt:1m', 'zone=jwt', 'zone=:1m', 'zone=jwt:much', 'zone=jwt:4k';

my $three = join ' ', map { issuer("i$_") } 1 .. 3;

# what docs/operations.md tells of sizes

{
    open my $in, '<', 'docs/operations.md' or die "docs/operations.md: $!";
    my %size = do { local $/; <$in> } =~ /^\| (\d+) \| (\d+)k\b.*\|$/gm;

    cmp_ok scalar(keys %size), '>', 2, 'sizes are shown';

    for my $n (sort { $a <=> $b } keys %size) {
        my $blocks = join ' ', map {
            issuer("i$_", issuer => "https://t$_.eu.auth0.com/")
        } 1 .. $n;
        my $less = $size{$n} - 4;

        accepted "$n blocks: $size{$n}k is enough",
            "jwt_shared_zone zone=j:$size{$n}k; $blocks", 'jwt i1;';
        refused "... and ${less}k isn't",
            "jwt_shared_zone zone=j:${less}k; $blocks", 'jwt i1;',
            qr/write "jwt_shared_zone zone=j:$size{$n}k;" or more/;

        refused "... $n are the most",
            "$blocks " . issuer('more', issuer => 'https://more/'),
            'jwt i1;', qr/there are 513 jwt_issuer blocks: write at most 512/
            if $n == 512;
    }
}

refused 'one that is too small says how large it must be',
    "jwt_shared_zone zone=j:32k; $three", 'jwt i1;',
    qr/the shared zone "j" is too small for 3 .*write .*zone=j:(\d+)k;/;

($ok, $said) = $s->check(config("jwt_shared_zone zone=j:32k; $three",
                                   'jwt i1;'));
my ($size) = $said =~ /zone=j:(\d+k)/;

accepted 'and that is enough', "jwt_shared_zone zone=j:$size; $three",
    'jwt i1;';

accepted 'the default is enough for 50 issuers',
    join(' ', map { issuer("i$_") } 1 .. 50), 'jwt i1;';

refused 'the zone may be set once',
    'jwt_shared_zone zone=j:1m; jwt_shared_zone zone=k:1m; ' . issuer('a'),
    undef, qr/"jwt_shared_zone" directive is duplicate/;

accepted 'without an issuer there is no zone', '', '';


# rules about claims and variables

accepted 'claim rules in all their forms', issuer('a'),
    'jwt a; jwt_require_claim sub; jwt_require_claim sub a ~b ~*c !~d !~*e;'
    . 'jwt_require_claim /a/b~1c x; jwt_require $jwt_claim_sub $host;'
    . 'jwt_require $host error=401; jwt_require $host error=403;';

refused 'a claim rule where jwt is off', issuer('a'),
    'jwt_require_claim sub;',
    qr/"jwt_require_claim" where "jwt" is off protects nothing/;
refused 'jwt_require where jwt is off', issuer('a'),
    'jwt off; jwt_require $host;',
    qr/"jwt_require" where "jwt" is off protects nothing/;
refused 'an expression that is none', issuer('a'),
    'jwt a; jwt_require_claim sub ~(;',
    qr/\(.* in "jwt_require_claim"/;
refused 'an empty expression', issuer('a'),
    'jwt a; jwt_require_claim sub !~;',
    qr/"jwt_require_claim" directive has an empty expression/;
refused 'a value with a variable in it', issuer('a'),
    'jwt a; jwt_require_claim sub $remote_user;',
    qr/has a value with a variable in it.* write "jwt_require" with a "map"/;
refused 'a variable for a claim', issuer('a'),
    'jwt a; jwt_require_claim $sub x;',
    qr/names a variable where a claim is wanted/;
accepted 'numbers to compare with', issuer('a'),
    'jwt a; jwt_require_claim n >3; jwt_require_claim n >=-0.5 x;'
    . 'jwt_require_claim n <1e3; jwt_require_claim n <=0 9;';
refused "a bound that is no number, $_", issuer('a'),
    "jwt a; jwt_require_claim n $_;",
    qr/invalid value "[<>]=?\S*" in "jwt_require_claim", write a number/
    for '>', '>=', '<', '<=', '>x', '>=03', '<1,5', '>3 <';
refused 'an expression with a limit of its own', issuer('a'),
    'jwt a; jwt_require_claim n "~(*LIMIT_MATCH=99999)x";',
    qr/write the expression without \(\*LIMIT_MATCH/;
refused "the operator $_->[0] of another module", issuer('a'),
    "jwt a; jwt_require_claim role $_->[0] admin;",
    qr/"\Q$_->[0]\E" is no operator in "jwt_require_claim".* write \Q$_->[1]\E.*:\d+$/m
    for [ eq => 'the values' ], [ '=' => 'the values' ],
        [ '==' => 'the values' ], [ in => 'the values' ],
        [ any => 'the values' ], [ intersect => 'the values' ],
        [ ne => '!~^VALUE$' ], [ '!=' => '!~^VALUE$' ],
        [ nin => '!~^VALUE$' ], [ gt => '>N' ], [ ge => '>=N' ],
        [ lt => '<N' ], [ le => '<=N' ], [ '>' => '>N' ], [ '>=' => '>=N' ],
        [ '<' => '<N' ], [ '<=' => '<=N' ],
        [ all => 'a jwt_require_claim for each' ];
accepted "the value $_ alone or behind another", issuer('a'),
    "jwt a; jwt_require_claim role $_; jwt_require_claim role admin $_;"
    for qw(eq ne in any all ==);
warned 'two bounds in one rule', issuer('a'),
    'jwt a; jwt_require_claim n >3 <10;',
    qr/for a range, write one "jwt_require_claim" for each bound/;
not_warned 'two bounds in two', issuer('a'),
    'jwt a; jwt_require_claim n >3; jwt_require_claim n <10;';
refused 'a pointer with a lone tilde', issuer('a'),
    'jwt a; jwt_require_claim /a~ x;', qr/names no claim: write its name/;
refused 'jwt_require takes variables', issuer('a'),
    'jwt a; jwt_require host;', qr/takes variables, write "\$name"/;
refused 'at least one', issuer('a'),
    'jwt a; jwt_require error=401;', qr/"jwt_require" directive names no/;
refused 'error= is 401 or 403', issuer('a'),
    'jwt a; jwt_require $host error=404;', qr/write error=401 or error=403/;
refused 'error= once', issuer('a'),
    'jwt a; jwt_require $host error=401 error=403;', qr/has "error=" twice/;

# places, modes, sizes

accepted 'tokens from several places', issuer('a'),
    'jwt a; jwt_token bearer $cookie_a $http_b;';
warned 'tokens from the URL', issuer('a'), 'jwt a; jwt_token $arg_t;',
    qr/"jwt_token \$arg_t" takes tokens from URLs/;
not_warned 'tokens from elsewhere', issuer('a'), 'jwt a; jwt_token $http_t;';
refused 'a place that is no variable', issuer('a'), 'jwt a; jwt_token cookie;',
    qr/"jwt_token" directive takes "bearer" and variables/;
refused 'a place twice', issuer('a'), 'jwt a; jwt_token bearer bearer;',
    qr/names a place twice/;
refused 'a variable twice', issuer('a'),
    'jwt a; jwt_token $cookie_a bearer $cookie_a;', qr/names a place twice/;
refused 'places twice', issuer('a'), 'jwt a; jwt_token bearer; jwt_token $host;',
    qr/"jwt_token" directive is duplicate, write all places in one/;

accepted "jwt_mode $_", issuer('a'), "jwt a; jwt_mode $_;"
    for qw/ enforce optional report /;
refused 'another mode', issuer('a'), 'jwt a; jwt_mode permissive;',
    qr/invalid value "permissive" .* write enforce, optional or report/;
warned 'rules where a token is optional', issuer('a'),
    'jwt a; jwt_mode optional; jwt_require_claim sub;',
    qr/"jwt_mode optional" lets requests without a token through/;
not_warned 'no rules where a token is optional', issuer('a'),
    'jwt a; jwt_mode optional;';
not_warned 'rules where one is required', issuer('a'),
    'jwt a; jwt_mode enforce; jwt_require_claim sub;';

accepted "jwt_log_level $_", issuer('a'), "jwt a; jwt_log_level $_;"
    for qw/ info notice warn error /;
refused 'another level', issuer('a'), 'jwt a; jwt_log_level debug;',
    qr/invalid value "debug" .* write info, notice, warn or error/;
accepted 'a size of tokens', issuer('a'), 'jwt a; jwt_max_token_size 16k;';
refused 'a size that is none', issuer('a'), 'jwt a; jwt_max_token_size big;',
    qr/invalid value "big" in "jwt_max_token_size" directive: write a size, as in 8k/;
refused 'a size of tokens twice', issuer('a'),
    'jwt a; jwt_max_token_size 8k; jwt_max_token_size 8k;',
    qr/"jwt_max_token_size" directive is duplicate/;

# what is revoked

refused "entries that are kept for $_", issuer('a', revocation => 'sub',
    revocation_keep => $_), 'jwt a;',
    qr/"revocation_keep" of .* write how long the API's tokens live at most/
    for qw/ 0 0s 999ms /;
accepted "entries that are kept for $_", issuer('a', revocation => 'sub',
    revocation_keep => $_), 'jwt a;' for qw/ 1s 24h /;

# the cache of tokens

accepted 'a cache of another name and size',
    issuer('a') . ' jwt_token_cache zone=tokens:64k;';
accepted 'no cache', issuer('a') . ' jwt_token_cache off;';
refused 'a cache needs a size', issuer('a') . ' jwt_token_cache zone=tokens;',
    undef, qr/invalid zone "zone=tokens" in "jwt_token_cache": write zone=/;
refused 'and one that is large enough',
    issuer('a') . ' jwt_token_cache zone=tokens:8k;', undef,
    qr/"zone=tokens:8k" in "jwt_token_cache" is too small: write/;
refused 'there is one cache',
    issuer('a') . ' jwt_token_cache off; jwt_token_cache zone=t:1m;', undef,
    qr/"jwt_token_cache" directive is duplicate/;
refused 'its name is its own',
    issuer('a') . ' jwt_shared_zone zone=one:1m; jwt_token_cache zone=one:1m;',
    undef, qr/"one" is already (?:declared|bound)/;

# variables for claims

accepted 'a variable for a claim', issuer('a')
    . ' jwt_claim_set $roles https://example.com/roles;';
refused 'a variable has a dollar sign', issuer('a')
    . ' jwt_claim_set roles x;', undef,
    qr/invalid variable name "roles" .* write "\$name"/;
refused 'a variable that is there already', issuer('a')
    . ' jwt_claim_set $host x;', undef, qr/"host" variable|there already/;
refused 'the same one twice', issuer('a')
    . ' jwt_claim_set $r x; jwt_claim_set $r y;', undef,
    qr/duplicate "r" variable|there already/;
refused 'an empty name of a claim', issuer('a')
    . ' jwt_claim_set $r "";', undef, qr/names no claim/;

# variables that directives read

for ('jwt_require $host $nosuch', 'jwt_token bearer $nosuch',
     'jwt_identity_header X-User $NoSuch',
     'jwt_identity_header X-User "$host-${nosuch}"')
{
    my $conf = $s->config_text(config(issuer('a'), "jwt a;\n$_;"));
    my ($before) = $conf =~ /\A(.*?)nosuch/si;
    my $line = 1 + $before =~ tr/\n//;

    refused "an unknown variable in $_", issuer('a'), "jwt a;\n$_;",
        qr/unknown "nosuch" variable in "jwt_\w+": write .*:$line$/m;
}

accepted "one that there is in $_", issuer('a') . ' map $host $later { 0 1; }',
    "jwt a; $_; set \$here 1;"
    for 'jwt_require $later $here $HOST $arg_x $jwt_claim_sub',
        'jwt_token bearer $http_x_token $cookie_t',
        'jwt_identity_header X-User "$later-${here}.$jwt_scope"';
accepted 'what an expression captured', issuer('a'),
    'location ~ /(.)(?<named>.) { jwt a; jwt_identity_header X-I $1$named; }';

# no level of theirs is inside "if" and "limit_except"

refused "$_ inside if", issuer('a'), "jwt a; if (\$host) { $_; }",
    qr/directive is not allowed here/
    for 'jwt_require_claim x', 'jwt_require $host', 'jwt_token bearer',
        'jwt_mode report', 'jwt_log_level info', 'jwt_max_token_size 1k';


done_testing;
