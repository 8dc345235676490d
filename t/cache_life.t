# A cached token's dates, its key and the configuration end its entry; a
# reload and the death of a worker don't.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Client qw/ tally /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep time /;


my $headers = <<'END';
        add_header  X-Verdict $jwt_verdict always;
        add_header  X-Cache   $jwt_cache   always;
END

sub server {
    my ($rules) = @_;

    return $headers . <<"END";
        location /t {
            jwt   timesheets;
            $rules
            root  \@CONTENT\@;
        }
END
}

sub seen {
    my ($s, %req) = @_;

    my $r = $s->get('/t', %req);

    return join ' ', $r->{status}, map { $r->{headers}{$_} // '' }
                                   qw/ x-verdict x-cache /;
}


my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;

$s->start(workers => 1, server => server(''),
          issuer => 'leeway 0s; jwks_refresh 1s; jwks_cooldown 1s;');
wait_until { $tenant->fetches > 0 } 10, 'the first fetch';

subtest 'a token is remembered until it expires, and not beyond' => sub {
    my $token = $tenant->token(expires_in => 4);

    is seen($s, token => $token), '200 ok MISS', 'new';
    is seen($s, token => $token), '200 ok HIT', 'known';
    wait_until { seen($s, token => $token) =~ /^401 expired/ } 15, 'expiry';
    pass 'expired, though it is known';
};

subtest 'a revoked key takes its tokens along' => sub {
    my $token = $tenant->token;

    is seen($s, token => $token), '200 ok MISS', 'new';
    is seen($s, token => $token), '200 ok HIT', 'known';

    $tenant->rotate;
    is seen($s, token => $token), '200 ok HIT', 'its key is the last one now';
    $tenant->revoke;
    wait_until { seen($s, token => $token) =~ /^401 key_not_found/ }
        15, 'the next refresh';
    pass 'refused with the next refresh';
};

subtest 'what is known is known after a reload' => sub {
    my $token = $tenant->token(scope => 'batch:upload');

    is seen($s, token => $token), '200 ok MISS', 'new';
    ok $s->reload, 'reloaded';
    is seen($s, token => $token), '200 ok HIT', 'known';

    ok $s->reload(server => server('jwt_require_scope read:timesheets;')),
        'reloaded with a rule';
    is seen($s, token => $token), '403 insufficient_scope HIT',
        'the new rule is asked of it';

    ok $s->reload(server => server('jwt_require_scope batch:upload;')),
        'reloaded with another';
    is seen($s, token => $token), '200 ok HIT', 'and so is that';
};

subtest 'another audience makes it unknown' => sub {
    # one of the same second would be the one from above
    sleep 1.1;

    my $token = $tenant->token(scope => 'batch:upload');

    is seen($s, token => $token), '200 ok MISS', 'new';
    ok $s->reload(issuer => "leeway 0s;\naudience other;"), 'reloaded';
    is seen($s, token => $token), '401 audience_mismatch ', 'judged anew';
    ok $s->reload(issuer => 'leeway 0s;'), 'and back';
    is seen($s, token => $token), '200 ok MISS', 'and once more';
    is seen($s, token => $token), '200 ok HIT', 'known';
};

subtest 'workers that die lose nobody a good token' => sub {
    ok $s->reload(workers => 4, server => server('')), 'four workers';

    my @tokens = map { $tenant->token } 1 .. 3;
    my %seen;

    for my $round (1 .. 12) {
        my $flight = $s->begin(map { { path => '/t', token => $_ } }
                               (@tokens) x 6);
        $s->kill_worker(($s->worker_pids)[$round % 4]);
        $seen{$_}++ for map { $_->{status} || 'lost' } $s->finish($flight);
        wait_until { $s->worker_pids == 4 } 10, 'the fourth worker';
    }

    is join(' ', grep { !/^(?:200|lost)$/ } sort keys %seen), '',
        'each answer is 200 or was lost with its worker';
    like seen($s, token => $_), qr/^200 ok (?:HIT|MISS)$/, 'and all pass'
        for @tokens;
    is seen($s, token => $tokens[0]), '200 ok HIT', 'the cache works on';
};

is_deeply [ grep { !/exited on signal 9/ } $s->errors ], [],
    'nginx has nothing else to complain of';
$s->stop;
done_testing;
