package Rounds;

# How are costs compared on a machine that does other things as well?
#
#   my $found = weigh(rounds => 12, its => [ \%a, \%b ], limit => 1.1,
#                     value => sub { $_[0] / $_[1] });
#   my $other = found($found->{slices}, sub { $_[1] / $_[0] });
#
# Each round has new processes: where the kernel put their pages is worth up to
# a tenth, and would be the same in all slices.  Therefore many rounds of few
# slices say more than few rounds of many.  Within a round they are asked in
# short slices, A B, B A, …, since what else the machine does comes and goes
# within a second and would hit only one.  The value is taken of each pair of
# slices; the median of a round's is the round's.
#
# Where the limit is so near to the median that other rounds might have said
# otherwise, there are more of them, up to three times as many; a line may take
# a third of the seconds that are left to spare for it.
#
# %a has a side and what to ask of it (load), and warm: loads before, that
# don't count; ready and done: code to run before and after the slices.  Or
# %a has only code, which returns a cost.

use strict;
use warnings;

use Exporter qw/ import /;
use Time::HiRes qw/ time /;


our @EXPORT_OK = qw/ weigh found median /;
our $slices = $ENV{BENCH_SLICES} // 5;

# seconds that all rows together may take for more rounds
our $spare = 0;


sub median {
    my @sorted = sort { $a <=> $b } @_;
    my $half = int(@sorted / 2);

    return @sorted % 2 ? $sorted[$half]
                       : ($sorted[$half - 1] + $sorted[$half]) / 2;
}


# The options are those of a load; first counts on from slice to slice.  what:
# that of what the load found, or "all" of it, not the CPU time.

sub _slice {
    my ($n, $it) = @_;

    return $it->{code}->() if $it->{code};

    my %load = %{ $it->{load} };
    my $what = delete $load{what};

    $load{first} = ($load{first} // 0) + $n * $load{requests};

    return $it->{side}->cost(%load) if !$what;

    my $all = $it->{side}->load(%load);

    return $what eq 'all' ? $all : $all->{$what};
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

    return \@found;
}


# What the rounds' slices say of a value; cost: what of a slice is its cost.

sub found {
    my ($rounds, $value, $cost) = @_;

    my @values = map { median(map { $value->(@$_) } @$_) } @$rounds;
    my @sorted = sort { $a <=> $b } @values;
    my @all = map { @$_ } @$rounds;

    $cost //= sub { $_[0] };

    return {
        rounds => \@values,
        min    => $sorted[0],
        median => median(@sorted),
        max    => $sorted[-1],
        slices => $rounds,
        costs  => [ map { my $i = $_; median(map { $cost->($_->[$i]) } @all) }
                    0 .. $#{ $all[0] } ],
    };
}


# Two standard errors of a median: of as many rounds as there are, each as far
# off as the middle half of them is wide.

sub unsure {
    my ($limit, $found) = @_;

    return 0 if !defined $limit;

    my @sorted = sort { $a <=> $b } @{ $found->{rounds} };
    my $aside = int(@sorted / 4);

    my $width = $sorted[-1 - $aside] - $sorted[$aside];

    return abs($found->{median} - $limit) < 2 * $width / sqrt @sorted;
}


sub weigh {
    my (%args) = @_;

    my @its = @{ $args{its} };
    my @rounds = map { _round($_, @its) } 1 .. $args{rounds};
    my $found = found(\@rounds, @args{qw/ value cost /});

    my $began = time;

    while (time - $began < $spare / 3
           && @rounds < 3 * $args{rounds} && unsure($args{limit}, $found))
    {
        push @rounds, _round(@rounds + 1, @its);
        $found = found(\@rounds, @args{qw/ value cost /});
    }

    $spare -= time - $began;

    return $found;
}


1;
