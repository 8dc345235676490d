package Latency;

# How long does a request take, beside bare nginx?  A row of Rows.pm.
#
# p50 and p99, HTTP/1.1 and HTTP/2, with few connections and many.  Each
# connection asks again when it has its answer: with 1,000 of them, nearly all
# of the time is spent waiting for one's turn.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use Http2;
use Mint qw/ issuer /;
use Rounds qw/ weigh found /;
use Rows;
use Side;


my %ask = (1 => 1000, 32 => 4000, 1000 => 20_000);

sub sides {
    my ($class) = @_;

    my %args = (connections => 4096, main => 'worker_rlimit_nofile 8192;');

    return ($class->new(%args, gate => 1, http => issuer('timesheets'),
                        server => "location / { $Rows::gate empty_gif; }"),
            $class->new(%args, server => 'location / { empty_gif; }'));
}


sub protocol {
    my ($report, $name, $class) = @_;

    for my $conns (sort { $a <=> $b } keys %ask) {
        my @its = map {
            Rows::hot($_, what => 'all', connections => $conns,
                      requests => $ask{$conns})
        } sides($class);

        my $all = weigh(rounds => 3, value => sub { 0 }, its => \@its,
                        cost => sub { 0 });

        for my $p (qw/ p50 p99 /) {
            my $found = found($all->{slices},
                sub { $_[0]{$p} / $_[1]{$p} }, sub { $_[0]{$p} });

            $report->("$name, connections: $conns, $p, to bare (us)", undef,
                      $found);
        }
    }

    return;
}


Rows::row(latency => sub {
    my ($report) = @_;

    local $Rounds::slices = $ENV{BENCH_SLICES} // 10;

    for (['HTTP/1.1', 'Side'], ['HTTP/2', 'Http2']) {
        my ($name, $class) = @$_;

        eval { protocol($report, $name, $class); 1 } and next;

        my ($why) = $@ =~ /^(.*)/;

        $report->("$name: left out: $why");
    }
});


1;
