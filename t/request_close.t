# A request ends with its token where jwt_close_expired is on.

use strict;
use warnings;

use lib 't/lib';

use IO::Select;
use IO::Socket::INET;
use JSON::PP qw/ decode_json /;
use NJWT::Process qw/ patience wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep time /;


# A backend whose answers have no end: a chunk every fifth of a second, or a
# connection that switches protocols.

my $listener = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', Listen => 20, Proto => 'tcp', ReuseAddr => 1)
    or die "listen: $!";

my $backend = fork // die "fork: $!";

if (!$backend) {
    setpgrp;
    $SIG{CHLD} = 'IGNORE';
    $SIG{PIPE} = sub { exit };

    while (my $client = $listener->accept) {
        next if fork // die;

        local $/ = "\r\n\r\n";
        my $head = <$client> // '';
        $client->autoflush;

        if ($head =~ m{^GET /silent}) {
            sleep 60;
            exit;
        }

        my $upgrade = $head =~ /^upgrade:/mi;

        print $client $upgrade
            ? "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
              . "Upgrade: websocket\r\n\r\n"
            : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

        my $include = '<!--# include virtual="/part" -->';

        printf $client "%x\r\n%s\r\n", length $include, $include
            if $head =~ m{^GET /stream/page};

        for (1 .. 200) {
            print $client $upgrade ? 'x' : "1\r\nx\r\n";
            sleep 0.2;
        }

        exit;
    }

    exit;
}

# with those that still answer, whom the test would wait for
END { kill '-KILL', $backend if $backend; }


my $s = NJWT::Scenario->new;
my $keys = $s->write_file('keys.json', jwks('k1'));

$s->write_file('content/large', 'x' x 30_000_000);
$s->write_file('content/page.html', 'a <!--# include virtual="/part" --> b');

my %config = (
    workers => 1,
    issuers => <<"    END",
        jwt_issuer timesheets {
            issuer \@ISSUER\@; audience \@AUDIENCE\@; jwks_file $keys;
            leeway 0s; revocation sub;
        }
    END
    server => sprintf <<'    END', $listener->sockport);
        listen             127.0.0.1:@PORT2@ http2;
        jwt                timesheets;
        jwt_close_expired  on;
        proxy_http_version 1.1;
        proxy_buffering    off;
        proxy_set_header   Upgrade     $http_upgrade;
        proxy_set_header   Connection  $http_connection;

        location /stream { proxy_pass http://127.0.0.1:%1$d; }
        location /silent { proxy_pass http://127.0.0.1:%1$d; }
        location /off    { jwt_close_expired off;
                           proxy_pass http://127.0.0.1:%1$d; }
        location /silent/after { post_action /done;
                                 proxy_pass http://127.0.0.1:%1$d; }
        location = /file { limit_rate 1k; alias @CONTENT@/large; }
        location = /file/after { post_action /done; limit_rate 1k;
                                 alias @CONTENT@/large; }
        location = /file/proxied { post_action /done; proxy_buffering on;
                                   proxy_pass http://127.0.0.1:@PORT@/large; }
        location = /large { jwt off; root @CONTENT@; }
        location = /page.html { post_action /done; ssi on; root @CONTENT@; }
        location = /stream/page { post_action /done; ssi on; ssi_types *;
                                  proxy_pass http://127.0.0.1:%1$d; }
        location = /subrequest { auth_request /hangs; post_action /done;
                                 root @CONTENT@; }
        location = /part { internal; jwt off;
                           proxy_pass http://127.0.0.1:%1$d/stream; }
        location = /hangs { internal; jwt off;
                            proxy_pass http://127.0.0.1:%1$d/silent; }
        location = /done { internal; jwt off; alias @CONTENT@/t; }
        location /report { jwt_mode report;
                           proxy_pass http://127.0.0.1:%1$d; }
        location /status { jwt off; jwt_status json; }
        location /revoke { jwt off; allow 127.0.0.1; deny all;
                           jwt_revoke_handler timesheets; }
    END

$s->start(%config);

sub closed { decode_json($s->get('/status')->{body})->{closed} }

# Opens a request, and returns its connection.

sub open_stream {
    my ($path, $token, @headers) = @_;

    my $client = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $s->port) or die "connect: $!";

    print $client join "\r\n", "GET $path HTTP/1.1", 'Host: a',
        "Authorization: Bearer $token", @headers, '', '';
    $client->flush;

    return $client;
}

# Reads until the connection ends, for so long at most: what came, and when
# it ended, or undef where it goes on.

sub read_stream {
    my ($client, $seconds) = @_;

    my $got = '';
    my $until = time + $seconds;

    while ((my $left = $until - time) > 0) {
        next if !IO::Select->new($client)->can_read($left);
        return ($got, time)
            if !sysread $client, $got, 65536, length $got;
    }

    return ($got, undef);
}

my $is_live = 60;
my $short = 3;

# what a token of three seconds may take to its end, and a busy machine more
my $patience = $short + 2 + 4;

sub short { token(exp => int(time) + $short) }

# All at once, as each takes seconds.

my @rows = map { { what => shift @$_, open => $_ } } (
    [ 'a stream of HTTP/1.1', '/stream' ],
    [ 'a request that waits for its answer', '/silent' ],
    [ 'a WebSocket', '/stream', 'Connection: upgrade',
      'Upgrade: websocket' ],
    [ 'a file', '/file' ],
    [ 'a request with a post_action', '/silent/after' ],
    [ 'a file with one', '/file/after' ],
    [ 'a page of several parts with one', '/page.html' ],
    [ 'a proxied page of several parts with one', '/stream/page' ],
    [ 'a subrequest of a request with one', '/subrequest' ],
);

my $before = closed();
my $lives = token(exp => time + $is_live);
my $exp = int(time) + $short;
my $dies = token(exp => $exp);

$s->mark_log;

for my $row (@rows) {
    my ($path, @headers) = @{ $row->{open} };

    $row->{live} = open_stream($path, $lives, @headers);
    $row->{mine} = open_stream($path, $dies, @headers);
    $row->{got} = '';
}

my %row = map { $_->{mine} => $_ } @rows;
my $select = IO::Select->new(map { $_->{mine} } @rows);
my $until = time + $patience;

while ($select->count && time < $until) {

    for my $client ($select->can_read($until - time)) {
        my $row = $row{$client};

        next if sysread $client, $row->{got}, 65536, length $row->{got};
        $row->{end} = time;
        $select->remove($client);
    }
}

for my $row (@rows) {
    my $what = $row->{what};

    ok defined $row->{end}, "$what ends with its token";
    cmp_ok $row->{end} // 0, '>=', $exp, '... not before it';
    unlike $row->{got}, qr/\r\n0\r\n\r\n/, '... and not as if it were complete';

    my (undef, $end) = read_stream($row->{live}, 0.5);

    is $end, undef, "$what of a live token goes on";
    close $row->{live};
}

is closed(), $before + @rows, 'each is counted';
$s->wait_for_log(qr/jwt closed: the token expired .* issuer "timesheets"/, 5);
is scalar(my @lines = $s->log_lines(qr/jwt closed/)), @rows,
    'and logged once';

# A client that takes nothing more doesn't see the end.  Is nginx's side of its
# connection still established?

sub established {
    my ($client) = @_;

    my $ends = sprintf '%04X \S+:%04X 01 ', $s->port, $client->sockport;

    open my $in, '<', '/proc/net/tcp' or die "/proc/net/tcp: $!";

    return scalar grep { /:$ends/ } <$in>;
}

{
    my $client = open_stream('/file/proxied', short());

    sleep 1;
    ok established($client), 'a client that takes nothing of its answer waits';
    ok eval { wait_until { !established($client) } $patience, 'it is closed' },
        'until its token ends';
    close $client;
}

for ([ '/off', 'where it is off' ], [ '/report', 'in report mode' ]) {
    my ($got, $end) = read_stream(open_stream($_->[0], short()), $short + 2.5);

    is $end, undef, "$_->[1] the token's end ends nothing";
}


# HTTP/2, by curl: its exit code, and all that came.

sub curl {
    my ($path, $token, @options) = @_;

    open my $in, '-|', 'curl', '-s', '-i', '-N', '--max-time', $patience,
        '--http2-prior-knowledge', '-H', "Authorization: Bearer $token",
        @options, 'http://127.0.0.1:' . $s->port(2) . $path or die "curl: $!";
    local $/;
    my $got = <$in> // '';
    close $in;

    return ($? >> 8, $got);
}

my ($code, $got) = curl('/stream', short());

is $code, 92, 'a stream of HTTP/2 is reset';
like $got, qr/x\z/, '... after what had come';

($code) = curl('/stream', token(exp => time + $is_live), '--max-time', 5);
is $code, 28, 'one of a live token goes on';

my @grpc = ('-H', 'Content-Type: application/grpc');

($code) = curl('/file/after', short());
is $code, 92, 'a file with a post_action is reset';

($code, $got) = curl('/stream', short(), @grpc);

is $code, 0, 'a gRPC stream ends as its protocol has it';
like $got, qr/^x*grpc-status: 16\r?$/m, '... with the status "unauthenticated"';

($code, $got) = curl('/silent', short(), @grpc);

is $code, 0, 'so does a call that waits for its answer';
like $got, qr/^x*grpc-status: 16\r?$/m, '... with that status';


# The workers of before a reload have their requests until they end.

$exp = int(time) + $short;
my $old = open_stream('/stream', token(exp => $exp));
my $live = open_stream('/stream', token(exp => time + $is_live));

read_stream($old, 0.5);
$s->reload;

(undef, my $end) = read_stream($old, $patience);
ok defined $end, 'a stream of an old worker ends with its token';
(undef, $end) = read_stream($live, 0.5);
is $end, undef, 'and that of a live token goes on there';

close $live;


# A token that is revoked ends its requests as one that expires does, of this
# configuration and of those before.

sub user { token(sub => $_[0], iat => int(time) - 1, exp => time + $is_live) }

sub revoke {
    my ($user) = @_;

    is $s->request(path => '/revoke', method => 'POST',
                   body => qq({"claim":"sub","value":"$user"}))->{status},
        200, "$user is revoked";

    return time;
}

for ([ 'a stream', '/stream' ],
     [ 'a WebSocket', '/stream', 'Connection: upgrade', 'Upgrade: websocket' ],
     [ 'a request that waits', '/silent' ])
{
    my ($what, $path, @headers) = @$_;
    my $user = $what =~ s/\W/-/gr;
    my ($mine, $other) = map { open_stream($path, user($_), @headers) }
                         $user, 'another';

    $s->mark_log;
    read_stream($mine, 0.5);
    my $at = revoke($user);
    (undef, $end) = read_stream($mine, 6 * patience());
    ok defined $end, "$what ends when its token is revoked";
    cmp_ok +($end // $at) - $at, '<', 2 + patience(), '... within two seconds';
    (undef, $end) = read_stream($other, 0.5);
    is $end, undef, '... and that of another goes on';
    is scalar(my @said = $s->log_lines(
        qr/jwt closed: the token was revoked .* issuer "timesheets"/)), 1,
        '... which is logged once';
    close $other;
}

{
    my ($mine, $other) = map { open_stream('/stream', user($_)) }
                         'reloaded', 'another';

    read_stream($mine, 0.5);
    $s->reload;
    read_stream($mine, 0.5);
    revoke('reloaded');
    (undef, $end) = read_stream($mine, 6 * patience());
    ok defined $end, 'so does one in a worker of before a reload';
    (undef, $end) = read_stream($other, 0.5);
    is $end, undef, 'and another goes on there';

    # another zone isn't seen from there: what is revoked may not be missed

    $mine = open_stream('/stream', user('moved'));
    read_stream($mine, 0.5);
    $s->reload(http => 'jwt_revocation_zone zone=moved:2m;');
    (undef, $end) = read_stream($mine, 6 * patience());
    ok defined $end, 'with another zone all of the workers of before end';
    (undef, $end) = read_stream($other, 1);
    ok defined $end, '... those of two reloads before, too';

    $mine = open_stream('/stream', user('new'));
    (undef, $end) = read_stream($mine, 3);
    is $end, undef, 'and a new one goes on';
    close $mine;
}

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
