# Every refusal says why there are no keys, in whichever worker, and the log
# has a line for each change of the source, none of them with a secret.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Origin qw/ answer date /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $s = NJWT::Scenario->new;

mkdir $s->dir . '/origin' or die "origin: $!\n";

my $set = jwks('k1');
my $long = 'x' x 400;

# The server's clock is wrong by so many seconds, for a path that says so.

sub good {
    my ($name) = @_;

    return answer($set,
                  $name =~ /^ahead(\d+)/ ? (Date => date($1)) : (),
                  $name =~ /^behind(\d+)/ ? (Date => date(-$1)) : (),
                  $name =~ /age(\d+)/ ? (Age => $1) : ());
}

my $origin = NJWT::Origin->start(
    dir => $s->dir . '/origin', port => $s->port(2), bare => $s->port(3),
    good => \&good,
    faults => {
        reason => answer('', status => '404 Not Found'),
        past   => answer('', status => '503 Busy',
                         'Retry-After' => date(-3600)),
        late   => answer('', status => '503 Busy', 'Retry-After' => 3600),
        text   => answer("\"\x01$long\""),
        hang   => undef,
    });

sub source {
    my ($path, @more) = @_;

    return join ' ', "jwks_uri http://127.0.0.1:\@PORT2\@/$path;", @more;
}

sub verdict {
    return $s->verdict('/t', token => token());
}

sub start {
    my (%conf) = @_;

    $s->stop;
    $s->mark_log;
    $s->start(server => <<'END_OF_SERVER', %conf);
        add_header  X-Verdict $jwt_verdict always;

        location /t       { jwt timesheets; root @CONTENT@; }
        location /status  { jwt_status json; allow all; }
END_OF_SERVER

    return;
}

sub refusals {
    return $s->log_lines(qr/jwt refused: keys_unavailable/);
}


subtest 'a refusal ends with the reason, in each worker' => sub {
    $origin->break('reason');
    start(issuer => source('reason?sig=hunter2', 'jwks_wait 0;'));
    $s->wait_for_log(qr/can't be fetched/);

    for my $pid ($s->worker_pids) {
        my $before = () = refusals();

        is $s->on_worker($pid, \&verdict), '503 keys_unavailable', 'no keys';
        wait_until { refusals() > $before } 5, 'its line';
        like +(refusals())[-1], qr/: the last fetch failed: status 404, client:/,
            'says why';
    }

    $origin->mend;
    wait_until { verdict() eq '200 ok' } 10, 'keys are there';
    $s->wait_for_log(qr/works again/);

    is scalar($s->log_lines(qr/\[error\].*"timesheets": keys can't be fetched from "\S+\/reason": status 404, check/)),
        1, 'the failure is logged once, at error';
    is scalar($s->log_lines(qr/\[error\].*"timesheets": 1 key from "\S+\/reason", which works again/)),
        1, 'and so is that it works again';
    unlike join("\n", $s->log_lines(qr/jwt/)), qr/hunter2/,
        'the query of its URL is in no line';
    unlike $s->get('/status')->{body}, qr/hunter2/, 'nor in the status';
};


subtest 'the first fetch is under way' => sub {
    $origin->break('hang');
    start(issuer => source('hang?sig=hunter2', 'jwks_wait 0;',
                           'jwks_timeout 60s;'));
    sleep 2;

    is verdict(), '503 keys_unavailable', 'no keys yet';
    wait_until { refusals() } 5, 'its line';
    like +(refusals())[-1], qr{: the first fetch has been under way for [1-9]\d* s: "http://127\.0\.0\.1:\d+/hang", client:},
        'says so';
    $origin->mend;
};


subtest 'a first fetch that works is no news' => sub {
    start(issuer => source('good'));
    is verdict(), '200 ok', 'keys are there';

    # the other worker may answer before the one that fetched has logged it
    my $news = qr/\[notice\].*"timesheets": 1 key from/;

    $s->wait_for_log($news);
    is scalar($s->log_lines($news)), 1, 'it is a notice';
    is_deeply [ $s->log_lines(qr/\[error\]/) ], [], 'and no error';
};


subtest 'a Retry-After in the past is none' => sub {
    $origin->break('past');
    start(issuer => source('past', 'jwks_wait 0; jwks_cooldown 30s;'));
    $s->wait_for_log(qr/can't be fetched/);

    my $r = $s->get('/t', token => token());

    is $r->{status}, 503, 'no keys yet';
    cmp_ok $r->{headers}{'retry-after'}, '<=', 2, 'they may come soon';

    $origin->mend;
    wait_until { verdict() eq '200 ok' } 5, 'and they do';

    $origin->break('late');
    start(issuer => source('late', 'jwks_wait 0; jwks_cooldown 30s;'));
    $s->wait_for_log(qr/can't be fetched/);
    cmp_ok $s->get('/t', token => token())->{headers}{'retry-after'}, '>=', 20,
        'one that lies ahead is honoured';
    $origin->mend;
};


subtest 'the reason is short and escaped' => sub {
    $origin->break('text');
    start(issuer => source('text', 'jwks_wait 0;'));
    $s->wait_for_log(qr/can't be fetched/);
    verdict();
    $s->wait_for_log(qr/keys_unavailable/);

    my ($line) = refusals();
    my ($reason) = $line =~ /the last fetch failed: (.*?), client:/;

    cmp_ok length $reason // '', '>', 0, 'there is one';
    cmp_ok length $reason, '<=', 200, 'of 200 bytes at most';
    unlike $reason, qr/[^\x20-\x7e]/, 'in printable ASCII';
    $origin->mend;
};


# With a certificate without other names curl's text has its subject's, which
# is whatever the server wrote.

subtest 'what a server wrote into the reason is escaped' => sub {
    my $name = "a\"b\\c\n[debug] d\x01\x7f";
    my $file = $s->dir . '/named';

    is system('openssl', qw/ req -x509 -newkey ec -nodes -days 2
              -pkeyopt ec_paramgen_curve:P-256 -keyout /, "$file.key",
              '-out', "$file.pem", '-subj', '/CN=' . $name =~ s/\\/\\\\/gr), 0,
        'a certificate of an odd name' or return;

    start(issuer => 'jwks_uri https://127.0.0.1:@PORT4@/k; jwks_wait 0;'
                    . " ssl_trusted_certificate $file.pem;",
          http => <<"END_OF_SERVER");
    server {
        listen               127.0.0.1:\@PORT4\@ ssl;
        ssl_certificate      $file.pem;
        ssl_certificate_key  $file.key;
    }
END_OF_SERVER

    $s->wait_for_log(qr/can't be fetched/);
    verdict();
    $s->wait_for_log(qr/keys_unavailable/);

    my $odd = qr/name 'a"b\\x5Cc\\x0A\[debug\] d\\x01\\x7F'/;

    like +($s->log_lines(qr/can't be fetched/))[0], $odd,
        'in the line of the failure';
    like +(refusals())[0], qr/: the last fetch failed: .*$odd/,
        'and in a refusal\'s';
    is_deeply [ $s->log_lines(qr/^\[debug\]/) ], [], 'it begins no line';
    like $s->get('/status')->{body}, qr/name 'a\\"b\\\\x5Cc/,
        'and so it is in the status';
};


subtest 'the reason outlives a reload, and belongs to its source' => sub {
    my $issuer = source('reason?sig=hunter2', 'jwks_wait 0;');

    $origin->break;
    start(issuer => $issuer);
    $s->wait_for_log(qr/can't be fetched/);
    $s->mark_log;

    my @why = (
        [ $issuer . ' leeway 7s;', qr/: the last fetch failed: status 404, cl/,
          'the new workers know why' ],
        [ source('hang', 'jwks_wait 0;'), qr/keys_unavailable/,
          'of another source nothing is known yet' ],
    );

    for my $case (@why) {
        my ($conf, $like, $what) = @$case;

        $s->mark_log;
        ok $s->reload(issuer => $conf), 'a reload';

        for my $pid ($s->worker_pids) {
            my $before = () = refusals();

            is $s->on_worker($pid, \&verdict), '503 keys_unavailable', 'none';
            wait_until { refusals() > $before } 5, 'its line';
            like +(refusals())[-1], $like, $what;
        }
    }

    unlike join("\n", refusals()), qr/status 404|hunter2/,
        'nor the other one\'s reason';
    $origin->mend;
};


subtest 'a tenant whose clock differs is reported' => sub {
    my $off = qr/\[warn\].*"timesheets": the tenant's clock is/;

    for my $case ([ ahead600 => 'ahead of' ], [ behind600 => 'behind' ]) {
        my ($path, $where) = @$case;

        start(issuer => source($path, 'jwks_refresh 1s;'));
        $s->wait_for_log(qr/$off (?:59\d|60\d) s $where ours/);
        is verdict(), '200 ok', 'keys are there all the same';

        # by the tenant's clock these are good: the client isn't blamed

        my $good = $where eq 'behind'
            ? token(iat => time - 900, exp => time - 300)
            : token(iat => time + 300, exp => time + 900);
        my $is = $where eq 'behind' ? 'ahead of' : 'behind';

        isnt $s->get('/t', token => $good)->{status}, 200, 'a refusal';
        ok $s->wait_for_log(
            qr/jwt refused: (?:expired|issued_in_future).*: this host's clock is (?:59\d|60\d) s \(\d+ min\) $is the issuer's: by the issuer's clock the token is valid, so set this host's clock \(NTP\)/,
            5), 'that our own clock causes, and the log says so';

        my $asked = $origin->asked($path);

        wait_until { $origin->asked($path) >= $asked + 2 } 8,
            'further fetches';
        is scalar($s->log_lines($off)), 1, 'warned of once';
    }

    for my $path ('ahead0', 'ahead3', 'behind600age600', 'none') {
        start(issuer => source($path));
        is verdict(), '200 ok', "$path: keys are there";
        is_deeply [ $s->log_lines($off) ], [], 'and no warning';
    }
};


subtest 'a proxy gets its password, and nobody else does' => sub {
    my $seen = $s->dir . '/seen';

    mkdir $s->dir . '/proxy' or die "proxy: $!\n";
    $s->write_file('proxy/k', $set);

    start(workers => 1, issuer => <<'END_OF_ISSUER', http => <<"END_OF_PROXY");
jwks_uri http://127.0.0.1:9/k; jwks_proxy http://me:hunt%40er2@127.0.0.1:@PORT4@; jwks_wait 0;
END_OF_ISSUER
    log_format  seen \$http_proxy_authorization;

    server {
        listen      127.0.0.1:\@PORT4\@;
        access_log  $seen seen;

        location / {
            if (\$http_proxy_authorization = "") { return 407; }
            root  \@DIR\@/proxy;
        }
    }
END_OF_PROXY

    wait_until { verdict() eq '200 ok' } 10, 'keys come through the proxy';
    ok 1, 'keys come through the proxy';

    open my $in, '<', $seen or die "seen: $!\n";
    like scalar <$in>, qr/^Basic bWU6aHVudEBlcjI=$/, 'which got the password';

    ok $s->reload(issuer => <<'END_OF_ISSUER'), 'a reload, with another';
jwks_uri http://127.0.0.1:9/k; jwks_proxy http://me:wolf%40pack@127.0.0.1:@PORT4@; jwks_wait 0;
END_OF_ISSUER
    is verdict(), '200 ok', 'keeps the keys';

    my $shown = join "\n", $s->log_lines, map { $s->get($_)->{body} } '/status';

    unlike $shown, qr/hunt|wolf|pack/, 'it is in no line and no status';

    ok $s->reload(issuer => <<'END_OF_ISSUER'), 'a proxy that wants one';
jwks_uri http://127.0.0.1:9/other; jwks_proxy http://127.0.0.1:@PORT4@; jwks_wait 0;
END_OF_ISSUER
    $s->wait_for_log(qr/status 407, the proxy requires a user and a password: write "jwks_proxy/);
    ok 1, 'and gets none is reported';
};


is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

$s->stop;

done_testing;
