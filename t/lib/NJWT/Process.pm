package NJWT::Process;

# Runs a server in a test, and leaves none behind.
#
#   my $p = NJWT::Process->start(name => 'tenant', command => [ … ],
#                                output => $file, ready => sub { … });
#   $p->pid; $p->running; $p->stop; $p->stop('QUIT');
#   my ($port, $other) = ports(2);
#   my $dir = folder();         gone when the variable is; NJWT_KEEP=1 keeps it
#   wait_until { … } 5, 'the worker is back';
#
# start() returns when ready() is true and dies, with what the server printed,
# when that takes more than ten seconds or the server ends.  Whatever still
# runs when the test ends, by die or by a signal too, is killed.

use strict;
use warnings;

use Carp qw/ croak /;
use Exporter qw/ import /;
use Fcntl qw/ :flock O_CREAT O_RDWR /;
use File::Basename qw/ dirname /;
use File::Path qw/ make_path /;
use File::Spec;
use File::Temp ();
use IO::Socket::INET;
use POSIX qw/ WNOHANG /;
use Time::HiRes qw/ sleep time /;


our @EXPORT_OK = qw/ wait_until patience ports folder /;

my %running;
my $owner = $$;

# END isn't run for a signal that kills

$SIG{$_} = sub { exit 1 } for qw/ INT TERM HUP /;


# How many times longer things take than where nothing else runs, by the load:
# what a test waits for may be late because of the machine's other work.

my $cpus;

sub patience {
    $cpus //= do {
        open my $in, '<', '/proc/cpuinfo' or return 1;
        grep({ /^processor\s/ } <$in>) || 1;
    };

    open my $in, '<', '/proc/loadavg' or return 1;
    my ($load) = split ' ', <$in> // 1;

    return $load > $cpus ? $load / $cpus : 1;
}

# The seconds are those of a machine that has nothing else to do.

sub wait_until (&$$) {
    my ($true, $seconds, $what) = @_;

    my $end = time + $seconds * patience();
    my $value;

    until ($value = $true->()) {
        croak "not in $seconds s: $what" if time > $end;
        sleep 0.01;
    }

    return $value;
}


# In build/, where make clean finds what a killed test left.

sub folder {
    my $parent = File::Spec->rel2abs(dirname(__FILE__)
                                     . '/../../../build/run');

    make_path($parent);

    my $dir = File::Temp->newdir('XXXXXX', DIR => $parent,
                                 CLEANUP => !$ENV{NJWT_KEEP});

    print STDERR "# $dir\n" if $ENV{NJWT_KEEP};

    return $dir;
}


# Free ports on loopback, that stay ours while the test runs: Test::Nginx
# locks blocks of four by files in this folder, so both keep out of each
# other's way.  What the kernel hands out to clients is left alone: a client's
# port can't be bound, and any connection may get it between two starts of a
# server.

my @locks;

sub _below_the_clients {
    open my $in, '<', '/proc/sys/net/ipv4/ip_local_port_range'
        or return 32768;
    my ($first) = (<$in> // '') =~ /^(\d+)/;

    # somebody gave it all to clients
    return !defined $first || $first < 8192 ? 32768 : $first;
}

sub ports {
    my ($n) = @_;

    my $dir = File::Spec->catdir(File::Spec->tmpdir,
                                 "test-nginx-port-locks-$<");
    my $blocks = int((_below_the_clients() - 1988) / 4);
    my @ports;

    make_path($dir);

    for (1 .. 1000) {
        my $first = 1988 + 4 * int rand $blocks;

        sysopen my $lock, "$dir/port-$first.lock", O_CREAT | O_RDWR, 0600
            or next;
        flock $lock, LOCK_EX | LOCK_NB or next;

        my @free = grep {
            IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => $_,
                                  Proto => 'tcp', Listen => 1,
                                  ReuseAddr => 1)
        } $first .. $first + 3;

        next if @free < 4;

        push @locks, $lock;
        push @ports, @free;

        return @ports[0 .. $n - 1] if @ports >= $n;
    }

    croak 'no free ports';
}


sub answers {
    my ($port) = @_;

    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port,
                                 Proto => 'tcp', Timeout => 1);
}


sub start {
    my ($class, %args) = @_;

    my $self = bless {
        name   => $args{name},
        output => $args{output},
    }, $class;

    my $pid = fork // croak "fork: $!";

    if ($pid == 0) {
        %running = ();

        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', $self->{output};
        open STDERR, '>&', \*STDOUT;

        %ENV = (%ENV, %{ $args{env} // {} });

        { no warnings 'exec'; exec @{ $args{command} }; }

        print STDERR "$args{command}[0]: $!\n";
        POSIX::_exit(127);
    }

    $self->{pid} = $pid;
    $running{$pid} = $self;

    my $end = time + 10 * patience();

    until ($args{ready}->()) {
        my $why = !$self->running ? 'ended' : time > $end ? 'not ready' : '';

        if ($why) {
            $self->stop('KILL');
            croak "$self->{name}: $why: " . $self->said;
        }

        sleep 0.02;
    }

    return $self;
}


sub said {
    my ($self) = @_;

    open my $in, '<', $self->{output} or return '';
    local $/;

    return scalar(<$in>) // '';
}


sub pid {
    return $_[0]{pid};
}

sub running {
    my ($self) = @_;

    return 0 if !defined $self->{pid} || !$running{ $self->{pid} };

    local $?;

    if (waitpid($self->{pid}, WNOHANG) == $self->{pid}) {
        $self->{status} = $?;
        delete $running{ $self->{pid} };

        return 0;
    }

    return 1;
}

# The wait status, once it has ended.

sub status {
    return $_[0]{status};
}

sub signal {
    my ($self, $name) = @_;

    return kill $name, $self->{pid};
}


# Asks it to end, insists after some seconds, and returns true if asking was
# enough.

sub stop {
    my ($self, $signal, $seconds) = @_;

    return 1 if !$self->running;

    $self->signal($signal // 'TERM');

    return 1 if eval {
        wait_until { !$self->running } $seconds // 10, 'it ends';
    };

    $self->signal('KILL');
    eval { wait_until { !$self->running } 5, 'it dies' };

    return 0;
}


END {
    if ($$ == $owner) {
        local $?;
        $_->stop('TERM', 3) for values %running;
    }
}


1;
