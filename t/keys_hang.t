# A tenant that hangs delays nobody who needs nothing from it.
#
# Its fault "hang" accepts a connection and never answers.  Requests that must
# not notice are given far less time than it hangs, and the test looks whether
# it still hung when they were answered.

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
my $uri = quotemeta $tenant->jwks_uri;

my $at_once = patience();

sub slow {
    return [ map { sprintf '%.3f s', $_->{time} }
             grep { $_->{time} >= $at_once } @_ ];
}

sub failure {
    my ($why) = @_;

    return qr/\[error\].*"timesheets".*can't be fetched from "$uri".*$why/i;
}


for my $workers (1, 2) {
    subtest "a tenant that hangs, $workers workers" => sub {
        $s->stop;
        $tenant->fault(mode => 'none');
        $s->mark_log;
        $s->start(workers => $workers,
                  issuer => 'jwks_refresh 1s; jwks_timeout 20s; '
                            . 'jwks_wait 600ms;');
        $s->wait_for_log(qr/2 keys from/);

        $tenant->fault(mode => 'hang');
        wait_until { $tenant->in_flight } 5, 'it hangs';

        my @r = $s->burst(
            map { { path => '/t', token => token() }, { path => '/open' },
                  { path => '/t' } } 1 .. 20);

        is_deeply tally(@r), { 200 => 40, 401 => 20 },
            'known keys, open locations, no token: all as before';
        is_deeply slow(@r), [], 'and as fast';
        ok $tenant->in_flight, 'it hung all that time';

        my ($r) = $s->burst({ path => '/t', token => token(-key => 'k3') });

        is $r->{status}, 401, 'an unknown kid is answered';
        ok $r->{time} > 0.5 && $r->{time} < 10, 'after jwks_wait';
        ok $tenant->in_flight, 'it hung all that time, too';
    };
}


subtest 'jwks_timeout ends a fetch that hangs' => sub {
    $s->stop;
    $tenant->fault(mode => 'hang');
    $s->mark_log;
    $s->start(issuer => 'jwks_timeout 500ms; jwks_cooldown 1s;');

    my $flight = $s->begin({ path => '/t', token => token() });

    $s->wait_for_log(failure('time'));
    ok 1, 'the log says so';

    my ($r) = $s->finish($flight);

    is $r->{status}, 503, 'who waited for it is answered';
    like $r->{headers}{'retry-after'}, qr/^[1-9]\d*$/, 'with Retry-After';

    my $before = $tenant->fetches;
    wait_until { $tenant->fetches > $before } 5, 'it is tried again';
    is scalar $s->log_lines(failure('')), 1, 'logged once';

    $tenant->fault(mode => 'none');
    wait_until { $s->get('/t', token => token())->{status} == 200 } 5,
        'keys are there';

    # the other worker may answer before the one that fetched has logged it
    my $back = qr/\[error\].*2 keys from "$uri"/;

    $s->wait_for_log($back);
    is scalar $s->log_lines($back), 1,
        'when it answers again that is logged, once';
};


subtest 'a client that leaves while its request waits' => sub {
    $s->stop;
    $tenant->fault(mode => 'hang');
    $s->mark_log;
    $s->start(workers => 1, issuer => 'jwks_timeout 20s; jwks_wait 1s;',
              server => <<'END');
        location /left {
            jwt          timesheets;
            post_action  /after;
            root         @CONTENT@;
        }

        location = /after {
            internal;
            jwt    timesheets;
            alias  @CONTENT@/t;
        }

        location /gone {
            jwt          timesheets;
            post_action  /public;
            root         @CONTENT@;
        }

        location = /public {
            internal;
            jwt         off;
            proxy_pass  @JWKS_URI@;
        }

        location /t {
            jwt   timesheets;
            root  @CONTENT@;
        }
END
    wait_until { $tenant->in_flight } 5, 'it hangs';

    my $before = $tenant->fetches;
    my $flight = $s->begin(
        map { { path => $_, token => token() } } ('/left', '/gone') x 3);

    is $s->get('/after')->{status}, 404, 'they were read before this one';
    undef $flight;

    is $s->get('/t', token => token())->{status}, 503, 'others wait as before';

    # where post_action leads it waits again, or is another request

    is $s->get('/t', token => token())->{status}, 503, 'and once more';
    is_deeply [ $s->errors ], [], 'no worker died';
    is $tenant->fetches, $before + 3, 'and it led to each of them once';
};


subtest 'jwks_timeout is for the whole of a fetch, however busy' => sub {
    $s->stop;
    $tenant->fault(mode => 'slow_drip', seconds => 0.05);
    $s->mark_log;
    $s->start(issuer => 'jwks_timeout 600ms; jwks_cooldown 1s;');

    $s->wait_for_log(failure('time'));
    ok 1, 'a byte now and then is not enough';
    is_deeply slow($s->get('/open')), [], 'and delays no one';
};


for my $chunked (0, 1) {
    my $how = $chunked ? 'that does not tell its size' : 'that tells its size';

    subtest "an answer that is too large, $how" => sub {
        $s->stop;
        $tenant->fault(mode => 'oversize', bytes => 257 * 1024,
                       chunked => $chunked ? JSON::PP::true
                                           : JSON::PP::false);
        $s->mark_log;
        $s->start(issuer => 'jwks_cooldown 1s;');

        $s->wait_for_log(failure('larger than "jwks_max_size"'));
        ok 1, 'fails';

        is $s->get('/t', token => token())->{status}, 503, 'it brings no key';

        $tenant->fault(mode => 'oversize', bytes => 255 * 1024,
                       chunked => $chunked ? JSON::PP::true
                                           : JSON::PP::false);
        wait_until { $s->get('/t', token => token())->{status} == 200 } 5,
            'one that is just small enough passes';
    };
}


subtest 'one that is too large once it is decoded' => sub {
    my $dir = $s->dir;

    # blanks before the set: good JSON, and small on the wire

    mkdir "$dir/sets" or die "$dir/sets: $!\n";
    $s->write_file('sets/large', ' ' x (300 * 1024) . jwks('k1'));
    $s->write_file('sets/small', ' ' x (200 * 1024) . jwks('k1'));

    my $sets = <<"END";
    log_format  sent  '\$uri \$bytes_sent';

    server {
        listen      127.0.0.1:\@PORT2\@;
        root        $dir/sets;
        access_log  $dir/sets.log sent;

        gzip             on;
        gzip_types       *;
        gzip_min_length  1;
    }
END

    my $source = 'http://127.0.0.1:' . $s->port(2);

    $s->stop;
    $s->mark_log;
    $s->start(http => $sets, issuer => "jwks_uri $source/large;");

    $s->wait_for_log(
        qr{\[error\].*"$source/large": .*larger than "jwks_max_size"});

    is $s->get('/t', token => token())->{status}, 503, 'brings no key';

    $s->reload(issuer => "jwks_uri $source/small;");
    is $s->get('/t', token => token())->{status}, 200,
        'a smaller one is decoded, and its key serves';

    open my $in, '<', "$dir/sets.log" or die "sets.log: $!\n";
    is_deeply [ grep { !m{^/(?:large|small) \d{2,4}$} } <$in> ], [],
        'on the wire each was small';
};


subtest 'nginx ends at once, whatever hangs' => sub {
    $s->stop;
    $tenant->fault(mode => 'hang');
    $s->start(http => '', issuer => 'jwks_timeout 20s;');
    wait_until { $tenant->in_flight } 5, 'it hangs';

    my $began = time;

    ok $s->stop('TERM'), 'when it is told to';
    ok time - $began < $at_once, 'at once';
    wait_until { !$tenant->in_flight } 5, 'the connection to the tenant ends, too';
};


is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

done_testing;
