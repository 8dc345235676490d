# A token is revoked also when the clock jumps, or the memory is full. With
# one worker, and with four.
#
# nginx runs with a clock of the test's, as in t/request_clock.t.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP qw/ encode_json /;
use NJWT::Clock;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep time /;


# a sanitizer must be the first library
if ($ENV{ASAN_OPTIONS}) {
    plan skip_all => 'not under a sanitizer, which has its own clock calls';
}

my $s = NJWT::Scenario->new;
my $keys = $s->write_file('keys.json', jwks('k1'));
my $hour = 3600;
my $clock = NJWT::Clock->new($s->dir);
my $jumped = 0;

# the clock of nginx
sub now { return int(time) + $jumped }

sub status_of { return $s->get('/t', token => $_[0])->{status} }

sub set_clock {
    ($jumped) = @_;
    $clock->set($jumped);

    return;
}

# nginx looks at the clock when something happens: in each worker a request

sub jump {
    set_clock(@_);

    for my $pid ($s->worker_pids) {
        $s->on_worker($pid, sub { $s->get('/public') });
    }

    return;
}

sub post {
    my (@entries) = @_;

    return $s->request(path => '/revoke', method => 'POST',
                       body => encode_json(\@entries))->{status};
}

sub everywhere {
    my ($token, $status, $what) = @_;

    my @pids = $s->worker_pids;

    is_deeply [ map { $s->on_worker($_, sub { status_of($token) }) } @pids ],
        [ ($status) x @pids ], $what;

    return;
}

# A user's token of a minute ago, by that clock.

sub old {
    my ($user, %more) = @_;

    return token(sub => $user, iat => now() - 60, exp => time + 48 * $hour,
                 %more);
}

# A token of later than what was posted, and within the leeway.

sub later {
    my ($user) = @_;

    return token(sub => $user, iat => now() + 3, exp => time + 48 * $hour);
}

my %config = (
    preload => $clock->library,
    issuers => <<"    END",
        jwt_issuer timesheets {
            issuer \@ISSUER\@; audience \@AUDIENCE\@; jwks_file $keys;
            revocation sub azp; revocation_keep 1h;
        }
    END
    server => <<'    END',
        location /t       { jwt timesheets; root @CONTENT@; }
        location /public  { jwt off; root @CONTENT@; }
        location /revoke  { allow 127.0.0.1; deny all;
                            jwt_revoke_handler timesheets; }
    END
);


for my $workers (1, 4) {
    set_clock(0);
    $s->start(%config, workers => $workers);

    my $first = old('first');
    my $other = old('other');

    is post({ claim => 'sub', value => 'first' }), 200,
        "$workers workers: an entry";
    everywhere($first, 401, 'the token is revoked');

    # back

    jump(-600);
    everywhere($first, 401, 'the clock is set back: it still is');
    everywhere(old('first'), 401, '... a token of then, too');
    everywhere(old('other'), 200, '... and of no other');

    my $then = old('then');

    is post({ claim => 'sub', value => 'then' }), 200, 'an entry of then';
    everywhere($then, 401, '... revokes a token of before it');
    everywhere(later('then'), 200, '... and none that is issued later');

    is post({ claim => 'sub', value => 'first' }), 200,
        'an earlier entry for the same value';
    jump(0);
    everywhere($first, 401, '... takes nothing back');

    # forward and back, for less time than entries are kept

    jump($hour / 2);
    is post({ claim => 'sub', value => 'ahead' }), 200,
        'the clock is ahead: an entry';
    sleep 11;                                       # what is over is dropped
    jump(0);
    everywhere($first, 401, 'the clock was ahead for a while: it still is');
    everywhere(old('ahead', iat => now() + 4), 401,
               'what was revoked then is revoked up to then');
    everywhere($other, 200, 'and no other is');

    # forward

    jump(2 * $hour);
    sleep 11;
    jump(2 * $hour);
    everywhere($first, 200, 'two hours later the entry is over');
    is post({ claim => 'sub', value => 'first' }), 200, 'a new one';
    everywhere($first, 401, '... revokes it again');
    $s->stop;


    # full

    set_clock(0);
    $s->start(%config, workers => $workers,
              http => 'jwt_revocation_zone zone=r:64k;');

    my $early = old('nobody');

    everywhere($early, 200, 'a small memory');
    is post(map { { claim => 'azp', value => "$_" } } $_ .. $_ + 499), 200,
        'hundreds of entries' for 1000, 2000, 3000;
    everywhere($early, 401, 'it is full: all tokens of before are revoked');
    everywhere(later('nobody'), 200, '... and none that is issued later');

    jump(-600);
    everywhere($early, 401, 'so it is when the clock is set back');
    jump(2 * $hour);
    sleep 11;
    jump(2 * $hour);
    everywhere($early, 200, 'and no more once it would be over');
    is post({ claim => 'sub', value => 'nobody' }), 200, 'there is room';
    everywhere($early, 401, '... for an entry');
    everywhere(old('other', iat => now() - 1), 200, '... that is one');
    $s->stop;
}

is_deeply [ grep { !/has no room/ } $s->errors ], [],
    'nginx has nothing else to complain of';

done_testing;
