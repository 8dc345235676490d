# What does "nginx -t" say to jwt_binding and jwt_dpop_… that can't be right,
# and what do they mean where they are?
#
# Each error names the file and the line, and what to write instead; each has
# an allowed twin.  Proofs are signed by CryptX.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP qw/ decode_json /;
use NJWT::Proof qw/ :all /;
use NJWT::Scenario;
use Test::More;


my $s = NJWT::Scenario->new;
my $issuer = proof_issuer($s);
my $tls = 'listen 127.0.0.1:@PORT2@ ssl; ssl_verify_client optional_no_ca;'
          . ' ssl_certificate @FIXTURES@/tls-cert.pem;'
          . ' ssl_certificate_key @FIXTURES@/tls-key.pem;';
my $key = 'k' x 32;

sub keys_in {
    my ($name, $text) = @_;

    return $s->write_file("$name.keys", $text);
}

# A location of a server with a name, and what stands in http and in server.

sub check {
    my ($location, %in) = @_;

    return $s->check(issuers => $issuer, http => $in{http} // '',
        server => ($in{server} // 'server_name a.example;')
                  . "\nlocation /x { jwt timesheets; $location }");
}

sub accepted {
    my ($location, %in) = @_;

    my ($ok, $said) = check($location, %in);

    ok $ok, "accepted: $location " . ($in{what} // $in{http} // $in{server}
                                      // '') or diag $said;
}

sub refused {
    my ($like, $location, %in) = @_;

    my ($ok, $said) = check($location, %in);

    ok !$ok, "refused: $location " . ($in{what} // $in{http} // $in{server}
                                      // '');
    like $said, qr/\[emerg\].*$like.* in \S+check\.conf:\d+/s, "... $like";
}


# jwt_binding

accepted 'jwt_binding dpop;';
accepted 'jwt_binding dpop required;';
accepted 'jwt_binding off;';
refused qr/names nothing that can bind a token/,
    'jwt_binding required;';
refused qr/names nothing that can bind a token/,
    'jwt_binding certificate=$http_c;';
refused qr/invalid parameter "x" in "jwt_binding"/, 'jwt_binding dpop x;';
refused qr/invalid parameter "dpop"/, 'jwt_binding dpop dpop;';
refused qr/invalid parameter "off"/, 'jwt_binding off dpop;';
refused qr/invalid parameter "off"/, 'jwt_binding dpop off;';
refused qr/"jwt_binding" directive is duplicate/,
    'jwt_binding dpop; jwt_binding dpop;';
refused qr/"jwt_binding" directive is duplicate/,
    'jwt_binding off; jwt_binding dpop;';

accepted 'jwt_binding mtls certificate=$http_c;';
accepted 'jwt_binding certificate=$ssl_client_escaped_cert mtls;';
accepted 'jwt_binding mtls certificate=$arg_c;';
accepted 'jwt_binding dpop mtls certificate=$http_c required;';
refused qr/takes a variable as "certificate="/,
    "jwt_binding mtls certificate=$_;" for '', '$', 'http_c', 'c';
refused qr/invalid parameter "certificate=\$http_d"/,
    'jwt_binding mtls certificate=$http_c certificate=$http_d;';
refused qr/invalid parameter "certificates=\$http_d"/,
    'jwt_binding mtls certificates=$http_d;';
refused qr/unknown "nobody" variable/, 'jwt_binding mtls certificate=$nobody;';
refused qr/"certificate=" without "mtls"/,
    'jwt_binding dpop certificate=$http_c;';

accepted 'jwt_binding mtls;', server => $tls, what => 'over TLS';
accepted 'jwt_binding dpop;', server => "server_name a.example; $tls",
    what => 'over TLS';
refused qr/asks clients for no certificate/, 'jwt_binding mtls;';
refused qr/asks clients for no certificate/, 'jwt_binding dpop mtls;';


# Without an exact name the URL of a proof must be given.

accepted 'jwt_binding dpop;', server => "server_name $_;"
    for 'b', 'b.example', '*.b.example c.example', '~^d _ e.example';
accepted 'jwt_binding dpop; jwt_dpop_origin https://b.example;', server => '',
    what => 'without a name';
accepted 'jwt_binding mtls certificate=$http_c;', server => '',
    what => 'without a name';
refused qr/"jwt_binding dpop" needs an exact "server_name"/, 'jwt_binding dpop;',
    server => $_
    for '', map { "server_name $_;" } '""', '_', '_.example', '.b.example',
                                      '*.b.example', 'b.*', '~^b', '~^[a-c]$';

accepted 'jwt_binding dpop; jwt_dpop_origin https://a.example http://b;';
accepted 'jwt_binding dpop; jwt_dpop_origin https://a.example/v1/;';
refused qr/takes no variables/,
    'jwt_binding dpop; jwt_dpop_origin https://$host;';
refused qr/takes no variables/,
    'jwt_binding dpop; jwt_dpop_origin https://a.example $scheme://b;';
refused qr/"jwt_dpop_origin" "b"/,
    'jwt_binding dpop; jwt_dpop_origin https://a.example b;';
refused qr/"jwt_dpop_origin" directive is duplicate/,
    'jwt_dpop_origin https://a; jwt_dpop_origin https://b;';


# jwt_dpop_algorithms

accepted 'jwt_binding dpop; jwt_dpop_algorithms ES384 RS256 EdDSA;';
refused qr/invalid algorithm "$_" in "jwt_dpop_algorithms"/,
    "jwt_binding dpop; jwt_dpop_algorithms ES256 $_;" for qw/ HS256 none x /;
refused qr/names an algorithm twice/,
    'jwt_binding dpop; jwt_dpop_algorithms ES256 RS256 ES256;';
refused qr/"jwt_dpop_algorithms" directive is duplicate/,
    'jwt_dpop_algorithms ES256; jwt_dpop_algorithms RS256;';


# jwt_dpop_lifetime

accepted '', http => "jwt_dpop_lifetime $_;"
    for '1s', '5m', '5m ahead=0', '5m ahead=30s';
refused qr/"jwt_dpop_lifetime" directive has an invalid time/, '',
    http => "jwt_dpop_lifetime $_;"
    for '0', '0s', 'soon', '5m ahead=soon', '5m ahead=', 'soon ahead=5s';
refused qr/takes a time and "ahead=TIME"/, '',
    http => "jwt_dpop_lifetime $_;" for '5m 30s', '5m behind=30s';
refused qr/"jwt_dpop_lifetime" directive is duplicate/, '',
    http => 'jwt_dpop_lifetime 5m; jwt_dpop_lifetime 5m;';


# jwt_dpop_zone

accepted 'jwt_binding dpop;', http => 'jwt_dpop_zone zone=a:1m;';
refused qr/"jwt_dpop_zone" directive is duplicate/, '',
    http => 'jwt_dpop_zone zone=a:1m; jwt_dpop_zone zone=b:1m;';


# jwt_dpop_nonce, and its keys: CR LF or LF, and lines without any

my $good = keys_in('good', "\n$key\r\n\n\r\n${key}2");

accepted '', http => "jwt_dpop_nonce $_;" for 'off', '1s', '5m';
accepted '', http => "jwt_dpop_nonce 5m key_file=$good;", what => 'good keys';
refused qr/"jwt_dpop_nonce" directive has an invalid time/, '',
    http => "jwt_dpop_nonce $_;" for '0', 'soon';
refused qr/takes a time and "key_file=FILE"/, '',
    http => "jwt_dpop_nonce $_;"
    for "off key_file=$good", '5m key_file=', "5m file=$good", "5m $good";
refused qr/"jwt_dpop_nonce" directive is duplicate/, '',
    http => 'jwt_dpop_nonce off; jwt_dpop_nonce 5m;';

for ([ 'one character short', 'k' x 31, qr/is shorter than 32 characters/ ],
     [ 'short but for CR', 'k' x 31 . "\r\n", qr/is shorter than 32/ ],
     [ 'short in its last line', "$key\nk", qr/is shorter than 32/ ],
     [ 'without a key', "\n\r\n\n", qr/there is no key in/ ],
     [ 'empty', '', qr/there is no key in/ ],
     [ 'too large', 'k' x 65537, qr/in "jwt_dpop_nonce" is too large/ ])
{
    my ($what, $text, $like) = @$_;
    my $file = keys_in('bad', $text);

    refused $like, '', http => "jwt_dpop_nonce 5m key_file=$file;",
        what => "a file of keys that is $what";
}

mkdir $s->dir . '/folder' or die "mkdir: $!";
refused qr/in "jwt_dpop_nonce" can't be read: write the path/, '',
    http => 'jwt_dpop_nonce 5m key_file=' . $s->dir . '/nobody;',
    what => 'a file that is not there';
refused qr/in "jwt_dpop_nonce" can't be read/, '',
    http => 'jwt_dpop_nonce 5m key_file=' . $s->dir . '/folder;',
    what => 'a folder';


# What is inherited: each by itself, and an inner one alone counts.  Errors
# name the line of the directive, wherever it is inherited.

sub inside {
    my ($outer, $inner) = @_;

    return $s->check(issuers => $issuer,
        server => "\n$outer\nlocation /x {\njwt timesheets; $inner\n}");
}

my ($ok, $said) = inside('jwt_binding dpop;', '');
my ($own) = $said =~ /check\.conf:(\d+)/;
(undef, $said) = inside('', 'jwt_binding dpop;');
my ($inner) = $said =~ /check\.conf:(\d+)/;

is $ok, 0, 'a binding that a location inherits is checked there';
is $inner - $own, 2, '... and what is wrong with it is in its own line';

($ok, $said) = inside('jwt_binding dpop;', 'jwt_binding off;');
is $ok, 1, 'unless the location has one of its own' or diag $said;

for (['jwt_binding mtls certificate=$http_c;', ''],
     ['jwt_binding dpop; jwt_dpop_origin https://b;', ''],
     ['jwt_dpop_origin https://b;', 'jwt_binding dpop;'],
     ['jwt_binding dpop;', 'jwt_dpop_origin https://b;'])
{
    ($ok, $said) = inside(@$_);
    is $ok, 1, "$_->[0] inherited by \"$_->[1]\"" or diag $said;
}


# The zone exists where a binding is to dpop, and is of 8 MB.

my %config = (issuers => $issuer, server => <<'    END');
        server_name  api.example.com;
        root         @CONTENT@;
        add_header   X-Verdict $jwt_verdict always;

        location /status { jwt off; jwt_status json; }
        location /x { jwt timesheets; jwt_binding mtls certificate=$http_c; }
    END

sub proofs {
    return decode_json($s->get('/status')->{body})->{proofs};
}

$s->start(%config);
is proofs()->{capacity}, 0, 'no memory where no token is bound by a proof';

$config{server} =~ s/mtls certificate=\$http_c/dpop/;
is $s->reload(%config), 1, 'a binding to dpop';
cmp_ok proofs()->{capacity}, '>', 300_000,
    '... has a memory for 1,000 proofs a second in 5 minutes';


# Names of a server: the exact ones, in the order of the configuration.

my $me = client();
my $token = bound($me);

sub verdict {
    my ($url, $path) = @_;

    my $r = $s->request(path => $path // '/x', headers => {
        Authorization => "DPoP $token",
        DPoP => proof($me, $token, $url . ($path // '/x')) });

    return $r->{headers}{'x-verdict'};
}

my $port = $s->port;

$config{server} =~ s/api\.example\.com/~^other\$ _ *.c.example a.example b/;
is $s->reload(%config), 1, 'several names';
is verdict("http://$_:$port"), 'dpop_nonce_needed', "$_ is one of them"
    for qw/ a.example b /;
is verdict("http://$_:$port"), 'dpop_proof_invalid', "$_ is none"
    for qw/ other _ x.c.example c /;

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
