# Neither a reload nor an end costs anything: no key, no request, no line of
# [alert].
#
# The tenant's fault "delay" holds a fetch in flight until the test lifts it.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Client qw/ tally /;
use NJWT::Process qw/ patience wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ time /;


my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;

my $server = <<'END';
        add_header  X-Verdict $jwt_verdict always;

        location /t {
            jwt   timesheets;
            root  @CONTENT@;
        }

        location /open {
            root  @CONTENT@;
        }
END

my $patient = 'jwks_wait 20s; jwks_timeout 20s; jwks_cooldown 1s;';


sub verdict {
    my ($path, @token) = @_;

    return $s->verdict($path, token => token(@token));
}

sub good {
    return { path => '/t', token => token() };
}

sub old_ones_end {
    my ($seconds) = @_;

    return wait_until { !$s->old_worker_pids } $seconds // 5,
        'the old workers end';
}

# A new start, with a configuration that nothing is left in from before.

sub fresh {
    my (%conf) = @_;

    $s->stop;
    $s->start(workers => 2, http => '', main => '', issuer => $patient,
              issuers => undef, server => $server, %conf);

    return;
}


subtest 'keys live through a reload' => sub {
    fresh();
    is verdict('/t'), '200 ok', 'before';

    my $before = $tenant->fetches;

    ok $s->reload, 'a reload';
    is_deeply tally($s->burst(map { good() } 1 .. 20)), { 200 => 20 },
        'afterwards';

    ok $s->reload(workers => 4), 'and one with more workers';
    is_deeply tally($s->burst(map { good() } 1 .. 20)), { 200 => 20 },
        'afterwards';

    ok $s->reload(workers => 1, server => "$server\n# changed\n"),
        'and one with fewer';
    is_deeply tally($s->burst(map { good() } 1 .. 20)), { 200 => 20 },
        'afterwards';

    old_ones_end();
    is $tenant->fetches, $before, 'nothing was fetched';
};


subtest 'a reload while the tenant is down' => sub {
    fresh();
    is verdict('/t'), '200 ok', 'before';
    $tenant->stop;

    my $traffic = $s->traffic(good(), good());

    ok $s->reload, 'a reload';
    old_ones_end();
    is verdict('/t'), '200 ok', 'afterwards';
    is_deeply [ keys %{ $traffic->stop } ], [ 200 ], 'and meanwhile';

    $tenant->resume;
};


subtest 'a reload with a fetch in flight and requests that wait for it'
    => sub {
    $tenant->fault(mode => 'delay', seconds => 30);
    fresh();

    my $flight = $s->begin(map { good() } 1 .. 20);

    wait_until { $tenant->in_flight } 5, 'the fetch is in flight';

    my $before = $tenant->fetches;

    ok $s->reload, 'a reload';
    wait_until { $tenant->fetches > $before } 5, 'the new worker fetches';

    my $more = $s->begin(map { good() } 1 .. 20);

    ok scalar $s->old_worker_pids, 'an old worker stays for those that wait';

    $tenant->fault(mode => 'none');
    is_deeply tally($s->finish($flight)), { 200 => 20 },
        'who waited in an old worker passes';
    is_deeply tally($s->finish($more)), { 200 => 20 },
        'and who came later';

    old_ones_end();
    is $tenant->fetches, $before + 1, 'one fetch replaced another';
    wait_until { !$tenant->in_flight } 5, 'and none is left';
};


subtest 'a reload during the fetch of an unknown kid' => sub {
    $tenant->fault(mode => 'none');
    fresh();
    is verdict('/t'), '200 ok', 'before';

    $tenant->fault(mode => 'delay', seconds => 30);

    my $flight = $s->begin({ path => '/t', token => token(-kid => 'x') });
    wait_until { $tenant->in_flight } 5, 'the fetch is in flight';

    my $before = $tenant->fetches;

    ok $s->reload, 'a reload';
    is_deeply tally($s->burst(map { good() } 1 .. 20)), { 200 => 20 },
        'known ones pass';
    $tenant->fault(mode => 'none');

    my ($r) = $s->finish($flight);
    is $r->{headers}{'x-verdict'}, 'key_not_found', 'it is answered';

    old_ones_end();
    cmp_ok $tenant->fetches, '<=', $before + 1, 'by one fetch at most';
};


subtest 'a reload that fails changes nothing' => sub {
    fresh();
    is verdict('/t'), '200 ok', 'before';

    my $before = $tenant->fetches;
    my @workers = $s->worker_pids;

    ok !$s->reload(main => 'nonsense;'), 'it is refused';
    ok !$s->reload(main => '', http => 'jwt_shared_zone zone=jwt:16k;'),
        'one with a zone that is too small, too';
    ok !$s->reload(http => '', issuer => 'jwks_uri http://example.com/;'),
        'and one with a source that may not be';

    is_deeply [ $s->worker_pids ], \@workers, 'the workers stay';
    is verdict('/t'), '200 ok', 'and the keys';
    is verdict('/t', -key => 'k3'), '401 key_not_found', 'and the policy';

    ok $s->reload(issuer => $patient), 'a good one follows';
    is verdict('/t'), '200 ok', 'with the keys of before';
    cmp_ok $tenant->fetches, '<=', $before + 1,
        'nothing was fetched but for the unknown kid';
};


subtest 'a reload that fails late, over a port that is taken' => sub {
    fresh(workers => 1);
    is verdict('/t'), '200 ok', 'before';

    my $before = $tenant->fetches;
    my ($taken) = $tenant->url =~ /:(\d+)/;

    # nginx tries it five times; by then it has made the zones

    ok !$s->reload(issuer => 'issuer https://other.example/;',
                   server => "listen 127.0.0.1:$taken;\n$server"),
        'it is refused';
    $s->wait_for_log(qr/still could not bind/);
    is verdict('/t'), '200 ok', 'the keys serve';
    ok $s->reload(issuer => $patient, server => $server),
        'a good one follows';
    is verdict('/t'), '200 ok', 'with the keys of before';
    is $tenant->fetches, $before, 'nothing was fetched';
};


subtest 'another source is fetched anew' => sub {
    fresh();
    is verdict('/t'), '200 ok', 'before';

    my $before = $tenant->fetches;

    ok $s->reload(issuer => 'jwks_uri @JWKS_URI@?another;'), 'a reload';
    is_deeply tally($s->burst(map { good() } 1 .. 20)), { 200 => 20 },
        'who comes meanwhile waits, and passes';
    is $tenant->fetches, $before + 1, 'by one fetch';

    ok $s->reload(issuer => 'jwks_uri @JWKS_URI@?another; leeway 10s;'),
        'what is no matter of trust';
    is verdict('/t'), '200 ok', 'changes';
    is $tenant->fetches, $before + 1, 'without one';
};


subtest 'keys of one issuer never serve another' => sub {
    my $dir = $s->dir;

    mkdir "$dir/sets" or die "$dir/sets: $!\n";
    $s->write_file('sets/k1', jwks('k1'));
    $s->write_file('sets/k3', jwks('k3'));

    my %conf = (
        http => <<"END",
    server {
        listen  127.0.0.1:\@PORT2\@;
        root    $dir/sets;
    }
END
        server => <<'END',
        add_header  X-Verdict $jwt_verdict always;

        location /one   { jwt one; alias @CONTENT@/t; }
        location /other { jwt other; alias @CONTENT@/t; }
END
    );

    my $issuers = sub {
        my %uri = @_;

        return join "\n", map { <<"END" } sort keys %uri;
    jwt_issuer $_ {
        issuer         \@ISSUER\@;
        audience       \@AUDIENCE\@;
        jwks_uri       http://127.0.0.1:\@PORT2\@/$uri{$_};
        jwks_cooldown  1s;
    }
END
    };

    my $is = sub {
        my ($name, $one, $other) = @_;
        is verdict('/one', -key => $one), '200 ok', "$name: the one's";
        is verdict('/other', -key => $other), '200 ok',
            "$name: the other's";
        is verdict('/one', -key => $other), '401 key_not_found',
            "$name: the other's with the one";
        is verdict('/other', -key => $one), '401 key_not_found',
            "$name: the one's with the other";
    };

    fresh(%conf, issuers => $issuers->(one => 'k1', other => 'k3'));
    $is->('the same iss', 'k1', 'k3');

    ok $s->reload(issuers => $issuers->(one => 'k3', other => 'k1')),
        'a reload that swaps names';
    $is->('swapped names', 'k3', 'k1');

    ok $s->reload(issuers => $issuers->(one => 'k1', other => 'k3')),
        'and one back';
    $is->('changed back', 'k1', 'k3');
};


subtest 'an issuer that is taken away and comes back' => sub {
    fresh();
    is verdict('/t'), '200 ok', 'before';

    my $before = $tenant->fetches;
    my $other = <<'END';
    jwt_issuer timesheets {
        issuer    https://other.example/;
        audience  @AUDIENCE@;
        jwks_uri  @JWKS_URI@;
    }
END

    ok $s->reload(issuers => $other), 'another instead';
    is verdict('/t'), '401 issuer_mismatch', 'its tokens are refused';
    is verdict('/t', iss => 'https://other.example/'), '200 ok',
        "the other's pass";

    ok $s->reload(issuers => undef), 'it is back';
    is verdict('/t'), '200 ok', 'its tokens pass';
    is verdict('/t', iss => 'https://other.example/'),
        '401 issuer_mismatch', "the other's are refused";
    is $tenant->fetches, $before + 2, 'each was fetched when it came';

    ok $s->reload(issuers => ' ', server => 'location / { return 204; }'),
        'none at all';
    is $s->get('/t')->{status}, 204, 'nothing is guarded';
    ok $s->reload(issuers => undef, server => $server), 'it is back again';
    is verdict('/t'), '200 ok', 'its tokens pass';
};


subtest 'a shorter jwks_refresh counts from the reload on' => sub {
    fresh();
    is verdict('/t'), '200 ok', 'before';

    my $before = $tenant->fetches;

    ok $s->reload(issuer => "$patient jwks_refresh 1s;"), 'a reload';
    wait_until { $tenant->fetches >= $before + 2 } 5, 'it is refreshed';
    is verdict('/t'), '200 ok', 'and serves';
};


subtest 'ten reloads under traffic lose no request' => sub {
    fresh(issuer => 'jwks_refresh 1s;');
    is verdict('/t'), '200 ok', 'before';

    my $traffic = $s->traffic((map { good() } 1 .. 4), { path => '/t' });

    is scalar(grep { $s->reload(workers => 1 + $_ % 3) } 1 .. 10), 10,
        'ten reloads';
    old_ones_end();

    my $count = $traffic->stop;

    is_deeply [ sort keys %$count ], [ 200, 401 ],
        'each request is answered as it should be';
    is $count->{200}, 4 * $count->{401}, 'all of them';
};


subtest 'reloads leak no shared memory' => sub {
    fresh(http => 'jwt_shared_zone zone=jwt:32k;');
    is verdict('/t'), '200 ok', 'the least zone that nginx makes';

    # each replaces the one before

    is scalar(grep {
        $s->reload(issuer => "jwks_uri \@JWKS_URI\@?$_;")
            && verdict('/t') eq '200 ok'
    } 1 .. 12), 12, 'has room for one issuer after another';

    is_deeply [ $s->log_lines(qr/no room/) ], [], 'and none is without';
};


subtest 'a zone of another size' => sub {
    fresh();
    is verdict('/t'), '200 ok', 'before';

    my $before = $tenant->fetches;
    my $traffic = $s->traffic(good(), good());

    ok $s->reload(http => 'jwt_shared_zone zone=jwt:2m;'), 'larger';
    is verdict('/t'), '200 ok', 'keys are there';
    is $tenant->fetches, $before + 1, 'fetched again';

    ok $s->reload(http => 'jwt_shared_zone zone=keys:2m;'), 'renamed';
    is verdict('/t'), '200 ok', 'keys are there';
    is $tenant->fetches, $before + 2, 'fetched again';

    old_ones_end();
    is_deeply [ keys %{ $traffic->stop } ], [ 200 ],
        'and no request was refused meanwhile';
};


for my $signal (qw/ QUIT TERM /) {
    subtest "$signal with a fetch in flight" => sub {
        $tenant->fault(mode => 'hang');
        fresh();
        wait_until { $tenant->in_flight } 5, 'the fetch is in flight';

        my $began = time;

        ok $s->stop($signal), 'nginx ends';
        cmp_ok time - $began, '<', patience(), 'at once';
        wait_until { !$tenant->in_flight } 5, 'the fetch ends, too';
        $tenant->fault(mode => 'none');
    };
}


subtest 'requests that wait when nginx is told to quit are answered' => sub {
    $tenant->fault(mode => 'hang');
    fresh(issuer => 'jwks_wait 700ms; jwks_timeout 20s;');

    my $flight = $s->begin(map { good() } 1 .. 10);
    wait_until { $tenant->in_flight } 5, 'the fetch is in flight';

    ok $s->stop('QUIT'), 'nginx ends';

    my @r = $s->finish($flight);

    is_deeply tally(@r), { 503 => 10 }, 'each is told to come again';
    is_deeply [ grep { ($_->{headers}{'retry-after'} // 0) < 1 } @r ], [],
        'and when';
    $tenant->fault(mode => 'none');
};


# what the reloads that had to fail said of themselves

is_deeply [ grep { !/\[emerg\].*(?:nonsense|too small|loopback only|bind)/ }
            $s->errors ], [], 'nginx has nothing to complain of';

done_testing;
