package NJWT::Client;

# Sends a scenario's requests, also many at once.
#
#   my $r = request(port => $port, path => '/t', token => $token);
#   my @r = burst({ port => …, path => … }, { … });
#   my $flight = begin({ … }, { … });    # sent, and not waited for
#   @r = finish($flight);                # or leave($flight): hang up
#   my $count = tally(@r);               # { 200 => 99, 503 => 1 }
#   my $judged = verdict_of($r);         # "200 ok": with its X-Verdict
#
# A request: port, path; method (GET), token (Authorization: Bearer), headers
# (a hash), body, timeout (10 s, longer on a busy machine), tls; before:
# requests without a body that go first on its connection, all sent at once.
# A response: status (0: none came), reason, headers (names in lower case; a
# value for each line, joined by ", "), body, time (seconds, from the
# connection to the end of the body), before (the responses to those, which
# must have a Content-Length).
#
# burst() opens all connections, then writes all requests, then reads: the
# server has them all at the same time.  begin() and finish() are its halves,
# for a test that does something while they are under way.  Written by hand
# because a core perl has no client that does so.

use strict;
use warnings;

use Carp qw/ croak /;
use Exporter qw/ import /;
use IO::Select;
use IO::Socket::INET;
use NJWT::Process qw/ patience /;
use Time::HiRes qw/ time /;


our @EXPORT_OK = qw/ request burst begin finish leave tally verdict_of /;


sub _text {
    my ($req, $connection) = @_;

    my %headers = (Host => 'localhost', Connection => $connection // 'close',
                   %{ $req->{headers} // {} });

    $headers{Authorization} = "Bearer $req->{token}" if defined $req->{token};
    $headers{'Content-Length'} = length $req->{body} if defined $req->{body};

    my @lines = ($req->{method} // 'GET') . " $req->{path} HTTP/1.1";
    push @lines, map { "$_: $headers{$_}" } sort keys %headers;

    return join('', map { _text($_, 'keep-alive') } @{ $req->{before} // [] })
        . join("\r\n", @lines, '', '') . ($req->{body} // '');
}


sub _dechunk {
    my ($text) = @_;

    my $body = '';

    while ($text =~ s/^([0-9a-fA-F]+)[^\r\n]*\r\n//) {
        my $size = hex $1;

        last if $size == 0;
        $body .= substr $text, 0, $size, '';
        $text =~ s/^\r\n//;
    }

    return $body;
}


sub _parse {
    my ($text) = @_;

    my ($head, $body) = split /\r\n\r\n/, $text, 2;

    return { status => 0, reason => 'no answer', headers => {}, body => '' }
        if !defined $body || $head !~ s{^HTTP/1\.[01] (\d{3}) ?([^\r\n]*)}{};

    my $response = { status => $1, reason => $2, headers => {} };

    for my $line (split /\r\n/, $head) {
        my ($name, $value) = $line =~ /^([^:]+):\s*(.*?)\s*$/ or next;
        my $old = $response->{headers}{ lc $name };

        $response->{headers}{ lc $name } =
            defined $old ? "$old, $value" : $value;
    }

    $response->{body} = ($response->{headers}{'transfer-encoding'} // '')
                        =~ /chunked/i ? _dechunk($body) : $body;

    return $response;
}


# The responses to so many requests that went first, and what is left.

sub _parse_before {
    my ($text, $count) = @_;

    my @before;

    for (1 .. $count) {
        my ($length) = $text =~ /\A.*?^Content-Length: (\d+)\r\n.*?\r\n\r\n/ims;
        my $end = defined $length ? $+[0] + $length : length $text;

        push @before, _parse(substr $text, 0, $end, '');
    }

    return ($text, @before);
}


sub _curl {
    my ($req) = @_;

    my @command = (qw/ curl -q -s -S -i --insecure --http1.1 --max-time 10 /,
        '-X', $req->{method} // 'GET');
    my %headers = %{ $req->{headers} // {} };

    $headers{Authorization} = "Bearer $req->{token}" if defined $req->{token};

    push @command, map { ('-H', "$_: $headers{$_}") } sort keys %headers;
    push @command, '--cert', "$req->{cert}.pem", '--key', "$req->{cert}.key"
        if defined $req->{cert};
    push @command, '--data-binary', $req->{body} if defined $req->{body};

    open my $in, '-|', @command, "https://127.0.0.1:$req->{port}$req->{path}"
        or croak "curl: $!";
    local $/;
    my $text = <$in>;
    close $in;

    return _parse($text // '');
}


sub _connect {
    my ($req) = @_;

    my $began = time;
    my $socket = IO::Socket::INET->new(
        PeerAddr => $req->{address} // '127.0.0.1', PeerPort => $req->{port},
        Proto => 'tcp', Timeout => $req->{timeout} // 10);

    return { req => $req, socket => $socket, began => $began, text => '' };
}


sub begin {
    my @requests = @_;

    local $SIG{PIPE} = 'IGNORE';

    my @all = map { _connect($_) } @requests;
    my $timeout = 10 * patience();

    for my $c (grep { $_->{socket} } @all) {
        $c->{began} = time;
        $c->{end} = $c->{began} + ($c->{req}{timeout} // $timeout);
        $c->{socket}->syswrite(_text($c->{req}));
    }

    return \@all;
}


sub finish {
    my ($flight) = @_;

    my $select = IO::Select->new;
    my %by_fd;

    for my $c (grep { $_->{socket} } @$flight) {
        $select->add($c->{socket});
        $by_fd{ fileno $c->{socket} } = $c;
    }

    while ($select->count) {
        for my $socket ($select->can_read(0.05)) {
            my $c = $by_fd{ fileno $socket };
            my $n = sysread $socket, $c->{text}, 65536, length $c->{text};

            next if $n;

            $c->{time} = time - $c->{began};
            $select->remove($socket);
        }

        # one that never answers is given up, and has time spent
        for my $socket ($select->handles) {
            my $c = $by_fd{ fileno $socket };

            next if time < $c->{end};
            $c->{time} = time - $c->{began};
            $select->remove($socket);
        }
    }

    return map {
        my ($text, @before) =
            _parse_before($_->{text}, scalar @{ $_->{req}{before} // [] });

        +{ %{ _parse($text) }, time => $_->{time} // 0, before => \@before }
    } @$flight;
}


sub leave {
    my ($flight) = @_;

    $_->{socket}->close for grep { $_->{socket} } @$flight;

    return;
}


sub burst {
    return finish(begin(@_));
}


sub verdict_of {
    my ($response) = @_;

    return "$response->{status} " . ($response->{headers}{'x-verdict'} // '');
}


sub tally {
    my @responses = @_;

    my %count;
    $count{ $_->{status} }++ for @responses;

    return \%count;
}


sub request {
    my (%req) = @_;

    return _curl(\%req) if $req{tls};
    return (burst(\%req))[0];
}


1;
