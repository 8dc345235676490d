package Refused;

# What do refusals cost?  Rows of Rows.pm.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use Mint qw/ tokens issuer /;
use Rows;
use Side;
use Time::HiRes qw/ time /;


# Bare nginx that answers as the gate did: same status, headers and body.

sub likewise {
    my ($answer) = @_;

    my $headers = join ' ', map {
        my $value = $answer->{headers}{$_};

        "add_header $_ '$value' always;"
    } grep { !/^(?:server|date|content-\w+|connection)$/ }
      sort keys %{ $answer->{headers} };

    die "bench: nginx's variables in an answer\n"
        if "$headers$answer->{body}" =~ /\$/;

    return "location / { default_type $answer->{headers}{'content-type'};"
           . " $headers return $answer->{status} '$answer->{body}'; }";
}

sub first_of {
    my ($file) = @_;

    open my $in, '<', $file or die "bench: $file: $!\n";
    chomp(my $token = <$in>);

    return $token;
}


my %kind = (
    no_token => [ undef, 401 ],
    expired  => [ [ exp => 1700000001 ], 401 ],
    scope    => [ [ scope => 'read:other' ], 403 ],
);

sub load_of {
    my ($kind) = @_;

    my ($claims, $status) = @{ $kind{$kind} };

    return (status => $status,
            tokens => $claims ? tokens(1, claims => { @$claims }) : undef);
}


Rows::row(refusals => sub {
    my ($report) = @_;

    for my $kind (qw/ no_token expired scope /) {
        my %load = load_of($kind);
        my $gate = Rows::gate();

        my $answer = $gate->fresh->ask(
            token => $load{tokens} ? first_of($load{tokens}) : undef);

        my $bare = Side->new(server => likewise($answer));
        my $same = $bare->fresh->ask;

        die "bench: $kind: bare nginx answers otherwise\n"
            if $same->{body} ne $answer->{body}
               || join(' ', sort keys %{ $same->{headers} })
                  ne join(' ', sort keys %{ $answer->{headers} });

        Rows::held($report,
                   "$kind, seen before, to bare's return $load{status}", 1.2,
                   rounds => 12, value => \&Rows::ratio, its => [
                       map { Rows::hot($_, %load) } $gate, $bare ]);
    }
});


Rows::row(forged => sub {
    my ($report) = @_;

    my $bad = tokens($Rows::many, key => 'junk');

    Rows::held($report, 'a bad signature, to cold', 1.0,
               rounds => 12, value => \&Rows::ratio, its => [
                   Rows::cold(Rows::gate(), tokens => $bad, status => 401),
                   Rows::cold(Rows::gate()) ]);
});


# What is refused for its form, each time another: it costs no signature, and
# nothing is kept of it.

my %form = (
    'three parts, no JSON' => [ header => 'junk%N' ],
    'alg none'             => [ header => { alg => 'none' } ],
    'typ of another token' => [ header => { typ => 'dpop+jwt' } ],
);

Rows::row('refused-form' => sub {
    my ($report) = @_;

    for my $kind (sort keys %form) {
        my $bad = tokens($Rows::many, key => 'junk', @{ $form{$kind} });

        Rows::held($report, "$kind, to one refused as expired", 1.5,
                   rounds => 12, value => \&Rows::ratio, its => [
                       Rows::cold(Rows::gate(), tokens => $bad, status => 401),
                       Rows::hot(Rows::gate(), load_of('expired')) ]);
    }
});


# The keys come from a tenant here; one fetch for them, and then one for each
# cooldown of 30 s.

Rows::row(flood => sub {
    my ($report) = @_;

    my $gate = Rows::gate();
    my $tenant = $gate->scenario->tenant;

    $gate->{http} = issuer('timesheets',
                           keys => 'jwks_uri ' . $tenant->jwks_uri . ';');

    my $it = Rows::cold($gate, status => 401,
        tokens => tokens($Rows::many, key => 'junk',
                         header => { kid => 'unknown%N' }));
    my $began = time;

    # the first of them is held until the tenant has answered
    push @{ $it->{warm} }, { %{ $it->{load} }, requests => 64,
                             first => $Rows::many - 64 };

    my $found = Rows::held($report,
               'unknown kid, to one refused as expired', 1.5,
               rounds => 12, value => \&Rows::ratio, its => [
                   $it, Rows::hot(Rows::gate(), load_of('expired')) ]);

    # each round starts anew: its first fetch, and the flood's

    my $rounds = @{ $found->{rounds} };
    my $may = 2 * $rounds + int((time - $began) / 30);
    my $fetches = $tenant->fetches;

    $report->("$fetches fetches in $rounds starts, of the $may there may be",
              1, Rows::single($fetches / $may));
});


1;
