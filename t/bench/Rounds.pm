package Rounds;

# How are costs compared on a machine that does other things as well?
#
#   my $found = weigh(rounds => 5, its => [ \%a, \%b ],
#                     value => sub { $_[0] / $_[1] });
#
# Each round has new processes: where the kernel put their pages is worth some
# per cent, and would be the same in all rounds.  Within a round they are asked
# in short slices, A B, B A, …, since what else the machine does comes and
# goes within a second and would hit only one.  The value is taken of each
# pair of slices; the median of a round's is the round's.
#
# %a has a side and what to ask of it (load), and warm: loads before, that
# don't count; ready and done: code to run before and after the slices.  Or
# %a has only code, which returns a cost.

use strict;
use warnings;

use Exporter qw/ import /;


our @EXPORT_OK = qw/ weigh median /;
our $slices = $ENV{BENCH_SLICES} // 15;


sub median {
    my @sorted = sort { $a <=> $b } @_;
    my $half = int(@sorted / 2);

    return @sorted % 2 ? $sorted[$half]
                       : ($sorted[$half - 1] + $sorted[$half]) / 2;
}


# The options are those of a load; first counts on from slice to slice.

sub _slice {
    my ($n, $it) = @_;

    return $it->{code}->() if $it->{code};

    my %load = %{ $it->{load} };
    my $what = delete $load{what};

    $load{first} = ($load{first} // 0) + $n * $load{requests};

    return $what ? $it->{side}->load(%load)->{$what}
                 : $it->{side}->cost(%load);
}


# A list of costs for each slice, in the order of the its.

sub _round {
    my ($round, @its) = @_;

    my @found;

    for my $it (grep { $_->{side} } @its) {
        $it->{side}->fresh;
        $it->{side}->load(%$_) for @{ $it->{warm} // [] };
        $it->{ready}->() if $it->{ready};
    }

    for my $n (0 .. $slices - 1) {
        my @order = ($round + $n) % 2 ? (0 .. $#its) : reverse 0 .. $#its;

        $found[$n][$_] = _slice($n, $its[$_]) for @order;
    }

    for my $it (grep { $_->{side} } @its) {
        $it->{done}->() if $it->{done};
        $it->{side}->stop;
    }

    return @found;
}


sub weigh {
    my (%args) = @_;

    my @its = @{ $args{its} };
    my (@values, @all);

    for my $round (1 .. $args{rounds}) {
        my @found = _round($round, @its);

        push @values, median(map { $args{value}->(@$_) } @found);
        push @all, @found;
    }

    my @sorted = sort { $a <=> $b } @values;

    return {
        rounds => \@values,
        min    => $sorted[0],
        median => median(@sorted),
        max    => $sorted[-1],
        slices => \@all,
        costs  => [ map { my $i = $_; median(map { $_->[$i] } @all) }
                    0 .. $#its ],
    };
}


1;
