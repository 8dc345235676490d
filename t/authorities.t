# Which authorities vouch for the keys?  Those whose bytes were in the file:
# one that was taken out of it must not go on through the keys that it brought.

use strict;
use warnings;

use lib 't/lib';

use File::Copy qw/ copy /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;

sub bundle {
    my ($name) = @_;

    copy("t/keys/$name.pem", $s->dir . '/ca.pem') or die "ca.pem: $!\n";
}

sub status {
    return $s->get('/t', token => token())->{status};
}


bundle('tls-ca');
$s->start(issuer => 'ssl_trusted_certificate @DIR@/ca.pem;');

is status(), 200, 'keys are there';

my $before = $tenant->fetches;

ok $s->reload, 'a reload with the same file';
is status(), 200, 'keeps them';
is $tenant->fetches, $before, 'without a fetch';

bundle('tls-other-ca');

ok $s->reload, 'a reload with other bytes in it';
is status(), 200, 'has keys';
is $tenant->fetches, $before + 1, 'that were fetched anew';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

$s->stop;
done_testing;
