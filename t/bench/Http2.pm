package Http2;

# How is nginx asked by HTTP/2, how long did each request take, and what did
# all of them cost?
#
#   Http2->new(…)                  without TLS
#   Http2->new(…, tls => 1)        TLS 1.3
#   load(…, streams => 100)        requests at a time on each connection
#   load(…, patient => 1)          takes answers when the workers sleep
#
# A Side that listens for HTTP/2, asked by nghttp2's h2load, all with the
# file's first token.  What h2load itself prints has no percentiles, but its
# log has each request.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use parent 'Side';

use Carp qw/ croak /;
use Mint ();
use Side;
use Time::HiRes qw/ sleep /;


sub new {
    my ($class, %args) = @_;

    my $self = $class->SUPER::new(%args, listen => 'http2');

    if ($args{tls}) {
        my $pem = Mint::certificate();

        $self->{listen} = 'ssl http2';
        $self->{http} .= " ssl_certificate $pem; ssl_certificate_key $pem;"
                         . ' ssl_protocols TLSv1.3;';
    }

    return $self;
}


# How long the workers ran, by the scheduler's own count, once they wait.

sub _ran_ns {
    my ($self) = @_;

    my $sum = 0;

    sleep 0.005;

    for my $pid ($self->pids) {
        open my $in, '<', "/proc/$pid/schedstat" or croak "schedstat: $!";
        $sum += (split ' ', scalar <$in>)[0];
    }

    return $sum;
}


# Without streams one request at a time on each connection.  The first ones of
# each aren't counted in the percentiles: they wait for all connections to be
# opened.  In what they cost the handshakes are, too: a few hundred requests
# for each of them hide that.

sub load {
    my ($self, %args) = @_;

    my $conns = $args{connections} // 32;
    my $streams = $args{streams} // 1;
    my $first = 2 * $conns * $streams;
    my $log = $self->scenario->dir . '/h2load.log';
    my @token;

    if ($args{tokens}) {
        open my $in, '<', $args{tokens} or croak "$args{tokens}: $!";
        chomp(my $token = <$in>);
        @token = ('-H', "authorization: Bearer $token");
    }

    unlink $log;

    my @patient = !$args{patient} ? ()
        : ('env', "LD_PRELOAD=$Side::build/patient.so",
           'PATIENT_PIDS=' . join ' ', $self->pids);

    my $count = $args{requests} + $first;
    my $ran = $self->_ran_ns;

    system('chrt', @Side::policy, 'taskset', '-c', $Side::cores[-1],
           'sh', '-c', 'exec "$@" >/dev/null 2>&1', 'h2load', @patient,
           'h2load', '-n', $count, '-c', $conns, '-m', $streams, '-t', 1,
           "--log-file=$log", @token, ($self->{tls} ? 'https' : 'http')
           . '://127.0.0.1:' . $self->port . ($args{path} // '/')) == 0
        or croak 'h2load failed (Debian has it in nghttp2-client)';

    $ran = $self->_ran_ns - $ran;

    open my $in, '<', $log or croak "$log: $!";

    # each: when it began (us), the status, how long it took (us)
    my @all = sort { $a->[0] <=> $b->[0] } map { [ split ] } <$in>;

    croak "h2load: $_->[1] at $_->[0]"
        for grep { $_->[1] != ($args{status} // 200) } @all;

    croak 'h2load: ' . @all . ' answers' if @all != $count;

    my @took = sort { $a <=> $b } map { $_->[2] } @all[ $first .. $#all ];

    # for so many requests as were asked for
    return { p50 => $took[ @took / 2 ], max => $took[-1],
             p99 => $took[ $#took - @took / 100 ],
             ran_ns => $ran * $args{requests} / $count };
}


1;
