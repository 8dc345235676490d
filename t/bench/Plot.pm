package Plot;

# What do curves look like?
#
#   Plot::svg($file, { title => '…', x => [ … ], gate => [ … ],
#                      bare => [ … ] }, …)

use strict;
use warnings;
use utf8;


my ($width, $height, $left, $top, $gap) = (320, 180, 60, 50, 100);


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
    my $step = $most > 100 ? 50 : $most > 40 ? 20 : $most > 20 ? 10 : 5;
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
        $left + 2 * ($width + $gap),
        $top + int((@panels + 1) / 2) * ($height + $gap);

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
