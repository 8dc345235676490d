# A token that is bound to a certificate is accepted only with that one:
# jwt_binding mtls. Tokens are signed by CryptX, digests are Perl's.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw/ sha256 /;
use IO::Socket::INET;
use MIME::Base64 qw/ decode_base64 encode_base64 /;
use NJWT::Proof qw/ proof_issuer /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $s = NJWT::Scenario->new;

# two certificates of two clients

sub certificate {
    my ($name) = @_;

    my $file = $s->dir . "/$name";

    system(qq{openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 }
           . qq{-nodes -subj /CN=$name -days 3650 -keyout "$file.key" }
           . qq{-out "$file.pem" 2>/dev/null}) == 0 or die "openssl";

    open my $in, '<', "$file.pem" or die "$file.pem: $!";
    local $/;
    my $pem = <$in>;
    my ($body) = $pem =~ /-----BEGIN CERTIFICATE-----(.*?)-----END/s;

    return { file => $file, pem => $pem, der => decode_base64($body) };
}

my ($me, $thief) = (certificate('me'), certificate('thief'));

my %config = (
    issuers => proof_issuer($s),
    server => <<'    END');
        listen                127.0.0.1:@PORT2@ ssl default_server;
        ssl_certificate       @FIXTURES@/tls-cert.pem;
        ssl_certificate_key   @FIXTURES@/tls-key.pem;
        ssl_verify_client     optional_no_ca;
        ssl_protocols         TLSv1.2 TLSv1.3;
        ignore_invalid_headers  off;
        underscores_in_headers  on;
        root                  @CONTENT@;
        add_header  X-Verdict $jwt_verdict always;
        add_header  X-Binding "$jwt_binding" always;
        add_header  X-Reused "$ssl_session_reused" always;
        server_name  one;

        location /tls      { jwt timesheets; jwt_binding mtls;
                             try_files /t =404; }
        location /required { jwt timesheets; jwt_binding mtls required;
                             try_files /t =404; }
        location /proxied  { jwt timesheets;
                             jwt_binding mtls certificate=$http_client_cert;
                             try_files /t =404;

                             location /proxied/in { try_files /t =404; } }
        location /off      { jwt timesheets; try_files /t =404; }
        location /raw      { jwt timesheets; try_files /t =404;
                             jwt_binding mtls certificate=$ssl_client_raw_cert; }
        location /tabs     { jwt timesheets; try_files /t =404;
                             jwt_binding mtls certificate=$ssl_client_cert; }
        location /escaped  { jwt timesheets; try_files /t =404;
                             jwt_binding mtls
                                 certificate=$ssl_client_escaped_cert; }
        location /chain    { jwt timesheets; try_files /t =404;
                             jwt_binding mtls certificate=$chain; }
    END

# a variable that holds more than one

$config{http} = qq{map \$host \$chain { default "$me->{pem}$thief->{pem}"; }};

# another server at the same address, which asks for certificates, too

$config{http} .= <<'    END';
    server {
        listen                127.0.0.1:@PORT2@ ssl;
        server_name           two;
        ssl_certificate       @FIXTURES@/tls-cert.pem;
        ssl_certificate_key   @FIXTURES@/tls-key.pem;
        ssl_verify_client     optional_no_ca;
        ssl_protocols         TLSv1.2 TLSv1.3;
        root                  @CONTENT@;
        add_header  X-Verdict $jwt_verdict always;
        add_header  X-Reused "$ssl_session_reused" always;

        location /tls      { jwt timesheets; jwt_binding mtls;
                             try_files /t =404; }
    }
    END

$s->start(%config);

my $bound = token(cnf => { 'x5t#S256' => b64url(sha256($me->{der})) });

sub curl {
    my ($path, $token, $client, $scheme) = @_;

    open my $in, '-|', 'curl', '-s', '-k', '-i', '--max-time', 10,
        ($client ? ('--cert', "$client->{file}.pem",
                    '--key', "$client->{file}.key") : ()),
        '-H', 'Authorization: ' . ($scheme // 'Bearer') . " $token",
        'https://127.0.0.1:' . $s->port(2) . $path or die "curl: $!";
    local $/;
    my $got = <$in> // '';
    close $in;

    return { map { lc } $got =~ /^(X-\w+): ([^\r]*)\r$/mg };
}

sub verdict { curl(@_)->{'x-verdict'} }

is verdict('/tls', $bound, $me), 'ok', 'the client\'s own certificate passes';
is curl('/tls', $bound, $me)->{'x-binding'}, 'mtls', '... and is named';
is verdict('/tls', $bound, $me, 'DPoP'), 'ok',
    '... by the scheme DPoP, too, as Auth0 has clients send it';
is verdict('/tls', $bound, $thief), 'certificate_mismatch',
    'another client\'s doesn\'t';
is verdict('/tls', $bound), 'certificate_missing', 'nor does none';
is verdict('/off', $bound, $me), 'sender_constrained',
    'where it isn\'t checked the token is refused';
is verdict('/tls', token()), 'ok', 'a token that is bound to nobody passes';
is verdict('/required', token(), $me), 'unbound_token',
    '... but not where binding is required';
is verdict('/tls', token(cnf => { 'x5t#S256' => 7 }), $me),
    'sender_constrained', 'a binding that isn\'t one is refused';

# as nginx's own variables have it

for my $variable (qw/ raw tabs escaped /) {
    is verdict("/$variable", $bound, $me), 'ok', "the PEM of /$variable";
    is verdict("/$variable", $bound, $thief), 'certificate_mismatch',
        '... of another client';
    is verdict("/$variable", $bound), 'certificate_missing', '... of none';
}

is verdict('/chain', $bound), 'ok', 'of several certificates the first counts';
is verdict('/chain', token(cnf => { 'x5t#S256' =>
    b64url(sha256($thief->{der})) })), 'certificate_mismatch', '... alone';

# A session that is resumed keeps the certificate that began it, and nobody
# else's.  nginx before 1.29.2 resumes none for another server name; later ones
# do where both have one certificate and the same authorities: it is the same
# client still.  A connection for one name serves no request for another.

sub resume {
    my ($version, $name, $host, @options) = @_;

    my $file = $s->write_file('request', "GET /tls HTTP/1.1\r\nHost: $host\r\n"
        . "Authorization: Bearer $bound\r\nConnection: close\r\n\r\n");

    my $got = join '', readpipe join ' ', 'timeout 10 openssl s_client -quiet',
        "-$version", '-connect', '127.0.0.1:' . $s->port(2),
        '-servername', $name, @options, "<$file 2>/dev/null";

    return join ' ', $got =~ m{^HTTP/1.1 (\d+)}, $got =~ /^X-Verdict: (\S+)/m,
        $got =~ /^X-Reused: (\S+)/m;
}

for my $version (qw/ tls1_2 tls1_3 /) {
    my $session = $s->dir . "/session-$version";
    my @mine = ('-cert', "$me->{file}.pem", '-key', "$me->{file}.key");

    is resume($version, 'one', 'one', @mine, '-sess_out', $session),
        '200 ok .', "$version: a session begins with a certificate";
    ok -s $session, '... and is kept by the client';
    is resume($version, 'one', 'one', '-sess_in', $session), '200 ok r',
        '... it is resumed without one, which is still known';
    is resume($version, 'one', 'one'), '401 certificate_missing .',
        '... a new session has none';
    # a 401, a 421 or no handshake: versions of nginx differ
    like resume($version, 'two', 'two', '-sess_in', $session),
        qr/^(?!200)|^200 ok r$/, '... for another name, or nowhere else';
    is resume($version, 'two', 'two', @mine), '200 ok .',
        '... where the client shows it again';
    like resume($version, 'one', 'two', @mine), qr/^421/,
        '... and no connection for one name serves another';

    my $stolen = $s->dir . "/stolen-$version";

    is resume($version, 'one', 'one', '-cert', "$thief->{file}.pem", '-key',
              "$thief->{file}.key", '-sess_out', $stolen),
        '401 certificate_mismatch .', '... another client\'s session has its own';
    is resume($version, 'one', 'one', '-sess_in', $stolen),
        '401 certificate_mismatch r', '... resumed, too';
    unlike resume($version, 'two', 'two', '-sess_in', $stolen), qr/^200/,
        '... and for another name';
}

# behind a proxy

my $escaped = join '', map { /[\w.-]/ ? $_ : sprintf '%%%02X', ord }
              split //, $me->{pem};

for (
    [ 'URL-encoded PEM', $escaped, 'ok' ],
    [ 'RFC 9440\'s', ':' . encode_base64($me->{der}, '') . ':', 'ok' ],
    [ 'another one\'s', ':' . encode_base64($thief->{der}, '') . ':',
      'certificate_mismatch' ],
    [ 'junk', 'x', 'certificate_missing' ],
    [ 'nothing', '', 'certificate_missing' ],
) {
    my ($what, $text, $verdict) = @$_;

    for my $path ('/proxied', '/proxied/in') {
        my $r = $s->request(path => $path, token => $bound,
            headers => { length $text ? ('Client-Cert' => $text) : () });

        is $r->{headers}{'x-verdict'}, $verdict, "$path, in a header: $what";
    }
}

# sent twice, in any spelling that nginx or a backend takes for the same

for (
    [ 'Client-Cert', 'certificate_missing' ],
    [ 'client-CERT', 'certificate_missing' ],
    [ 'Client_Cert', 'certificate_missing' ],
    [ 'Client.Cert', 'certificate_missing' ],
    [ 'Client~Cert', 'certificate_missing' ],
    [ 'Client-Certs', 'ok' ],
    [ 'ClientCert', 'ok' ],
) {
    my ($second, $verdict) = @$_;
    my $cert = ':' . encode_base64($me->{der}, '') . ':';

    for (['/proxied', "Client-Cert: $cert\r\n$second: $cert\r\n"],
         ['/proxied', "$second:\r\nClient-Cert: $cert\r\n"],
         ['/proxied/in', "Client-Cert: $cert\r\n$second: $cert\r\n"])
    {
        my ($path, $both) = @$_;
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $s->port) or die "connect: $!";

        print $socket "GET $path HTTP/1.0\r\nHost: a\r\n"
            . "Authorization: Bearer $bound\r\n$both\r\n";
        local $/;
        like scalar <$socket>, qr/^X-Verdict: $verdict\r$/m,
            "$path: a certificate's header beside $second: $verdict";
    }
}

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
