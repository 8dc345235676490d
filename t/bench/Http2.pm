package Http2;

# How is nginx asked by HTTP/2, and how long did each request take?
#
# A Side that listens for HTTP/2 without TLS, asked by nghttp2's h2load: one
# request at a time on each connection, all with the file's first token.  What
# h2load itself prints has no percentiles, but its log has each request.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use parent 'Side';

use Carp qw/ croak /;
use Side;


sub new {
    my ($class, %args) = @_;

    return $class->SUPER::new(%args, listen => 'http2');
}


# The first requests of each connection aren't counted: they wait for all of
# them to be opened.

sub load {
    my ($self, %args) = @_;

    my $conns = $args{connections} // 32;
    my $log = $self->scenario->dir . '/h2load.log';
    my @token;

    if ($args{tokens}) {
        open my $in, '<', $args{tokens} or croak "$args{tokens}: $!";
        chomp(my $token = <$in>);
        @token = ('-H', "authorization: Bearer $token");
    }

    unlink $log;
    system('chrt', @Side::policy, 'taskset', '-c', $Side::cores[-1],
           'sh', '-c', 'exec h2load "$@" >/dev/null 2>&1', 'h2load',
           '-n', $args{requests} + 2 * $conns, '-c', $conns, '-m', 1, '-t', 1,
           "--log-file=$log", @token,
           'http://127.0.0.1:' . $self->port . ($args{path} // '/')) == 0
        or croak 'h2load failed (Debian has it in nghttp2-client)';

    open my $in, '<', $log or croak "$log: $!";

    # each: when it began (us), the status, how long it took (us)
    my @all = sort { $a->[0] <=> $b->[0] } map { [ split ] } <$in>;

    croak "h2load: $_->[1] at $_->[0]"
        for grep { $_->[1] != ($args{status} // 200) } @all;

    my @took = sort { $a <=> $b } map { $_->[2] } @all[ 2 * $conns .. $#all ];

    return { p50 => $took[ @took / 2 ], max => $took[-1],
             p99 => $took[ $#took - @took / 100 ] };
}


1;
