# Each proof is accepted once: by all workers, over reloads, when a worker is
# killed, and when there is no room: jwt_dpop_zone.
#
# Proofs are signed by CryptX.  They count for an hour, so that none ends while
# the test runs, however slow the machine is; where time must pass, nginx has
# another clock (NJWT::Clock).

use strict;
use warnings;

use lib 't/lib';

use JSON::PP qw/ decode_json /;
use NJWT::Client qw/ tally /;
use NJWT::Clock;
use NJWT::Proof qw/ :all /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $url = 'https://api.example.com/t';
my $s = NJWT::Scenario->new;

my %config = (
    workers => 4,
    http    => 'jwt_dpop_zone zone=proofs:32k; jwt_dpop_lifetime 1h;',
    issuers => proof_issuer($s),
    server => <<'    END',
        server_name      api.example.com;
        root             @CONTENT@;
        jwt_dpop_origin  https://api.example.com;
        add_header       X-Verdict $jwt_verdict always;

        location /t       { jwt timesheets; jwt_binding dpop; }
        location /status  { jwt off; jwt_status json; }
        location /metrics { jwt off; jwt_status prometheus; }
        location /html    { jwt off; jwt_status; }
        location /public  { jwt off; }
    END
);

sub with {
    my ($client, $proof) = @_;

    return { path => '/t', headers => {
        Authorization => "DPoP $client->{token}", DPoP => $proof } };
}

sub new_client {
    my $client = client();
    $client->{token} = bound($client, sub => $client->{jkt});

    return $client;
}

my $nonce;

sub new_proof {
    my ($client, %over) = @_;

    return proof($client, $client->{token}, $url, nonce => $nonce, %over);
}

sub use_proof {
    my ($client, $proof) = @_;

    return $s->request(%{ with($client, $proof // new_proof($client)) });
}

sub verdict { return use_proof(@_)->{headers}{'x-verdict'} // 'none' }

sub new_nonce {
    my ($client) = @_;

    $nonce = undef;

    return $nonce = use_proof($client)->{headers}{'dpop-nonce'};
}

sub memory { return decode_json($s->get('/status')->{body})->{proofs} }


$s->start(%config);

my ($me, $other) = (new_client(), new_client());
new_nonce($me);

is memory()->{entries}, 0, 'nothing is remembered of proofs that were refused';

my @once = map { new_proof($me) } 1 .. 8;
my @same = map { with($me, $_) } (@once) x 6;
my $count = tally($s->burst(@same));

is_deeply $count, { 200 => 8, 401 => 40 },
    'eight proofs, sent to four workers six times each, are good once each';
is memory()->{entries}, 8, '... and remembered';
is verdict($me, $_), 'dpop_proof_replayed', '... as the next request sees'
    for @once[0, 7];


# One client's flood.  The least zone that there may be has room for hundreds.

my $capacity = memory()->{capacity};
my $share = int($capacity / 8);

cmp_ok $capacity, '>', 400, "$capacity proofs have room in 32k";

my @flood = map { with($me, new_proof($me)) } 1 .. $share - 8;
is_deeply tally($s->burst(@flood)), { 200 => $share - 8 },
    "an eighth of it, $share, is for one key";

my $r = use_proof($me);
is "$r->{status} $r->{headers}{'x-verdict'}", '503 dpop_memory_full',
    'it has no more';
cmp_ok $r->{headers}{'retry-after'}, '>', 1800,
    '... until those are of no use to anybody';
cmp_ok $r->{headers}{'retry-after'}, '<=', 3600 + 30 + 2, '... and no longer';
is $r->{headers}{'www-authenticate'}, undef, '... which is not for want of a '
    . 'token';
is verdict($me, $once[0]), 'dpop_proof_replayed',
    'nothing was forgotten for room';
is verdict($other), 'ok', 'another client passes';

my @clients = map { new_client() } 1 .. 7;
my @rest = map { my $c = $_; map { with($c, new_proof($c)) } 1 .. $share }
           @clients;
my $got = tally($s->burst(@rest[0 .. @rest / 2]));
my $more = tally($s->burst(@rest[@rest / 2 + 1 .. $#rest]));

cmp_ok $got->{200} + $more->{200}, '>=', $capacity - $share - 1 - 7,
    'the others have seven eighths';
cmp_ok memory()->{entries}, '>=', $capacity - 8, 'then all of it is taken';
for (1 .. $share) { last if verdict($other) ne 'ok' }
is use_proof(new_client())->{headers}{'x-verdict'}, 'dpop_memory_full',
    'who comes then is refused';
is verdict($other, $rest[0]{headers}{DPoP}), 'dpop_key_mismatch',
    '... while what was wrong is wrong as ever';

my ($line) = $s->log_lines(qr/dpop_memory_full/);
like $line, qr/\[info\]/, 'the log has a line of it';

my ($full) = $s->get('/metrics')->{body} =~ /^(\w*proofs \d+)$/m;
like $full, qr/proofs \d{3,}/, 'the metrics tell how full it is';
like $s->get('/metrics')->{body}, qr/proofs_capacity $capacity$/m,
    '... and of how much';


# The memory itself, as a worker has it: where it is, and what is written there.

sub memory_of {
    my ($pid) = @_;

    open my $maps, '<', "/proc/$pid/maps" or die "$!";
    open my $mem, '+<:raw', "/proc/$pid/mem" or die "$!";

    no warnings 'portable';

    while (<$maps>) {
        my ($from, $to) = map { hex } /^(\w+)-(\w+) rw-s/ or next;

        sysseek $mem, $from, 0 or next;
        sysread $mem, my $text, $to - $from;

        # its magic and its layout
        my $at = index $text, pack 'L L', 0x6e6a7470, 2;

        return ($mem, $from, $from + $at, $text) if $at >= 0;
    }

    return;
}

# A worker that is killed while it writes: what it leaves is the lock, which
# the master takes back, and the mark that it was writing.

sub mark_writing {
    my ($mem, $from, $at, $text) = memory_of(@_);

    die "a mark already" if unpack 'L', substr $text, $at - $from + 96, 4;
    sysseek $mem, $at + 96, 0;
    return syswrite $mem, pack 'L', 1;
}

# Each proof is counted twice for its key, as long as it is remembered.

sub counted {
    my ($pid) = $s->worker_pids;
    my (undef, $from, $at, $text) = memory_of($pid);

    my ($counters) = unpack 'L', substr $text, $at - $from + 16, 4;
    my ($where) = unpack 'Q', substr $text, $at - $from + 136, 8;
    my $sum = 0;

    $sum += $_ for unpack 'L*', substr $text, $where - $from, 4 * $counters;

    return $sum;
}

my ($pid) = $s->worker_pids;
my $before = $rest[0];

is $s->request(%$before)->{headers}{'x-verdict'}, 'dpop_proof_replayed',
    'a proof was used';

ok mark_writing($pid), 'a worker is killed while it writes';
$s->kill_worker($pid);

is $s->request(%$before)->{headers}{'x-verdict'}, 'dpop_nonce_needed',
    '... the proof passes no more';
is verdict($me), 'dpop_nonce_needed', '... nor does the nonce of before';
is memory()->{entries}, 0, '... for the memory is empty';

new_nonce($me);
is verdict($me), 'ok', '... and a client that fetches a new one goes on';
is verdict($me), 'ok', '... and on';

my $once = new_proof($me);
is_deeply [ map { verdict($me, $once) } 1 .. 3 ],
    [ 'ok', ('dpop_proof_replayed') x 2 ], '... each proof once';
is $s->request(%$before)->{headers}{'x-verdict'}, 'dpop_nonce_needed',
    '... the old one never';


# The same mark without a death: as a request sees it that was judged before.
# All of it within one second, which starts must not share: each is later than
# the nonces of before it.

($pid) = $s->worker_pids;
sleep 1 - time + int time;

for my $time (1 .. 5) {
    my $judged = new_proof($me);

    is verdict($me, $judged), 'ok', "$time: a proof is used";
    ok mark_writing($pid), '... and the memory is lost';
    $r = use_proof($me, $judged);
    is $r->{headers}{'x-verdict'}, 'dpop_nonce_needed',
        '... it passes no more, judged by the start of before';

    $nonce = $r->{headers}{'dpop-nonce'};
    is verdict($me, $judged = new_proof($me)), 'ok',
        '... the nonce that came with the answer is good';
    ok mark_writing($pid), '... and the memory is lost again';

    # whoever comes first finds out
    isnt verdict($me), 'ok', '... as nobody knows whether a proof is new';
    is verdict($me, $judged), 'dpop_nonce_needed',
        '... no proof passes twice with a nonce of the start before';
    new_nonce($me);
}


# Proofs under way while nginx reloads, and while workers are killed

sub play {
    my ($what, $client, $meanwhile) = @_;

    my %passed;
    my $lost = 0;

    for my $round (1 .. 10) {
        my @proofs = map { new_proof($client) } 1 .. 3;
        my $flight = $s->begin(map { with($client, $_) } (@proofs) x 5);

        $meanwhile->($round);

        my @r = $s->finish($flight);
        push @r, $s->burst(map { with($client, $_) } (@proofs) x 2);

        for (keys @r) {
            $passed{ $proofs[$_ % 3] } += $r[$_]{status} == 200;
        }

        if (grep { ($_->{headers}{'x-verdict'} // '') eq 'dpop_nonce_needed' }
            @r)
        {
            new_nonce($client);
            $lost++;
        }
    }

    is_deeply [ grep { $_ > 1 } values %passed ], [],
        "$what: no proof passes twice";

    return (scalar(grep { $_ } values %passed), $lost);
}

my ($good, $lost) = play('ten reloads', $me, sub { $s->reload });
is $good, 30, '... and each once';
is $lost, 0, '... with the nonce of before';

($good, $lost) = play('ten workers killed', $other, sub {
    my @pids = $s->worker_pids;
    $s->kill_worker($pids[ rand @pids ]);
});
cmp_ok $good, '>', 0, "... $good of 30 once, $lost times after a new nonce";


# Room comes back with time, which is set

SKIP: {
    skip 'a sanitizer has its own clock calls', 1 if $ENV{ASAN_OPTIONS};

    my $clock = NJWT::Clock->new($s->dir);
    my $ahead = 0;

    # nginx looks at the clock when something happens

    my $jump = sub {
        ($ahead) = @_;
        $clock->set($ahead);
        $s->get('/public');
    };

    my $then = sub {
        my ($client) = @_;

        return new_proof($client // $me, iat => time + $ahead);
    };

    $s->stop;
    $s->start(%config, preload => $clock->library);
    new_nonce($me);

    my $filled = tally($s->burst(map { with($me, $then->()) } 1 .. $share + 5));

    is_deeply $filled, { 200 => $share, 503 => 5 },
        'a client has filled its share';

    # half an hour on the nonce still counts

    $jump->(1800);
    is verdict($me, $then->()), 'dpop_memory_full',
        'half an hour later they still count';
    is memory()->{entries}, $share, '... all of them';

    # the last may count for the lifetime, and what "iat" may be ahead

    $jump->(3600 + 1800);
    $nonce = undef;
    is verdict($me, $then->()), 'ok',
        'when its proofs have ended there is room again';
    cmp_ok memory()->{entries}, '<', $share, '... as they were forgotten';


    # What has ended makes room for as many, and of those each is known.

    is $s->reload(http => 'jwt_dpop_zone zone=other:32k;'
                  . 'jwt_dpop_lifetime 1h;'), 1, 'another memory';

    my $new = sub {
        $nonce = use_proof($me, new_proof($me, nonce => undef, iat => 0))
                 ->{headers}{'dpop-nonce'};
    };

    my $room = memory()->{capacity};
    my @all = ($me, $other, @clients);

    # the second time a few end before the others, which count for longer

    for my $time ('first', 'second') {
        my $later = $time eq 'second' ? 9000 : 0;

        $new->();

        my @proofs = ((map { with($me, $then->()) } 1 .. 8),
                      map { my $c = $_;
                            map { with($c, new_proof($c,
                                      iat => time + $ahead + $later)) }
                            1 .. $room / 8 } @all);
        my @r = $s->burst(@proofs);
        my @good = grep { $r[$_]{status} == 200 } keys @r;

        cmp_ok scalar(@good), '>=', $room - 16, "the $time time it is filled";
        cmp_ok memory()->{entries}, '<=', $room, '... with what has room';
        is_deeply tally($s->burst(@proofs[@good])), { 401 => scalar @good },
            '... and knows all of them';
        is counted(), 2 * memory()->{entries}, '... each counted for its key';

        $jump->($ahead + 3700);
    }

    my $late = new_client();
    is verdict($late, new_proof($late, iat => time + $ahead)), 'ok',
        'where none is free those that have ended are looked for';

    $s->stop;
    $s->start(%config, preload => undef);
    new_nonce($me);
}


# The zones are changed one by one

is verdict($me, $once = new_proof($me)), 'ok', 'a proof is used';
$config{http} .= ' jwt_shared_zone zone=jwt:2m;';
is $s->reload(%config), 1, '... and the zone of keys is changed';
isnt verdict($me, $once), 'ok', '... which lets no proof pass again';
is verdict($me), 'ok', '... and a new one as ever';

my ($fine, $said) = $s->check(%config,
    http => 'jwt_dpop_zone zone=proofs:31k;');
like $said, qr/zone=proofs:31k" .* too small: write/s,
    'a zone of less than 32k is an error';

is $s->reload(http => 'jwt_dpop_zone zone=least:32k;'), 1,
    'one of 32k is not';
is verdict($me), 'dpop_nonce_needed', '... and a start';
new_nonce($me);
cmp_ok memory()->{capacity}, '>', 400, '... with room for some hundreds';

$share = int(memory()->{capacity} / 8);
is_deeply tally($s->burst(map { with($me, new_proof($me)) } 1 .. $share + 5)),
    { 200 => $share, 503 => 5 }, '... of which a client has its eighth';
is verdict($other), 'ok', '... and others theirs';

is $s->reload(http => 'jwt_dpop_zone zone=more:128k;'), 1,
    'another zone is a start';
is verdict($me), 'dpop_nonce_needed', '... after which a nonce is asked for';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
