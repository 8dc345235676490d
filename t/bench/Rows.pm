package Rows;

# What does each row of the table compare?
#
#   Rows::names(), Rows::run($name, \&report)
#
# A row reports one line or more: what, the limit, and what Rounds::weigh()
# found.  Costs are microseconds of the workers' CPU for a request.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use Exporter qw/ import /;
use Mint qw/ tokens pem jwks issuer issuers /;
use Rounds qw/ weigh /;
use Side;


our $slice = 2000;
our $many = 50_000;

my $gate = 'jwt timesheets; jwt_require_scope read:timesheets;';
my @rows;
my %row;

sub row {
    my ($name, $code) = @_;

    push @rows, $name;
    $row{$name} = $code;

    return;
}

sub names {
    return @rows;
}

sub run {
    my ($name, $report) = @_;

    return $row{$name}->($report);
}


sub ratio {
    return $_[0] / $_[1];
}

# A gate with an issuer; more: other locations, and so on.

sub gate {
    my (%args) = @_;

    return Side->new(gate => 1, http => issuer('timesheets'),
                     server => "location / { $gate empty_gif; }", %args);
}

sub bare {
    return Side->new(server => 'location / { empty_gif; }', @_);
}

# These tokens were all seen before.

sub hot {
    my ($side, %load) = @_;

    %load = (requests => $slice, tokens => tokens(1), %load);

    my $seen = $load{seen} // 2000;

    delete $load{seen};

    return { side => $side, load => \%load,
             warm => [ { %load, requests => $seen } ] };
}

# None of these was, but the worker has seen others, which aren't counted.

sub cold {
    my ($side, %load) = @_;

    %load = (requests => $slice, tokens => tokens($many), %load);

    return { side => $side, load => \%load,
             warm => [ { %load, requests => 500, status => 200,
                         tokens => tokens(1) } ] };
}


row hot => sub {
    my ($report) = @_;

    $report->('hot, one scope rule, against bare nginx', 1.15,
              weigh(rounds => 7, value => \&ratio,
                    its => [ hot(gate()), hot(bare()) ]));
};


1;
