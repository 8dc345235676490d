# Revocation entries outlive what happens to nginx: restarts, files that are
# damaged, a zone of another size, workers that are killed as they write, and
# a hundred thousand entries.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
use JSON::PP qw/ encode_json /;
use NJWT::Process qw/ patience wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use POSIX ();
use Test::More;
use Time::HiRes qw/ sleep time /;


my $s = NJWT::Scenario->new;
my $keys = $s->write_file('keys.json', jwks('k1'));
my $state = $s->dir . '/state';
my $now = int time;

# state_path is for keys that are fetched: nobody need answer, as the tokens
# are signed by keys of the state

my $tenant = $s->tenant;

my %config = (
    workers => 2,
    issuer => "revocation sub azp jti; state_path $state; jwks_stale 7d;",
    http => 'jwt_revocation_zone zone=r:2m;',
    server => <<'    END',
        location /t      { jwt timesheets; root @CONTENT@; }
        location /report { jwt timesheets; jwt_mode report; root @CONTENT@;
                           error_page 404 = /t; }
        location /optional { jwt timesheets; jwt_mode optional;
                             rewrite ^ /open break; root @CONTENT@; }
        location /inner  { jwt timesheets; try_files /none /t; }
        location /revoke { allow 127.0.0.1; deny all;
                           jwt_revoke_handler timesheets; }
    END
);

sub post {
    my (@entries) = @_;

    return $s->request(path => '/revoke', method => 'POST',
        body => encode_json(@entries == 1 ? $entries[0] : \@entries))
        ->{status};
}

sub status_of {
    my ($token, $path) = @_;

    return $s->get($path // '/t', token => $token)->{status};
}

sub statuses { return join ' ', map { status_of($_[0]) } 1 .. 6 }

sub is_revoked { is statuses($_[0]), join(' ', (401) x 6), $_[1] }
sub is_good { is statuses($_[0]), join(' ', (200) x 6), $_[1] }

sub old { return token(iat => $now - 60, exp => $now + 3600, @_) }

sub kept { return grep { m{/revoked-[0-9a-f]{32}$} } glob "$state/*" }

# What all workers have read, of files and of clients.

sub bytes_read {
    my $sum = 0;

    for my $pid ($s->worker_pids) {
        open my $in, '<', "/proc/$pid/io" or die "/proc/$pid/io: $!";
        /^rchar: (\d+)/ and $sum += $1 while <$in>;
    }

    return $sum;
}

sub saved {
    my ($before) = @_;

    return wait_until { my ($f) = kept();
                        $f && (stat $f)[9] && -s $f != $before } 3,
        'it is saved';
}

my ($one, $other) = (old(sub => 'auth0|1'), old(sub => 'auth0|2'));

subtest 'a restart' => sub {
    $s->start(%config);
    wait_until { status_of($one) == 200 } 5, 'keys are there';

    is_deeply [ kept() ], [], 'nothing revoked, nothing kept';
    is post({ claim => 'sub', value => 'auth0|1' }), 200, 'an entry';
    wait_until { scalar kept() } 2, 'is on disk';
    is_revoked($one, 'revoked');

    my ($file) = kept();
    open my $in, '<:raw', $file or die;
    my $text = do { local $/; <$in> };
    unlike $text, qr/auth0/, 'no value is in the file';
    is((stat $file)[2] & 0777, 0600, 'which is its owner\'s alone');

    $s->stop;
    $s->start(%config);
    wait_until { status_of($other) == 200 } 5, 'keys are there';
    is_revoked($one, 'still so after a restart');
    is_good($other, 'and nothing else is');
    is_good(old(sub => 'auth0|1', iat => int(time) + 4),
            'nor a later token');

    # what was entered in the last instant

    is post({ claim => 'jti', value => 'last' }), 200, 'an entry';
    $s->stop;
    $s->start(%config);
    wait_until { status_of($other) == 200 } 5, 'keys are there';
    is_revoked(old(jti => 'last'), 'is kept when nginx ends at once');
    is_revoked($one, 'beside the first');
};

subtest 'another state_path' => sub {
    my $before = $config{issuer};

    ok $s->reload(issuer => $before =~ s{\Q$state\E}{$state-2}r), 'a reload';
    wait_until { scalar(my @files = glob "$state-2/revoked-*") } 3,
        'all is written there, though nothing changed';
    $s->stop;
    $s->start(%config, issuer => $before =~ s{\Q$state\E}{$state-2}r);
    wait_until { status_of($other) == 200 } 5, 'keys are there';
    is_revoked($one, 'and read from there');
    ok $s->reload(issuer => $before), 'as before';
};

# What the memory is like when a worker was killed amid its writing: the mark
# is set, chains and free entries are anything.

subtest 'a memory that is half written' => sub {
    ok $s->reload(%config, http => 'jwt_revocation_zone zone=half:2052k;'),
        'a zone of its own';
    is post(map { { claim => 'sub', value => "half-$_" } } 1 .. 300), 200,
        'entries';
    is_revoked(old(sub => 'half-300'), 'revoke');

    my ($worker) = $s->worker_pids;
    open my $maps, '<', "/proc/$worker/maps" or die "maps: $!";
    no warnings 'portable';
    my ($zone) = map { hex }
        map { /^(\w+)-(\w+) rw-s/ && hex($2) - hex($1) == 2052 * 1024
              ? $1 : () } <$maps>;
    open my $memory, '+<:raw', "/proc/$worker/mem" or die "mem: $!";

    # magic, layout, no writer, entries, buckets: see revoked_table.h

    sysseek $memory, $zone, 0 or die "seek: $!";
    sysread $memory, my $all, 2052 * 1024 or die "read: $!";
    my ($at) = grep { my ($magic, $layout, $writing, $n, $b) =
                          unpack 'L5', substr $all, $_, 20;
                      $magic == 0x6e6a7476 && $layout == 2 && $writing == 0
                      && $b > 1000 && ($b & ($b - 1)) == 0
                      && $n >= $b && $n < 4 * $b }
               map { 4096 * $_ } 0 .. 64;
    ok defined $at, 'it is found' or return;

    my ($buckets) = unpack 'L', substr $all, $at + 16, 4;
    my ($chains) = unpack 'Q', substr $all, $at + 48, 8;

    my $write = sub {
        sysseek $memory, $_[0], 0 or die "seek: $!";
        syswrite $memory, $_[1] or die "write: $!";
    };

    $s->mark_log;
    $write->($chains, "\0" x (4 * $buckets));      # nothing is found
    $write->($zone + $at + 20, pack 'LL', 0, 0);    # nothing is free
    is status_of(old(sub => 'half-2')), 200, 'a look-up finds nothing';
    $write->($zone + $at + 8, pack 'L', 1);         # it was being written

    is_revoked(old(sub => "half-$_"), "number $_ is revoked") for 1, 300;
    is_good(old(sub => 'half-301'), 'and no more');
    is post({ claim => 'sub', value => 'half-301' }), 200, 'an entry more';
    is_revoked(old(sub => 'half-301'), 'is revoked');
    is_good($other, 'by itself');
    $s->wait_for_log(qr/killed while it wrote revocation entries/, 15);
    ok $s->reload(%config), 'as before';
};

subtest 'another size of the zone' => sub {
    ok $s->reload(http => 'jwt_revocation_zone zone=r:3m;'), 'larger';
    is_revoked($one, 'what was revoked is');
    is_good($other, 'and nothing else');

    ok $s->reload(http => 'jwt_revocation_zone zone=other:3m;'), 'renamed';
    is_revoked($one, 'what was revoked is');

    ok $s->reload(%config), 'as before';
    is_revoked($one, 'what was revoked is');
    is post({ claim => 'sub', value => 'auth0|3' }), 200, 'more';
    is_revoked(old(sub => 'auth0|3'), 'is revoked');

    ok $s->reload(issuer => "$config{issuer} revocation_keep 2h;"), 'reload';
    is_revoked($one, 'another keep forgets nothing');
    ok $s->reload(issuer => $config{issuer} =~ s/sub azp jti/azp jti/r),
        'the claim is named no more';
    is_good($one, 'what it revoked passes');
    ok $s->reload(issuer => $config{issuer}), 'it is again';
    is_revoked($one, 'and revokes: the cache remembers no answer of then');

    # a request that began before, and ends in a worker whose zone nobody
    # reads any more, gets no success; one of the same zone is

    for (
        [ 'jwt_revocation_zone zone=r:5m;', 503 ],
        [ 'jwt_revocation_zone zone=r:5m; #', 200 ],
    ) {
        my ($http, $status) = @$_;
        my $body = encode_json({ claim => 'sub', value => "late-$status" });
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                           PeerPort => $s->port) or die $!;

        print $socket "POST /revoke HTTP/1.1\r\nHost: localhost\r\n",
            'Content-Length: ', length $body, "\r\n\r\n",
            substr $body, 0, 5;
        sleep 0.2;
        ok $s->reload(http => $http), 'a reload amid a request';
        print $socket substr $body, 5;
        like scalar(<$socket>), qr{^HTTP/1.1 $status }, "is answered $status";
        is status_of(old(sub => "late-$status")), $status == 200 ? 401 : 200,
            'and so it is';
    }

    ok $s->reload(%config), 'as before';
};

subtest 'workers that are killed while others write' => sub {
    for my $n (1 .. 16) {
        my @pids = $s->worker_pids;
        my $killer = fork // die "fork: $!";

        if ($killer == 0) {
            sleep rand 0.003;
            kill 'KILL', $pids[$n % 2];
            POSIX::_exit(0);
        }

        $s->{killed}{$pids[$n % 2]} = 1;

        my $got = eval {
            post(map { { claim => 'sub', value => "kill-$n-$_" } } 1 .. 700);
        } // 0;

        waitpid $killer, 0;
        wait_until { $s->worker_pids == 2 && $s->settled } 5, 'another';

        is post({ claim => 'sub', value => "kill-$n" }), 200, "entry $n"
            if $n % 8 == 0;
        is status_of(old(sub => "kill-$n-700")), 401, "all of $n"
            if $got eq 200;
    }

    is_revoked($one, 'what was revoked is');
    is_revoked(old(sub => 'kill-8'), 'and what came meanwhile');
};

# The master hears of a worker's end once it has read the configuration.

subtest 'a worker that is killed with the lock, amid a reload' => sub {
    my $pause = $s->write_file('pause.conf', '');
    my %paused = (%config, main => "include $pause;",
                  http => 'jwt_revocation_zone zone=r:2052k;');

    ok $s->reload(%paused), 'a reload';
    is_revoked($one, 'revoked');

    unlink $pause or die "$pause: $!";
    POSIX::mkfifo($pause, 0600) or die "$pause: $!";

    my ($worker, @others) = $s->worker_pids;
    my $before = $s->log_lines(qr/start worker process /);
    kill 'HUP', $s->master_pid;
    sleep 0.5;

    # the mutex is the first word of the zone: whose it is
    open my $maps, '<', "/proc/$worker/maps" or die "maps: $!";
    no warnings 'portable';
    my ($zone) = map { hex }
        map { /^(\w+)-(\w+) rw-s/ && hex($2) - hex($1) == 2052 * 1024
              ? $1 : () } <$maps>;
    open my $memory, '+<:raw', "/proc/$worker/mem" or die "mem: $!";

    kill 'STOP', $worker;
    sysseek $memory, $zone, 0 or die "seek: $!";
    is syswrite($memory, pack 'Q', $worker), 8, 'it has the lock';
    $s->{killed}{$worker} = 1;
    kill 'KILL', $worker;

    open my $go, '>', $pause or die "$pause: $!";
    close $go;
    unlink $pause;
    $s->write_file('pause.conf', '');

    ok eval {
        wait_until { $s->log_lines(qr/start worker process /) >= $before + 2 }
            5, 'new workers';
        1;
    }, 'the reload goes on' or do {
        # so that the rest has an nginx
        kill 'KILL', $s->master_pid, @others;
        return;
    };

    wait_until { $s->settled } 5, 'the old ones are gone';
    is_revoked($one, 'what was revoked is');
    is_good($other, 'and nothing else');
    ok $s->reload(%config), 'as before';
    is_revoked($one, 'revoked');
};

subtest 'a file that is damaged makes the start coarse' => sub {
    $s->stop;

    my ($file) = kept();

    for my $damage (
        [ 'a byte changed', sub { substr($_[0], -40, 1) ^= "\1"; $_[0] } ],
        [ 'cut off', sub { substr $_[0], 0, -1 } ],
        [ 'empty', sub { '' } ],
        [ 'more behind it', sub { "$_[0]x" } ],
    ) {
        my ($what, $change) = @$damage;

        open my $in, '<:raw', $file or die;
        my $text = do { local $/; <$in> };
        my $bad = $change->("$text");

        open my $out, '>:raw', $file or die;
        print $out $bad;
        close $out;

        $s->mark_log;
        $s->start(%config);
        wait_until { status_of(old(iat => int(time) + 4)) == 200 } 5, 'keys';
        is_revoked($other, "$what: all tokens of before are revoked");
        is_good(old(iat => int(time) + 4, sub => 'auth0|1'),
                'and none of later');
        ok scalar($s->log_lines(qr/\[error\].*the revocation entries from before this/)),
            'which is logged';
        $s->stop;

        open $out, '>:raw', $file or die;
        print $out $text;
        close $out;
    }

    $s->start(%config);
    wait_until { status_of($other) == 200 } 5, 'keys';
    is_good($other, 'a whole one revokes what it says');
    is_revoked($one, 'and nothing less');
};

subtest 'modes and redirects' => sub {
    is status_of($one, '/inner'), 401, 'an internal redirect';
    is status_of($other, '/inner'), 200, 'and its twin';
    is status_of($one, '/optional'), 401, 'optional';
    is status_of($other, '/optional'), 200, 'and its twin';
    is $s->get('/optional')->{status}, 200, 'and without a token';

    $s->mark_log;
    status_of($one, '/report');
    ok scalar($s->log_lines(qr/verdict.*revoked|revoked/)), 'report logs it';
};

subtest 'a full zone is coarse, and stays so over a restart' => sub {
    ok $s->reload(http => 'jwt_revocation_zone zone=small:64k;'), 'small';
    is_revoked($other, 'what finds no room in a smaller one makes it coarse');

    $s->stop;
    unlink kept();
    $s->start(%config, http => 'jwt_revocation_zone zone=small:64k;');
    wait_until { status_of($other) == 200 } 5, 'keys are there';
    is_good($other, 'there is room');
    is post({ claim => 'sub', value => 'auth0|1' }), 200, 'for an entry';

    my $code = 0;

    for my $part (1 .. 3) {
        $code = post(map { { claim => 'jti', value => "$part-$_" } } 1 .. 400);
    }

    is $code, 200, 'entries are taken';
    is_revoked($other, 'all of before are revoked');
    my $late = old(sub => 'new', iat => int(time) + 5);
    is_good($late, 'and none of later');
    is post({ claim => 'sub', value => 'new', before => int(time) + 9 }), 200,
        'an entry that finds no room';
    is_revoked($late, 'revokes up to its time');
    is_revoked($one, 'what was there is');

    sleep 1;
    $s->stop;
    $s->start(%config, http => 'jwt_revocation_zone zone=small:64k;');
    wait_until { status_of(old(iat => int(time) + 20)) != 503 } 5, 'keys';
    is_revoked($other, 'after a restart, too');

    ok $s->reload(%config), 'a larger zone';
    is_revoked($other, 'in which it stays so');
};

$s->stop;

subtest 'many entries move to a zone of another size' => sub {
    unlink kept();
    $s->start(%config);
    wait_until { status_of($other) == 200 } 5, 'keys are there';

    is post(map { { claim => 'jti', value => "move-$_" } } 1 .. 700), 200,
        'hundreds of entries';
    ok $s->reload(http => 'jwt_revocation_zone zone=moved:3m;'), 'renamed';
    is_revoked(old(jti => "move-$_"), "number $_ is revoked there, too")
        for 1, 300, 700;
    is_good(old(jti => 'move-701'), 'and no more');

    # and what is saved is all of them

    $s->stop;
    $s->start(%config);
    wait_until { status_of($other) == 200 } 5, 'keys are there';
    is_revoked(old(jti => "move-$_"), "number $_ after a restart")
        for 1, 300, 700;
    $s->stop;
};

subtest 'a file that found no room is read again once there is some' => sub {
    my $file = $s->write_file('room.json', '[]');

    unlink kept();
    $s->start(%config, http => 'jwt_revocation_zone zone=room:64k;',
        issuer => "$config{issuer} revocation_file $file;");
    wait_until { status_of($other) == 200 } 5, 'keys are there';

    my $until = int(time + 5 * patience());

    is post(map { { claim => 'jti', value => "room-$_", until => $until } }
            1 .. 400), 200, 'entries of a few seconds';

    $s->mark_log;
    $s->write_file('room.json', encode_json([ map {
        { claim => 'sub', value => "room-$_", before => $now } } 1 .. 400 ])
        . ' ' x 200_000);
    $s->wait_for_log(qr/more than "jwt_revocation_zone" has room for/, 5);

    my $named = old(sub => 'room-400', iat => $now - 60);
    is_good($named, 'a file that finds no room');

    # it isn't read on and on

    sleep 2;
    my $read = bytes_read();
    sleep 1.5;
    cmp_ok bytes_read() - $read, '<', 200_000, 'nor is it read again at once';

    wait_until { status_of($named) == 401 } 20, 'the entries are over';
    is_revoked($named, 'is in force when those are over');
    is scalar($s->log_lines(qr/more than "jwt_revocation_zone" has room/)),
        1, 'and its state was logged once';
    $s->stop;
};

subtest 'what a file named and no longer names' => sub {
    my $file = $s->write_file('named.json', encode_json([
        map { { claim => 'sub', value => "named-$_", before => $now } } 1, 2 ]));
    my $entry = old(sub => 'named-3');

    unlink kept();
    $s->start(%config, issuer => "$config{issuer} revocation_file $file;");
    wait_until { status_of($other) == 200 } 5, 'keys are there';
    is_revoked(old(sub => "named-$_"), "number $_ is revoked") for 1, 2;
    is post({ claim => 'sub', value => 'named-3' }), 200, 'and an entry';
    wait_until { scalar kept() } 3, 'it is saved';
    $s->stop;

    $s->write_file('named.json', encode_json([
        { claim => 'sub', value => 'named-2', before => $now } ]));
    $s->start(%config, issuer => "$config{issuer} revocation_file $file;");
    wait_until { status_of($other) == 200 } 5, 'keys are there';
    is_good(old(sub => 'named-1'), 'is not after a restart');
    is_revoked(old(sub => 'named-2'), 'what it names still is');
    is_revoked($entry, 'and so is what came by a request');
    $s->stop;

    $s->start(%config);
    wait_until { status_of($other) == 200 } 5, 'keys are there';
    is_good(old(sub => 'named-2'), 'nor is it without the file');
    is_revoked($entry, 'what came by a request is');
    $s->stop;
};

subtest 'a hundred thousand entries of a file' => sub {
    my $file = $s->dir . '/many.json';

    my $write = sub {
        my ($from, $to) = @_;
        open my $out, '>', "$file.new" or die;
        print $out "[\n", join(",\n", map {
            qq({"claim":"jti","value":"token-$_","before":$now}) } $from .. $to),
            "\n]\n";
        close $out;
        rename "$file.new", $file or die;
    };

    $write->(1, 100_000);

    my ($ok, $said) = $s->check(%config, issuer => "revocation jti; "
        . "revocation_file $file;", http => '');
    ok !$ok, 'a zone that is too small for the file is an error';
    like $said, qr/has 100000 entries.*write "jwt_revocation_zone zone=jwt_revoked:(\d+)k;/,
        'which says how large it must be';
    my ($size) = $said =~ /zone=jwt_revoked:(\d+)k/;

    $s->start(%config, issuer => "revocation jti; revocation_file $file;",
        http => "jwt_revocation_zone zone=many:${size}k;", workers => 2);

    my $t1 = old(jti => 'token-1');
    my $last = old(jti => 'token-100000');
    my $next = old(jti => 'token-100001');

    wait_until { status_of($next) == 200 } 5, 'keys';
    is_revoked($last, 'the last one');
    is_revoked($t1, 'the first one');
    is_good($next, 'and no more');

    # all the while the file changes no request waits, and what is in both is
    # revoked; there is no room for both

    my ($worst, $gap) = (0, 0);
    $write->(2, 100_001);
    my $end = time + 30;
    my $begun = time;

    while (time < $end) {
        my $t = time;
        my $said = status_of($last);
        $worst = time - $t if time - $t > $worst;
        $gap++ if $said != 401;
        last if status_of($next) == 401 && status_of($t1) == 200;
    }

    my $took = time - $begun;
    diag sprintf 'applied after %.2f s, worst request %.0f ms', $took,
        $worst * 1000;
    is $gap, 0, 'what is in both is revoked all the while';
    is_revoked($next, 'what is new is revoked');
    is_good($t1, 'what is named no more is not');
    cmp_ok $worst, '<', 0.5, 'no request waits';
};

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

$s->stop;
done_testing;
