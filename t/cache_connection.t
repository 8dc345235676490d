# On a connection that stays, each request is judged by its own token: clients
# keep connections, and a proxy in front of us shares one among them.

use strict;
use warnings;

use lib 't/lib';

use File::Spec;
use IO::Socket::INET;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $scope = 'read:timesheets';
my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;
my $http = <<'END';
    keepalive_requests  10000;
    jwt_claim_set       $city  /address/city;
    log_format          az     $jwt_claim_az;
    limit_req_zone      $server_port zone=one:32k rate=1r/s;
END

$s->start(workers => 1, log_level => 'debug',
          issuer => 'leeway 0s; jwks_refresh 1s; jwks_cooldown 1s;',
          http => $http, server => <<'END');
        listen      127.0.0.1:@PORT2@ ssl http2;

        ssl_certificate      @FIXTURES@/tls-cert.pem;
        ssl_certificate_key  @FIXTURES@/tls-key.pem;

        add_header  X-Verdict $jwt_verdict    always;
        add_header  X-Sub     $jwt_claim_sub  always;

        location /t {
            jwt                timesheets;
            jwt_require_scope  read:timesheets;
            root               @CONTENT@;
        }

        location /others {
            jwt         timesheets;
            add_header  X-Verdict $jwt_verdict  always;
            add_header  X-Sub     "$jwt_claim_azp,$jwt_claim_kid,$jwt_header_kid,$city,$jwt_client_id,$jwt_claim_org,$jwt_claim_az"  always;
            access_log  @DIR@/az.log az;
            alias       @CONTENT@/t;
        }

        location /many {
            jwt         timesheets;
            add_header  X-Verdict $jwt_verdict  always;
            add_header  X-Sub     "$jwt_claim_a,$jwt_claim_b,$jwt_claim_c,$jwt_claim_d,$jwt_claim_e,$jwt_claim_f,$jwt_claim_g,$jwt_claim_h,$jwt_claim_i,$jwt_claim_j"  always;
            alias       @CONTENT@/t;
        }

        location /elsewhere {
            jwt           timesheets;
            jwt_audience  https://other.example/;
            alias         @CONTENT@/t;
        }

        location /later {
            jwt        timesheets;
            limit_req  zone=one burst=10;
            alias      @CONTENT@/t;
        }

        location /city {
            jwt         timesheets;
            limit_req   zone=one burst=10;
            add_header  X-Verdict $jwt_verdict  always;
            add_header  X-Sub     $city         always;
            alias       @CONTENT@/t;
        }
END
wait_until { $tenant->fetches > 0 } 10, 'the first fetch';


my $connection = connection();

sub connection {
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                 PeerPort => $s->port, Timeout => 10)
        // die "connect: $!\n";
}

# Requests, each when the one before it was answered: of each answer "200 ok
# sub".

sub talk {
    return ask('/t', @_);
}

sub ask {
    my ($path, @tokens) = @_;

    return map { send_request($path, $_); answer() } @tokens;
}

sub send_request {
    my ($path, $token) = @_;

    print $connection join "\r\n", "GET $path HTTP/1.1", 'Host: localhost',
        ("Authorization: Bearer $token") x !!length $token, '', '';
}

sub answer {
    local $/ = "\r\n\r\n";
    my $head = <$connection> // '';
    my ($status) = $head =~ m{^HTTP/1.1 (\d+)};
    my ($length) = $head =~ /^Content-Length: (\d+)/m;
    my ($verdict) = $head =~ /^X-Verdict: (\S+)/m;
    my ($sub) = $head =~ /^X-Sub: ([^\r]+)/m;

    read $connection, my $body, $length // 0;

    return join ' ', $status // 'no answer', $verdict // (), $sub // ();
}

# An answer is there before what nginx logs of it; the only worker has logged it
# when it answers another connection.

sub logged {
    my ($like) = @_;

    $s->get('/nothing');

    return scalar $s->log_lines($like);
}

my $ann = token(sub => 'auth0|ann', scope => $scope);
my $bob = token(sub => 'auth0|bob', scope => $scope);
my $eve = token(sub => 'auth0|eve', scope => 'what:timesheets');


SKIP: {
    my $binary = $s->binary;

    skip 'this nginx has no debug log', 1
        if `$binary -V 2>&1` !~ /--with-debug/;

    subtest 'the token that a connection repeats is known by its bytes' => sub {
        my $known = qr/jwt: the token that the connection repeats/;
        my $long = token(scope => $scope, pad => 'x' x 3000);

        talk(($ann) x 10);
        is logged($known), 8, 'from its third request on';
        talk($bob, $ann, $eve, $bob);
        is logged($known), 9, 'and when others come between';
        talk($bob, $bob, $ann);
        is logged($known), 10, 'until another was repeated';
        talk(($long) x 4);
        is logged($known), 10, 'but none of too many bytes is';
        talk((tamper($ann, 'signature')) x 3, $bob);
        is logged($known), 11, 'and none that is refused';
    };
}

SKIP: {
    my $binary = $s->binary;

    skip 'this nginx has no debug log', 1
        if `$binary -V 2>&1` !~ /--with-debug/;

    subtest 'what was read from the token that is repeated is kept' => sub {
        my $kept = qr/jwt: a value of the connection's token/;
        my $kim = token(sub => 'auth0|kim', scope => $scope);
        my $long = token(sub => 'auth0|' . 'x' x 1000, scope => $scope);

        $s->mark_log;
        talk(($kim) x 3);
        is logged($kept), 0, 'when it is known by its bytes';
        talk(($kim) x 5);
        is logged($kept), 5, 'and given from then on';
        talk($bob, $kim);
        is logged($kept), 6, 'not to another';
        ask('/others', $kim);
        is logged($kept), 7, 'nor as another claim';
        ask('/others', $kim);
        is logged($kept), 15, 'which is kept as well';
        talk(($long) x 6);
        is logged($kept), 15, 'but nothing long';
        talk(($kim) x 3);
        is logged($kept), 15, 'nothing of before other tokens';

        my $large = token(azp => 'x' x 520, kid => 'y' x 440, sub => undef);

        cmp_ok length $large, '<', 2048, 'a token that is repeated';
        ask('/others', ($large) x 3);
        $s->get('/nothing');
        $s->mark_log;
        ask('/others', $large);
        is logged($kept), 6, 'has what there is room for';
    };
}

subtest 'clients that share a connection have a verdict and claims each' =>
sub {
    is length $bob, length $ann, 'their tokens are of one length';

    is_deeply [ talk($ann, $ann, $ann, $bob, $ann, $bob, $bob, $eve, $ann) ],
        [ ('200 ok auth0|ann') x 3, '200 ok auth0|bob', '200 ok auth0|ann',
          ('200 ok auth0|bob') x 2, '403 insufficient_scope auth0|eve',
          '200 ok auth0|ann' ],
        'one after the other';
};

subtest 'a location has the claims that it asks for, of each token' => sub {
    my $cat = token(sub => 'auth0|cat', scope => $scope, azp => 'cats',
                    kid => 'claimed', org => 'o1',
                    address => { city => 'Rome' });
    my $dan = token(sub => 'auth0|dan', scope => $scope, azp => 'dans',
                    org => '');
    my $pat = token(sub => 'auth0|pat', scope => $scope, azp => undef,
                    client_id => 'pats', address => { city => "a\nb" });
    my %others = (
        $cat => '200 ok cats,claimed,k1,Rome,cats,o1,',
        $dan => '200 ok dans,,k1,,dans,,',
        $pat => '200 ok ,,k1,,pats,,');
    my %sub = ($cat => 'cat', $dan => 'dan', $pat => 'pat');

    for my $token ($cat, $dan, $pat, $cat) {
        my $wanted = $others{$token};

        is_deeply [ talk(($token) x 4) ],
            [ ("200 ok auth0|$sub{$token}") x 4 ], 'its subject';
        is_deeply [ ask('/others', ($token) x 3) ], [ ($wanted) x 3 ],
            'and others';
    }

    is_deeply [ map { ask('/others', $_) } $cat, $dan, $pat, $cat, $dan ],
        [ map { $others{$_} } $cat, $dan, $pat, $cat, $dan ], 'in turn';
    cmp_ok scalar $s->log_lines(qr/\$city is left empty/), '>=', 4,
        'a value that would split a header is empty, each time';

    open my $in, '<', $s->dir . '/az.log' or die "az.log: $!\n";
    is_deeply [ grep { $_ ne "-\n" } <$in> ], [],
        'and one that the token lacks is none, rather than an empty one';
};

subtest 'more claims than are kept, and longer ones, are right too' => sub {
    for my $length (1, 90, 100, 106, 119, 120, 121) {
        my %claims = map { $_ => $_ x $length } 'a' .. 'j';
        my $token = token(%claims, scope => $scope);
        my $all = join ',', map { $claims{$_} } 'a' .. 'j';

        is_deeply [ ask('/many', ($token) x 5) ], [ ("200 ok $all") x 5 ],
            "ten claims of $length bytes";
    }

    for my $length (955 .. 960) {
        my $token = token(a => 'x' x $length, scope => $scope);

        is_deeply [ ask('/many', ($token) x 4) ],
            [ ('200 ok ' . 'x' x $length . ',' x 9) x 4 ],
            "one of $length bytes";
    }
};

subtest 'a refused token has no claims, though they were kept' => sub {
    is_deeply [ talk(($ann) x 5) ], [ ('200 ok auth0|ann') x 5 ], 'kept';
    is_deeply [ ask('/elsewhere', $ann, $ann) ],
        [ ('401 audience_mismatch') x 2 ], 'not for a location that refuses';
    is_deeply [ talk($ann) ], [ '200 ok auth0|ann' ], 'and still there';
};

subtest 'a token that differs in one byte is no longer that token' => sub {
    my ($passed, $refused, @else) = (0, 0);

    for my $i (0 .. length($ann) - 1) {
        my $changed = $ann;

        substr($changed, $i, 1) = substr($ann, $i, 1) eq 'A' ? 'B' : 'A';

        my @said = talk($ann, $changed);

        $passed++ if $said[0] eq '200 ok auth0|ann';
        $refused++ if $said[1] =~ /^401 \w+$/;
        push @else, "$i: $said[1]" if $said[1] !~ /^401 \w+$/;
    }

    is_deeply \@else, [], 'wherever it is';
    is $passed, length $ann, 'the token itself passed before each';
    is $refused, length $ann, 'as many were refused';
};

subtest 'a part of a token is not that token, nor is more than it' => sub {
    my @parts = map { substr $ann, 0, $_ } 1, 8, length($ann) - 8,
                                           length($ann) - 1;

    is_deeply [ map { s/ .*//r } talk(map { $ann, $_ } @parts, "${ann}AAAA",
                                                       '') ],
        [ ('200', '401') x 6 ], 'the rest is not taken from the last one';
};

# Their length must differ before more bytes are compared than are kept.

subtest 'a token of another length that ends alike is another' => sub {
    my $end = substr $ann, -8;
    my @others = (map({ $ann . 'A' x $_ . $end } 0, 100, 6000),
                  map { substr($ann, 0, $_) . $end } 0, 100,
                                                     length($ann) - 16);

    is_deeply [ map { s/ .*//r } talk(map { $ann, $ann, $_ } @others) ],
        [ ('200', '200', '401') x 6 ], 'longer or shorter';
};

subtest 'a request without a token is not given the last one' => sub {
    is_deeply [ talk($ann, $ann, '', $ann) ],
        [ ('200 ok auth0|ann') x 2, '401 no_token', '200 ok auth0|ann' ],
        'no token, no claims';
};

subtest 'short and long tokens alternate' => sub {
    my @tokens = map { token(scope => $scope, sub => "auth0|$_",
                             pad => 'x' x $_) } 1, 700, 1, 1500, 3000, 1, 700;

    is_deeply [ talk(map { $_, $_ } @tokens) ],
        [ map { ("200 ok auth0|$_") x 2 } 1, 700, 1, 1500, 3000, 1, 700 ],
        'and are told apart';
};

subtest 'streams of one HTTP/2 connection have a verdict and claims each' => sub {
    my @tokens = ($ann, $ann, $ann, $bob, $eve, $ann, $bob);
    my $url = 'https://127.0.0.1:' . $s->port(2) . '/t';

    my (undef, @words) = map {
        ('--next', qw/ -s -o /, File::Spec->devnull, '--http2', '--insecure',
         -w => '%{num_connects} %{http_version} %{http_code} %header{x-sub}\n',
         -H => "Authorization: Bearer $_", $url)
    } @tokens;

    open my $in, '-|', 'curl', '-q', @words or die "curl: $!\n";
    chomp(my @said = <$in>);
    close $in;

    is_deeply \@said,
        [ '1 2 200 auth0|ann', ('0 2 200 auth0|ann') x 2, '0 2 200 auth0|bob',
          '0 2 403 auth0|eve', '0 2 200 auth0|ann', '0 2 200 auth0|bob' ],
        'one connection, and to each its own';
};

# The connection's token is Bob's by the time that Ann's claims are read.

subtest 'a stream that waits has its own claims, not a later stream\'s' => sub {
    my $url = 'https://127.0.0.1:' . $s->port(2);
    my @asked = ((['t', $ann]) x 4, (['later', $ann]) x 2, (['t', $bob]) x 6);

    my (undef, @words) = map {
        my ($path, $token) = @$_;

        ('--next', qw/ -s -o /, File::Spec->devnull, '--http2', '--insecure',
         -w => '%{num_connects} %{http_code} %{url_effective} '
               . '%header{x-sub}\n',
         -H => "Authorization: Bearer $token", "$url/$path")
    } @asked;

    open my $in, '-|', 'curl', qw/ -q --parallel --no-progress-meter /, @words
        or die "curl: $!\n";
    chomp(my @said = map { s{https://\S+/}{}r } <$in>);
    close $in;

    # which of them is said to have opened the connection is curl's affair

    my $connections = 0;

    s/^(\d+) // and $connections += $1 for @said;
    is $connections, 1, 'all are on one connection';
    is pop @said, '200 later auth0|ann', 'the one that waited, last';
    is_deeply \@said,
        [ ('200 t auth0|ann') x 4, '200 later auth0|ann',
          ('200 t auth0|bob') x 6 ],
        'the others before it';
};

# A connection ends when its worker gives way to a new one, but not before the
# request that it waits for: the reload comes between its two phases.

subtest 'a request that goes on over a reload has the values of before' =>
sub {
    my $kim = token(sub => 'auth0|kim', scope => $scope,
                    address => { city => 'Paris', country => 'France' });

    $connection = connection();
    ask('/others', ($kim) x 4);
    like((ask('/city', $kim))[0], qr/^200 ok Paris$/, 'the city, kept');

    $s->mark_log;
    send_request('/city', $kim);
    wait_until { $s->log_lines(qr/delaying request/) } 5, 'it is delayed';
    is $s->reload(http => $http =~ s{/address/city}{/address/country}r), 1,
        'the name means a country';
    is answer(), '200 ok Paris', 'the request has the city';

    $connection = connection();
    is_deeply [ ask('/city', ($kim) x 4) ], [ ('200 ok France') x 4 ],
        'those on a new connection the country, read and kept';
};

SKIP: {
    skip 'a sanitizer keeps what was freed, and maps terabytes', 1
        if $ENV{ASAN_OPTIONS};

    # a name and its value are side by side nowhere else

    subtest 'what was kept is wiped when the connection ends' => sub {
        my $zoe = token(sub => "auth0|zoe-$$", scope => $scope);
        my ($pid) = $s->worker_pids;

        $connection = connection();
        talk(($zoe) x 5);
        cmp_ok times_in_memory($pid, "subauth0|zoe-$$"), '>', 0,
            'it is in the worker\'s memory';
        close $connection;
        wait_until { !times_in_memory($pid, "subauth0|zoe-$$") } 5, 'its end';
        pass 'it was';

        $connection = connection();
    };
}

sub times_in_memory {
    my ($pid, $text) = @_;

    open my $maps, '<', "/proc/$pid/maps" or die "maps: $!\n";
    open my $memory, '<:raw', "/proc/$pid/mem" or die "mem: $!\n";

    no warnings 'portable';
    my $n = 0;

    while (<$maps>) {
        my ($from, $to) = map { hex } /^(\w+)-(\w+) rw-p/ or next;

        sysseek $memory, $from, 0 or next;
        sysread $memory, my $bytes, $to - $from or next;
        $n += () = $bytes =~ /\Q$text/g;
    }

    return $n;
}

subtest 'a token that expires meanwhile is refused' => sub {
    my $token = $tenant->token(expires_in => 4, scope => $scope);

    like $_, qr/^200 ok/, 'it passed' for talk($token, $token);
    wait_until { (talk($token))[0] eq '401 expired' } 15, 'expiry';
    pass 'expired, on the same connection';
};

subtest 'a revoked key takes the connection\'s token along' => sub {
    $tenant->rotate;
    wait_until { (talk($ann))[0] =~ /^200/ } 10, 'the new set';

    my $kid = header($ann)->{kid};

    is_deeply [ talk($ann, $ann) ], [ ('200 ok auth0|ann') x 2 ], 'known';
    $tenant->revoke($kid);
    wait_until { (talk($ann))[0] eq '401 key_not_found' } 15, 'revocation';
    pass 'refused, on the same connection';
    is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
};

$s->stop;
done_testing;
