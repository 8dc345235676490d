# An upgrade of the binary loses no request. USR2 starts another master beside
# the old one, with a zone of its own, which is empty: who needs keys waits
# for them. Then the old one goes.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Client qw/ tally /;
use NJWT::File qw/ slurp_if_there /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep /;


my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;
my $dir = $s->dir;

sub children {
    my ($parent, $title) = @_;

    return grep {
        (NJWT::Scenario::_state($_))[1] == $parent
            && slurp_if_there("/proc/$_/cmdline") =~ $title
    } map { m{(\d+)} } glob '/proc/[0-9]*';
}

sub workers {
    return children($_[0], qr/worker process\s*\0*$/);
}

sub good {
    return { path => '/t', token => token() };
}

# nginx upgrades only where it is a daemon, so it is nobody's child; it ends
# with the test all the same

my @masters;

END {
    kill 'TERM', grep { kill 0, $_ } @masters;
}

sub upgrade {
    my ($old) = @_;

    kill 'USR2', $old;
    wait_until { -s "$dir/nginx.pid.oldbin" } 5, 'the old one steps aside';

    my $new = wait_until {
        my $pid = slurp_if_there("$dir/nginx.pid") =~ /(\d+)/ ? $1 : 0;

        $pid && $pid != $old && workers($pid) == 2 ? $pid : 0;
    } 10, 'the new one is there';

    push @masters, $new;

    return $new;
}


sub begin {
    my (%conf) = @_;

    my $file = $s->write_file('nginx.conf',
        $s->config_text(%conf) =~ s/^daemon\s+off;$/daemon on;/mr);
    my $nginx = $ENV{NJWT_NGINX}
        // (grep { -x } map { "$_/nginx" } split(/:/, $ENV{PATH}),
            '/usr/sbin')[0];

    local $ENV{LD_PRELOAD} = $ENV{TEST_NGINX_LD_PRELOAD} // '';

    system($nginx, '-p', $dir, '-e', "$dir/error.log", '-c', $file) == 0
        or die "nginx doesn't start\n";

    $s->write_file('nginx.out', '');

    my $pid = wait_until { (slurp_if_there("$dir/nginx.pid") =~ /(\d+)/)[0] } 10,
        'nginx is there';

    push @masters, $pid;
    wait_until { workers($pid) == 2 } 10, 'with its workers';

    return $pid;
}


my $old = begin(workers => 2, issuer => 'jwks_wait 20s; jwks_timeout 20s;');

is_deeply tally($s->burst(map { good() } 1 .. 4)), { 200 => 4 }, 'before';

my $fetches = $tenant->fetches;


subtest 'a new binary beside the old one: who has no keys waits' => sub {
    my $traffic = $s->traffic(good(), good(), { path => '/open' });

    # it has no keys for some time, as far as that may be

    $tenant->fault(mode => 'delay', seconds => 0.7);

    my $new = upgrade($old);

    wait_until { $tenant->fetches > $fetches } 5, 'it fetches';
    wait_until { !$tenant->in_flight } 5, 'it has keys';
    sleep 0.3;
    $tenant->fault(mode => 'none');

    is_deeply [ keys %{ $traffic->stop } ], [ 200 ],
        'each request is answered, and none refused';
    is $tenant->fetches, $fetches + 1, 'by one fetch';
};


subtest 'the old workers go, then the old master' => sub {
    my $new = $masters[-1];
    my $traffic = $s->traffic(good(), good(), { path => '/open' });

    kill 'WINCH', $old;
    wait_until { !workers($old) && !children($old, qr/shutting down/) } 10,
        'the old workers go';
    is_deeply tally($s->burst(map { good() } 1 .. 10)), { 200 => 10 },
        'the new ones serve';

    kill 'QUIT', $old;
    wait_until { !kill 0, $old } 10, 'the old master goes';

    is_deeply [ keys %{ $traffic->stop } ], [ 200 ], 'no request is lost';
    is scalar(workers($new)), 2, 'the new workers are there';
    is $tenant->fetches, $fetches + 1, 'and fetched once';
};


subtest 'an upgrade that is taken back' => sub {
    my $first = $masters[-1];
    my $traffic = $s->traffic(good(), good());
    my $new = upgrade($first);

    kill 'WINCH', $first;
    wait_until { !workers($first) } 10, 'the old workers go';
    kill 'HUP', $first;
    wait_until { workers($first) == 2 } 10, 'and come again';

    is_deeply tally($s->burst(map { good() } 1 .. 10)), { 200 => 10 },
        'both serve';

    kill 'QUIT', $new;
    wait_until { !kill 0, $new } 10, 'the new one goes';

    is_deeply [ keys %{ $traffic->stop } ], [ 200 ], 'no request is lost';
    is_deeply tally($s->burst(map { good() } 1 .. 10)), { 200 => 10 },
        'the old one serves on';

    kill 'QUIT', $first;
    wait_until { !kill 0, $first } 10, 'until it is told to end';
};


is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

done_testing;
