# What runs inside an upgraded connection.
#
# The gate judges the request that asks for it, and nothing of what comes
# after.  A backend that takes "Upgrade: h2c" (Debian's hypercorn does, as it is
# installed) then reads HTTP/2 requests of any method and path, with headers
# that nginx would have removed.  So websocket.conf lets "websocket" through
# alone.

use strict;
use warnings;

use lib 't/lib';

use Cwd qw/ getcwd /;
use IO::Select;
use IO::Socket::INET;
use NJWT::Example qw/ local_config /;
use NJWT::Process ();
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


plan skip_all => 'no hypercorn here (Debian: python3-hypercorn)'
    if system('/usr/bin/python3 -c "import hypercorn" 2>/dev/null') != 0;

my $s = NJWT::Scenario->new;
my ($port) = NJWT::Process::ports(1);

my $backend = NJWT::Process->start(
    name    => 'hypercorn',
    output  => $s->dir . '/hypercorn.log',
    command => [ '/usr/bin/env', 'PYTHONPATH=' . getcwd() . '/t/lib',
                 'PYTHONDONTWRITEBYTECODE=1', '/usr/bin/python3', '-m',
                 'hypercorn', '--bind', "127.0.0.1:$port",
                 'h2c_backend:app' ],
    ready   => sub { NJWT::Process::answers($port) },
);

my $reader = token(iss => 'https://exampleco.eu.auth0.com/',
                   aud => 'https://api.exampleco.com/timesheets',
                   scope => 'read:timesheets');


sub frame {
    my ($type, $flags, $stream, $payload) = @_;

    return substr(pack('N', length $payload), 1)
        . pack('CCN', $type, $flags, $stream) . $payload;
}

# A header block without compression.

sub block {
    my @pairs = @_;

    my $block = '';

    while (my ($name, $value) = splice @pairs, 0, 2) {
        $block .= "\0" . pack('C/a C/a', $name, $value);
    }

    return $block;
}

# Asks to upgrade; where that is granted, sends this as well.  All that comes
# back until it is quiet or has what is waited for.

sub upgrade {
    my ($to, $more, $until, %headers) = @_;

    my $at = delete $headers{at} // $s->port;
    my $client = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $at) or die "connect: $!";

    %headers = (Host => 'a', Authorization => "Bearer $reader",
                Connection => 'Upgrade, HTTP2-Settings',
                'HTTP2-Settings' => 'AAMAAABkAAQCAAAAAAIAAAAA', %headers);

    print $client "GET /live HTTP/1.1\r\n",
        (map { "Upgrade: $_\r\n" } ref $to ? @$to : $to),
        (map { "$_: $headers{$_}\r\n" } sort keys %headers), "\r\n";

    my $got = '';
    my $sent = 0;
    my $select = IO::Select->new($client);

    while ($select->can_read(3)) {
        last if !sysread $client, $got, 65536, length $got;

        if (!$sent++ && $got =~ m{\AHTTP/1\.1 101 }) {
            print $client $more;
        }

        last if $got =~ $until || $got =~ m{\AHTTP/1\.1 (?!101).*\r\n0\r\n\r\n\z}s;
    }

    close $client;

    return $got;
}

# The request that nobody judges.

my $inside = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" . frame(4, 0, 0, '')
    . frame(1, 5, 3, block(':method' => 'DELETE', ':scheme' => 'http',
                           ':authority' => 'a', ':path' => '/admin/users/7',
                           'x-user' => 'root'));
my $done = qr{DELETE /admin/users/7 HTTP/2.*x-user: root}s;

sub h2c {
    my ($to, @more) = @_;

    return upgrade($to // 'h2c', $inside, $done, @more);
}

my %socket = (Connection => 'Upgrade', 'Sec-WebSocket-Version' => 13,
              'Sec-WebSocket-Key' => 'dGhlIHNhbXBsZSBub25jZQ==');


# else nothing that follows would show anything

like h2c('h2c', at => $port), $done,
    'without nginx: the backend runs what it reads inside';


open my $in, '<', 'conf-examples/websocket.conf' or die "websocket.conf: $!";
my $example = do { local $/; <$in> };

# without TLS, so that one sees what goes over the wire
$example =~ s/(listen\s+\d+) ssl;/$1;/ or die 'websocket.conf has changed';

$s->start(config => local_config($s, $example, $port), workers => 2);

like upgrade('websocket', '', qr/hello/, %socket),
    qr{\AHTTP/1\.1 101 .*hello}s, 'a WebSocket is opened';
like upgrade('WebSocket', '', qr/hello/, %socket), qr{\AHTTP/1\.1 101 },
    '... in any case';

for my $to ('h2c', 'H2C', 'websocket, h2c', 'h2c, websocket', 'websocket,h2c',
            ['websocket', 'h2c'], ['h2c', 'websocket'], 'TLS/1.0', '')
{
    my $got = h2c($to);
    my $what = ref $to ? join(' and ', @$to) : "\"$to\"";

    unlike $got, $done, "Upgrade: $what: nothing runs unjudged";
    like $got, qr{\AHTTP/1\.1 (?:200 .*GET /live|400 )}s,
        '... the request itself is answered' if $to !~ /^websocket/ && !ref $to;
}

$s->stop;

# the twin: what anybody else's example would be

(my $open = $example) =~ s/Upgrade \$upgrade;/Upgrade \$http_upgrade;/
    or die 'websocket.conf has changed';
$open =~ s/map \$upgrade \$connection/map \$http_upgrade \$connection/;
$open =~ s/(\s)websocket  upgrade;(\s+default  ).*/${1}""  "";${2}upgrade;/;

my ($ok, $said) = $s->check(config => local_config($s, $open, $port));

ok $ok, 'with the client\'s own Upgrade: nginx starts';
like $said, qr/\[warn\].* location "\/live" passes on any \$http_upgrade/,
    '... and warns';

$s->start(config => local_config($s, $open, $port), workers => 2);
like h2c(), $done, '... for a token that may only read lets DELETE run';
$s->stop;

done_testing;
