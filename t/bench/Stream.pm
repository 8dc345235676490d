package Stream;

# What does a request cost through TLS 1.3 and HTTP/2, as browsers come, and
# through HTTP/3?  Rows of Rows.pm: the same questions as without, 100 streams on
# each connection.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use Http2;
use Http3;
use Mint qw/ issuer /;
use Refused ();
use Rows;


sub side {
    my ($location, %args) = @_;

    return Http2->new(tls => 1, server => $location, %args);
}

sub gate {
    my ($location, %args) = @_;

    return side($location, %args, gate => 1,
                http => ($args{http} // '') . issuer('timesheets'));
}

sub hot {
    my ($side, %load) = @_;

    return Rows::hot($side, connections => 4, streams => 100, patient => 1,
                     requests => 8000, %load);
}


Rows::row(http2 => sub {
    my ($report) = @_;

    my $held = sub {
        my ($what, $limit, @its) = @_;

        Rows::held($report, "TLS, HTTP/2: $what", $limit, rounds => 9,
                   value => \&Rows::ratio, its => \@its);
    };

    my $empty = "location / { $Rows::gate empty_gif; }";
    my $open = 'location / { empty_gif; }';
    my %big = (tokens => Mint::sized(8000));

    $held->('seen before, to bare', 1.15,
            hot(gate($empty)), hot(side($open)));
    $held->('8,000 bytes, seen before, to bare', 1.40,
            hot(gate($empty), %big), hot(side($open), %big));

    # a connection for each stream: with fewer, half of what is weighed is how
    # nginx connects

    my $backend = Rows::bare();
    my $http = Rows::upstream($backend, 512);

    $backend->fresh;
    $held->('proxied, seen before, to bare', 1.10,
            hot(gate("location / { $Rows::gate $Rows::pass }",
                     http => $http)),
            hot(side("location / { $Rows::pass }", http => $http)));
    $backend->stop;

    # the answer is that of HTTP/1.1, which a client here reads

    my %load = Refused::load_of('expired');
    my $plain = Rows::gate();
    my $answer = $plain->fresh->ask(
        token => Refused::first_of($load{tokens}));

    $plain->stop;
    $held->("expired, seen before, to bare's return 401", 1.2,
            hot(gate($empty), %load),
            hot(side(Refused::likewise($answer)), %load));
});


# One connection, whose handshake is counted.

Rows::row(http3 => sub {
    my ($report) = @_;

    my $missing = Http3::missing();

    if ($missing) {
        $report->("left out: $missing");
        return;
    }

    my %load = (requests => 2000, streams => 100, seen => 500);
    my @its = map { Rows::hot($_, %load) }
        Http3->new(gate => 1, http => issuer('timesheets'),
                   server => "location / { $Rows::gate empty_gif; }"),
        Http3->new(server => 'location / { empty_gif; }');

    Rows::held($report, 'HTTP/3: seen before, to bare', 1.15, rounds => 9,
               value => \&Rows::ratio, its => \@its);
});


1;
