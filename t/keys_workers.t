# The death of a worker costs no more than its own requests: keys, fetches and
# the other workers go on.
#
# Worker 0 fetches; the others live on what it publishes.  The tenant's fault
# "delay" holds a fetch in flight until the test lifts it.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Client qw/ tally /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep /;


my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;

my $patient = 'jwks_wait 20s; jwks_timeout 20s; jwks_cooldown 1s;';


sub verdict {
    return $s->verdict('/t', token => token(@_));
}

sub good {
    return { path => '/t', token => token() };
}

sub fresh {
    my (%conf) = @_;

    $s->stop;
    $s->start(workers => 2, issuer => $patient, %conf);

    return;
}

sub others {
    return grep { $_ != $s->fetcher_pid } $s->worker_pids;
}

# Lost are the requests that a worker had in hand when it died: with each
# death no more than are under way at a time.

sub lost_at_most {
    my ($count, $most, $title) = @_;

    my $lost = delete $count->{0} // 0;

    cmp_ok $lost, '<=', $most, "$title: $lost of "
        . ($count->{200} + $lost) . ' requests died with a worker';
    is_deeply [ keys %$count ], [ 200 ], "$title: the others passed";

    return;
}


subtest 'all workers follow a publication at once' => sub {
    fresh(workers => 4);
    is verdict(), '200 ok', 'before';
    is verdict(-key => 'k3'), '401 key_not_found', 'k3 is unknown';

    $tenant->rotate;
    $tenant->revoke('k1');

    # whoever asks: worker 0 fetches, and all have it

    wait_until { verdict(-key => 'k3') eq '200 ok' } 5, 'k3 is known';

    for my $pid ($s->worker_pids) {
        $s->on_worker($pid, sub {
            is verdict(-key => 'k3'), '200 ok', "worker $pid: the new key";
            is verdict(-key => 'k2'), '200 ok', "worker $pid: the next one";
            is verdict(), '401 key_not_found', "worker $pid: not the old one";
        });
    }

    $tenant->stop;
    $tenant->resume;
};


subtest 'worker 0 dies while nothing is fetched' => sub {
    fresh();
    is verdict(), '200 ok', 'before';

    my $before = $tenant->fetches;
    my $traffic = $s->traffic(good(), good());

    for (1 .. 5) {
        sleep rand 0.1;
        $s->kill_worker($s->fetcher_pid);
    }

    is verdict(), '200 ok', 'the keys are there';
    lost_at_most($traffic->stop, 10, 'five deaths');
    is $tenant->fetches, $before, 'nothing was fetched';

    is verdict(-kid => 'nobody'), '401 key_not_found', 'an unknown kid';
    is $tenant->fetches, $before + 1, 'is fetched by the successor';
};


subtest 'another worker dies' => sub {
    fresh();
    is verdict(), '200 ok', 'before';

    my $before = $tenant->fetches;
    my $traffic = $s->traffic(good(), good());

    for (1 .. 5) {
        sleep rand 0.1;
        $s->kill_worker((others())[0]);
    }

    lost_at_most($traffic->stop, 10, 'five deaths');
    is $s->on_worker($_, \&verdict), '200 ok', 'the keys are there'
        for $s->worker_pids;
    is $tenant->fetches, $before, 'nothing was fetched';
};


subtest 'worker 0 dies in the middle of the first fetch' => sub {
    $tenant->fault(mode => 'delay', seconds => 30);
    fresh();
    wait_until { $tenant->in_flight } 5, 'it is in flight';

    my $before = $tenant->fetches;
    my ($other) = others();

    my $flight = $s->on_worker($other, sub {
        my $flight = $s->begin(map { good() } 1 .. 10);

        # no worker but this one answers: it has read those before
        is $s->get('/t')->{status}, 401, 'requests wait in the other worker';

        return $flight;
    });

    $s->kill_worker($s->fetcher_pid);
    $tenant->fault(mode => 'none');

    is_deeply tally($s->finish($flight)), { 200 => 10 },
        'they wait for the successor, and pass';
    is $tenant->fetches, $before + 1, 'by one fetch';
};


subtest 'worker 0 dies in the middle of each of its fetches' => sub {
    $tenant->fault(mode => 'none');
    fresh(issuer => "$patient jwks_refresh 1s;");
    is verdict(), '200 ok', 'before';

    my $traffic = $s->traffic(good(), good());
    my $before = $tenant->fetches;

    $tenant->fault(mode => 'delay', seconds => 30);

    for my $n (1 .. 3) {
        wait_until { $tenant->fetches >= $before + $n } 8, 'a fetch';
        $s->kill_worker($s->fetcher_pid);
    }

    $tenant->fault(mode => 'none');
    lost_at_most($traffic->stop, 6, 'three deaths');
    cmp_ok $tenant->fetches, '<=', $before + 4, 'without a storm of fetches';

    # and its successor goes on

    $tenant->rotate;
    $tenant->revoke('k1');
    wait_until { verdict() eq '401 key_not_found' } 8, 'it goes on';
    is verdict(-key => 'k3'), '200 ok', 'new keys come, old ones go';
    is verdict(-key => 'k2'), '200 ok', 'others stay';

    $tenant->stop;
    $tenant->resume;
};


subtest 'another worker dies with requests that wait' => sub {
    $tenant->fault(mode => 'delay', seconds => 30);
    fresh();
    wait_until { $tenant->in_flight } 5, 'a fetch is in flight';

    my $before = $tenant->fetches;
    my ($other) = others();

    my $lost = $s->on_worker($other, sub {
        my $flight = $s->begin(map { good() } 1 .. 5);

        $s->get('/t');
        return $flight;
    });

    $s->kill_worker($other);
    is_deeply tally($s->finish($lost)), { 0 => 5 }, 'they die with it';

    my $flight = $s->begin(map { good() } 1 .. 5);
    $tenant->fault(mode => 'none');

    is_deeply tally($s->finish($flight)), { 200 => 5 }, 'others pass';
    is $tenant->fetches, $before, 'by the fetch that was in flight';
};


subtest 'all workers die at any time' => sub {
    fresh(workers => 4, issuer => "$patient jwks_refresh 1s;");
    is verdict(), '200 ok', 'before';

    my $began = $tenant->fetches;
    my $traffic = $s->traffic(map { good() } 1 .. 4);

    for (1 .. 15) {
        my @all = $s->worker_pids;

        sleep rand 0.05;
        $s->kill_worker($all[rand @all]);
    }

    lost_at_most($traffic->stop, 4 * 15, 'fifteen deaths');

    $s->on_worker($_, sub { is verdict(), '200 ok', 'the keys are there' })
        for $s->worker_pids;
};


is_deeply [ $s->errors ], [], 'nginx has nothing else to complain of';
ok $s->stop, 'and ends when asked';

done_testing;
