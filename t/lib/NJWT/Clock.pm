package NJWT::Clock;

# Lets nginx's clock jump in a test.
#
#   my $clock = NJWT::Clock->new($s->dir);
#
#   $s->start(preload => $clock->library, …);
#   $clock->set(3600);                # an hour ahead, from here on
#
# nginx looks at the clock when something happens: send each worker a request
# after a jump, so that it does.  The library is t/lib/clock.c.

use strict;
use warnings;

use Carp qw/ croak /;
use Cwd qw/ getcwd /;


sub new {
    my ($class, $dir) = @_;

    my $self = bless { file => "$dir/clock", library => "$dir/clock.so" },
                     $class;

    system($ENV{CC} // 'cc', '-shared', '-fPIC', '-o', $self->{library},
           getcwd() . '/t/lib/clock.c') == 0 or croak 'no compiler for clock.c';

    open my $out, '>:raw', $self->{file} or croak "$self->{file}: $!";
    print $out pack 'q', 0;
    close $out or croak "$self->{file}: $!";

    $ENV{NJWT_CLOCK} = $self->{file};

    return $self;
}


sub library {
    return $_[0]{library};
}


# In place: it is mapped, and eight bytes are written at once.

sub set {
    my ($self, $seconds) = @_;

    open my $out, '+<:raw', $self->{file} or croak "$self->{file}: $!";
    print $out pack 'q', $seconds;
    close $out or croak "$self->{file}: $!";

    return;
}

1;
