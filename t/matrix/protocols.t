
# Is a verdict the same over each HTTP that this nginx speaks?
#
# Part of `make matrix`: which ones those are is a matter of how nginx was
# built.  HTTP/1.1 is always there.

use strict;
use warnings;

use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;

my $s = NJWT::Scenario->new;
my $dir = $s->dir;
my $binary = $s->binary;
my $built = `$binary -V 2>&1`;
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

$s->tenant;
$s->start(http => <<"END");
    server {
        listen  127.0.0.1:\@PORT2\@ ssl$listen2;
        $on
        $listen3

        ssl_certificate      $dir/tls.pem;
        ssl_certificate_key  $dir/tls.key;
        add_header           X-Verdict \$jwt_verdict always;

        location /t {
            jwt                timesheets;
            jwt_require_scope  read:timesheets;
            root               \@CONTENT\@;
        }
    }
END

# What curl was answered: "2 200 ok passed" for HTTP/2.

sub answer {
    my ($how, $token) = @_;

    my @header = defined $token
                 ? ('-H', "Authorization: Bearer $token") : ();

    open my $in, '-|', qw/ curl -q -s -i --insecure --max-time 10 /,
        $how, @header, 'https://127.0.0.1:' . $s->port(2) . '/t'
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

my $good = token(scope => 'read:timesheets');

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
}

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

done_testing;
