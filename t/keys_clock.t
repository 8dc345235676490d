# Keys serve although the workers' clocks differ. nginx reads the clock once a
# turn of its event loop: what another worker stamped may lie ahead of a long
# turn.
#
# The clock of a worker lags by the seconds that a file of its pid says.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


# a sanitizer must be the first library
if ($ENV{ASAN_OPTIONS}) {
    plan skip_all => 'not under a sanitizer, which has its own clock calls';
}

my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;
my $dir = $s->dir;

my $source = $s->write_file('lag.c', <<"END_OF_SOURCE");
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long
lag(void)
{
    long   seconds = 0;
    char   name[4096];
    FILE  *in;

    snprintf(name, sizeof(name), "$dir/lag.%d", (int) getpid());
    in = fopen(name, "r");

    if (in != NULL) {
        if (fscanf(in, "%ld", &seconds) != 1) {
            seconds = 0;
        }

        fclose(in);
    }

    return seconds;
}

int
clock_gettime(clockid_t clock, struct timespec *ts)
{
    int  rc = (int) syscall(SYS_clock_gettime, clock, ts);

    ts->tv_sec -= lag();

    return rc;
}

int
gettimeofday(struct timeval *tv, void *zone)
{
    struct timespec  ts;

    (void) zone;
    clock_gettime(CLOCK_REALTIME, &ts);

    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;

    return 0;
}
END_OF_SOURCE

system($ENV{CC} // 'cc', '-shared', '-fPIC', '-o', "$dir/lag.so", $source)
    == 0 or BAIL_OUT('no compiler for lag.c');


# Each of these has its token issued long ago, so that only keys can matter.

my $now = time;
my $token = token(iat => $now - 600, exp => $now + 3600);

sub verdict {
    my ($pid, @token) = @_;

    my $r = $s->on_worker($pid, sub {
        $s->get('/public');
        $s->get('/t', token => @token ? token(iat => $now - 600, @token)
                                      : $token);
    });

    return "$r->{status} " . ($r->{headers}{'x-verdict'} // '');
}

sub lag {
    my ($pid, $seconds) = @_;

    $s->write_file("lag.$pid.new", "$seconds\n");
    rename "$dir/lag.$pid.new", "$dir/lag.$pid" or die "lag: $!\n";

    return;
}

sub start {
    my ($issuer) = @_;

    $s->stop;
    $s->start(workers => 2, preload => "$dir/lag.so", issuer => $issuer,
              server => <<'END_OF_SERVER');
        add_header  X-Verdict $jwt_verdict always;

        location /t       { jwt timesheets; root @CONTENT@; }
        location /public  { jwt off; root @CONTENT@; }
END_OF_SERVER

    my ($other) = grep { $_ != $s->fetcher_pid } $s->worker_pids;

    return ($s->fetcher_pid, $other);
}


subtest 'a worker whose clock lags has the keys of one whose does not' => sub {
    my ($fetcher, $other) = start('jwks_wait 0;');

    wait_until { verdict($fetcher) eq '200 ok' } 5, 'keys are there';

    for my $seconds (1, 2, 30) {
        lag($other, $seconds);
        is verdict($other), '200 ok', "its clock lags by $seconds s";
        is verdict($other, -key => 'k3'), '401 key_not_found',
            'and another key is refused';
    }

    cmp_ok $tenant->fetches, '<=', 2,
        'no more than one fetch, and one for the unknown key';

    lag($other, -120);
    is verdict($other), '200 ok', 'its clock is ahead';
};


subtest 'keys that are too old are so by either clock' => sub {
    my ($fetcher, $other) = start('jwks_wait 0; jwks_stale 60s;');

    wait_until { verdict($fetcher) eq '200 ok' } 5, 'keys are there';

    lag($other, -50);
    is verdict($other), '200 ok', 'fifty seconds old: they serve';

    $tenant->fault(mode => 'status', status => 500);
    lag($other, -70);
    is verdict($other), '503 keys_unavailable', 'seventy: they do not';
    $tenant->fault(mode => 'none');
};


subtest 'a fetch of a worker whose clock is ahead is in flight' => sub {
    my ($fetcher, $other) = start('jwks_wait 5s; jwks_cooldown 1s;');

    wait_until { verdict($fetcher) eq '200 ok' } 5, 'keys are there';

    my $fetches = $tenant->fetches;

    lag($other, 20);
    $tenant->rotate;
    is verdict($fetcher, -key => 'k3'), '200 ok', 'a new key is found';
    is verdict($other, -key => 'k3'), '200 ok', 'by both';
    is $tenant->fetches, $fetches + 1, 'with one fetch';
};


is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

$s->stop;

done_testing;
