package Growth;

# How does the cost grow with tokens, keys, issuers, locations, claims and the
# token's size?  A row of Rows.pm, and results/growth.svg.
#
# All points of a curve are asked in turn, as the sides of a row are.  A curve
# is held to what its last point costs, less what bare nginx pays more than at
# the first one, against the first; for the token's size less SHA-256 of the
# bytes as well, which there is no knowing a token without.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use Mint qw/ tokens jwks issuer issuers secret_issuer padded /;
use Plot;
use Rounds qw/ median weigh found /;
use Rows;


our $million = 1_000_000;

our @curves;

# x; its: for each a gate, and a bare one where nginx's own cost differs among
# them, and what else there is to take away.

sub curve {
    my ($title, $limit, $x, $its) = @_;

    push @curves, { title => $title, limit => $limit, x => $x, its => $its };

    return;
}


# Each by chance, as many are in no processor's cache.

curve('tokens', 1.10, [ 1, 10, 100, 1000, 10_000, 100_000, $million ], sub {
    my ($n) = @_;

    my %load = (tokens => tokens($million, key => 'hmac',
                                 claims => { jti => '%0N' }));
    my $it = Rows::hot(Rows::gate(http => secret_issuer('timesheets')
                                  . 'jwt_token_cache zone=tokens:256m;'),
                       %load, random => $n);

    unshift @{ $it->{warm} }, { %load, requests => $n };

    return $it;
});

for (['hot', \&Rows::hot], ['cold', \&Rows::cold]) {
    my ($name, $how) = @$_;

    curve("keys, $name", 1.03, [ 1, 2, 4, 8, 16, 32, 64 ], sub {
        my ($n) = @_;

        return $how->(Rows::gate(http => issuer('timesheets',
            keys => "jwks_file @{[ jwks($n) ]};")));
    });
}

curve('issuers', 1.03, [ 1, 2, 5, 10, 20, 50 ], sub {
    my ($n) = @_;

    my $names = join ' ', 'timesheets', map { "other$_" } 2 .. $n;

    return Rows::hot(Rows::gate(http => issuers($n),
        server => "location / { jwt $names;"
                  . ' jwt_require_scope read:timesheets; empty_gif; }'));
});

for (['shared scopes', 100], ['a scope each', 1000]) {
    my ($name, $scopes) = @$_;

    curve("locations, $name", 1.03, [ 1, 10, 100, 250, 300, 1000 ], sub {
        my ($n) = @_;

        my $rules = Rows::locations($n == 1 ? 0 : $scopes, $n);

        return map { Rows::hot($_, path => '/l500') }
            Rows::gate(server => $rules),
            Rows::bare(server => $rules =~ s/jwt[^;]*;//gr);
    });
}

sub long {
    my (%token) = @_;

    my $http = 'large_client_header_buffers 4 32k;';

    return map { Rows::hot($_, %token) }
        Rows::gate(http => secret_issuer('timesheets') . $http
                           . 'jwt_max_token_size 32k;'),
        Rows::bare(http => $http);
}

curve('claims in 7,000 bytes', 1.03, [ 5, 10, 20, 50, 100, 200 ], sub {
    my ($n) = @_;

    return long(tokens => padded(7000, $n));
});

curve('bytes of the token', 1.10, [ 500, 1000, 2000, 4000, 8000, 16_000 ],
    sub {
        my ($n) = @_;

        return (long(tokens => padded($n)), Rows::floor($n));
    });


# Which of a slice are a point's: gate, bare or the only one, and what else.

sub points {
    my (@its) = @_;

    my $each = @{ $its[0] };
    my $one = $each == 1 ? @its : undef;

    return map {
        my $at = $_ * $each;

        [ $at, $one // $at + 1, $each > 2 ? $at + 2 : () ]
    } 0 .. $#its;
}


sub weighed {
    my ($curve) = @_;

    my @its = map { [ $curve->{its}->($_) ] } @{ $curve->{x} };
    my @at = points(@its);
    my @all = map { @$_ } @its;

    push @all, Rows::hot(Rows::bare()) if @{ $its[0] } == 1;

    local $Rounds::slices = $ENV{BENCH_SLICES} // 10;

    my $found = weigh(rounds => 3, limit => $curve->{limit}, its => \@all,
        value => sub {
            my ($first, $last) = map { [ @_[@$_] ] } @at[0, -1];
            my ($gate, @less) = map { $last->[$_] - $first->[$_] }
                                0 .. $#$first;

            $gate -= $_ for @less;

            return 1 + $gate / $first->[0];
        });

    return ($found, @at);
}


# A point by its ratio to the curve's first bare one in the same slice.

sub costs {
    my ($found, $which, @at) = @_;

    my @slices = map { @$_ } @{ $found->{slices} };
    my $bare = $at[0][1];

    return map {
        my $n = $_->[$which];

        $found->{costs}[$bare] * median(map { $_->[$n] / $_->[$bare] } @slices)
    } @at;
}


Rows::row(growth => sub {
    my ($report, $results) = @_;

    my @panels;

    for my $curve (@curves) {
        my ($found, @at) = weighed($curve);
        my @gate = costs($found, 0, @at);
        my @bare = costs($found, 1, @at);

        my $line = sub {
            my ($name, $format, @values) = @_;

            $report->(sprintf "  %-8s" . " $format" x @values, $name, @values);
        };

        push @panels, { title => $curve->{title}, x => $curve->{x},
                        gate => \@gate, bare => \@bare };

        $found->{costs} = [ @gate[-1, 0], @bare[-1, 0] ];
        $report->("$curve->{title}: $curve->{x}[-1], to $curve->{x}[0]",
                  $curve->{limit}, $found);
        $line->('of', '%8d', @{ $curve->{x} });
        $line->('gate, us', '%8.2f', @gate);
        $line->('bare, us', '%8.2f', @bare);
    }

    Plot::svg("$results/growth.svg", @panels);
    $report->("$results/growth.svg");
});


1;
