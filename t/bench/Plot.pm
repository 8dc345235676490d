package Plot;

# What do curves look like?
#
#   Plot::svg($file, { title => '…', x => [ … ], gate => [ … ],
#                      bare => [ … ] }, …)
#
# And what do servers cost?  A panel of bars for each case:
#
#   Plot::bars($file, { title => '…', bars => [
#       { label => '…', us => 15.1, rate => 66_000 }, … ] }, …)

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


my ($labels, $longest, $numbers, $bar) = (200, 320, 190, 24);

# Readable on white and on black: the picture has no ground of its own.

my $style = <<'END';
<style>
text { fill: #1f2328; }
.title { font-weight: bold; }
.other { fill: #8c959f; }
.bare { fill: #57606a; }
.gate { fill: #0969da; }
@media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .other { fill: #6e7681; }
    .bare { fill: #9198a1; }
    .gate { fill: #4493f8; }
}
</style>
END

sub _thousands {
    my ($number) = @_;

    my $text = sprintf '%.0f', $number;

    1 while $text =~ s/^(\d+)(\d{3})/$1,$2/;

    return $text;
}

# The longest bar of all panels is the one that fills the width.

sub _bars {
    my ($panel, $most) = @_;

    my $out = _text(0, -8, $panel->{title}, 'class="title"');
    my $y = 0;

    for my $it (@{ $panel->{bars} }) {
        my $long = $longest * $it->{us} / $most;
        my $class = $it->{label} =~ /^(?:bare|gate)/ ? $& : 'other';
        my $said = sprintf '%.1f µs, %s/s', $it->{us},
            _thousands($it->{rate});

        $out .= _text($labels - 8, $y + 15, $it->{label},
                      'text-anchor="end"')
            . sprintf(qq{<rect class="%s" x="%d" y="%d" width="%.1f" }
                . qq{height="%d" rx="2"/>\n}, $class, $labels, $y + 3, $long,
                $bar - 6)
            . _text($labels + $long + 8, $y + 15, $said);
        $y += $bar;
    }

    return $out;
}

sub bars {
    my ($file, @panels) = @_;

    my ($most) = sort { $b <=> $a }
        map { map { $_->{us} } @{ $_->{bars} } } @panels;
    my $high = 0;
    my @drawn = map {
        my $at = $high + 32;

        $high = $at + $bar * @{ $_->{bars} } + 8;
        [ $at, _bars($_, $most) ];
    } @panels;

    open my $out, '>:utf8', $file or die "bench: $file: $!\n";

    printf $out qq{<svg xmlns="http://www.w3.org/2000/svg" width="%d" }
        . qq{height="%d" font-family="sans-serif" font-size="13">\n%s},
        $labels + $longest + $numbers, $high, $style;
    printf $out qq{<g transform="translate(0,%d)">\n%s</g>\n}, @$_
        for @drawn;
    print $out "</svg>\n";
    close $out or die "bench: $file: $!\n";

    return;
}


1;
