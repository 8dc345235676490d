package NJWT::Echo;

# The headers that a backend gets.
#
#   my $echo = NJWT::Echo->start(dir => $dir);
#   proxy_pass http://127.0.0.1:$port;      with $port = $echo->port
#
# The body of each answer has the header lines of the request as they came,
# in their order and spelling, duplicates too.  Left out are Host and
# Connection, which are nginx's; of Authorization only the name is given.  The
# same, with "|" between, is in the answer's header X-Seen, for auth_request.
#
#   /last/NAME     the lines of the last request to /NAME, for mirror
#   /accel/NAME    an answer with X-Accel-Redirect: /NAME

use strict;
use warnings;

use File::Basename qw/ dirname /;
use IO::Socket::INET;
use NJWT::Process ();


sub start {
    my ($class, %args) = @_;

    my ($port) = NJWT::Process::ports(1);

    my $process = NJWT::Process->start(
        name    => 'echo',
        output  => "$args{dir}/echo.log",
        command => [ $^X, '-I' . dirname(__FILE__) . '/..', "-M$class",
                     '-e', "NJWT::Echo::serve($port)" ],
        ready   => sub { NJWT::Process::answers($port) },
    );

    return bless { port => $port, process => $process }, $class;
}

sub port {
    return $_[0]{port};
}


sub _head {
    my ($client) = @_;

    my $request = <$client> // return;
    my @lines;

    while (defined(my $line = <$client>)) {
        $line =~ s/\r?\n\z//;
        last if $line eq '';

        next if $line =~ /^(?:Host|Connection):/i;
        $line =~ s/^(Authorization):.*/$1/is;
        push @lines, $line;
    }

    return ((split ' ', $request)[1], @lines);
}

sub serve {
    my ($port) = @_;

    my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => $port, Listen => 64, ReuseAddr => 1) or die "$port: $!";
    my %last;

    $SIG{PIPE} = 'IGNORE';

    while (1) {
        my $client = $listen->accept // next;
        my ($uri, @lines) = _head($client) or next;

        my $more = "X-Seen: " . join('|', @lines) . "\r\n";

        if ($uri =~ m{^/last(/.*)}) {
            @lines = @{ $last{$1} // ['none'] };

        } elsif ($uri =~ m{^/accel(/.*)}) {
            $more .= "X-Accel-Redirect: $1\r\n";

        } else {
            $last{$uri} = [@lines];
        }

        my $body = join '', map { "$_\n" } @lines;

        print $client "HTTP/1.0 200 OK\r\n$more"
            . 'Content-Length: ' . length($body) . "\r\n\r\n$body";
        close $client;
    }
}


1;
