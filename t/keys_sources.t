# The sources of keys, and which of their keys serve.
#
# Each source is a jwt_issuer block of its own, and a location /gate/NAME that
# asks for its tokens; the key sets are served by the same nginx.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP qw/ encode_json /;
use MIME::Base64 qw/ decode_base64url encode_base64url /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;
my $dir = $s->dir;

my $plain = 'http://127.0.0.1:' . $s->port(2);
my $tls = 'https://127.0.0.1:' . $s->port(3);
my $ca = 'ssl_trusted_certificate @FIXTURES@/tls-ca.pem;';

my $tenant_url = $tenant->url;
my $bare_url = $tenant_url =~ s{/$}{}r;

my %key = map { $_ => NJWT::Token::public_jwk($_) } qw/ k1 k2 ec small /;

sub key_like {
    my ($name, %change) = @_;

    my %key = (%{ $key{$name} }, %change);
    delete @key{ grep { !defined $key{$_} } keys %key };

    return \%key;
}

# What an authorization server may well have in its set, and what none should

my @unusable = (
    $key{small},
    key_like('k1', use => 'enc'),
    key_like('k1', key_ops => [ 'sign' ]),
    key_like('k1', n => undef),
    key_like('k1', n => 'AQAB'),
    key_like('k1', n => "$key{k1}{n}\n"),
    key_like('k1', n => undef, e => undef, x5c => ['AAAA']),
    key_like('k1', n => ''),
    key_like('k1', e => 'Ag'),
    key_like('k1', e => 65537),
    key_like('k1', kty => 'RSA2'),
    key_like('k1', kid => 1),
    key_like('ec', crv => 'P-257'),
    key_like('ec', x => $key{ec}{y}),
    { kty => 'oct', kid => 'k1', k => 'c2VjcmV0' },
    { kty => 'RSA', kid => 'k1' },
    {},
    'k1', 1, undef, [], JSON::PP::true,
);

mkdir "$dir/sets" or die "$dir/sets: $!\n";

$s->write_file('sets/k1', jwks('k1'));
$s->write_file('sets/mixed', encode_json({
    keys => [ @unusable, $key{k1}, @unusable ], comment => 'more' }));
$s->write_file('sets/many', encode_json({
    keys => [ map { key_like('k1', kid => "m$_") } 1 .. 64 ] }));
$s->write_file('sets/twins', encode_json({
    keys => [ key_like('k2', kid => 'k1'), $key{k1} ] }));
$s->write_file('sets/nokid', encode_json({
    keys => [ key_like('k1', kid => undef) ] }));
$s->write_file('sets/blanks', "\r\n\t " . jwks('k1') . "\n\n");

# as other servers send them

$s->write_file('sets/zero', encode_json({ keys => [
    key_like('k1', n => encode_base64url("\0" . decode_base64url(
                                         $key{k1}{n}))) ] }));
$s->write_file('sets/padded', encode_json({ keys => [
    key_like('k1', n => "$key{k1}{n}==") ] }));
$s->write_file('sets/plain', encode_json({ keys => [
    key_like('k1', n => $key{k1}{n} =~ tr{-_}{+/}r) ] }));
$s->write_file('sets/private', private_jwks('k1'));
$s->write_file('sets/mark', "\xef\xbb\xbf" . jwks('k1'));
$s->write_file('sets/nokids', encode_json({ keys => [
    map { key_like($_, kid => undef) } qw/ k1 k2 / ] }));
$s->write_file('sets/nokid_other', encode_json({ keys => [
    key_like('k1', kid => undef), { kty => 'oct', k => 'c2VjcmV0' } ] }));
$s->write_file('sets/x5c', encode_json({ keys => [
    { kty => 'RSA', kid => 'k1',
      x5c => [ certificate('k1'), certificate('k2') ] } ] }));
$s->write_file('sets/small', encode_json({ keys => [ $key{small} ] }));
$s->write_file('sets/over', encode_json({
    keys => [ map { { kty => 'oct', kid => "m$_" } } 1 .. 257 ] }));
$s->write_file('sets/room', encode_json({
    keys => [ map { key_like('k1', kid => "m$_") } 1 .. 200 ] }));

# The certificate of a key: expired, and nobody's.

sub certificate {
    my ($name) = @_;

    $s->write_file("$name.pub", key($name)->export_key_pem('public_x509'));
    $s->write_file('ca.key', key('k3')->export_key_pem('private'));
    system("openssl req -new -key $dir/ca.key -subj /CN=x -out $dir/csr "
           . "2>$dir/openssl.out && openssl x509 -req -in $dir/csr -days 0 "
           . "-signkey $dir/ca.key -force_pubkey $dir/$name.pub "
           . "-out $dir/$name.crt 2>>$dir/openssl.out") == 0
        or die "openssl: see $dir/openssl.out\n";

    open my $in, '<', "$dir/$name.crt" or die "$name.crt: $!\n";

    return join '', map { chomp; $_ } grep { !/^-/ } <$in>;
}

my %source = (
    name     => 'jwks_uri http://localhost:@PORT2@/k1;',
    query    => "jwks_uri '$plain/k1?tenant=a&b=%20';",
    blanks   => "jwks_uri $plain/blanks;",
    gzip     => "jwks_uri $plain/gzip/k1;",
    mixed    => "jwks_uri $plain/mixed; jwks_refresh 1s;",
    many     => "jwks_uri $plain/many;",
    twins    => "jwks_uri $plain/twins;",
    nokid    => "jwks_uri $plain/nokid;",
    over     => "jwks_uri $plain/over;",
    room     => "jwks_uri $plain/room;",
    private  => "jwks_uri $plain/private; jwks_refresh 1s;",
    p_file   => "jwks_file $dir/sets/private;",
    file     => "jwks_file $dir/sets/k1;",

    (map { $_ => "jwks_uri $plain/$_; jwks_refresh 1s;" }
         qw/ zero padded plain mark nokids nokid_other x5c small /),

    tls      => "jwks_uri $tls/k1; $ca",
    tls_name => "jwks_uri https://localhost:\@PORT3\@/k1; $ca",

    # each differs from "tls" in one thing
    host     => "jwks_uri https://127.0.0.2:\@PORT3\@/k1; $ca",
    other    => "jwks_uri $tls/k1; ssl_trusted_certificate "
                . '@FIXTURES@/tls-other-ca.pem;',
    system   => "jwks_uri $tls/k1;",
    expired  => 'jwks_uri https://127.0.0.1:@PORT4@/k1; '
                . 'ssl_trusted_certificate @FIXTURES@/tls-expired.pem;',
    no_tls   => "jwks_uri https://127.0.0.1:\@PORT2\@/k1; $ca",

    # the default: from the first issuer
    slash    => "issuer $tenant_url https://custom.example/;",
    bare     => "issuer $bare_url;",
);

my $blocks = join "\n", map {
    my $issuer = $source{$_} =~ /^issuer/ ? '' : 'issuer @ISSUER@;';

    "jwt_issuer $_ { $issuer audience \@AUDIENCE\@; $source{$_} }"
} sort keys %source;

my $gates = join "\n", map {
    "location /gate/$_ { jwt $_; alias \@CONTENT\@/t; }"
} sort keys %source;

$s->start(
    workers => 2,
    issuers => $blocks,
    server  => "add_header X-Verdict \$jwt_verdict always;\n$gates",
    http    => <<"END",
    jwt_shared_zone  zone=jwt:8m;

    log_format  sets  '\$request_uri';

    server {
        listen      127.0.0.1:\@PORT2\@;
        listen      127.0.0.1:\@PORT3\@ ssl;
        listen      127.0.0.2:\@PORT3\@ ssl;
        root        $dir/sets;
        access_log  $dir/sets.log sets;

        ssl_certificate      \@FIXTURES\@/tls-cert.pem;
        ssl_certificate_key  \@FIXTURES\@/tls-key.pem;

        location /gzip/ {
            alias            $dir/sets/;
            gzip             on;
            gzip_types       *;
            gzip_min_length  1;
            add_header       X-Encoded yes;
        }
    }

    server {
        listen      127.0.0.1:\@PORT4\@ ssl;
        root        $dir/sets;
        access_log  off;

        ssl_certificate      \@FIXTURES\@/tls-expired.pem;
        ssl_certificate_key  \@FIXTURES\@/tls-key.pem;
    }
END
);

sub verdict {
    my ($name, @token) = @_;

    return $s->verdict("/gate/$name", token => token(@token));
}

sub serves {
    my ($name, $title, @token) = @_;

    is verdict($name, @token), '200 ok', $title;

    return;
}

sub fails {
    my ($name, $why, $title) = @_;

    $s->wait_for_log(qr/\[error\].*jwt_issuer "$name".*can't be fetched/);

    my ($line) = $s->log_lines(qr/\[error\].*jwt_issuer "$name"/);

    like $line, $why, "$title: the log says so";
    is verdict($name), '503 keys_unavailable', "$title: and it has no keys";

    return;
}


serves('name', 'a source by name');
serves('query', 'a source with a query');
serves('blanks', 'a set among white space');
serves('gzip', 'a compressed set');

{
    open my $in, '<', "$dir/sets.log" or die "sets.log: $!\n";
    my @asked = <$in>;

    ok scalar(grep { $_ eq "/k1?tenant=a&b=%20\n" } @asked),
        'the URL is asked for as it was written';
}

serves('tls', 'over TLS, by address');
serves('tls_name', 'over TLS, by name');

# what one block trusts is of no help to another

fails('host', qr/certificate|alternative|subject/i,
      'a certificate for another host');
fails('other', qr/certificate/i, 'another authority');
fails('system', qr/certificate/i, 'an authority that the system has not');
fails('expired', qr/expired/i, 'an expired certificate');
fails('no_tls', qr/SSL|TLS/i, 'a server that speaks no TLS');

serves('slash', 'the default source of an issuer', iss => $tenant_url);
serves('slash', 'and of the other names in its block',
       iss => 'https://custom.example/');
serves('bare', 'the default source where the issuer ends without a slash',
       iss => $bare_url);
is verdict('bare', iss => $tenant_url), '401 issuer_mismatch',
    'with one it is another issuer';
is scalar $s->log_lines(
    qr/"(?:slash|bare)": 2 keys from "\Q${\ $tenant->jwks_uri}\E"/), 2,
    'both are fetched from the same URL';

serves('mixed', 'a good key among unusable ones');
is verdict('mixed', -key => 'small'), '401 key_not_found',
    'which serve nobody';

{
    my $asked = sub {
        open my $in, '<', "$dir/sets.log" or die "sets.log: $!\n";
        return scalar grep { $_ eq "/mixed\n" } <$in>;
    };
    my $before = $asked->();

    wait_until { $asked->() >= $before + 2 } 5, 'two fetches more';

    my @lines = $s->log_lines(qr/\[notice\].*"mixed".*skipped/);
    my $n = 2 * @unusable;

    is scalar @lines, 1, 'unusable keys are logged once';
    like $lines[0], qr/ $n keys from/, 'with their number';
    is scalar $s->log_lines(qr/"mixed": 1 key from/), 1,
        'and the usable one';
}

serves('many', 'the first of 64 keys', -kid => 'm1');
serves('many', 'the last of 64 keys', -kid => 'm64');
is verdict('many', -kid => 'm65'), '401 key_not_found', 'and no other';

serves('twins', 'two keys of one kid: the second');
serves('twins', 'two keys of one kid: the first', -key => 'k2',
       -kid => 'k1');
is verdict('twins', -key => 'k3', -kid => 'k1'), '401 bad_signature',
    'two keys of one kid: no other';

serves('nokid', 'a token without kid, where exactly one key fits',
       -header => { kid => undef });
is verdict('twins', -header => { kid => undef }), '401 key_not_found',
    'but not where two do';

serves('nokid', 'nor does it matter which kid it names', -kid => 'any');
is verdict('nokid', -key => 'k2'), '401 bad_signature',
    'but who signed it does';

for (qw/ nokids nokid_other /) {
    is verdict($_, -kid => 'any'), '401 key_not_found',
        "$_: a key without kid in a larger set fits no token with one";
}

serves('nokid_other', 'but one without', -header => { kid => undef });

# what RFC 7518 doesn't allow is read, and logged once

my %although = (
    zero   => 'an "n" or "e" has a zero byte in front',
    padded => 'an "n" or "e" has "=" at its end',
    plain  => 'an "n" or "e" is base64 with "+" or "/", not base64url',
    mark   => 'a byte order mark stands before them',
);

for my $name (sort keys %although) {
    serves($name, "$name: read all the same");
    is verdict($name, -key => 'k2', -kid => 'k1'), '401 bad_signature',
        "$name: as this key and no other";

    # whoever answers may not be who fetched, and logs it a little later
    my $read = qr/\[notice\].*"$name".* are read although /;

    $s->wait_for_log($read);
    my @lines = $s->log_lines($read);

    is scalar @lines, 1, "$name: logged once";
    like $lines[0] // '', qr/although \Q$although{$name}\E/, "$name: what it is";
}

serves('x5c', 'a key that is only in its certificate, expired or not');
is verdict('x5c', -key => 'k2', -kid => 'k1'), '401 bad_signature',
    'the first certificate alone';

# a private key that lies where a public one should

for my $name (qw/ private p_file /) {
    serves($name, "$name: by its public half");

    my $private = qr/"$name".* private or secret members/;

    $s->wait_for_log($private);
    my @lines = $s->log_lines($private);

    is scalar @lines, 1, "$name: warned of once";
    like $lines[0] // '', qr/\[warn\].* leave only public ones there$/,
        "$name: with what to do";
    unlike $lines[0] // '', qr/\Q$key{k1}{n}\E|"d"/, "$name: and no more";
}

serves('file', 'a set of public keys in a file');
is scalar $s->log_lines(qr/"(?:file|k1|zero)".* private or secret/), 0,
    'of which there is nothing to say';

# why there is no key

fails('small', qr/no usable key in it, .* because of an RSA key of fewer /,
      'no usable key');
fails('over', qr/: more than 256 keys in it/, 'a set of 257 keys');
fails('room', qr/: its usable keys need more than 64 KB/,
      'a set of 200 RSA keys');

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
ok $s->stop, 'and ends when asked';


# An internal address, through a location of the same nginx on loopback.

for my $name (qw/ localhost other.example /) {
    my $inside = NJWT::Scenario->new;

    $inside->write_file('keys.json', jwks('k1'));
    $inside->start(issuers => <<'    ISSUERS', http => <<"    HTTP", server => <<'    SERVER');
    jwt_issuer inside {
        issuer    https://inside/;
        audience  api;
        jwks_uri  http://127.0.0.1:@PORT2@/keys.json;
    }
    ISSUERS
    server {
        listen  127.0.0.1:\@PORT2\@;
        location = /keys.json {
            proxy_pass                     https://127.0.0.1:\@PORT3\@/certs;
            proxy_ssl_name                 $name;
            proxy_ssl_verify               on;
            proxy_ssl_trusted_certificate  \@FIXTURES\@/tls-ca.pem;
        }
    }
    server {
        listen               127.0.0.1:\@PORT3\@ ssl;
        ssl_certificate      \@FIXTURES\@/tls-cert.pem;
        ssl_certificate_key  \@FIXTURES\@/tls-key.pem;
        location = /certs { alias \@DIR\@/keys.json; }
    }
    HTTP
    location / { jwt inside; empty_gif; }
    SERVER

    is $inside->get('/', token => token(iss => 'https://inside/',
                                        aud => 'api'))->{status},
        $name eq 'localhost' ? 200 : 503,
        "keys from inside, where the certificate is for localhost: $name";
    $inside->stop;
}

done_testing;
