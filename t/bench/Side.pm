package Side;

# How does the benchmark run one nginx, and weigh a request?
#
#   my $side = Side->new(gate => 1, server => '…', http => '…');
#   $side->fresh;                     a new process, with an empty cache
#   $side->cost(requests => 50_000, path => '/', tokens => $file);
#
# cost() is the CPU time of the workers for a request, in microseconds: what
# the scheduler counted for them (/proc/PID/schedstat, in nanoseconds) during
# so many requests.  Whatever else the machine does takes time, but
# is not in it.
#
# Workers and load keep to cores of their own.  gate => 0 is bare nginx: the
# module isn't loaded.  modules => [ … ] are others' that are.
#
# A class of another server has its own fresh(), stop() and pids().

use strict;
use warnings;

use Carp qw/ croak /;
use Cwd qw/ abs_path /;
use File::Basename qw/ dirname /;
use JSON::PP qw/ decode_json /;
use NJWT::Scenario;


our $build = abs_path(dirname(__FILE__) . '/../..') . '/build/bench';
our @cores = _cores();

# Ahead of others, where we may: a load that waits for its core makes the
# worker sleep and wake, which costs more than the request.  Otherwise at least
# not interrupted by each event.
our @policy = system('chrt -f 1 true 2>/dev/null') == 0 ? ('-f', 1)
                                                        : ('-b', 0);

my $module = $ENV{NJWT_MODULE}
             // dirname($build) . '/ngx_http_jwt_scope_module.so';


# Those that we may use: the first are the workers', the last is the load's.

sub _cores {
    open my $in, '<', '/proc/self/status' or return 0;

    my ($list) = join('', <$in>) =~ /^Cpus_allowed_list:\s*(\S+)/m;

    return map { /(\d+)-(\d+)/ ? $1 .. $2 : $_ } split /,/, $list // 0;
}

# A mask for each worker: 1 is core 0, 10 is core 1.

sub _affinity {
    my ($workers) = @_;

    return join ' ', map { '1' . '0' x $cores[$_ % @cores] } 0 .. $workers - 1;
}


sub new {
    my ($class, %args) = @_;

    my $self = bless {
        workers => 1, gate => 0, main => '', http => '', server => '',
        listen => '', level => 'error', modules => [], connections => 1024,
        scenario => NJWT::Scenario->new,
        %args,
    }, $class;

    $self->{cores} //= _affinity($self->{workers});

    return $self;
}


sub scenario {
    return $_[0]{scenario};
}

sub port {
    return $_[0]{scenario}->port;
}

# The processes whose time is counted.

sub pids {
    return $_[0]{scenario}->worker_pids;
}

# Ahead of others, too.

sub favour {
    my ($self) = @_;

    system 'chrt', $policy[0], '-p', $policy[1], $_ for $self->pids;

    return $self;
}


sub _config {
    my ($self) = @_;

    my $load = join ' ', map { "load_module  $_;" }
        $self->{gate} ? $module : (), @{ $self->{modules} };
    my $user = $> == 0 ? 'user  root;' : '';

    return <<"    END";
$load
$user
daemon  off;
worker_processes  $self->{workers};
worker_cpu_affinity  $self->{cores};
pid  \@DIR\@/nginx.pid;
error_log  \@DIR\@/error.log $self->{level};
$self->{main}

events {
    worker_connections  $self->{connections};
}

http {
    access_log  off;
    default_type  text/plain;
    keepalive_requests  1000000000;
    keepalive_timeout  600;

    $self->{http}

    server {
        listen  127.0.0.1:\@PORT\@ $self->{listen};

        $self->{server}
    }
}
    END
}


# Each round has processes of its own: where the kernel put their pages is
# worth some per cent, and would be the same in all rounds.  So is where the
# stack begins, which the size of the environment decides: proxied, bare nginx
# costs 15.3 us with some sizes, 17.8 with others.

sub fresh {
    my ($self) = @_;

    local $ENV{NJWT_BENCH} = 'x' x rand 4096;

    $self->stop;
    $self->{scenario}->start(config => $self->_config,
                             workers => $self->{workers});

    return $self->favour;
}

sub stop {
    my ($self) = @_;

    return if !$self->{scenario}{nginx};

    $self->{scenario}->stop('TERM');

    return;
}


# Options: requests, connections, path, method, tokens (a file), first (the
# number of the first token), status (that each answer must have); random: by
# chance one of the first so many tokens, which are all of one length; before:
# headers that stand before each token, in place of "Authorization: Bearer ".

sub load {
    my ($self, %args) = @_;

    my $tokens = $args{tokens};
    my @command = ('chrt', @policy, 'taskset', '-c', $cores[-1], "$build/load",
        (map { ('-p' => $_) } $self->pids),
        ($self->{workers} // 1) < @cores ? '-b' : (),
        $args{random} ? ('-r' => $args{random}) : (),
        '-n' => $args{requests}, '-c' => $args{connections} // 32,
        '-o' => $args{first} // 0, '-s' => $args{status} // 200,
        '-m' => $args{method} // 'GET',
        defined $args{before} ? ('-H' => $args{before}) : (),
        $self->port, $args{path} // '/',
        $tokens // ());

    open my $in, '-|', @command or croak "load: $!";
    my $said = do { local $/; <$in> };
    close $in or croak "load failed: @command";

    return decode_json($said);
}

sub cost {
    my ($self, %args) = @_;

    return $self->load(%args)->{ran_ns} / $args{requests} / 1000;
}


# One answer, as the load would get it.

sub ask {
    my ($self, %args) = @_;

    return $self->{scenario}->request(path => $args{path} // '/',
                                      token => $args{token});
}


1;
