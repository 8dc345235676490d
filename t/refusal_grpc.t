# Refusals of gRPC clients.
#
# curl decodes the headers; whether they end the stream, and whether there is
# any frame with a body, is read from the frames themselves.

use strict;
use warnings;

use lib 't/lib';

use IO::Select;
use IO::Socket::INET;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;

my $s = NJWT::Scenario->new;
my $keys = $s->write_file('keys.json', jwks('k1'));

$s->start(
    http => 'log_format status "$request_uri $status $body_bytes_sent";',
    issuers => <<"    END",
        jwt_issuer timesheets {
            issuer \@ISSUER\@; audience \@AUDIENCE\@; jwks_file $keys;
        }
        jwt_issuer down {
            issuer https://down/; audience a;
            jwks_uri http://127.0.0.1:\@PORT4\@/; jwks_wait 0;
        }
    END
    server => <<'    END',
        listen      127.0.0.1:@PORT2@ http2;
        access_log  @DIR@/status.log status;
        root        @CONTENT@;

        location /t      { jwt timesheets; jwt_require_scope a; }
        location /405    { jwt timesheets; jwt_require_scope a methods=PUT; }
        location /503    { jwt down; }
        location /nginx  { jwt timesheets; jwt_error_format nginx; }
        location /page   { jwt timesheets; error_page 401 /401.txt; }
        location /401.txt { return 401 "log in\n"; }
        location /any    { satisfy any; deny all; jwt timesheets; }
        location /in     { satisfy any; allow all; jwt timesheets;
                           try_files /t =404; }
    END
);


# A request by curl: { status, headers (names in lower case), body }.  It has
# no body: curl may give up an answer that comes before all of it was sent.

sub curl {
    my ($path, @options) = @_;

    open my $in, '-|', 'curl', '-s', '-i', '--max-time', 10, @options,
        'http://127.0.0.1:' . $s->port(2) . $path or die "curl: $!";
    local $/;
    my ($head, $body) = split /\r\n\r\n/, <$in> // '', 2;
    close $in;

    my ($first, @lines) = split /\r\n/, $head // '';
    my %headers;

    for (@lines) {
        my ($name, $value) = /^([^:]+): *(.*)/ or next;
        push @{ $headers{lc $name} }, $value;
    }

    return { status => ($first // '') =~ /^\S+ (\d+)/ ? $1 : 0,
             headers => { map { $_ => join ' | ', @{ $headers{$_} } }
                          keys %headers },
             body => $body // '' };
}

sub post {
    my ($path, $type, @options) = @_;

    return curl($path, '--http2-prior-knowledge', '-X', 'POST',
                defined $type ? ('-H', "Content-Type: $type") : (), @options);
}

sub bearer {
    return ('-H', 'Authorization: Bearer ' . shift);
}


# What the log says of the last request to a path.

sub logged {
    my ($path) = @_;

    my $last;

    for (1 .. 100) {
        open my $in, '<', $s->dir . '/status.log' or die "$!";
        ($last) = reverse grep { m{^\Q$path\E } } <$in>;
        last if defined $last;
        select undef, undef, undef, 0.05;
    }

    chomp $last;

    return $last;
}


my $expired = token(exp => time - 3600);
my $r;

for (['no token', '/t', [], 16, 'An access token is required', 401],
     ['a token that is expired', '/t', [ bearer($expired) ], 16,
      'The access token is expired', 401],
     ['a bad request', '/t', [ '-H', 'Authorization: Bearer !' ], 16,
      'The Authorization header holds no well-formed Bearer token', 400],
     ['a missing scope', '/t', [ bearer(token()) ], 7,
      'The access token lacks a scope that is required', 403],
     ['a method that no rule names', '/405', [ bearer(token(scope => 'a')) ],
      12, 'The method is not allowed here', 405],
     ['missing keys', '/503', [ bearer(token(iss => 'https://down/',
                                             aud => 'a')) ],
      14, 'The keys to verify the access token are not available', 503])
{
    my ($what, $path, $options, $code, $message, $status) = @$_;

    my $unique = "$path?$status$code";
    $r = post($unique, 'application/grpc', @$options);

    is $r->{status}, 200, "$what: the status of HTTP is 200";
    is $r->{headers}{'grpc-status'}, $code, "... of gRPC $code";
    is $r->{headers}{'grpc-message'}, $message, '... with what is wrong';
    is $r->{headers}{'content-type'}, 'application/grpc', '... as gRPC';
    is $r->{headers}{'content-length'}, undef, '... without a length';
    is $r->{headers}{'cache-control'}, 'no-store', '... and not to be kept';
    is $r->{body}, '', '... nor a body';
    is logged($unique), "$unique $status 0", "... and the log says $status";
}

$r = post('/t', 'application/grpc', bearer(token()));
like $r->{headers}{'www-authenticate'}, qr/^Bearer realm=.*, scope="a"$/,
    'the challenge is there for those who look';

is post('/405', 'application/grpc',
        bearer(token(scope => 'a')))->{headers}{allow}, 'PUT',
    'so is Allow';


is post('/t', $_)->{headers}{'grpc-status'}, 16, "$_ is gRPC"
    for 'application/grpc', 'application/grpc+proto',
        'application/grpc;x=y', 'Application/GRPC';

for ('application/grpc-web', 'application/grpc-web+proto',
     'application/grpcx', 'application/grp', 'application/json')
{
    $r = post('/t', $_);

    is $r->{status}, 401, "$_ is none";
    is $r->{headers}{'grpc-status'}, undef, '... and gets no status of its';
    is $r->{headers}{'content-type'}, 'application/problem+json',
        '... but a problem';
}

is curl('/t', '--http2-prior-knowledge')->{status}, 401,
    'nor is a request without a type';

{
    my $plain = $s->request(path => '/t', method => 'POST', body => 'x',
                            headers => { 'Content-Type' =>
                                         'application/grpc' });
    is $plain->{status}, 401, 'HTTP/1 always gets the real status';
    is $plain->{headers}{'grpc-status'}, undef, '... and none of gRPC';
    like $plain->{body}, qr/"status":401/, '... with its body';
}


$r = post('/nginx', 'application/grpc');
is $r->{headers}{'grpc-status'}, 16, 'the format of bodies is not asked';

$r = post('/page', 'application/grpc');
is $r->{status}, 401, 'a configured error_page wins';
is $r->{body}, "log in\n", '... with its body';

is post('/any', 'application/grpc')->{headers}{'grpc-status'}, 16,
    'under "satisfy any" too the gate answers in gRPC';

$r = post('/in', 'application/grpc');
is $r->{headers}{'grpc-status'}, undef, 'and not where another module allows';

for (['If-Match', 'If-Match: "x"'],
     ['If-Modified-Since', 'If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT'],
     ['Range', 'Range: bytes=0-1'])
{
    $r = post('/t', 'application/grpc', '-H', $_->[1]);
    is "$r->{status} $r->{headers}{'grpc-status'}", '200 16',
        "$_->[0] changes nothing";
}


# The frames of the answer to one request: [ type, flags ] of stream 1.

sub literal {
    my ($name, $value) = @_;

    # HPACK: without indexing, new name, no Huffman (RFC 7541, 6.2.2)
    return pack 'C C/a C/a', 0, $name, $value;
}

sub frame {
    my ($type, $flags, $stream, $payload) = @_;

    return substr(pack('N', length $payload), 1)
        . pack('C C N', $type, $flags, $stream) . $payload;
}

sub frames {
    my ($type) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $s->port(2))
        or die "$@";

    my $head = join '', map { literal(@$_) }
        [':method', 'POST'], [':scheme', 'http'], [':path', '/t'],
        [':authority', 'localhost'], ['content-type', $type];

    # END_STREAM and END_HEADERS: there is no body that could come too late
    print {$socket} "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", frame(4, 0, 0, ''),
        frame(1, 5, 1, $head);
    $socket->flush;

    my ($text, @found) = '';
    my $select = IO::Select->new($socket);

    while ($select->can_read(10)) {
        sysread $socket, $text, 65536, length $text or last;

        while (length $text >= 9) {
            my ($high, $low, $kind, $flags, $stream) =
                unpack 'C n C C N', $text;
            my $length = 9 + ($high << 16 | $low);

            last if length $text < $length;
            substr $text, 0, $length, '';
            push @found, [ $kind, $flags ] if $stream == 1 && $kind < 4;
        }

        return @found if grep { $_->[0] == 3 || $_->[1] & 1 } @found;
    }

    return @found;
}

is_deeply [ frames('application/grpc') ], [ [ 1, 5 ] ],
    'the headers end the stream, and nothing follows';

is_deeply [ map { $_->[0] } frames('application/json') ], [ 1, 0 ],
    'a body follows where it is no gRPC';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

done_testing;
