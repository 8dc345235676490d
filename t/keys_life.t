# How long keys live, and what is published when. They grow stale, the tenant
# asks to be left alone, the zone is full: and with one, two and four workers
# alike.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
use JSON::PP qw/ encode_json /;
use NJWT::Client qw/ tally verdict_of /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep time /;


my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;

my $server = <<'END';
        add_header  X-Verdict $jwt_verdict always;

        location /t {
            jwt   timesheets;
            root  @CONTENT@;
        }
END


sub answer {
    my (@token) = @_;

    return $s->get('/t', token => token(@token));
}

sub verdict {
    return verdict_of(answer(@_));
}

sub fresh {
    my (%conf) = @_;

    $s->stop;
    $tenant->fault(mode => 'none');
    $s->mark_log;
    $s->start(workers => 2, http => '', issuer => '', issuers => undef,
              server => $server, %conf);

    return;
}

sub failures {
    return $s->log_lines(qr/\[error\].*can't be fetched/);
}

# A request in each worker, all at the same time: the others are stopped.

sub each_worker {
    my ($code) = @_;

    return map { scalar $s->on_worker($_, $code) } $s->worker_pids;
}


subtest 'keys serve for jwks_stale after the last good fetch' => sub {
    fresh(issuer => 'jwks_refresh 1s; jwks_stale 3s; jwks_cooldown 1s; '
                    . 'jwks_wait 0;');
    wait_until { verdict() eq '200 ok' } 5, 'keys are there';

    $tenant->fault(mode => 'status', status => 500);
    $s->wait_for_log(qr/can't be fetched.*the present keys continue/);
    is verdict(), '200 ok', 'fetches fail: they serve';

    my $r = wait_until {
        my $r = answer();

        $r->{status} == 200 ? 0 : $r;
    } 10, 'they are stale';

    is $r->{status}, 503, 'then the gate can not answer';
    is $r->{headers}{'x-verdict'}, 'keys_unavailable', 'by its verdict';
    like $r->{headers}{'retry-after'}, qr/^[1-9]\d*$/, 'with Retry-After';
    ok !exists $r->{headers}{'www-authenticate'}, 'and no challenge';
    is_deeply [ each_worker(\&verdict) ],
        [ ('503 keys_unavailable') x 2 ], 'in all workers';
    is verdict(-key => 'k3', -kid => 'k1'), '503 keys_unavailable',
        'whatever the token';
    is $s->get('/t')->{status}, 401, 'but for none';

    $s->reload(workers => 1);
    is verdict(), '503 keys_unavailable', 'a reload makes them no younger';

    $tenant->fault(mode => 'none');
    wait_until { verdict() eq '200 ok' } 10, 'the tenant is back';
    is scalar failures(), 1, 'all that time had one line';
};


subtest 'a tenant that answers keeps its keys young' => sub {
    fresh(issuer => 'jwks_refresh 1s; jwks_stale 3s;');
    is verdict(), '200 ok', 'before';

    my $end = time + 4.5;
    my @r;

    while (time < $end) {
        push @r, $s->burst({ path => '/t', token => token() });
        sleep 0.05;
    }

    is_deeply [ keys %{ tally(@r) } ], [ 200 ], 'with the same set, too';
};


subtest 'Retry-After is honoured, up to jwks_refresh' => sub {
    fresh(issuer => 'jwks_refresh 2s;');
    is verdict(), '200 ok', 'keys are there';

    $tenant->fault(mode => 'status', status => 429, retry_after => 3600);

    my $first = $tenant->fetches + 1;

    wait_until { $tenant->fetches > $first } 15, 'two fetches';

    my @times = @{ $tenant->stats->{times}{jwks} };

    # it would be a second otherwise

    cmp_ok $times[$first] - $times[$first - 1], '>=', 1.9,
        'an hour is as long as jwks_refresh';
    cmp_ok $times[$first] - $times[$first - 1], '<', 10, 'and no longer';
    is verdict(), '200 ok', 'keys serve meanwhile';
    is scalar failures(), 1, 'one line';

    fresh(issuer => 'jwks_refresh 30s; jwks_cooldown 1s; jwks_wait 0;');
    wait_until { verdict() eq '200 ok' } 5, 'keys are there';

    # the schedule is far off: a kid that nobody knows causes the fetch

    $tenant->fault(mode => 'status', status => 429, retry_after => 3);
    verdict(-kid => 'nobody');
    wait_until { failures() } 10, 'it fails';

    my $before = $tenant->fetches;
    wait_until { $tenant->fetches > $before } 10, 'the next one';

    @times = @{ $tenant->stats->{times}{jwks} };

    cmp_ok $times[-1] - $times[-2], '>=', 2.9,
        'is as late as the tenant wants it';
};


for my $workers (1, 2, 4) {
    subtest "$workers workers: keys that come and go" => sub {
        fresh(workers => $workers, issuer => 'jwks_refresh 1s; '
              . 'jwks_cooldown 30s;');
        is_deeply [ each_worker(\&verdict) ], [ ('200 ok') x $workers ],
            'each serves the first';

        my $traffic = $s->traffic({ path => '/t',
                                    token => token(-key => 'k2') });

        # k1 goes, k2 stays, k3 comes

        $tenant->revoke('k1');
        wait_until { verdict() ne '200 ok' } 5, 'it is published';

        # from then on, in all of them

        is_deeply [ each_worker(\&verdict) ],
            [ ('401 key_not_found') x $workers ], 'what went is refused';
        is_deeply [ each_worker(sub { verdict(-key => 'k3') }) ],
            [ ('200 ok') x $workers ], 'what came serves';
        is_deeply [ keys %{ $traffic->stop } ], [ 200 ],
            'what stayed served all the time';

        $tenant->stop;
        $tenant->resume;
    };

    subtest "$workers workers: one fetch a cooldown, whoever asks" => sub {
        fresh(workers => $workers, issuer => 'jwks_cooldown 1s;');
        is_deeply [ each_worker(\&verdict) ], [ ('200 ok') x $workers ],
            'before';

        my $before = $tenant->fetches;
        my $began = time;
        my %count;

        while (time < $began + 1.2) {
            my $count = tally($s->burst(map {
                { path => '/t', token => token(-kid => "$_-" . rand) } }
                1 .. 40));

            $count{$_} += $count->{$_} for keys %$count;
        }

        my $most = 1 + int(time - $began);
        my $fetches = $tenant->fetches - $before;
        my @times = @{ $tenant->stats->{times}{jwks} };

        @times = @times[@times - $fetches .. $#times];

        is_deeply [ keys %count ], [ 401 ], 'all are unknown';
        ok $fetches >= 1 && $fetches <= $most, "$fetches of $most fetches";
        is_deeply [ grep { $times[$_] - $times[$_ - 1] < 0.95 }
                    1 .. $#times ], [], 'a second apart';
    };
}


# A worker of the old configuration may get its first request when the new one
# has its slots: half a request keeps a connection with it.

subtest 'an old worker that nobody asked before has its keys' => sub {
    fresh(workers => 1);
    $s->wait_for_log(qr/2 keys from/);

    my ($old) = $s->worker_pids;
    my @half = map {
        my $socket = IO::Socket::INET->new(
            PeerAddr => '127.0.0.1', PeerPort => $s->port, Proto => 'tcp')
            or die "connect: $!\n";

        $socket->syswrite("GET /t HTTP/1.1\r\nConnection: close\r\n");
        $socket;
    } 1 .. 2;

    # it has them when it answers another one that came later

    is $s->get('/open-or-not')->{status}, 404, 'it has both connections';

    ok $s->reload(issuer => 'jwks_uri @JWKS_URI@?another;'),
        'a reload with another source';
    is verdict(), '200 ok', 'which has its own keys';
    is_deeply [ $s->old_worker_pids ], [ $old ], 'the old worker is there';

    $half[0]->syswrite("Host: localhost\r\nAuthorization: Bearer "
                       . token() . "\r\n\r\n");
    local $/;
    like readline($half[0]), qr{^HTTP/1\.1 200 }, 'its keys serve';

    $half[1]->syswrite("Host: localhost\r\nAuthorization: Bearer "
                       . token(-key => 'k3') . "\r\n\r\n");
    like readline($half[1]), qr{^HTTP/1\.1 401 }, 'and no other ones';
};


# The zone: what is written must fit beside what is there.

sub zone {
    my ($issuers, $size, $set) = @_;

    return (
        http => <<"END",
    jwt_shared_zone  zone=jwt:$size;

    server {
        listen  127.0.0.1:\@PORT2\@;
        root    ${\ $s->dir };
    }
END
        issuers => join('', map { <<"END" } 1 .. $issuers),
    jwt_issuer i$_ {
        issuer    https://i$_.example/;
        audience  \@AUDIENCE\@;
        jwks_uri  http://127.0.0.1:\@PORT2\@/set$_.json;
        jwks_refresh  1s;
    }
END
        server => "add_header X-Verdict \$jwt_verdict always;\n"
            . join('', map { "location /i$_ { jwt i$_; "
                             . "alias \@CONTENT\@/t; }\n" } 1 .. $issuers),
    );
}

sub set {
    my ($name, $count) = @_;

    my %key = %{ NJWT::Token::public_jwk('k1') };

    $s->write_file("$name.new", encode_json({
        keys => [ map { { %key, kid => "$name-$_" } } 1 .. $count ] }));
    rename $s->dir . "/$name.new", $s->dir . "/$name.json"
        or die "$name: $!\n";
}

sub gate {
    my ($n, $kid) = @_;

    my $r = $s->get("/i$n", token => token(
        iss => "https://i$n.example/", -kid => "set$n-$kid"));

    return "$r->{status} " . ($r->{headers}{'x-verdict'} // '');
}


subtest 'a zone that is too small is an error with the size it needs' => sub {
    my ($good, $said) = $s->check(zone(20, '32k'));

    ok !$good, 'refused';
    like $said, qr/\[emerg\].*"jwt"\ is\ too\ small\ for\ 20\ jwt_issuer
                   .*jwt_shared_zone\ zone=jwt:(\d+)k/x, 'with the size';

    my ($size) = $said =~ /zone=jwt:(\d+)k/;

    ok +($s->check(zone(20, "${size}k")))[0], 'which is enough';
    ok !($s->check(zone(20, $size - 4 . 'k')))[0], 'and no less is';
};


subtest 'a set that the zone has no room for changes nothing' => sub {
    set('set1', 2);
    set('set2', 2);
    fresh(zone(2, '64k'));

    is gate($_, 1), '200 ok', "issuer $_ has keys" for 1, 2;

    # one that leaves no room for the other

    set('set1', 70);
    wait_until { gate(1, 70) eq '200 ok' } 10, 'a large set';
    set('set2', 70);
    $s->wait_for_log(qr/\[error\].*"i2".*can't\ be\ fetched.*
        "jwt_shared_zone"\ is\ full.*write\ a\ larger\ one
        .*continue\ to\ serve/x, 10);
    ok 1, 'the log says so';

    is gate(2, 2), '200 ok', 'the old keys serve';
    is gate(2, 70), '401 key_not_found', 'the new ones do not';
    is gate(1, 70), '200 ok', "the other's do";
    sleep 2.5;
    is scalar(failures()), 1, 'one line';

    set('set1', 2);
    wait_until { gate(2, 70) eq '200 ok' } 20, 'when there is room again';
    is gate(2, 1), '200 ok', 'they are there, all of them';
    is gate(1, 2), '200 ok', "and the other's";
};


is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
ok $s->stop, 'and ends when asked';

done_testing;
