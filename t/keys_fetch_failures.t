# A fetch that fails costs nothing while there are keys; without them the gate
# answers 503, and says when to try again. The log has one line for it, with
# the issuer, the URL, what happened and what to do.
#
# Each way to fail has a jwt_issuer block, and all fail at the same time.
# First there are no keys, then some that are held.

use strict;
use warnings;

use lib 't/lib';

use Compress::Zlib ();
use IO::Socket::INET;
use NJWT::Client qw/ tally /;
use NJWT::Origin qw/ answer /;
use NJWT::Process qw/ patience wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep time /;


my $s = NJWT::Scenario->new;
my $dir = $s->dir;

mkdir "$dir/$_" or die "$dir/$_: $!\n" for qw/ origin certs /;


# Servers that are named by their faults, and resolve to us.

sub run {
    system("( @_ ) >$dir/run.out 2>&1") == 0 or die "@_: failed\n";
}

sub names {
    my (%line) = @_;

    $s->write_file('names.new', join '', map { "$_.test $line{$_}\n" }
                                         sort keys %line);
    rename "$dir/names.new", "$dir/names" or die "names: $!\n";
}

my @tls = qw/ host self expired dns slow /;
my $ours = '0 127.0.0.1';

names(map { $_ => $ours } @tls);

run("cc -shared -fPIC -o $dir/resolver.so t/lib/resolver.c -ldl");
local $ENV{NJWT_RESOLVER} = "$dir/names";
local $ENV{TEST_NGINX_LD_PRELOAD} = join ' ',
    $ENV{TEST_NGINX_LD_PRELOAD} // (), "$dir/resolver.so";

sub openssl {
    run("cd $dir/certs && openssl @_");
}

my $ec = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';

openssl("req -x509 $ec -days 9 -subj /CN=ours -keyout ca.key -out ca.pem",
        '-addext basicConstraints=critical,CA:TRUE');

sub signed {
    my ($file, $name, @date) = @_;

    $s->write_file('certs/ext', "subjectAltName=DNS:$name.test\n");
    openssl("req $ec -subj /CN=$name.test -keyout $file.key -out csr");
    openssl("x509 -req -in csr -CA ca.pem -CAkey ca.key -set_serial 2",
            "-extfile ext -out $file.crt", @date ? @date : '-days 9');
    run("cat $dir/certs/$file.key $dir/certs/$file.crt "
        . ">$dir/certs/$file.pem");
}

signed("$_.good", $_) for @tls;
signed('host.bad', 'another');

# at this very second, as OpenSSL 3.6 makes none that ends before it begins
signed('expired.bad', 'expired', '-days 0');

openssl("req -x509 $ec -days 9 -subj /CN=self.test -keyout self.bad.key",
        '-addext subjectAltName=DNS:self.test -out self.bad.crt');
run("cat $dir/certs/self.bad.key $dir/certs/self.bad.crt "
    . ">$dir/certs/self.bad.pem");

sub certificates {
    my ($kind) = @_;

    for my $name (@tls) {
        my $file = -e "$dir/certs/$name.$kind.pem" ? "$name.$kind"
                                                   : "$name.good";

        unlink "$dir/certs/$name.test.pem.new";
        symlink "$file.pem", "$dir/certs/$name.test.pem.new"
            or die "$name: $!\n";
        rename "$dir/certs/$name.test.pem.new", "$dir/certs/$name.test.pem"
            or die "$name: $!\n";
    }
}

certificates('good');


# A server that answers with these bytes.

my $set = jwks('k1', 'k2');

sub chunked {
    my ($body) = @_;

    return answer(sprintf("%x\r\n%s\r\n0\r\n\r\n", length $body, $body),
                  'Content-Length' => undef, 'Transfer-Encoding' => 'chunked');
}

my $blanks = ' ' x (1024 * 1024);
my $bomb = Compress::Zlib::memGzip($blanks x 64 . $set);

my $ask = qr/, ask its operator/;
my $url = qr/, check the URL: "jwks_uri URL;" names another, or let "discovery on;" find it/;
my $where = qr/, redirects are not followed: write the URL that it leads to/;
my $larger = qr/: the answer is larger than "jwks_max_size", write a larger/;
my $not_json = qr/: not a JSON object, check that it is a key set/;
my $cert = qr/, if your own CA signed its certificate, write "ssl_trusted_certificate FILE;" in this jwt_issuer block and reload;/;
my $time = qr/: .*timed out.*, check the network path, or increase/;

my %moved = (Location => '/good');

# what it answers, and what the log says of it

my %fault = (
    hang       => [ undef, $time ],
    drip       => [ [ answer($set), 0.02 ], $time ],
    moved301   => [ answer('', status => '301 Moved', %moved),
                    qr/: status 301$where/ ],
    moved302   => [ answer('', status => '302 Found', %moved),
                    qr/: status 302$where/ ],
    moved307   => [ answer('', status => '307 Moved', %moved),
                    qr/: status 307$where/ ],
    status204  => [ answer('', status => '204 None',
                           'Content-Length' => undef),
                    qr/: status 204$url/ ],
    status401  => [ answer($set, status => '401 No'), qr/: status 401$url/ ],
    status404  => [ answer($set, status => '404 No'), qr/: status 404$url/ ],
    status429  => [ answer($set, status => '429 No'),
                    qr/: status 429, the tenant's rate limit: fetch less/ ],
    status500  => [ answer($set, status => '500 No'), qr/: status 500$ask/ ],
    status503  => [ answer($set, status => '503 No'), qr/: status 503$ask/ ],
    html       => [ answer('<!DOCTYPE html><p>Soon'), $not_json ],
    nothing    => [ answer(''), $not_json ],
    half       => [ answer(substr $set, 0, 600), $not_json ],
    twice      => [ answer($set . $set), $not_json ],
    empty      => [ answer('{"keys":[]}'),
                    qr/: no usable key in it, check that it is a key set/ ],
    array      => [ answer('[]'), $not_json ],
    large      => [ answer($blanks . $set), $larger ],
    chunks     => [ chunked($blanks . $set), $larger ],
    endless    => [ answer($blanks . $set, 'Content-Length' => undef),
                    $larger ],
    huge       => [ answer($set, 'Content-Length' => 9 x 18), $larger ],
    bomb       => [ answer($bomb, 'Content-Encoding' => 'gzip'), $larger ],
    not_gzip   => [ answer($set, 'Content-Encoding' => 'gzip'),
                    qr/: .*(?:decod|decompress|encoding|header check)/i ],
    long       => [ answer($set, 'Content-Length' => 2 * length $set),
                    qr/:\ (?:transfer\ closed\ with\ \d+\ bytes\ remaining
                          |end\ of\ response\ with\ \d+\ bytes\ missing)/x ],
    short      => [ answer($set, 'Content-Length' => length($set) - 9),
                    $not_json ],
    cut_chunk  => [ substr(chunked($set), 0, -40), qr/: transfer closed/ ],
    closed     => [ '', qr/: Empty reply from server/ ],
    noise      => [ "WELCOME\r\n" . $set, qr/: Received HTTP\/0\.9/ ],
);

# those of another kind than an answer

my %other = (
    refused    => [ 'http://127.0.0.1:@PORT3@/refused',
                    qr/: Failed to connect .*, check that it is running and/ ],
    host       => [ 'https://host.test:@PORT4@/host',
                    qr/: .*subject name.*host\.test.*$cert/ ],
    self       => [ 'https://self.test:@PORT4@/self',
                    qr/: .*self-signed certificate(?: \(\d+\))?$cert/ ],
    expired    => [ 'https://expired.test:@PORT4@/expired',
                    qr/: .*certificate has expired(?: \(\d+\))?$cert/ ],
    dns        => [ 'https://dns.test:@PORT4@/dns',
                    qr/: Could not resolve host: dns.test, check the name and/
                  ],
);

if (NJWT::Origin::has_ipv6()) {
    $fault{six} = [ answer('', status => '500 No'), qr/: status 500$ask/ ];
}

my %source = (
    (map { $_ => "http://127.0.0.1:\@PORT2\@/$_" } keys %fault),
    (map { $_ => $other{$_}[0] } keys %other),
    exists $fault{six} ? (six => 'http://[::1]:@PORT2@/six') : (),
);

my %says = map { $_ => ($fault{$_} // $other{$_})->[1] } keys %source;
my @all = sort keys %source;

my $origin = NJWT::Origin->start(
    dir => "$dir/origin", port => $s->port(2), bare => $s->port(3),
    good => answer($set),
    faults => { map { $_ => $fault{$_}[0] } keys %fault },
);

sub broken {
    certificates('bad');
    names((map { $_ => $ours } @tls), dns => '0 -');
    $origin->break;
}

sub mended {
    certificates('good');
    names(map { $_ => $ours } @tls);
    $origin->mend;
}

my %short = map { $_ => 'jwks_timeout 500ms;' } qw/ hang drip /;

my %conf = (
    workers => 2,
    issuers => join('', map { <<"END" } @all),
    jwt_issuer $_ {
        issuer    \@ISSUER\@;
        audience  \@AUDIENCE\@;
        jwks_uri  $source{$_};
        ssl_trusted_certificate  $dir/certs/ca.pem;

        jwks_refresh   1s;
        jwks_cooldown  1s;
        jwks_wait      0;
        @{[ $short{$_} // 'jwks_timeout 20s;' ]}
    }
END
    server => "add_header X-Verdict \$jwt_verdict always;\n"
        . join('', map { "location /gate/$_ { jwt $_; "
                         . "alias \@CONTENT\@/t; }\n" } @all)
        . 'location /open { root @CONTENT@; }',
    http => <<"END",
    map '' \$certs {
        default  $dir/certs;
    }

    server {
        listen  127.0.0.1:\@PORT4\@ ssl;

        ssl_certificate      \$certs/\$ssl_server_name.pem;
        ssl_certificate_key  \$certs/\$ssl_server_name.pem;

        location / {
            proxy_pass  http://127.0.0.1:\@PORT2\@;
        }
    }
END
);

sub verdict {
    my ($name) = @_;

    return $s->verdict("/gate/$name", token => token());
}

sub failures {
    my ($name) = @_;

    return $s->log_lines(qr/\[error\].*"$name": keys can't be fetched/);
}

sub successes {
    my ($name) = @_;

    return $s->log_lines(qr/\[error\].*"$name": 2 keys from .*, which works again/);
}

sub resident {
    my ($pid) = @_;

    open my $in, '<', "/proc/$pid/status" or die "status: $!\n";

    return (map { /^VmHWM:\s+(\d+) kB/ ? $1 : () } <$in>)[0];
}

# Until each was tried so often, as far as that can be seen.

sub tries {
    my ($n) = @_;

    my %before = map { $_ => $origin->asked($_) } keys %fault;

    wait_until {
        !grep { $origin->asked($_) < $before{$_} + $n } keys %fault
    } 20, "$n fetches each";

    return;
}

sub fails_once {
    my ($name, $follows) = @_;

    my @lines = failures($name);
    my $from = $source{$name} =~ s/\@PORT(\d)\@/$s->port($1)/er;

    is scalar @lines, 1, "$name: one line";
    like $lines[0], qr/from "\Q$from\E"$says{$name}.*; $follows/,
        "$name: it says where, what, and what to do";

    return;
}


broken();
$s->start(%conf);

# the kernel counts what is touched, so nginx's own start comes before

my $before = resident($s->fetcher_pid);

subtest 'without keys the gate says when to come again' => sub {
    wait_until { !grep { !failures($_) } @all } 10, 'each fails';
    tries(1);

    for my $name (@all) {
        my $r = $s->get("/gate/$name", token => token());

        is "$r->{status} $r->{headers}{'x-verdict'}", '503 keys_unavailable',
            "$name: a good token";
        like $r->{headers}{'retry-after'}, qr/^[1-9]\d*$/,
            "$name: Retry-After";
        is $s->get("/gate/$name")->{status}, 401, "$name: no token";
        fails_once($name, 'requests are answered with 503 until a fetch succeeds');
    }

    is $origin->asked('good'), 0, 'no redirect was followed';
};


subtest 'when it works again there are keys, and one line' => sub {
    $s->mark_log;
    mended();
    wait_until { !grep { !successes($_) } @all } 10, 'each works';

    is_deeply [ grep { verdict($_) ne '200 ok' } @all ], [],
        'all gates open';
    tries(1);
    is_deeply [ grep { successes($_) != 1 } @all ], [], 'one line each';
    is_deeply [ map { failures($_) } @all ], [], 'and no failure';
};


subtest 'keys that are held go on serving' => sub {
    $s->mark_log;
    broken();
    wait_until { !grep { !failures($_) } @all } 10, 'each fails';
    is_deeply [ grep { verdict($_) ne '200 ok' } @all ], [],
        'all gates stay open';
    tries(1);
    is_deeply [ grep { verdict($_) ne '200 ok' } @all ], [], 'and go on';

    fails_once($_, 'the present keys continue to serve') for @all;
    is_deeply [ map { successes($_) } @all ], [], 'and no line of success';
};


subtest 'it works again' => sub {
    $s->mark_log;
    mended();
    wait_until { !grep { !successes($_) } @all } 10, 'each works';
    is_deeply [ grep { verdict($_) ne '200 ok' } @all ], [],
        'all gates are open';
};


{
    my $grown = resident($s->fetcher_pid) - $before;

    note "the worker that fetches: $before kB, $grown kB more";

    # a sanitizer keeps what was freed

    cmp_ok $grown, '<', $ENV{ASAN_OPTIONS} ? 1e9 : 16 * 1024,
        'of 64 MB in a few KB no more is unpacked than may be';
}


# Names: the resolver is asked in a thread, which nobody waits for.

subtest 'a slow resolver delays nobody, and its answer is used' => sub {
    my $at_once = patience();

    $s->stop;
    $s->mark_log;
    names((map { $_ => $ours } @tls), slow => '1.5 127.0.0.1');
    $s->start(workers => 1, issuers => <<"END",
    jwt_issuer slow {
        issuer    \@ISSUER\@;
        audience  \@AUDIENCE\@;
        jwks_uri  https://slow.test:\@PORT4\@/slow;
        ssl_trusted_certificate  $dir/certs/ca.pem;
        jwks_wait  20s;
        jwks_timeout  20s;
    }
    jwt_issuer file {
        issuer     https://file.example/;
        audience   \@AUDIENCE\@;
        jwks_file  $dir/keys.json;
    }
END
        server => <<'END') if $s->write_file('keys.json', $set);
        location /t    { jwt slow file; root @CONTENT@; }
        location /open { root @CONTENT@; }
END

    my $flight = $s->begin({ path => '/t', token => token() });
    my $end = time + 0.8;
    my @r;

    while (time < $end) {
        push @r, $s->burst(
            { path => '/t', token => token(iss => 'https://file.example/') },
            { path => '/open' }, { path => '/t' });
    }

    is_deeply [ sort keys %{ tally(@r) } ], [ 200, 401 ],
        'others are answered';
    is_deeply [ grep { $_->{time} >= $at_once } @r ], [], 'at once';
    is_deeply [ successes('slow') ], [], 'while the name was looked up';

    my ($r) = $s->finish($flight);
    is $r->{status}, 200, 'who waited for it passes';

    # it is asked again, and nginx told to end meanwhile

    $s->stop;
    names((map { $_ => $ours } @tls), slow => '30 127.0.0.1');
    $s->start;
    sleep 0.3;

    my $began = time;

    ok $s->stop('QUIT'), 'nginx ends';
    cmp_ok time - $began, '<', 2 * patience(),
        'without waiting for the resolver';
};


subtest 'a resolver that is slower than jwks_timeout' => sub {
    $s->mark_log;
    names((map { $_ => $ours } @tls), slow => '30 127.0.0.1');
    $s->start(issuers => <<"END",
    jwt_issuer slow {
        issuer    \@ISSUER\@;
        audience  \@AUDIENCE\@;
        jwks_uri  https://slow.test:\@PORT4\@/slow;
        ssl_trusted_certificate  $dir/certs/ca.pem;
        jwks_timeout   500ms;
        jwks_cooldown  1s;
    }
END
        server => 'location /t { jwt slow; root @CONTENT@; }');

    wait_until { failures('slow') } 5, 'the fetch fails';
    like +(failures('slow'))[0],
        qr/Resolving timed out.*increase "jwks_timeout"/i,
        'and says why';
    is $s->get('/t', token => token())->{status}, 503, 'there are no keys';

    names(map { $_ => $ours } @tls);
    wait_until { $s->get('/t', token => token())->{status} == 200 } 8,
        'until it is better';
    ok 1, 'until it is better';

    ok $s->stop, 'nginx ends';
};


# A port that takes no connection: nobody accepts, and the queue is full.

sub deaf {
    my ($port) = @_;

    my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => $port, Listen => 1, ReuseAddr => 1)
        or die "port $port: $!\n";
    my @queue;

    listen $listen, 0;

    do {
        push @queue, IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $port, Timeout => 0.2);
        die "port $port: its queue has no end\n" if @queue > 99;
    } while $queue[-1];

    return [ $listen, @queue ];
}


subtest 'a server that takes no connection' => sub {
    my $held = deaf($s->port(4));

    $s->mark_log;
    $s->start(http => '', issuers => <<"END",
    jwt_issuer deaf {
        issuer    \@ISSUER\@;
        audience  \@AUDIENCE\@;
        jwks_uri  http://127.0.0.1:\@PORT4\@/deaf;
        jwks_timeout   500ms;
        jwks_cooldown  1s;
    }
END
        server => 'location /t { jwt deaf; root @CONTENT@; }');

    wait_until { failures('deaf') } 5, 'the fetch fails';
    like +(failures('deaf'))[0], qr/timed out.*increase "jwks_timeout"/i,
        'and says why';
    ok $s->stop, 'nginx ends';
};


is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

done_testing;
