# Requests before the first keys are there.
#
# The tenant's fault "delay" is the gate: a fetch is in flight until the test
# lifts it, so nothing depends on how fast the machine is.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
use NJWT::Client qw/ leave tally /;
use NJWT::Process qw/ patience wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;

# none of it is over before the gate is lifted
my $long = int(20 * patience());
my $patient = "jwks_wait ${long}s; jwks_timeout ${long}s; jwks_cooldown 1s;";

my $server = <<"END";
        add_header  X-Verdict \$jwt_verdict always;

        location /t {
            jwt   timesheets;
            root  \@CONTENT\@;
        }

        location /open {
            root  \@CONTENT\@;
        }

        location /proxied {
            jwt         timesheets;
            proxy_pass  ${\ $tenant->url}admin/token;
        }
END


# A start without keys: the fetch is in flight until lift().

sub cold {
    my (%conf) = @_;

    $s->stop;
    $tenant->fault(mode => 'delay', seconds => 1.5 * $long);
    wait_until { $tenant->in_flight == 0 } 5, 'no fetch of before';

    $s->mark_log;
    $s->start(workers => 2, events => 'worker_connections 512;',
              issuer => $patient, server => $server, %conf);

    wait_until { $tenant->in_flight == 1 } 5, 'the first fetch is in flight';

    return;
}

sub lift {
    $tenant->fault(mode => 'none');

    return;
}

# A request that waits has been read: nothing is left in its connection's
# queue.  Returns when there are so many, and none that was left is still open.

sub held {
    my ($n, $port) = @_;

    my $local = sprintf '0100007F:%04X', $port // $s->port;

    return wait_until {
        my %count = (read => 0, left => 0);

        open my $in, '<', '/proc/net/tcp' or die "/proc/net/tcp: $!\n";

        while (<$in>) {
            my ($state, $queue) =
                /^\s*\d+: $local \S+ (\S\S) \S+:(\S+) / or next;

            $count{read}++ if $state eq '01' && hex $queue == 0;
            $count{left}++ if $state eq '08';
        }

        $count{read} == $n && $count{left} == 0;
    } 5, "$n requests wait";
}


for my $case ([ 2, 100 ], [ 1, 30 ], [ 4, 60 ]) {
    my ($workers, $n) = @$case;

    subtest "$n requests, $workers workers, no keys: one fetch, all pass"
        => sub {
        my $before = $tenant->fetches;
        my @requests = map { { path => '/t', token => token() } } 1 .. $n;

        $s->stop;
        $tenant->fault(mode => 'delay', seconds => 0.7);
        $s->start(workers => $workers, issuer => $patient,
                  server => $server);

        is_deeply tally($s->burst(@requests)), { 200 => $n },
            'every good token';
        is $tenant->fetches - $before, 1, 'the tenant saw one fetch';
    };
}


subtest 'a token that keys can not help is answered while others wait'
    => sub {
    cold();

    my $flight = $s->begin(map { { path => '/t', token => token() } } 1 .. 4);
    my $before = $tenant->fetches;

    my @case = (
        [ 'no token', undef, 401, 'no_token' ],
        [ 'a malformed one', 'a.b.c', 401, 'malformed_token' ],
        [ 'of another issuer', token(iss => 'https://other.example/'), 401,
          'issuer_mismatch' ],
        [ 'another algorithm', hs256_with_public_key(), 401,
          'alg_not_allowed' ],
        [ 'expired', token(exp => time - 60), 503, 'keys_unavailable' ],
        [ 'not yet valid', token(nbf => time + 60), 503,
          'keys_unavailable' ],
        [ 'another audience', token(aud => 'https://other.example/'), 503,
          'keys_unavailable' ],
        [ 'without kid', token(-header => { kid => undef }), 503,
          'keys_unavailable' ],
    );

    for my $case (@case) {
        my ($name, $token, $status, $verdict) = @$case;
        my $r = $s->get('/t', token => $token);

        is $r->{status}, $status, "$name: status";
        is $r->{headers}{'x-verdict'}, $verdict, "$name: verdict";
    }

    is $s->get('/open')->{status}, 200, 'an unprotected location too';
    is $tenant->in_flight, 1, 'the fetch was in flight all that time';
    is $tenant->fetches, $before, 'and no other began';

    lift();
    is_deeply tally($s->finish($flight)), { 200 => 4 },
        'the good ones waited, and pass';
};


subtest 'the key that a waiting request names is not in the set' => sub {
    cold();

    my $flight = $s->begin({ path => '/t', token => token(-key => 'k3') },
                           { path => '/t', token => token() });
    held(2);
    lift();

    my ($unknown, $known) = $s->finish($flight);

    is $unknown->{status}, 401, 'the client is refused';
    is $unknown->{headers}{'x-verdict'}, 'key_not_found', 'by its verdict';
    is $known->{status}, 200, 'the one whose key is there passes';
};


subtest 'a request waits as long as jwks_wait says' => sub {
    cold(issuer => "jwks_wait 400ms; jwks_timeout ${long}s;");

    my $r = $s->get('/t', token => token());

    is $r->{status}, 503, 'then it is the gate that can not answer';
    is $r->{headers}{'x-verdict'}, 'keys_unavailable', 'by its verdict';
    like $r->{headers}{'retry-after'}, qr/^[1-9]\d*$/, 'with Retry-After';
    ok $r->{time} >= 0.35, 'not before';
    is $tenant->in_flight, 1, 'and the fetch goes on';

    lift();
    wait_until { $s->get('/t', token => token())->{status} == 200 } 5,
        'its keys serve';
    is $tenant->in_flight, 0, 'when it is over';
};


subtest 'jwks_wait 0: nobody waits' => sub {
    cold(issuer => "jwks_wait 0; jwks_timeout ${long}s;");

    my $r = $s->get('/t', token => token());

    is $r->{status}, 503, 'answered';
    like $r->{headers}{'retry-after'}, qr/^[1-9]\d*$/, 'with Retry-After';
    is $tenant->in_flight, 1, 'while the fetch is in flight';

    lift();
    wait_until { $s->get('/t', token => token())->{status} == 200 } 5,
        'keys are there';
};


subtest 'at most a quarter of worker_connections waits' => sub {
    cold(workers => 1, events => 'worker_connections 64;');

    my $flight = $s->begin(map { { path => '/t', token => token() } }
                           1 .. 24);

    # those that may wait no more are closed

    held(16);
    is $tenant->in_flight, 1, 'the others are answered at once';
    is $s->get('/open')->{status}, 200, 'and who needs no keys is served';

    lift();
    is_deeply tally($s->finish($flight)), { 200 => 16, 503 => 8 },
        'those that waited pass';
};


subtest 'a client that leaves makes room' => sub {
    cold(workers => 1, events => 'worker_connections 64;');

    for (1 .. 3) {
        my $flight = $s->begin(map { { path => '/t', token => token() } }
                               1 .. 16);
        held(16);
        leave($flight);
        held(0);
    }

    my $flight = $s->begin(map { { path => '/t', token => token() } }
                           1 .. 16);
    held(16);
    lift();

    is_deeply tally($s->finish($flight)), { 200 => 16 },
        'for as many as before';
    is_deeply [ $s->log_lines(qr/\[(?:error|crit|alert)\]/) ], [],
        'and nothing is logged';
};


subtest 'a kept connection works on after its request was held' => sub {
    cold();

    my $socket = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $s->port, Proto => 'tcp')
        or die "connect: $!\n";
    my $get = "GET /t HTTP/1.1\r\nHost: localhost\r\n"
              . 'Authorization: Bearer ' . token() . "\r\n";

    $socket->syswrite("$get\r\n");
    held(1);

    # the second is there before the first is answered

    $socket->syswrite("$get\r\n");
    lift();

    my $text = '';
    wait_until {
        sysread $socket, $text, 65536, length $text;
        2 == (() = $text =~ /\r\n\r\nt\n/g);
    } 5, 'two answers';

    is scalar(() = $text =~ m{^HTTP/1\.1 200 }mg), 2, 'two good ones';

    $socket->syswrite("${get}Connection: close\r\n\r\n");
    local $/;
    like scalar readline($socket), qr{^HTTP/1\.1 200 .*\r\n\r\nt\n\z}s,
        'and a third';
};


subtest 'an upload that was held goes on whole' => sub {
    cold();

    # the tenant's answer tells what it read

    my $note = join '', map { chr(97 + $_ % 26) } 1 .. 100_000;
    my $flight = $s->begin({
        method => 'POST', path => '/proxied', token => token(),
        headers => { 'X-Admin-Secret' => 'test' },
        body => qq({"claims":{"note":"$note"}}),
    });

    is $tenant->in_flight, 1, 'it waits';
    lift();

    my ($r) = $s->finish($flight);

    is $r->{status}, 200, 'and passes';
    ok index($r->{body}, $note) > 0, 'with all of its body';
};


subtest 'a suspended request over HTTP/2 passes' => sub {
    cold(server => "listen 127.0.0.1:\@PORT2\@ http2;\n$server");

    my $url = 'http://127.0.0.1:' . $s->port(2);
    open my $curl, '-|', qw/ curl -q -s --http2-prior-knowledge -m 10 /,
        '-w', '%{http_version} %{http_code}\n',
        '-H', 'Authorization: Bearer ' . token(), "$url/t"
        or die "curl: $!\n";

    held(1, $s->port(2));
    lift();
    is join('', <$curl>), "t\n2 200\n", 'it is answered';
    close $curl;
};


subtest 'a tenant that is down at the start' => sub {
    $s->stop;
    $tenant->stop;
    $s->mark_log;
    $s->start(workers => 2, issuer => 'jwks_cooldown 1s;');

    my $uri = quotemeta $tenant->jwks_uri;
    my $failed = qr/\[error\].*timesheets.*$uri.*connect/i;

    $s->wait_for_log($failed);
    ok 1, 'the log names the issuer, the URL, and what happened';

    my $r = $s->get('/t', token => token());

    is $r->{status}, 503, 'a good token gets no 401';
    like $r->{headers}{'retry-after'}, qr/^[1-9]\d*$/,
        'but when to come again';
    ok !exists $r->{headers}{'www-authenticate'}, 'and no challenge';
    is $s->get('/t')->{status}, 401, 'no token is no token';
    is $s->get('/open')->{status}, 200, 'nginx goes on';

    $tenant->resume;
    wait_until { $s->get('/t', token => token())->{status} == 200 } 8,
        'keys are there when it is back';
    ok 1, 'keys are there when it is back';

    is scalar $s->log_lines($failed), 1, 'its absence is logged once';

    # the other worker may answer before the one that fetched has logged it
    my $back = qr/\[error\].*timesheets.*2 keys from.*$uri/;

    $s->wait_for_log($back);
    is scalar $s->log_lines($back), 1, 'and its return';
};


is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
ok $s->stop, 'and ends when asked';

done_testing;
