# The clock jumps: forward, as on a machine that was suspended, and back, as
# when it was set wrong.
#
# nginx runs with a library that adds what a test says to the time of day.  Its
# steady clock goes on as it is, as a machine's does.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Clock;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep /;


# a sanitizer must be the first library
if ($ENV{ASAN_OPTIONS}) {
    plan skip_all => 'not under a sanitizer, which has its own clock calls';
}

my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;
my $clock = NJWT::Clock->new($s->dir);
my $hour = 3600;

# nginx looks at the clock when something happens: a request sees the jump
# that was made before it

sub jump {
    my ($seconds) = @_;

    $clock->set($seconds);
    $s->get('/public');

    return;
}

# the tenant is left alone for a second after each fetch

sub rest {
    sleep 1.1;

    return;
}

sub verdict {
    my ($token) = @_;

    return $s->verdict('/t', token => $token);
}


$s->start(workers => 1, preload => $clock->library, issuer => 'jwks_stale 2h; jwks_cooldown 1s;',
          server => <<'END');
        add_header  X-Verdict $jwt_verdict always;

        location /t       { jwt timesheets; root @CONTENT@; }
        location /public  { jwt off; root @CONTENT@; }
END

my $now = time;
my $short = token(iat => $now, exp => $now + $hour / 2);
my $long = token(iat => $now, exp => $now + 100 * $hour);

is verdict($short), '200 ok', 'a token of half an hour passes';
is verdict($long), '200 ok', 'and one of a hundred hours';
is $tenant->fetches, 1, 'with keys that were fetched once';


jump($hour);

is verdict($short), '401 expired',
    'an hour on, a token that was remembered is expired';
is verdict($long), '200 ok', 'the other one is good still';
is $tenant->fetches, 1, 'and the keys are no older than they may be';


rest();
jump(30 * $hour);

is verdict($long), '200 ok',
    'thirty hours on, the first request waits for new keys and passes';
is verdict($short), '401 expired', 'what was expired is so still';
is $tenant->fetches, 2, 'after one fetch';

my $later = token(iat => $now + 30 * $hour, exp => $now + 31 * $hour);

is verdict($later), '200 ok', 'a token of that time passes';


rest();
jump(0);

is verdict($long), '200 ok',
    'the clock is set back: the keys are no older than they were';
is verdict($later), '401 issued_in_future',
    'a token of that time was issued in the future';
is verdict($short), '200 ok', 'and what is good now passes';
is $tenant->fetches, 2, 'without another fetch';

my $old = token(iat => $now - 2 * $hour, exp => $now + $hour);

for my $back (1, 30, 3600) {
    jump(-$back);
    is verdict($old), '200 ok', "set back by $back s: the keys go on serving";
}

is $tenant->fetches, 2, 'without another fetch';
jump(0);


my $fetches = $tenant->fetches;
my $began = time;

for my $to (-30, 30, -30, 30, -30, 30, -30, 30, 0) {
    jump($to * $hour);
    verdict($long);
}

rest();
is verdict($long), '200 ok', 'a clock that jumps to and fro ends well';
cmp_ok $tenant->fetches - $fetches, '<=', 2 + time - $began,
    'with no more fetches than one a cooldown';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
is scalar($s->worker_pids), 1, 'and the worker lives';

$s->stop;

done_testing;
