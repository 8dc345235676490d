# Each proof is accepted once when a reload changes for how long proofs and
# nonces count: jwt_dpop_lifetime, jwt_dpop_nonce.
#
# Proofs are signed by CryptX.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
use MIME::Base64 qw/ decode_base64url /;
use NJWT::Process qw/ wait_until /;
use NJWT::Proof qw/ :all /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep time /;


my $url = 'https://api.example.com/t';
my $s = NJWT::Scenario->new;
my $me = client();
my $token = bound($me);
my $nonce;

my %config = (
    workers => 1,
    issuers => proof_issuer($s),
    server => <<'    END',
        server_name      api.example.com;
        root             @CONTENT@;
        jwt_dpop_origin  https://api.example.com;
        add_header       X-Verdict $jwt_verdict always;
        add_header       X-Pid $pid always;

        location /t { jwt timesheets; jwt_binding dpop; }
    END
);

sub config { return (%config, http => "jwt_dpop_zone zone=proofs:64k; @_") }

sub new_proof { return proof($me, $token, $url, nonce => $nonce, @_) }

sub use_proof {
    my ($proof) = @_;

    return $s->request(path => '/t', headers => {
        Authorization => "DPoP $token", DPoP => $proof });
}

sub verdict { return use_proof(@_)->{headers}{'x-verdict'} // 'none' }

sub new_nonce {
    $nonce = undef;

    return $nonce = use_proof(new_proof())->{headers}{'dpop-nonce'};
}

# One that was good before the reload, and after it.

sub after {
    my ($proof, $what, @http) = @_;

    is verdict($proof), 'ok', "$what: a proof is used";
    is $s->reload(config(@http)), 1, '... nginx reloads';

    return verdict($proof);
}


# within one second, where it can be
sleep 1 - time + int time;
$s->start(config('jwt_dpop_lifetime 20s ahead=5s;'));

my $asked = int time;
my ($made) = unpack 'Q>', decode_base64url(new_nonce());

cmp_ok $made, '<=', $asked + 1,
    'the first nonce is of the second after the start';

is after(new_proof(), 'the same', 'jwt_dpop_lifetime 20s ahead=5s;'),
    'dpop_proof_replayed', '... and knows it';
is after(new_proof(), 'a shorter lifetime',
         'jwt_dpop_lifetime 15s ahead=4s;'),
    'dpop_proof_replayed', '... and knows it';
is after(new_proof(), 'a longer lifetime, as long as it was',
         'jwt_dpop_lifetime 20s ahead=5s;'),
    'dpop_nonce_needed', '... and begins anew: some may have gone';
new_nonce();
is after(new_proof(), 'further ahead', 'jwt_dpop_lifetime 20s ahead=6s;'),
    'dpop_nonce_needed', '... and begins anew';
new_nonce();
is after(new_proof(), 'less of the past, more of what is ahead',
         'jwt_dpop_lifetime 19s ahead=7s;'),
    'dpop_proof_replayed', '... and knows it: it counts for no longer';

is after(new_proof(), 'a nonce that lasts as long as a proof',
         'jwt_dpop_lifetime 19s ahead=7s; jwt_dpop_nonce 19s;'),
    'dpop_proof_replayed', '... and knows it';
is after(new_proof(), 'one that lasts longer',
         'jwt_dpop_lifetime 19s ahead=7s; jwt_dpop_nonce 20s;'),
    'dpop_nonce_needed', '... and begins anew';
new_nonce();
is after(new_proof(), 'none', 'jwt_dpop_lifetime 19s ahead=7s;'),
    'dpop_proof_replayed', '... and knows it';
is verdict(new_proof()), 'ok', 'a new one passes with the nonce of before';


# A worker of before a reload still has requests: half a request keeps a
# connection with it.  What it takes counts for longer by now.

is $s->reload(config('jwt_dpop_lifetime 3s ahead=1s;')), 1,
    'a short time for proofs';

my ($old) = $s->worker_pids;

my @half = map {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $s->port, Timeout => 5) or die "connect: $!\n";

    $socket->syswrite("GET /t HTTP/1.1\r\nHost: api.example.com\r\n"
                      . "Connection: close\r\n");
    $socket;
} 1 .. 2;

sleep 0.2;
is $s->reload(config('jwt_dpop_lifetime 60s ahead=1s;')), 1,
    '... and a reload that gives them more';
new_nonce();
ok kill(0, $old), '... while the worker of before has requests';

# of later than the start, which is ahead of the clock after so many of them: no
# nonce is to make it count for longer
wait_until { verdict(new_proof(nonce => undef)) eq 'ok' } 20,
    'a proof of after the start';

# one whose nonce must say that it is of today, which is then given one
my $today = use_proof(new_proof(nonce => undef, iat => time - 3600))
            ->{headers}{'dpop-nonce'};
my %proof = (
    'its time'         => new_proof(nonce => undef),
    'a nonce of today' => new_proof(nonce => $today, iat => time - 3600),
);

for my $what (sort keys %proof) {
    my $socket = shift @half;

    $socket->syswrite("Authorization: DPoP $token\r\nDPoP: $proof{$what}\r\n"
                      . "\r\n");

    my $answer = do { local $/; readline $socket };

    like $answer, qr/^HTTP\/1\.1 200 .*^X-Pid: $old\r$/ms,
        "it takes a proof by $what";
}

sleep 7.5;

# what has expired goes when another comes
is verdict(new_proof()), 'ok', 'later than it would remember it';
is verdict($proof{$_}), 'dpop_proof_replayed', "... the one by $_ is known"
    for sort keys %proof;


# A worker of a configuration that has gone since starts late: it is stopped at
# its birth, and goes on when the next one serves.  That shortens nothing.

sub births {
    return map { /start worker process (\d+)/ ? $1 : () }
        $s->log_lines(qr/start worker process \d+/);
}

sub hup {
    $s->_write_config(config(@_));
    kill 'HUP', $s->master_pid;
}

my $long = 'jwt_dpop_lifetime 60s ahead=1s; jwt_dpop_nonce 60s;';
my $before = () = births();

# so many connections take a worker a tenth of a second, before it looks at the
# memory of proofs
$config{events} = 'worker_connections 300000;';
hup('jwt_dpop_lifetime 3s ahead=1s; jwt_dpop_nonce 3s;');
$config{events} = 'worker_connections 512;';

my $until = time + 5;
my @born;

while (time < $until) {
    @born = births();
    last if @born > $before;
    sleep 0.0005;
}

kill 'STOP', $born[$before];
hup($long);
wait_until { (() = births()) >= $before + 2 } 5, 'a worker of the next one';

my ($next) = reverse births();
wait_until { use_proof(new_proof())->{headers}{'x-pid'} == $next } 5,
    'the next configuration serves';

kill 'CONT', $born[$before];
wait_until { !kill 0, $born[$before] } 5, 'the late one came, and went';
new_nonce();

is after(new_proof(), 'after a worker that was late', $long),
    'dpop_proof_replayed', '... and knows it: it counts for no longer';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
