package NJWT::Explain;

# Runs jwt-explain in a test.
#
#   my $r = explain(args => [ … ], stdin => $bytes, env => { … });
#   $r->{status}, $r->{out}, $r->{err}
#   $r->{json}                       with --json: what was written, decoded
#   my @results = explain_all({ args => … }, …);     as many as cores at once
#
# The tool is build/jwt-explain, or $NJWT_EXPLAIN.  A death by a signal is a
# status of 128 and more.

use strict;
use warnings;

use Carp qw/ croak /;
use Exporter qw/ import /;
use File::Basename qw/ dirname /;
use File::Spec;
use File::Temp ();
use JSON::PP ();
use POSIX ();


our @EXPORT_OK = qw/ explain explain_all /;

my $root = File::Spec->rel2abs(dirname(__FILE__) . '/../../..');
my $tool = $ENV{NJWT_EXPLAIN} // "$root/build/jwt-explain";
my $dir = File::Temp->newdir(CLEANUP => 1);
my $n = 0;


sub _slurp {
    my ($file) = @_;

    open my $in, '<:raw', $file or croak "$file: $!";
    local $/;

    return scalar(<$in>) // '';
}


sub _start {
    my ($run) = @_;

    my $name = "$dir/" . $n++;

    open my $in, '>:raw', "$name.in" or croak "$name.in: $!";
    print $in $run->{stdin} // '';
    close $in or croak "$name.in: $!";

    my $pid = fork // croak "fork: $!";

    if ($pid == 0) {
        open STDIN, '<', "$name.in" or POSIX::_exit(126);
        open STDOUT, '>', "$name.out" or POSIX::_exit(126);
        open STDERR, '>', "$name.err" or POSIX::_exit(126);

        %ENV = (%ENV, %{ $run->{env} // {} });

        { no warnings 'exec'; exec $tool, @{ $run->{args} }; }

        print STDERR "$tool: $!\n";
        POSIX::_exit(127);
    }

    return ($pid, $name);
}


sub _result {
    my ($name, $wait) = @_;

    my %result = (
        status => $wait & 127 ? 128 + ($wait & 127) : $wait >> 8,
        out    => _slurp("$name.out"),
        err    => _slurp("$name.err"),
    );

    unlink map { "$name.$_" } qw/ in out err /;

    $result{json} = eval { JSON::PP->new->utf8->decode($result{out}) };

    return \%result;
}


sub explain_all {
    my @runs = @_;

    chomp(my $jobs = qx{nproc 2>/dev/null} || 1);

    my (%running, @results);

    for my $i (0 .. $#runs) {
        my ($pid, $name) = _start($runs[$i]);

        $running{$pid} = [ $i, $name ];

        while (keys %running >= $jobs || $i == $#runs && %running) {
            my $ended = waitpid -1, 0;
            my ($which, $file) = @{ delete $running{$ended} // next };

            $results[$which] = _result($file, $?);
        }
    }

    return @results;
}


sub explain {
    my %run = @_;

    return (explain_all(\%run))[0];
}


1;
