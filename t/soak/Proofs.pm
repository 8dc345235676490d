package Proofs;

# Each DPoP proof is accepted once, whatever happens.
#
#   my $proofs = Proofs->start(port => $port, out => $file, seed => 7);
#   my $result = $proofs->stop;      # { count => { … }, violations => [ … ] }
#
# A process of its own.  It makes proofs of a few clients' keys and sends each
# over two connections at once, so that two workers may have it, and later once
# more.  Of all these one is answered with 200, or none where a worker was
# killed with the answer, or where a nonce is wanted, which is then used.

use strict;
use warnings;

use Carp qw/ croak /;
use IO::Select;
use IO::Socket::INET;
use JSON::PP ();
use NJWT::Proof qw/ bound client proof /;
use POSIX ();
use Time::HiRes qw/ sleep time /;


my $url = 'http://soak/p';
my $kept = 2000;


sub _answer {
    my ($socket) = @_;

    my ($text, $end) = ('', time + 20);
    my $select = IO::Select->new($socket);

    while (time < $end) {
        $select->can_read(0.5) or next;

        my $n = sysread $socket, $text, 65536, length $text;

        return { said => 'lost' } if !$n;

        my ($head, $body) = $text =~ /\A(.*?\r\n\r\n)(.*)\z/s or next;
        my ($length) = $head =~ /^Content-Length: (\d+)/mi;

        next if length $body < ($length // 0);

        my ($status) = $head =~ m{^HTTP/1\.1 (\d+)};
        my ($verdict) = $head =~ /^X-Verdict: (\S+)/mi;
        my ($nonce) = $head =~ /^DPoP-Nonce: (\S+)/mi;

        return { said => "$status " . ($verdict // '-'), nonce => $nonce };
    }

    return { said => 'late' };
}

# The answers to one proof that is sent so often at once.

sub _send {
    my ($self, $sent, $times) = @_;

    my @sockets = map { IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{port}, Proto => 'tcp', Timeout => 5) } 1 .. $times;

    for my $socket (grep { defined } @sockets) {
        $socket->syswrite("GET /p HTTP/1.1\r\nHost: soak\r\n"
            . "Authorization: DPoP $sent->{token}\r\n"
            . "DPoP: $sent->{proof}\r\nConnection: close\r\n\r\n");
    }

    my @answers = map { defined $_ ? _answer($_) : { said => 'lost' } }
                  @sockets;

    $self->{count}{"a proof: $_->{said}"}++ for @answers;

    for my $answer (@answers) {
        $self->{nonce} = $answer->{nonce} if defined $answer->{nonce};
        $sent->{good}++ if $answer->{said} eq '200 ok';
    }

    $self->_violation("one proof was accepted $sent->{good} times, the last "
                      . sprintf('%.1f s after it was made',
                                time - $sent->{made}))
        if ($sent->{good} // 0) > 1;

    return @answers;
}

sub _violation {
    my ($self, $what) = @_;

    push @{ $self->{violations} }, sprintf '%.3f %s', time, $what;

    return;
}


sub _once {
    my ($self) = @_;

    my $who = $self->{clients}[rand @{ $self->{clients} }];
    my $sent = { token => $who->{token}, made => time,
                 proof => proof($who->{client}, $who->{token}, $url,
                     defined $self->{nonce} ? (nonce => $self->{nonce})
                                            : ()) };
    my @answers = $self->_send($sent, 2);

    # nobody is locked out: one is let in, unless its answer was lost

    if (!$sent->{good}
        && !grep { /^(?:lost|401 dpop_nonce_needed)$/ }
           map { $_->{said} } @answers)
    {
        $self->_violation('a good proof was not accepted: '
                          . join ', ', map { $_->{said} } @answers);
    }

    push @{ $self->{sent} }, $sent;
    shift @{ $self->{sent} } if @{ $self->{sent} } > $kept;

    # it may be listened to, and played again at any time

    $self->_send($self->{sent}[rand @{ $self->{sent} }], 1);

    return;
}


sub start {
    my ($class, %args) = @_;

    my $self = bless { %args, count => {}, sent => [] }, $class;
    my $parent = $$;

    $self->{pid} = fork // croak "fork: $!";

    return $self if $self->{pid};

    my $stop = 0;

    local $SIG{TERM} = sub { $stop = 1 };
    local $SIG{PIPE} = 'IGNORE';
    srand $self->{seed};

    $self->{clients} = [ map {
        my $client = client();

        { client => $client, token => bound($client, scope => 'read:soak') }
    } 1 .. 4 ];

    while (!$stop && getppid == $parent) {
        $self->_once;
        sleep 0.01;
    }

    open my $out, '>', $self->{out} or POSIX::_exit(1);
    print $out JSON::PP::encode_json({ count => $self->{count},
        violations => $self->{violations} // [] });
    close $out;

    POSIX::_exit(0);
}

sub stop {
    my ($self) = @_;

    kill 'TERM', $self->{pid};
    waitpid $self->{pid}, 0;

    open my $in, '<', $self->{out} or croak "$self->{out}: $!";
    local $/;

    return JSON::PP::decode_json(scalar <$in>);
}


1;
