# A worker of an old configuration that starts late does the new one no harm:
# it is stopped at its start, and goes on when the next configuration serves.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep time /;


my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;

sub births {
    return map { /start worker process (\d+)/ ? $1 : () }
        $s->log_lines(qr/start worker process \d+/);
}

# Another source of keys, so another slot; without waiting for the workers.

sub hup {
    my ($n) = @_;

    $s->_write_config(issuer => "jwks_uri \@JWKS_URI\@?$n;");
    kill 'HUP', $s->master_pid;
}

sub passes {
    return $s->get('/t', token => token())->{status} == 200;
}


$s->start(workers => 2);
ok passes(), 'before';

my $before = () = births();

hup(1);

my $until = time + 5;
my @born;

while (time < $until) {
    @born = births();
    last if @born > $before;
    sleep 0.0005;
}

ok @born > $before, 'a worker of the second configuration is born';

my $late = $born[$before];
kill 'STOP', $late;

hup(2);
wait_until { (() = births()) >= $before + 4 } 5, 'workers of the third';
wait_until { passes() } 5, 'the third configuration serves';

kill 'CONT', $late;
wait_until { !kill 0, $late } 5, 'the late one came, and went';

is scalar(grep { passes() } 1 .. 20), 20, 'and took nothing with it';

my $fetches = $tenant->fetches;

is $s->get('/t', token => token(-kid => 'stranger'))->{status}, 401,
    'a kid that nobody knows';
is $tenant->fetches, $fetches + 1, 'is still asked for';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

$s->stop;
done_testing;
