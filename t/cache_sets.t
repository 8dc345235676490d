# A configuration with more rules than a cache entry has room for.
#
# A record has 256 answers.  Locations that ask more than that between them
# have several sets of questions, and a token a record for each.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $headers = <<'END';
        add_header  X-Verdict $jwt_verdict always;
        add_header  X-Cache   $jwt_cache   always;
END

my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;

sub location {
    my ($name, $rules) = @_;

    return "location /$name { jwt timesheets; $rules"
           . " try_files /t =404; root \@CONTENT\@; }\n";
}

sub seen {
    my ($path, $token) = @_;

    my $r = $s->get("/$path", token => $token);

    return join ' ', $r->{status}, map { $r->{headers}{$_} // '' }
                                   qw/ x-verdict x-cache /;
}

# Of each path what a token is answered there.

sub all_seen {
    my ($token, @paths) = @_;

    return { map { $_ => seen($_, $token) } @paths };
}


# How many cache entries there are after a request with a token to a path.

sub entries {
    my ($token, $path) = @_;

    seen($path, $token);

    my ($cache) = $s->get('/status')->{body} =~ /"cache":(\{[^}]*\})/;

    return $cache =~ /"entries":(\d+)/ ? $1 : undef;
}


$headers .= "location = /status { jwt_status json; }\n";

my $scopes = $headers . join '', map {
    location(sprintf('scope%03d', $_), "jwt_require_scope s$_;")
} 1 .. 600;

$s->start(workers => 1, server => $scopes);
wait_until { $tenant->fetches > 0 } 10, 'the first fetch';

subtest 'a token takes at most 192 bytes of the zone' => sub {
    my ($size, $capacity) = $s->get('/status')->{body}
        =~ /"cache":\{"size":(\d+),"entries":\d+,"capacity":(\d+)/;

    is $size, 16 << 20, 'of 16m by default';
    cmp_ok $size / $capacity, '<=', 192, 'all that it takes';
};

subtest 'beyond 256 scopes tokens are remembered, too' => sub {
    my @paths = map { sprintf 'scope%03d', $_ } 1, 256, 257, 300, 512, 513,
                                                600;
    my $token = token(scope => 's1 s256 s257 s300 s512 s513 s600');

    all_seen($token, @paths);
    is_deeply all_seen($token, @paths), { map { $_ => '200 ok HIT' } @paths },
        'by each location that was asked';
};

subtest 'a token takes an entry for each 256 that it is used with' => sub {
    my $token = token(scope => 's1 s300 s600', jti => 'entries');
    my @paths = map { sprintf 'scope%03d', $_ } 1, 2, 256, 257, 300, 512, 513,
                                                600, 1, 300;
    my $before = entries($token, 'none');

    is_deeply [ map { entries($token, $_) - $before } @paths ],
        [ 1, 1, 1, 2, 2, 2, 3, 3, 3, 3 ], 'and no more';
};

subtest 'a token that a connection repeats is asked each question' => sub {
    my $token = token(scope => 's1 s600');
    my $connection = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                           PeerPort => $s->port,
                                           Timeout => 10);
    my @said = map {
        print $connection join "\r\n", "GET /scope$_ HTTP/1.1",
            'Host: localhost', "Authorization: Bearer $token", '', '';

        local $/ = "\r\n\r\n";
        my $head = <$connection> // '';
        my ($length) = $head =~ /^Content-Length: (\d+)/m;

        read $connection, my $body, $length // 0;
        join ' ', $_, $head =~ m{^(?:HTTP/1.1 |X-Cache: )(\w+)}mg;
    } map { ($_) x 3 } '001', '300', '600', '599', '001';

    is_deeply \@said,
        [ '001 200 MISS', ('001 200 HIT') x 2,
          '300 403 MISS', ('300 403 HIT') x 2,
          '600 200 MISS', ('600 200 HIT') x 2, ('599 403 HIT') x 3,
          ('001 200 HIT') x 3 ], 'of whichever location';
};

subtest 'beyond 256 scopes each is asked for by itself' => sub {
    my @numbers = (1, 2, 255 .. 258, 511 .. 514, 599, 600);
    my @paths = map { sprintf 'scope%03d', $_ } @numbers;

    for my $i (0 .. $#numbers) {
        my $token = token(scope => "s$numbers[$i]");

        all_seen($token, @paths);
        is_deeply all_seen($token, @paths),
            { map { $_ => $_ eq $paths[$i] ? '200 ok HIT'
                                           : '403 insufficient_scope HIT' }
                  @paths },
            "s$numbers[$i] opens one location";
    }
};

subtest 'an order of locations that changes makes no answers of others' =>
sub {
    my $token = token(scope => 's1 s2 s599');
    my @paths = qw/ scope001 scope002 scope599 scope600 /;
    my %right = (scope001 => '200 ok HIT', scope002 => '200 ok HIT',
                 scope599 => '200 ok HIT',
                 scope600 => '403 insufficient_scope HIT');

    all_seen($token, @paths);
    is_deeply all_seen($token, @paths), \%right, 'before';
    ok $s->reload(server => $headers . join '', map {
        location(sprintf('scope%03d', $_), "jwt_require_scope s$_;")
    } reverse 1 .. 600), 'reloaded, the last location first';
    is_deeply all_seen($token, @paths), \%right, 'after';
};


# What is inherited is one rule in the configuration, and has another number
# in each set.

subtest 'a rule that is inherited holds in each set' => sub {
    ok $s->reload(server => $headers
        . location('zero', 'jwt_require_scope zero;')
        . 'location /claim { jwt timesheets; jwt_require_scope inherited;'
        . join('', map {
            sprintf 'location /claim%03d { jwt_require_claim c%d x;'
                . ' try_files /t =404; root @CONTENT@; }', $_, $_
        } 1 .. 300) . '}'), 'reloaded';

    my %claims = map { ("c$_" => 'x') } 1, 2, 299, 300;
    my @paths = map { sprintf 'claim%03d', $_ } 1, 2, 299, 300;

    for my $case (['inherited', '200 ok HIT'],
                  ['zero', '403 insufficient_scope HIT'])
    {
        my ($scope, $right) = @$case;
        my $token = token(scope => $scope, %claims);

        all_seen($token, @paths);
        is_deeply all_seen($token, @paths), { map { $_ => $right } @paths },
            "with $scope";
    }

    my $token = token(scope => 'inherited', c1 => 'x', c300 => 'x');

    all_seen($token, @paths);
    is_deeply all_seen($token, @paths),
        { claim001 => '200 ok HIT', claim002 => '403 claim_mismatch HIT',
          claim299 => '403 claim_mismatch HIT', claim300 => '200 ok HIT' },
        'and each claim is asked for by itself';
};

subtest 'a token takes an entry for each of 258 times 256, too' => sub {
    ok $s->reload(server => $headers . join '', map {
        my $i = $_;

        location(sprintf('set%03d', $i), "jwt_require_scope s$i;" . join '',
                 map { "jwt_require_claim aim x $i.$_;" } 1 .. 120)
    } 0 .. 257), 'reloaded';

    my $token = token(scope => 's0 s256 s1', aim => 'x');
    my $before = entries($token, 'none');

    is_deeply [ map { entries($token, "set$_") - $before }
                    qw/ 000 256 001 257 000 256 001 257 / ],
        [ 1, 2, 3, 4, 4, 4, 4, 4 ], 'and no more';
    is_deeply all_seen($token, qw/ set000 set256 set001 set257 /),
        { set000 => '200 ok HIT', set256 => '200 ok HIT',
          set001 => '200 ok HIT', set257 => '403 insufficient_scope HIT' },
        'and is asked for what each says';
};

subtest 'a location that asks more than 256 by itself is right, too' => sub {
    my $many = join ' ', map { "m$_" } 1 .. 300;

    ok $s->reload(server => $headers
        . location('before', 'jwt_require_scope m300;')
        . location('many', "jwt_require_scope $many match=any;")
        . location('all', "jwt_require_scope $many;")
        . location('after', 'jwt_require_scope m1;')), 'reloaded';

    my @paths = qw/ before many all after /;

    for my $case (['m1', 403, 200, 403, 200], ['m300', 200, 200, 403, 403],
                  ['other', 403, 403, 403, 403], [$many, 200, 200, 200, 200])
    {
        my ($scope, @status) = @$case;
        my $token = token(scope => $scope);

        for (1 .. 2) {
            my $found = all_seen($token, @paths);

            is_deeply [ map { substr $found->{$_}, 0, 3 } @paths ], \@status,
                substr($scope, 0, 10);
        }
    }
};

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
