# The claims that are logged are those of the token, even if a client can
# write over its own request.
#
# Of a connection that became a WebSocket, nginx may read what the client
# sends next into the buffer that held the header.  The log phase comes after
# that.

use lib 't/lib';

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use NJWT::File qw/ slurp_if_there /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ token unsigned tamper claims b64url /;
use Test::More;
use Time::HiRes qw/ sleep /;


# A backend that switches protocols, but not before the client went on.

my $listener = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', Listen => 5, Proto => 'tcp', ReuseAddr => 1)
    or die "listen: $!";

my $pid = fork // die "fork: $!";

if (!$pid) {
    while (my $client = $listener->accept) {
        local $/ = "\r\n\r\n";
        my $head = <$client>;
        sleep 0.5;
        print $client "HTTP/1.1 101 Switching Protocols\r\n"
            . "Connection: upgrade\r\nUpgrade: it\r\n\r\n";
        $client->flush;

        my $got = '';
        1 while index($got, 'the end') < 0
                && sysread $client, $got, 65536, length $got;
        close $client;
    }
    exit;
}

END { kill 'KILL', $pid if $pid; }


my $s = NJWT::Scenario->new;
$s->tenant;
$s->start(workers => 1, http => <<'CONF', server => sprintf <<'SERVER', $listener->sockport);
    log_format it '[$jwt_verdict $jwt_cache $jwt_claim_sub $jwt_header_x]';
CONF
        location /t { jwt timesheets; root @CONTENT@; }
        location /ws {
            jwt         timesheets;
            access_log  @DIR@/ws.log it;
            proxy_pass  http://127.0.0.1:%d;
            proxy_http_version  1.1;
            proxy_set_header    Upgrade     $http_upgrade;
            proxy_set_header    Connection  upgrade;
        }
SERVER

sub logged { return slurp_if_there($s->dir . '/ws.log') }

sub upgraded {
    my ($token, $later) = @_;

    my $client = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $s->port) or die "connect: $!";

    my $head = sub {
        "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n"
        . "Upgrade: it\r\nAuthorization: Bearer $_[0]\r\n\r\n" };

    $client->autoflush;
    syswrite $client, $head->($token) . 'first';
    sleep 0.2;

    # what comes now may lie where the header was
    syswrite $client, $head->($later);
    sysread $client, my $answer, 1000;
    syswrite $client, 'the end';
    wait_until { sysread($client, my $more, 1000) == 0 } 5, 'it ends';

    return $answer;
}

my $token = token(sub => 'mallory', scope => 'x' x 40);
my ($header, $payload, $signature) = split /\./, $token;
my $forged = join '.', $header,
    b64url(NJWT::Token::b64url_decode($payload) =~ s/mallory/someone/r),
    $signature;

is length $forged, length $token, 'a forged one of the same length';

for my $cache (qw/ MISS HIT /) {
    like upgraded($token, $forged), qr/ 101 /, 'the protocol is switched';
    wait_until { logged() =~ /$cache/ } 5, 'it is logged';
    like logged(), qr/\[ok $cache mallory -\]/, "a $cache: logged are the token's claims";
}

unlike logged(), qr/someone/, 'and never those of what came later';
is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
