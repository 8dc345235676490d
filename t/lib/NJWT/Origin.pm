package NJWT::Origin;

# A server that answers with given bytes, or not at all.
#
#   my $origin = NJWT::Origin->start(
#       dir => $dir, port => $port, bare => $other_port,
#       good => $bytes,
#       faults => { half => "HTTP/1.1 200 OK\r\n…", hang => undef,
#                   drip => [ $bytes, 0.05 ] });
#   $origin->break; $origin->mend;
#   $origin->break('half'); $origin->break('refused');
#   $origin->asked('half')          how often /half was asked for
#   answer($body), answer($body, status => '404 No', Date => date(-60))
#       the bytes of a response, with other or more headers, or without one
#       that is undef; date() is so many seconds from now
#
# It answers good (bytes, or code that returns them for a name) to any path, until it is
# broken: then /NAME gets the bytes of that fault, and the connection is
# closed; undef is no answer at all, and a list gives a byte in so many
# seconds.  With break('half') all paths get that fault.
#
# On the port bare it listens only while it isn't broken, or is with another
# fault than refused.  It is there on [::1], too, where there is IPv6.
#
# A process of its own, which ends with the test.

use strict;
use warnings;

use Carp qw/ croak /;
use Exporter qw/ import /;
use IO::Select;
use IO::Socket::IP;
use NJWT::Process qw/ wait_until /;
use POSIX qw/ strftime /;
use Time::HiRes qw/ time /;


our @EXPORT_OK = qw/ answer date /;


sub date {
    my ($seconds) = @_;

    local $ENV{LC_ALL} = 'C';

    return strftime '%a, %d %b %Y %H:%M:%S GMT', gmtime(time + $seconds);
}

sub answer {
    my ($body, %more) = @_;

    my %headers = ('Content-Type' => 'application/json',
                   Connection => 'close',
                   'Content-Length' => length $body, %more);
    my $status = delete $headers{status} // '200 OK';

    return join("\r\n", "HTTP/1.1 $status",
                (map { "$_: $headers{$_}" }
                 grep { defined $headers{$_} } sort keys %headers), '', '')
           . $body;
}


sub _listen {
    my ($host, $port) = @_;

    return IO::Socket::IP->new(LocalHost => $host, LocalPort => $port,
                               Proto => 'tcp', Listen => 64, ReuseAddr => 1);
}

sub has_ipv6 {
    return defined IO::Socket::IP->new(LocalHost => '::1', Proto => 'tcp',
                                       Listen => 1);
}


sub _note {
    my ($self, $name) = @_;

    open my $out, '>>', "$self->{dir}/asked" or croak "asked: $!";
    print $out "$name\n";
    close $out;

    return;
}

# The fault that all paths have, "" for each its own; undef: it isn't broken.

sub _broken {
    my ($self) = @_;

    open my $in, '<', "$self->{dir}/broken" or return;

    return scalar(<$in>) // '';
}

# What to send on a connection, byte by byte or at once, and when to close it.

sub _answer {
    my ($self, $c) = @_;

    my ($name) = $c->{request} =~ m{^GET /(\w+)};

    $self->_note($name);

    my $broken = $self->_broken;

    $name = $broken if length($broken // '');

    my $fault = $self->{faults}{$name};

    if (!defined $broken || !exists $self->{faults}{$name}) {
        my $good = $self->{good};

        ($c->{send}, $c->{pause}) = (ref $good ? $good->($name) : $good, 0);
    } elsif (ref $fault) {
        ($c->{send}, $c->{pause}) = @$fault;
    } else {
        ($c->{send}, $c->{pause}) = ($fault, 0);
    }

    $c->{next} = 0;

    return;
}

sub _push {
    my ($c) = @_;

    return 1 if !defined $c->{send} || time < $c->{next};

    my $n = $c->{socket}->syswrite($c->{send}, $c->{pause} ? 1 : 65536);

    return $!{EAGAIN} ? 1 : 0 if !defined $n;

    substr $c->{send}, 0, $n, '';
    $c->{next} = time + $c->{pause};

    return length $c->{send} ? 1 : 0;
}

sub _run {
    my ($self, @listen) = @_;

    my %conn;
    my $bare = _listen('127.0.0.1', $self->{bare});

    while (getppid == $self->{parent}) {
        my $refused = ($self->_broken // 'no') =~ /^(?:refused)?$/;

        undef $bare if $refused;
        $bare //= _listen('127.0.0.1', $self->{bare}) if !$refused;

        my $select = IO::Select->new(@listen, $bare // (),
                                     map { $_->{socket} } values %conn);

        for my $socket ($select->can_read(0.005)) {
            my $c = $conn{ fileno $socket };

            if (!$c) {
                my $new = $socket->accept or next;

                $new->blocking(0);
                $conn{ fileno $new } = { socket => $new, request => '' };
                next;
            }

            my $n = sysread $socket, $c->{request}, 8192,
                length $c->{request};

            if ($n) {
                $self->_answer($c) if $c->{request} =~ /\r\n\r\n/;
            } elsif (defined $n || !$!{EAGAIN}) {
                delete $conn{ fileno $socket };
            }
        }

        for my $fd (keys %conn) {
            delete $conn{$fd} if exists $conn{$fd}{next}
                                 && !_push($conn{$fd});
        }
    }

    return;
}


sub start {
    my ($class, %args) = @_;

    my $self = bless { %args, parent => $$ }, $class;
    my @listen = grep { defined } map { _listen($_, $args{port}) }
                 '127.0.0.1', '::1';

    croak "port $args{port}: $!" if !@listen;

    $self->{pid} = fork // croak "fork: $!";

    if ($self->{pid} == 0) {
        $SIG{$_} = 'DEFAULT' for qw/ INT TERM HUP /;
        $SIG{PIPE} = 'IGNORE';
        eval { $self->_run(@listen); 1 } or print STDERR "origin: $@";
        POSIX::_exit(0);
    }

    wait_until { NJWT::Process::answers($args{bare}) } 5, 'the origin';

    return $self;
}

sub break {
    my ($self, $fault) = @_;

    $fault //= '';

    open my $out, '>', "$self->{dir}/broken.new" or croak "broken: $!";
    print $out $fault;
    close $out;
    rename "$self->{dir}/broken.new", "$self->{dir}/broken"
        or croak "broken: $!";

    wait_until { !NJWT::Process::answers($self->{bare}) } 5, 'it is broken'
        if $fault =~ /^(?:refused)?$/;

    return;
}

sub mend {
    my ($self) = @_;

    unlink "$self->{dir}/broken" or croak "broken: $!";
    wait_until { NJWT::Process::answers($self->{bare}) } 5, 'it is mended';

    return;
}

sub asked {
    my ($self, $name) = @_;

    open my $in, '<', "$self->{dir}/asked" or return 0;

    return scalar grep { $_ eq "$name\n" } <$in>;
}


1;
