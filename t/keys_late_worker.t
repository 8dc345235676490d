# A worker of an old configuration does the new one no harm, and comes to none
# itself: one that starts late, when the next configuration serves, and one that
# is still busy when its keys' shared memory has been given to another.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
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

# who is stopped with a lock of the shared memory in hand, for some microseconds
# of its start, holds up all others: then it goes on for a moment

my $serves;

for (1 .. 20) {
    $serves = eval { wait_until { passes() } 2, 'an answer' };
    last if $serves;

    kill 'CONT', $late;
    sleep 0.0001;
    kill 'STOP', $late;
}

ok $serves, 'the third configuration serves';

kill 'CONT', $late;
wait_until { !kill 0, $late } 5, 'the late one came, and went';

is scalar(grep { passes() } 1 .. 20), 20, 'and took nothing with it';

my $fetches = $tenant->fetches;

is $s->get('/t', token => token(-kid => 'stranger'))->{status}, 401,
    'a kid that nobody knows';
is $tenant->fetches, $fetches + 1, 'is still asked for';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

$s->stop;


# Two reloads with other sources of keys take a worker's shared memory from it.

sub take_away {
    my ($s, $issuer) = @_;

    for my $n (1, 2) {
        my $before = () = $s->log_lines(qr/start worker process \d+/);

        $s->_write_config(issuer => "$issuer\n jwks_uri \@JWKS_URI\@?$n;");
        kill 'HUP', $s->master_pid;
        wait_until { (() = $s->log_lines(qr/start worker process \d+/))
                     > $before } 5, 'workers';
        sleep 1;
    }
}

subtest 'logout tokens wait for keys that are another configuration\'s' => sub {
    my $s = NJWT::Scenario->new;
    my $tenant = $s->tenant;
    my $issuer = 'revocation sub; jwks_cooldown 1s; jwks_timeout 20s; '
                 . 'jwks_wait 5s;';
    my $logout = sub {
        return $s->begin({
            path => '/logout', method => 'POST',
            headers => { 'Content-Type' => 'application/x-www-form-urlencoded' },
            body => 'logout_token=' . logout_token(-kid => $_[0]),
        });
    };

    $s->start(workers => 1, issuer => $issuer, server => <<'    END');
        location /t      { jwt timesheets; root @CONTENT@; }
        location /logout { jwt_logout_handler timesheets client=webapp; }
    END
    is $s->get('/t', token => token())->{status}, 200, 'before';
    sleep 1.2;

    my ($old) = $s->worker_pids;

    $tenant->fault(mode => 'delay', seconds => 20);

    # the first learns that its keys are gone when it ends to wait, the second
    # waits on

    my @clients = $logout->('stranger');

    sleep 1.5;
    push @clients, $logout->('another');
    take_away($s, $issuer);
    wait_until { !kill 0, $old } 20, 'the old worker answered, and went';

    is_deeply [ $s->log_lines(qr/exited on signal/) ], [], 'it did not crash';
    $s->stop;
};

subtest 'keys are fetched that are another configuration\'s' => sub {
    my $s = NJWT::Scenario->new;
    my $tenant = $s->tenant;
    my $issuer = 'jwks_cooldown 1s; jwks_timeout 20s; jwks_wait 0;';

    $s->start(workers => 1, issuer => $issuer);
    wait_until { $s->get('/t', token => token())->{status} == 200 } 5, 'serves';
    sleep 1.2;

    my ($old) = $s->worker_pids;
    my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $s->port) or die "$!";
    my $ask = sub {
        print $client @_;
        $client->flush;
    };
    my $head = "GET /t HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ";
    my $answer;

    $tenant->fault(mode => 'delay', seconds => 3);
    $ask->($head . token(-kid => 'stranger') . "\r\n\r\n");
    sysread $client, $answer, 65536;
    like $answer, qr/ 401 /, 'a kid that nobody knows';
    wait_until { $tenant->in_flight } 5, 'a fetch';

    # when it goes on, the worker finds a request, which looks for its keys,
    # and then what was fetched

    $ask->($head);
    sleep 0.2;
    kill 'STOP', $old;
    $ask->(token() . "\r\n\r\n");
    take_away($s, $issuer);
    wait_until { !$tenant->in_flight } 10, 'the fetch is answered';
    sleep 0.5;
    kill 'CONT', $old;
    sysread $client, $answer, 65536;
    wait_until { !kill 0, $old } 10, 'the old worker went';

    is_deeply [ $s->log_lines(qr/exited on signal/) ], [], 'it did not crash';
    $s->stop;
};

done_testing;
