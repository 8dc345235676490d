package Plot;

# How does the cost grow with tokens, keys, locations and the token's size?
#
#   Plot::panels()               for each: a title, and what was found
#   Plot::svg($file, @panels)

use strict;
use warnings;
use utf8;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use Mint qw/ tokens jwks issuer /;
use Rounds qw/ median weigh /;
use Rows;


my ($width, $height, $left, $top, $gap) = (320, 180, 60, 50, 100);


# All points of a panel are asked in turn, as the sides of a row are, and each
# is drawn by its ratio to the panel's first bare one in the same slice.

sub _panel {
    my ($title, $points, $side) = @_;

    local $Rounds::slices = 10;

    my @its = map { my $n = $_; map { $side->($n, $_) } 1, 0 } @$points;
    my $found = weigh(rounds => 2, its => \@its, value => sub { 0 });

    my $cost = sub {
        my ($n) = @_;

        return $found->{costs}[1]
               * median(map { $_->[$n] / $_->[1] } @{ $found->{slices} });
    };

    return {
        title => $title, x => $points,
        gate  => [ map { $cost->(2 * $_) } 0 .. $#$points ],
        bare  => [ map { $cost->(2 * $_ + 1) } 0 .. $#$points ],
    };
}

sub panels {
    my $make = sub {
        my ($gate, %args) = @_;

        return $gate ? Rows::gate(%args) : Rows::bare();
    };

    return (
        _panel('tokens in turn', [ 1, 100, 1000, 10_000, 50_000 ], sub {
            my ($n, $gate) = @_;

            return Rows::hot($make->($gate), tokens => tokens($n),
                             seen => $gate ? $n + 1000 : 1000);
        }),
        _panel('keys in the set', [ 1, 4, 16, 64 ], sub {
            my ($n, $gate) = @_;

            return Rows::hot($make->($gate, http => issuer('timesheets',
                keys => "jwks_file @{[ jwks($n) ]};")));
        }),
        _panel('locations with rules', [ 1, 10, 100, 1000 ], sub {
            my ($n, $gate) = @_;

            my $all = $n == 1 ? Rows::locations(0, 1)
                              : Rows::locations(100, $n);

            return Rows::hot($gate
                ? Rows::gate(server => $all)
                : Rows::bare(server => Rows::locations(0, $n) =~
                                       s/jwt[^;]*;//gr),
                path => '/l500');
        }),
        _panel('bytes of the token', [ 800, 2000, 4000, 8000 ], sub {
            my ($n, $gate) = @_;

            return Rows::hot($make->($gate), tokens => Mint::sized($n));
        }),
    );
}


sub _text {
    my ($x, $y, $text, $more) = @_;

    return sprintf qq{<text x="%.0f" y="%.0f" %s>%s</text>\n}, $x, $y,
        $more // '', $text;
}

sub _line {
    my ($panel, $name, $colour, $x, $y) = @_;

    my @points = map { [ $x->($panel->{x}[$_]), $y->($panel->{$name}[$_]) ] }
                 0 .. $#{ $panel->{x} };

    my $path = join ' ', map { sprintf '%.1f,%.1f', @$_ } @points;

    return qq{<polyline points="$path" fill="none" stroke="$colour"/>\n}
        . join('', map {
            sprintf qq{<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>\n},
                @$_, $colour
        } @points)
        . _text($points[-1][0] + 8, $points[-1][1] + 4, $name,
                qq{fill="$colour"});
}

# The x axis is logarithmic, the y axis begins at 0.

sub _draw {
    my ($panel) = @_;

    my ($most) = sort { $b <=> $a } @{ $panel->{gate} }, @{ $panel->{bare} };
    my $step = $most > 40 ? 20 : $most > 20 ? 10 : 5;
    my $high = $step * (1 + int $most / $step);
    my $first = log $panel->{x}[0];
    my $range = log($panel->{x}[-1]) - $first;

    my $x = sub { $width * (log($_[0]) - $first) / $range };
    my $y = sub { $height * (1 - $_[0] / $high) };

    my $out = _text($width / 2, -14, $panel->{title},
                    'text-anchor="middle" font-weight="bold"');

    for (my $us = 0; $us <= $high; $us += $step) {
        $out .= sprintf qq{<line x1="0" x2="%d" y1="%.1f" y2="%.1f" }
            . qq{stroke="#ccc"/>\n}, $width, ($y->($us)) x 2;
        $out .= _text(-8, $y->($us) + 4, "$us µs", 'text-anchor="end"');
    }

    $out .= _text($x->($_), $height + 18, $_, 'text-anchor="middle"')
        for @{ $panel->{x} };

    return $out . _line($panel, 'bare', '#777', $x, $y)
                . _line($panel, 'gate', '#06c', $x, $y);
}

sub svg {
    my ($file, @panels) = @_;

    open my $out, '>:utf8', $file or die "bench: $file: $!\n";

    printf $out qq{<svg xmlns="http://www.w3.org/2000/svg" width="%d" }
        . qq{height="%d" font-family="sans-serif" font-size="12">\n}
        . qq{<rect width="100%%" height="100%%" fill="#fff"/>\n},
        $left + 2 * ($width + $gap), $top + 2 * ($height + $gap);

    for my $n (0 .. $#panels) {
        printf $out qq{<g transform="translate(%d,%d)">\n%s</g>\n},
            $left + $n % 2 * ($width + $gap),
            $top + int($n / 2) * ($height + $gap), _draw($panels[$n]);
    }

    print $out "</svg>\n";
    close $out or die "bench: $file: $!\n";

    return;
}


1;
