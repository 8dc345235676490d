package NJWT::Traffic;

# Requests that are sent while something else happens.
#
#   my $traffic = NJWT::Traffic->start({ port => …, path => … }, …);
#   …
#   my $count = $traffic->stop;     # { 200 => 1234, 0 => 1 }
#
# A process of its own sends these requests, all at the same time, again and
# again until stop(), and counts the answers by status; 0 is no answer.

use strict;
use warnings;

use Carp qw/ croak /;
use NJWT::Client qw/ burst /;
use POSIX ();
use Time::HiRes qw/ sleep /;


sub _run {
    my ($in, $out, @requests) = @_;

    my %count;
    my $wanted = '';

    vec($wanted, fileno $in, 1) = 1;

    # the other end of $in is closed when it is over; once at least, also on
    # a machine that is slow to begin

    do {
        $count{ $_->{status} }++ for burst(@requests);
    } until select my $ready = $wanted, undef, undef, 0.005;

    print $out map { "$_ $count{$_}\n" } keys %count;
    close $out;

    return;
}


sub start {
    my ($class, @requests) = @_;

    pipe my $stop, my $stop_it or croak "pipe: $!";
    pipe my $answer, my $tell or croak "pipe: $!";

    my $pid = fork // croak "fork: $!";

    if ($pid == 0) {
        $SIG{$_} = 'DEFAULT' for qw/ INT TERM HUP /;
        close $stop_it;
        eval { _run($stop, $tell, @requests) };
        print STDERR $@;
        POSIX::_exit(0);
    }

    close $stop;
    close $tell;

    return bless { pid => $pid, stop => $stop_it, answer => $answer },
                 $class;
}


sub stop {
    my ($self) = @_;

    close $self->{stop};

    my %count = map { split } readline $self->{answer};

    local $?;
    waitpid $self->{pid}, 0;

    return \%count;
}


1;
