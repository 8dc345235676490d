package Client;

# What one client of the soak sees.
#
#   my $client = Client->start(port => $port, world => $file, out => $file,
#                              kinds => [ 'good', … ], pause => 0.002);
#   $client->stop;
#
# A process of its own, which sends requests over kept connections, one after
# the other, until stop(); or, with streams => 16, so many at once, as streams
# of an HTTP/2 connection (see Streams).  The world is a file, replaced whole:
# a number of its own, which counts, and JSON in the next line,
#
#   { fresh: 0, calm: 0,
#     tokens: [ { kind, token, kid, allowed: ["200 ok", …] }, … ] }
#
# An answer that no world allows that there was while the request was under
# way is a violation.  fresh: a source of keys is new, and a bad token may get
# 503 until they are there.  calm: nothing happens any more.  Counts,
# violations and times of good tokens are in the file out; of times, how many
# there were in each class, a tenth apart: times => { calm => { 12 => 3 } }.
# late => [ { at, from, what, … }, … ] are the requests that had no answer in
# time, by the client's port.

use strict;
use warnings;

use File::Basename qw/ dirname /;
use lib dirname(__FILE__);

use Carp qw/ croak /;
use IO::Select;
use IO::Socket::INET;
use JSON::PP ();
use POSIX ();
use Streams;
use Time::HiRes qw/ clock_gettime sleep time CLOCK_MONOTONIC /;


my $late = 20;          # s: an answer that takes longer is none

# A clock that is set, or a machine that was stopped, makes no answer late.

sub _clock {
    return clock_gettime(CLOCK_MONOTONIC);
}


sub _world {
    my ($self) = @_;

    open my $in, '<', $self->{world} or croak "$self->{world}: $!";

    # an inode may soon be another world's, in the same second

    my $serial = <$in>;

    if ($serial ne ($self->{serial} // '')) {
        local $/;
        $self->{now} = JSON::PP::decode_json(<$in>);
        $self->{serial} = $serial;
    }

    return $self->{now};
}


# One answer from a kept connection: its status and verdict; or nothing.

sub _read {
    my ($socket) = @_;

    my $text = '';
    my $select = IO::Select->new($socket);
    my $end = _clock() + $late;

    while (_clock() < $end) {
        # a signal may end it early
        $select->can_read(0.5) or next;

        my $n = sysread $socket, $text, 65536, length $text;

        return $text eq '' ? 'nothing' : 'cut' if !$n;

        my ($head, $body) = $text =~ /\A(.*?\r\n\r\n)(.*)\z/s or next;
        my ($length) = $head =~ /^Content-Length: (\d+)/mi;

        next if length $body < ($length // 0);

        my ($status) = $head =~ m{^HTTP/1\.1 (\d+)};
        my ($verdict) = $head =~ /^X-Verdict: (\S+)/mi;

        return ("$status " . ($verdict // '-'),
                scalar $head =~ /^Connection: close/mi);
    }

    return ('late', undef, length $text);
}

sub _connect {
    my ($self) = @_;

    $self->{count}{connections}++;

    return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                 PeerPort => $self->{port}, Proto => 'tcp',
                                 Timeout => 5);
}

# A server may close a kept connection as the next request is written: that
# request is sent again (RFC 9112, 9.3.1).  On a new connection it is lost.

sub _ask {
    my ($self, $token) = @_;

    my $request = "GET /t HTTP/1.1\r\nHost: soak\r\n"
                  . (length $token ? "Authorization: Bearer $token\r\n" : '')
                  . "\r\n";

    for (;;) {
        my $kept = defined $self->{socket};
        my $socket = $self->{socket} //= $self->_connect;

        return 'refused connection' if !defined $socket;

        $socket->syswrite($request);

        my ($answer, $close, $got) = _read($socket);

        push @{ $self->{late} },
            { at => time, from => $socket->sockport,
              what => "HTTP/1.1, $got bytes of an answer on a "
                      . ($kept ? 'kept' : 'new') . ' connection' }
            if $answer eq 'late';

        undef $self->{socket} if $close || $answer !~ /^\d/;

        if ($answer eq 'nothing' && $kept) {
            $self->{count}{'closed while kept'}++;
            next;
        }

        return $answer;
    }
}


# A kid that nobody has: the signature is never looked at.

sub _unknown {
    my ($good) = @_;

    my (undef, $payload, $signature) = split /\./, $good;
    my $header = sprintf '{"alg":"RS256","typ":"JWT","kid":"u%08x"}',
        rand 2 ** 31;

    return MIME::Base64::encode_base64url($header, '')
           . ".$payload.$signature";
}

sub _draw {
    my ($self) = @_;

    my %wanted = map { $_ => 1 } @{ $self->{kinds} };
    my @choice = grep { $wanted{ $_->{kind} } }
                 @{ $self->{worlds}[0]{tokens} };
    my $entry = $choice[rand @choice] // return;

    return { %$entry, token => $entry->{kind} eq 'unknown'
                               ? _unknown($entry->{token}) : $entry->{token} };
}


# What may an entry of the first world be answered, with the worlds after it?
# A key that is gone in a later one may not be known any more.

sub _allowed {
    my ($self, $entry) = @_;

    my %allowed;

    for my $world (@{ $self->{worlds} }) {
        my @of_key = grep { $_->{kid} eq $entry->{kid} } @{ $world->{tokens} };
        my @now = grep { $_->{kind} eq $entry->{kind} } @of_key;

        $allowed{$_} = 1 for map { @{ $_->{allowed} } }
                             @now ? @now
                             : grep { /^(?:grey|revoked)$/ } @of_key;
        $allowed{'401 key_not_found'} = 1 if !@now;
        $allowed{'503 keys_unavailable'} = 1
            if $world->{fresh} && $entry->{kind} !~ /^(?:good|grey)$/;
    }

    return \%allowed;
}


sub _judge {
    my ($self, $entry, $answer, $took, $from) = @_;

    my $phase = (grep { !$_->{calm} } @{ $self->{worlds} }) ? 'faults'
                                                            : 'calm';

    # no status is no answer, which is counted and judged as a whole

    my $wrong = $answer =~ /^\d/ && !$self->_allowed($entry)->{$answer};

    $self->{count}{"$entry->{kind}: $answer"}++;
    push @{ $self->{late} }, { at => time, from => $from, what => 'HTTP/2' }
        if $answer eq 'late' && defined $from;
    $self->{late}[-1]{what} .= ", $entry->{kind} $entry->{kid}"
        if $answer eq 'late';
    $self->{slowest}{ $entry->{kind} } = $took
        if $took > ($self->{slowest}{ $entry->{kind} } // 0);
    $self->{times}{$phase}{ POSIX::ceil(log($took * 1e6 + 1) / log 1.1) }++
        if $answer eq '200 ok';

    push @{ $self->{violations} },
        sprintf '%.3f %s %s: %s%s', time, $entry->{kind}, $entry->{kid},
            $answer, $self->{streams} ? ' (HTTP/2)' : ''
        if $wrong && @{ $self->{violations} // [] } < 100;

    return;
}

sub _look {
    my ($self) = @_;

    my $world = $self->_world;

    push @{ $self->{worlds} }, $world if $world != $self->{worlds}[-1];

    return;
}

sub _once {
    my ($self) = @_;

    $self->{worlds} = [ $self->_world ];

    my @entries = grep { defined } map { $self->_draw }
                  1 .. $self->{streams} // 1;

    return if !@entries;

    my @answers;

    if ($self->{streams}) {
        $self->{count}{connections}++;
        @answers = Streams::ask($self->{port},
            [ map { $_->{token} } @entries ], sub { $self->_look });

    } else {
        my $began = _clock();
        my $answer = $self->_ask($entries[0]{token});

        @answers = [ $answer, _clock() - $began ];
    }

    $self->_look;
    $self->_judge($entries[$_], @{ $answers[$_] }) for 0 .. $#entries;

    return;
}


sub start {
    my ($class, %args) = @_;

    my $self = bless { %args }, $class;

    my $parent = $$;

    $self->{pid} = fork // croak "fork: $!";

    if ($self->{pid} == 0) {
        my $stop = 0;

        $SIG{$_} = 'DEFAULT' for qw/ INT HUP /;
        $SIG{PIPE} = 'IGNORE';
        $SIG{TERM} = sub { $stop = 1 };
        srand $args{seed};

        eval {
            until ($stop) {
                $self->_once;
                sleep $self->{pause};
                $stop = 1 if getppid != $parent;
            }
            1;
        } or push @{ $self->{violations} }, "client died: $@";

        open my $out, '>', $self->{out};
        print $out JSON::PP::encode_json({
            map { $_ => $self->{$_} }
                qw/ count slowest violations times late / });
        close $out;
        POSIX::_exit(0);
    }

    return $self;
}

sub stop {
    my ($self) = @_;

    kill 'TERM', $self->{pid};

    local $?;
    waitpid $self->{pid}, 0;

    open my $in, '<', $self->{out} or return {};
    local $/;

    return JSON::PP::decode_json(<$in>);
}


1;
