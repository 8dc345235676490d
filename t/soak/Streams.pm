package Streams;

# How requests are answered that are streams of one HTTP/2 connection.
#
#   my @answers = Streams::ask($port, [ $token, … ], sub { … });
#
# All are sent at once, over a new connection, by curl: the client is not our
# own.  With TLS, since curl 7.88 can't share a connection that it knows to be
# HTTP/2 before it is there.  The function is called every few milliseconds until all are answered.
# An answer is [ '200 ok', seconds, port ]: status and verdict, or instead of
# them what became of the request, as in Client, and curl's port.

use strict;
use warnings;

use Carp qw/ croak /;
use File::Temp ();


my $late = 20;          # s, as in Client

my %lost = (7 => 'refused connection', 28 => 'late', 52 => 'nothing');


sub _options {
    my ($port, $tokens) = @_;

    my @sections;

    for my $i (0 .. $#$tokens) {
        push @sections, join "\n", "url = \"https://127.0.0.1:$port/t\"",
            'http2', 'insecure', "max-time = $late",
            'output = "/dev/null"',
            (length $tokens->[$i]
             ? "header = \"Authorization: Bearer $tokens->[$i]\"" : ()),
            "write-out = \"$i %{exitcode} %{http_code} %{time_total}"
            . ' %{local_port} %header{x-verdict}\n"';
    }

    return join("\nnext\n", @sections) . "\n";
}


sub ask {
    my ($port, $tokens, $meanwhile) = @_;

    my $file = File::Temp->new;
    print $file _options($port, $tokens);
    close $file or croak "$file: $!";

    my @command = ('curl', '-q', '--no-progress-meter', '--parallel',
                   '--parallel-max', scalar @$tokens, '--config', "$file");
    open my $in, '-|', 'sh', '-c', 'exec "$@" 2>/dev/null', 'sh', @command
        or croak "curl: $!";
    my $text = '';
    my $wanted = '';

    vec($wanted, fileno $in, 1) = 1;

    for (;;) {
        # a signal may end it early
        my $n = select my $ready = $wanted, undef, undef, 0.005;

        $meanwhile->();
        next if $n <= 0;
        last if !sysread $in, $text, 65536, length $text;
    }

    local $?;
    close $in;

    my @answers = map { [ 'nothing', 0, 0 ] } @$tokens;

    while ($text =~ /^(\d+) (\d+) (\d+) ([\d.]+) (-?\d+) (\S*)$/mg) {
        my ($i, $failed, $status, $took, $from, $verdict)
            = ($1, $2, $3, $4, $5, $6);

        $answers[$i] = [
            $failed ? $lost{$failed} // 'cut'
            : "$status " . (length $verdict ? $verdict : '-'),
            $took, $from ];
    }

    return @answers;
}


1;
