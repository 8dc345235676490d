# The gate follows the tenant's keys: a new one, one that nobody announced,
# one that was revoked, and none at all while the tenant is in trouble.
#
# The tenant's keys are k1 (current) and k2 (next); each rotation moves on.
# Where a fetch must be in flight, its fault "delay" holds it until the test
# lifts it.

use strict;
use warnings;

use lib 't/lib';

use File::Path qw/ make_path /;
use NJWT::Client qw/ tally /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep time /;


my $cooldown = 1;


# For what must not happen: longer than the fetcher takes to see that a fetch
# is due, which it looks for ten times a second.

sub fetches_stay {
    my ($tenant, $n) = @_;

    my $end = time + 0.4;
    my $now;

    do { $now = $tenant->fetches } while ($now == $n && time < $end);

    return $now == $n;
}


my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;

$s->start(workers => 2,
          issuer => "jwks_cooldown ${cooldown}s; jwks_wait 20s; "
                    . 'jwks_timeout 20s;');


subtest 'a key that was announced serves when it becomes current' => sub {
    is $s->verdict('/t', token => $tenant->token), '200 ok', 'the old one';

    my $before = $tenant->fetches;
    $tenant->rotate;

    my $token = $tenant->token;

    for my $pid ($s->worker_pids) {
        is $s->on_worker($pid, sub { $s->verdict('/t', token => $token) }),
            '200 ok', 'the new one, in each worker';
    }

    is $s->verdict('/t', token => token(-key => 'k1')), '200 ok',
        'the old one still';
    is $tenant->fetches, $before, 'nothing was fetched for it';
};


subtest 'a key that nobody announced is fetched, and the request passes'
    => sub {
    my $before = $tenant->fetches;

    # the tenant announced k3 after our fetch

    is $s->verdict('/t', token => token(-key => 'k3')), '200 ok',
        'the very first request';
    is $tenant->fetches, $before + 1, 'by one fetch';
    is $s->verdict('/t', token => token(-key => 'k3')), '200 ok',
        'and the next one';
    is $tenant->fetches, $before + 1, 'by none';
};


subtest 'another unknown kid must wait until the cooldown is over' => sub {
    my $began = $tenant->stats->{times}{jwks}[-1];
    my $before = $tenant->fetches;

    is $s->verdict('/t', token => token(-kid => 'nobody')),
        '401 key_not_found', 'it is unknown';
    is $s->verdict('/t', token => token()), '200 ok', 'the known one passes';

    # it is wanted all the same: the next token of that key may pass

    wait_until { $tenant->fetches > $before } 5, 'a fetch afterwards';

    my $next = $tenant->stats->{times}{jwks}[-1];
    ok $next - $began >= $cooldown - 0.05, 'it is fetched afterwards';
};


subtest 'a token that would not pass anyway causes no fetch' => sub {
    sleep $cooldown;

    my $before = $tenant->fetches;

    my @case = (
        [ 'expired', 401, 'key_not_found', exp => time - 60 ],
        [ 'not yet valid', 401, 'key_not_found', nbf => time + 60 ],
        [ 'issued in the future', 401, 'key_not_found', iat => time + 60 ],
        [ 'another audience', 401, 'key_not_found',
          aud => 'https://other.example/' ],
        [ 'no audience', 401, 'key_not_found', aud => undef ],
        [ 'another issuer', 401, 'issuer_mismatch',
          iss => 'https://other.example/' ],
        [ 'HS256', 401, 'alg_not_allowed', -alg => 'HS256',
          -key => 'secret' ],
        [ 'another algorithm', 401, 'alg_not_allowed', -alg => 'RS512' ],
        [ 'no access token', 401, 'typ_not_allowed',
          -header => { typ => 'logout+jwt' } ],
        [ 'no kid', 401, 'key_not_found', -header => { kid => undef } ],
        [ 'a kid of 2000 bytes', 401, 'key_not_found', -kid => 'k' x 2000 ],
    );

    for my $case (@case) {
        my ($name, $status, $verdict, @token) = @$case;

        is $s->verdict('/t', token => token(-kid => 'no one', @token)),
            "$status $verdict", $name;
    }

    ok fetches_stay($tenant, $before), 'none of them was worth a fetch';

    is $s->verdict('/t', token => token(-kid => 'no one')),
        '401 key_not_found', 'one that would pass';
    is $tenant->fetches, $before + 1, 'is worth one';
};


subtest 'a kid that came too early is known soon after it is published'
    => sub {
    sleep $cooldown;

    is $s->verdict('/t', token => token(-kid => 'early', -key => 'k1')),
        '401 key_not_found', 'the tenant does not know it yet';

    my $began = time;
    $tenant->fault(mode => 'body', body => jwks('k1', 'k2', {
        %{ NJWT::Token::public_jwk('k1') }, kid => 'early' }));

    wait_until {
        $s->verdict('/t', token => token(-kid => 'early', -key => 'k1'))
            eq '200 ok'
    } 5, 'then it does';
    cmp_ok time - $began, '<', $cooldown + 2, 'known within the cooldown';

    $tenant->fault(mode => 'none');
};


subtest 'a known kid is not delayed by a fetch for an unknown one' => sub {
    sleep $cooldown;
    $tenant->fault(mode => 'delay', seconds => 30);

    my $flight = $s->begin({ path => '/t',
                             token => token(-kid => 'somebody else') });
    wait_until { $tenant->in_flight == 1 } 5, 'the fetch is in flight';

    is_deeply tally($s->burst(map { { path => '/t', token => token() } }
                              1 .. 20)), { 200 => 20 }, 'known ones pass';
    is $tenant->in_flight, 1, 'while it is in flight';

    $tenant->fault(mode => 'none');

    my ($r) = $s->finish($flight);
    is $r->{status}, 401, 'the unknown one is answered when it is over';
};


subtest 'a flood of unknown kids is one fetch in a cooldown' => sub {
    $s->reload(workers => 4);
    sleep $cooldown;

    my $traffic = $s->traffic({ path => '/t', token => token() });
    my $before = $tenant->fetches;
    my $began = time;
    my %count;

    for my $round (0 .. 3) {
        my @flood = map { { path => '/t',
                            token => token(-kid => "u$round-$_") } } 1 .. 50;
        my $count = tally($s->burst(@flood));

        $count{$_} += $count->{$_} for keys %$count;
        wait_until { time > $began + 0.5 * $round } 5, 'the next round';
    }

    my $most = 1 + int((time - $began) / $cooldown);
    my $count = $traffic->stop;
    my $fetches = $tenant->fetches - $before;
    my @times = @{ $tenant->stats->{times}{jwks} };

    @times = @times[@times - $fetches .. $#times];

    is_deeply \%count, { 401 => 200 }, 'each of them is unknown';
    is_deeply [ keys %$count ], [ 200 ], 'each known one passes meanwhile';
    ok $fetches >= 1 && $fetches <= $most, "$fetches of $most fetches";
    is_deeply [ grep { $times[$_] - $times[$_ - 1] < $cooldown - 0.05 }
                1 .. $#times ], [], 'with the cooldown between them';
};


subtest 'a key that was revoked verifies nothing after the refresh' => sub {
    $s->stop;
    $s->start(issuer => 'jwks_refresh 1s;');

    my %token = map { $_ => token(-key => $_) } qw/ k1 k2 /;

    is $s->verdict('/t', token => $token{k1}), '200 ok', 'before';
    is $s->verdict('/t', token => $token{k2}), '200 ok', 'its twin';

    $tenant->revoke('k1');

    wait_until { $s->verdict('/t', token => $token{k1}) !~ /^200/ } 5,
        'it is refused';

    for my $pid ($s->worker_pids) {
        is $s->on_worker($pid, sub { $s->verdict('/t',
                                             token => $token{k1}) }),
            '401 key_not_found', 'then in all workers';
        is $s->on_worker($pid, sub { $s->verdict('/t',
                                             token => $token{k2}) }),
            '200 ok', 'its twin passes in all';
    }
};


subtest 'a fetch gives its connection back' => sub {
    $s->stop;
    $s->mark_log;
    $s->start(workers => 1, events => 'worker_connections 16;',
              issuer => 'jwks_cooldown 1ms; jwks_wait 20s;');

    my $before = $tenant->fetches;

    is_deeply tally(map { $s->get('/t', token => token(-kid => "u$_")) }
                    1 .. 40), { 401 => 40 }, 'forty unknown kids';
    cmp_ok $tenant->fetches - $before, '>=', 30, 'as many fetches';
    is_deeply [ $s->log_lines(qr/\[(?:error|crit|alert)\]/) ], [],
        'with sixteen connections';
};


is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;


# Each way to fail has a block of its own, and all fail at the same time: the
# key sets are files of this nginx, and the file "broken" breaks them.

my $t = NJWT::Scenario->new;

my %fault = (
    status   => [ 'return 500;', qr/status 500/ ],
    limit    => [ 'return 429;', qr/status 429, the tenant's rate limit/ ],
    missing  => [ 'return 404;', qr/status 404/ ],
    moved    => [ 'return 302 /good/jwks.json;', qr/status 302/ ],
    closed   => [ 'return 444;', qr/empty reply/i ],
    html     => [ q(return 200 '<!DOCTYPE html><p>We are back soon.';),
                  qr/not? .*JSON/i ],
    half     => [ q(return 200 '{"keys":[{"kty":"RSA","kid":"k1",';),
                  qr/not? .*JSON/i ],
    empty    => [ q(return 200 '{"keys":[]}';), qr/no usable key/ ],
    other    => [ q(return 200 '{"jwks":[]}';), qr/"keys"/ ],
    weak     => [ 'rewrite ^ /weak.json break;', qr/no usable key/ ],
);

my $dir = $t->dir;

make_path("$dir/sets/good");
$t->write_file('sets/good/jwks.json', jwks('k1'));
$t->write_file('sets/weak.json', jwks('small'));

my $blocks = join '', map { <<"END" } sort keys %fault;
    jwt_issuer $_ {
        issuer    \@ISSUER\@;
        audience  \@AUDIENCE\@;
        jwks_uri  http://127.0.0.1:\@PORT2\@/$_/jwks.json;

        jwks_refresh   1s;
        jwks_cooldown  1s;
    }
END

my $sources = join '', map { <<"END" } sort keys %fault;
        location /$_/ {
            if (-f $dir/broken) {
                $fault{$_}[0]
            }

            rewrite  ^ /good/jwks.json break;
            root     $dir/sets;
        }
END

$blocks .= <<'END';
    jwt_issuer tenant {
        issuer    @ISSUER@;
        audience  @AUDIENCE@;
        jwks_uri  @JWKS_URI@;

        jwks_refresh   1s;
        jwks_cooldown  1s;
    }
END

my $gates = join '', map { <<"END" } sort(keys %fault), 'tenant';
        location /gate/$_ {
            jwt    $_;
            alias  \@CONTENT\@/t;
        }
END

$tenant = $t->tenant;

$t->start(
    workers => 2,
    issuers => $blocks,
    server  => "add_header X-Verdict \$jwt_verdict always;\n$gates",
    http    => <<"END",
    server {
        listen  127.0.0.1:\@PORT2\@;
        access_log  $dir/sets.log;

$sources

        location /good/ {
            root  $dir/sets;
        }
    }
END
);

my @gates = (sort(keys %fault), 'tenant');

sub passing {
    return [ grep {
        $t->verdict("/gate/$_", token => token()) eq '200 ok'
    } @gates ];
}

sub failures {
    my ($name) = @_;

    return $t->log_lines(qr/\[error\].*jwt_issuer "$name".*can't be fetched/);
}

sub asked {
    my ($uri) = @_;

    open my $in, '<', "$dir/sets.log" or die "sets.log: $!\n";

    return scalar grep { /GET \Q$uri\E / } <$in>;
}


subtest 'a fetch that fails changes nothing' => sub {
    # no worker has judged anything yet: what the log says of the keys that
    # are held it can't know from that

    $t->wait_for_log(qr/"$_": [12] keys? from/) for @gates;

    my $moved = asked('/moved/jwks.json');

    $t->mark_log;
    $t->write_file('broken', '');
    $tenant->fault(mode => 'truncated');

    for my $name (sort keys %fault) {
        $t->wait_for_log(qr/"$name".*can't be fetched/);

        my ($line) = failures($name);
        my $uri = quotemeta "/$name/jwks.json";

        like $line, qr/$uri.*$fault{$name}[1]/, "$name: what and where";
        like $line, qr/the present keys continue to serve/,
            "$name: and what follows";
    }

    $t->wait_for_log(qr/"tenant".*can't be fetched/);
    like +(failures('tenant'))[0], qr/\Q${\ $tenant->jwks_uri}\E/,
        'truncated: where';

    # until each was asked twice more

    my %before = map { $_ => asked("/$_/jwks.json") } keys %fault;
    my $before = $tenant->fetches;

    is_deeply passing(), \@gates, 'the keys go on serving';

    wait_until {
        $tenant->fetches >= $before + 2
            && !grep { asked("/$_/jwks.json") < $before{$_} + 2 } keys %fault
    } 10, 'further fetches';

    is_deeply passing(), \@gates, 'and go on';
    is_deeply [ grep { failures($_) != 1 } @gates ], [],
        'each failure is logged once';

    my @times = @{ $tenant->stats->{times}{jwks} }[-3 .. -1];
    is_deeply [ grep { $times[$_] - $times[$_ - 1] < 0.95 } 1, 2 ], [],
        'a second at least is between them';

    is asked('/good/jwks.json'), 0, 'no redirect was followed';
    ok asked('/moved/jwks.json') > $moved, 'it was asked for where it was';
};


subtest 'when it works again, that is logged once' => sub {
    $t->mark_log;
    unlink "$dir/broken" or die "broken: $!\n";
    $tenant->fault(mode => 'none');

    $t->wait_for_log(qr/\[error\].*"$_": [12] keys? from/) for @gates;
    ok 1, 'each of them';

    my %before = map { $_ => asked("/$_/jwks.json") } keys %fault;

    wait_until {
        !grep { asked("/$_/jwks.json") < $before{$_} + 2 } keys %fault
    } 10, 'further fetches';

    is_deeply [ grep {
        1 != $t->log_lines(qr/\[error\].*"$_": [12] keys? from/)
    } @gates ], [], 'once';
    is_deeply [ map { failures($_) } @gates ], [], 'and no failure';
    is_deeply passing(), \@gates, 'the keys serve';
};


subtest 'a tenant that is gone, and comes back with other keys' => sub {
    $t->mark_log;
    $tenant->stop;
    $t->wait_for_log(qr/\[error\].*"tenant".*can't be fetched.*connect/);

    is $t->verdict('/gate/tenant', token => token()), '200 ok',
        'its keys serve';

    $tenant->resume;
    $tenant->revoke('k1');

    wait_until {
        $t->verdict('/gate/tenant', token => token()) eq '401 key_not_found'
    } 5, 'the new set counts';

    is $t->verdict('/gate/tenant', token => token(-key => 'k2')), '200 ok',
        'in full';
};


is_deeply [ $t->errors ], [], 'nginx has nothing to complain of';
ok $t->stop, 'and ends when asked';

done_testing;
