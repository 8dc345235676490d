# Without memory no request passes that shouldn't, and nginx doesn't crash.
#
# The quick part of make faults: each allocation of the module's own fails in
# turn, in each kind of request, and some of the libraries'.  How it is done:
# t/faults/shim.c, t/faults/Sweep.pm.

use strict;
use warnings;

use lib 't/lib', 't/faults';

use Faults;
use Sweep;
use Test::More;


-e $_ or BAIL_OUT("there is no $_: run make build/faults/shim.so first")
    for Faults->library;

my $sweep = Sweep->new;

$sweep->run_requests(ways => ['module']);
is_deeply [ $sweep->bad ], [], 'each allocation of a request failed once';
cmp_ok $sweep->{points}, '>', 250, 'there were hundreds';

$sweep = Sweep->new;
$sweep->run_requests(ways => ['libraries'],
                     names => [ 'good, seen', 'blocked by a map, seen' ]);
is_deeply [ $sweep->bad ], [], 'what the libraries allocate, too';

$sweep = Sweep->new;
$sweep->run_config(ways => ['module'], every => 9);
is_deeply [ $sweep->bad ], [], 'nginx -t ends with a word on it';
cmp_ok $sweep->{points}, '>', 25, 'whatever failed';

done_testing;
