# Many reloads leave nothing behind: no shared memory, no memory of the
# master's, no open files. NJWT_RELOADS says how many (50).
#
# What is free in the zone worker 0 says at debug level when it starts.

use strict;
use warnings;

use lib 't/lib';

use List::Util qw/ min /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep /;


my $reloads = $ENV{NJWT_RELOADS} // 50;

my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;

$s->write_file('keys.json', jwks('k1', 'k2'));
$s->write_file('secret', 's' x 64);

sub issuers {
    my ($n) = @_;

    return <<"END";
    jwt_issuer timesheets {
        issuer    \@ISSUER\@;
        audience  \@AUDIENCE\@;
        jwks_uri  \@JWKS_URI\@;
        jwks_wait 20s;
        ssl_trusted_certificate  \@FIXTURES\@/tls-ca.pem;
    }

    jwt_issuer other {
        issuer    https://other.example/;
        audience  \@AUDIENCE\@;
        jwks_uri  \@JWKS_URI\@?$n;
        jwks_wait 20s;
    }

    jwt_issuer file {
        issuer     https://file.example/;
        audience   \@AUDIENCE\@;
        jwks_file  \@DIR\@/keys.json;
    }

    jwt_issuer secret {
        issuer       https://secret.example/;
        audience     \@AUDIENCE\@;
        algorithms   HS256;
        secret_file  \@DIR\@/secret;
    }
END
}

my $server = <<'END';
        location /t      { jwt timesheets file secret; root @CONTENT@; }
        location /other  { jwt other; alias @CONTENT@/t; }
END

sub passes {
    return $s->get('/t', token => token(-key => 'k2'))->{status}
               == 200
           && $s->get('/other', token => token(
                  -key => 'k2', iss => 'https://other.example/'))->{status} == 200;
}

sub free {
    return map { /jwt zone "jwt": (.*) free/ ? $1 : () }
        $s->log_lines(qr/jwt zone "jwt"/);
}

sub resident {
    open my $in, '<', '/proc/' . $s->master_pid . '/status'
        or die "status: $!\n";

    return (map { /^VmRSS:\s+(\d+) kB/ ? $1 : () } <$in>)[0];
}

# The least that it has within a second: the channel to a worker that ended is
# closed a little later than the worker is gone.

sub files {
    my @counts;

    for (1 .. 20) {
        push @counts, scalar(() = glob '/proc/' . $s->master_pid . '/fd/*');
        sleep 0.05;
    }

    return min @counts;
}


# each reload replaces the source by another one

sub reloads {
    my ($from, $to) = @_;

    for my $n ($from .. $to) {
        $s->reload(issuers => issuers($n)) or return "$n: refused";
        passes() or return "$n: keys are missing";
    }

    wait_until { !$s->old_worker_pids && $s->settled } 5,
        'the old workers end, and the master knows it';

    return '';
}


$s->start(workers => 1, issuers => issuers(0), server => $server,
          log_level => 'debug_http');
ok passes(), 'keys are there';

# the first ones fill nginx's and malloc's own stores

is reloads(1, 10), '', 'ten reloads';

my ($memory, $files) = (resident(), files());
my $first = (free())[-1];

is reloads(11, $reloads), '', "$reloads reloads";

# once more with other keys, which are written beside the old ones

$tenant->revoke('k1');
is $s->get('/t', token => token(-key => 'k3'))->{status}, 200,
    'the keys change';
is reloads($reloads + 1, $reloads + 1), '', 'and one after that';

like $first, qr/^\d+ of \d+ blocks, \d+ of \d+ slots$/, 'of the zone';
note "free after ten reloads: $first";
is((free())[-1], $first, 'as much is free as at the beginning');

my $grown = resident() - $memory;
note "the master: $memory kB after ten reloads, $grown kB more at the end";

# a sanitizer keeps what was freed

cmp_ok $grown, '<', $ENV{ASAN_OPTIONS} ? 1e9 : 300,
    'the master has not grown';
is files(), $files, 'nor have its open files';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;

done_testing;
