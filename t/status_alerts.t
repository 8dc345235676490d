# The page of jwt_status begins with what is wrong, what is worse first; "All
# is well" only where it is.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use NJWT::Origin;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use POSIX qw/ strftime /;
use Test::More;


my $s = NJWT::Scenario->new;

mkdir $s->dir . '/origin' or die "origin: $!\n";

sub answer {
    my ($name) = @_;

    local $ENV{LC_ALL} = 'C';

    my $off = $name =~ /^ahead(\d+)/ ? $1 : $name =~ /^behind(\d+)/ ? -$1 : 0;
    my $set = jwks('k1');

    return join "\r\n", 'HTTP/1.1 200 OK', 'Connection: close',
        'Content-Length: ' . length $set, 'Date: '
        . strftime('%a, %d %b %Y %H:%M:%S GMT', gmtime(time + $off)), '', $set;
}

my $origin = NJWT::Origin->start(dir => $s->dir . '/origin',
    port => $s->port(2), bare => $s->port(3), good => \&answer,
    faults => { down => "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
                hang => undef });

my $status = <<'END';
    root @CONTENT@;
    location = /status { jwt_status json; allow all; }
    location = /page { jwt_status; allow all; }
    location = /metrics { jwt_status prometheus; allow all; }
END

my $guarded = 'location /t { jwt timesheets; }';

# each alert as its severity and words
sub alerts {
    my ($list) = $s->get('/page')->{body} =~ m{<ul class="alerts"[^>]*>(.*?)</ul>}s;

    return map { s/<[^>]*>//gr =~ s/&nbsp;/ /gr =~ s/&rsquo;/'/gr }
           map { s/^ class="(\w+)">/$1 /r } split /<li/, $list =~ s/^\s*<li//r;
}

# what the list of locations says of one of them, from its guard on
sub row {
    my ($name) = @_;

    my ($row) = $s->get('/page')->{body}
        =~ m{<code><bdi>\Q$name\E</bdi></code></th>(.*?)</tr>}s;

    return ($row // '') =~ s/<[^>]*>//gr;
}

sub start {
    my ($path, $server, %conf) = @_;

    $s->stop;
    $s->start(workers => 1, server => "$status $server",
              issuer => "jwks_uri http://127.0.0.1:\@PORT2\@/$path; "
                        . 'jwks_cooldown 1s; jwks_refresh 1s; jwks_wait 5s;'
                        . ($conf{issuer} // ''),
              map { ($_ => $conf{$_}) } grep { $_ ne 'issuer' } keys %conf);
    wait_until { $s->get('/status')->{body} =~ /"keys_available":true/ } 5,
        'keys' if $path !~ /^(?:down|hang)$/;
}

sub good    { $s->get('/t', token => token()) for 1 .. $_[0] }
sub expired { $s->get('/t', token => token(exp => 1)) for 1 .. $_[0] }


subtest 'all is well' => sub {
    start('fine', "$guarded location /p { jwt off; proxy_pass http://127.0.0.1:9; }");

    my @alerts = alerts();

    is scalar(@alerts), 1, 'one line';
    like $alerts[0], qr/^plain No alerts\. .*No request has been judged in the \d+ s since the start\./, 'no request';

    good(38);
    expired(2);
    like +(alerts())[0], qr/^ok All is well\. 38 of 40 requests were ok (?:in the \d+ s since the start|in the last 60 s)\./,
        'and with some, the share of those that were ok';
    unlike +(alerts())[0], qr/\bp\b/, '"jwt off" is no alarm';
};


subtest 'requests that are refused' => sub {
    start('fine', $guarded);
    expired(2);
    like +(alerts())[0], qr/^plain No alerts\. 2 of 2 requests were refused in the \d+ s since the start: too few to tell\./,
        'two are said, and are too few';
    expired(1);
    like +(alerts())[0], qr/^warn .*timesheets: 3 of 3 requests were refused/,
        'three of three are a warning';
    expired(17);

    my @alerts = alerts();

    is scalar(@alerts), 1, 'one line';
    like $alerts[0], qr/^bad Alarm: timesheets: 20 of 20 requests were refused (?:in the \d+ s since the start|in the last 60 s), all as expired \(The access token is expired\)\. The error log, at level info, says why for each\.$/,
        'twenty of twenty are an alarm';

    good(20);
    like +(alerts())[0], qr/^warn .* 20 of 40 requests/, 'half is worth a look';
    good(60);
    like +(alerts())[0], qr/^ok .* 80 of 100 /, 'a fifth isn\'t, as ever';
};

subtest 'refusals of several kinds' => sub {
    start('fine', $guarded);
    good(1);
    expired(5);
    $s->get('/t', token => token(aud => 'x')) for 1 .. 3;
    like +(alerts())[0], qr/^plain No alerts\. 8 of 9 requests were refused [^:]*: too few to tell\. Every issuer/,
        'eight of nine are said, and are too few';
    $s->get('/t');
    like +(alerts())[0], qr/^plain No alerts\. 9 of 10 requests were refused [^:]*: too few to tell\./,
        'nine of ten, too: nothing is well';
    good(8);
    like +(alerts())[0], qr/^plain No alerts\. 9 of 18 requests were refused /,
        'half of eighteen isn\'t, either';
    good(9);
    like +(alerts())[0], qr/^ok All is well\. 18 of 27 requests were ok /,
        'two of three are ok';
    expired(2);
    like +(alerts())[0], qr/^plain No alerts\. 11 of 29 requests were refused [^:]*\. Every issuer/,
        'enough to tell, and nothing is said to be well';
};

subtest 'a location that refuses every token' => sub {
    start('fine', "$guarded location /n { jwt timesheets; }"
                  . ' location /x { jwt timesheets; jwt_require_scope x; }');
    good(60);
    $s->get('/n') for 1 .. 20;
    $s->get('/x', token => token()) for 1 .. 9;
    like +(alerts())[0], qr/^ok All is well\. 60 of 89 /,
        'nine are too few to say so, and who sends no token isn\'t counted';

    $s->get('/x', token => token());

    my @alerts = alerts();

    is scalar(@alerts), 1, 'of ten there is one line';
    is $alerts[0], "warn Warning: So far 1 location has refused every token:"
        . " /x. See below what is required there and why tokens were refused.\n",
        'that names the location';

    $s->get('/x', token => token(scope => 'x'));
    like +(alerts())[0], qr/^ok All is well\. 61 of 91 /,
        'and there is none once a token got through';
};

subtest 'what is revoked' => sub {
    my $file = $s->dir . '/revoked.json';
    my $entry = '{"claim":"sub","value":"auth0|%d","before":' . (time + 60) . '}';
    my $write = sub { $s->write_file('revoked.json', "[@_]") };
    my $seen = sub { JSON::PP::decode_json($s->get('/status')->{body}) };
    my $of = sub { $seen->()->{issuers}[0]{revocation} };

    $write->(sprintf $entry, 1);
    start('fine', "$guarded location /revoke { allow 127.0.0.1; deny all;"
                  . ' jwt_revoke_handler timesheets; }',
          issuer => "revocation sub azp; revocation_file $file;",
          http => 'jwt_revocation_zone zone=r:64k;');

    my $r = $of->();

    is_deeply [ @$r{qw/ entries of_file file_failing overflow_since /} ],
        [ 1, 1, 0, undef ], 'an entry, of the file';
    is_deeply $r->{claims}, [ { claim => 'sub', entries => 1 },
                              { claim => 'azp', entries => 0 } ], 'by claim';
    cmp_ok $r->{file_read}, '>=', time - 60, 'and when the file changed';
    like +(alerts())[0], qr/^plain No alerts\./, 'no alert';

    my $metrics = $s->get('/metrics')->{body};

    like $metrics, qr/^jwt_scope_revocation_claim_entries\{issuer="timesheets",claim="sub"\} 1$/m,
        'a metric by claim';
    like $s->get('/page')->{body}, qr{<dt>Revocation entries</dt><dd>1: <code><bdi>sub</bdi></code> 1, },
        'and its line on the page';

    $write->('{');
    wait_until { $of->()->{file_failing} } 10, 'a file that is wrong is seen';
    like +(alerts())[0],
        qr/^bad Alarm: timesheets: its revocation_file can't be applied as it is now/,
        'in red';
    is $of->()->{entries}, 1, 'and what it said before holds';

    $write->((sprintf $entry, 1), ',', sprintf $entry, 2);
    wait_until { !$of->()->{file_failing} && $of->()->{entries} == 2 } 10,
        'one that is mended, too';
    like +(alerts())[0], qr/^plain No alerts\./, 'and no alert';

    $write->(join ',', map { sprintf $entry, $_ } 1 .. 5000);
    wait_until { $of->()->{file_failing} } 10, 'so is one that finds no room';
    is $of->()->{overflow_since}, undef, 'which makes nothing coarse';
    $write->(sprintf $entry, 1);
    wait_until { !$of->()->{file_failing} } 10, 'nor is there any more';

    for my $part (1 .. 4) {
        $s->request(path => '/revoke', method => 'POST',
            body => '[' . join(',', map { qq({"claim":"azp","value":"$part-$_"}) }
                                    1 .. 300) . ']');
    }

    cmp_ok $of->()->{overflow_since}, '>', 0, 'entries without room';
    like +(alerts())[0],
        qr/^bad Alarm: timesheets: all tokens that it issued up to \d+ s ago are revoked, because entries had no room/,
        'are an alarm';
    like $s->get('/metrics')->{body},
        qr/^jwt_scope_revocation_overflow_timestamp_seconds\{issuer="timesheets"\} [1-9]/m,
        'and a metric';
};


subtest 'what is revoked and can\'t be kept' => sub {
    my $kept = $s->dir . '/kept';

    start('fine', "$guarded location /revoke { allow 127.0.0.1; deny all;"
                  . ' jwt_revoke_handler timesheets; }',
          issuer => "revocation sub; state_path $kept;");

    my $own = JSON::PP::decode_json($s->get('/status')->{body})
                  ->{issuers}[0]{revocation};

    is_deeply [ @$own{qw/ of_file file_read /} ], [ 0, undef ],
        'without a file none has changed';
    like $s->get('/metrics')->{body},
        qr/^jwt_scope_revocation_file_timestamp_seconds\{issuer="timesheets"\} 0$/m,
        '... in the metric, too';

    my $revoke = sub {
        $s->request(path => '/revoke', method => 'POST',
                    body => qq({"claim":"sub","value":"$_[0]"}));
    };

    $revoke->('one');
    wait_until { glob "$kept/revoked-*" } 5, 'it is kept';
    like +(alerts())[0], qr/^plain No alerts\./, 'no alert';

    rename $kept, "$kept.away" or die "$kept: $!";
    $s->write_file('kept', 'no folder');
    $revoke->('two');
    wait_until { (alerts())[0] =~ /^warn .*timesheets can't save its revocation entries in state_path/ } 5,
        'a warning';

    unlink $kept;
    rename "$kept.away", $kept or die "$kept: $!";
    $revoke->('three');
    wait_until { (alerts())[0] =~ /^plain / } 10, 'that goes when it is kept again';
    pass 'it goes when it is kept again';
};


subtest 'requests without a token, that have no issuer' => sub {
    start('fine', $guarded);
    $s->get('/t') for 1 .. 12;
    like +(alerts())[0], qr/^bad Alarm: 12 of 12 requests .* all as no_token/,
        'all without one';

    start('fine', 'location /t { jwt timesheets; jwt_mode optional; }');
    $s->get('/t') for 1 .. 12;
    like +(alerts())[0], qr/^plain /, 'where it is optional, nobody was refused';
    like $s->get('/page')->{body} =~ s/<[^>]*>//gr,
        qr/Not included, as they are neither ok nor refused: no_token \(where a token is optional\)\.\n/,
        '... and the shares say what they leave out';
    start('fine', $guarded);
    good(1);
    $s->get('/t');
    unlike $s->get('/page')->{body}, qr/neither ok nor refused/, '... and nothing else';
};

subtest 'report mode' => sub {
    start('fine', "$guarded location /r { jwt timesheets; jwt_mode report; }");
    like +(alerts())[0], qr{^warn Warning: Report mode refuses nothing\. It is on in 1 of 2 guarded locations: /r\. To refuse bad tokens there, write jwt_mode enforce;\.},
        'one location';

    start('fine', 'location /t { jwt timesheets; jwt_mode report; }');
    expired(20);

    my @alerts = alerts();

    like $alerts[0], qr/^warn .* in 1 of 1 guarded location: /, 'comes first';
    like $alerts[1], qr/^warn .* 20 of 20 requests would have been refused .* The error log, at level warn, says why for each\./,
        'nobody was refused, and the log says so at its own level';

    my $log = join '', $s->log_lines(qr/\[(?:info|notice|warn|error)\].*jwt would be refused/);

    like $log, qr/\[warn\]/, '... which is the one of its lines';

    start('fine', 'location /t { jwt timesheets; jwt_log_level notice; }'
                  . ' location /r { jwt timesheets; jwt_mode report; }');
    expired(20);
    like +(alerts())[0], qr/^bad .* The error log, at level notice, says why for each\./,
        'an alarm comes before it, and the level is the one that is set';
    like +(alerts())[1], qr/^warn .*Report mode refuses nothing/, 'it follows';
};


subtest 'locations' => sub {
    start('fine', "$guarded location /hook { jwt timesheets; return 204; }
                   location /open { proxy_pass http://127.0.0.1:9; }");
    like +(alerts())[0], qr{^warn Warning: 1 location passes requests on and doesn't set jwt: /open\.},
        'one that is open';
    like +(alerts())[1], qr{^warn Warning: 1 location has jwt and return, which answers before the gate is asked: /hook\. Write jwt off; there if},
        'one that answers before';
    is scalar(alerts()), 2, 'and nothing else';
    like row('/hook'), qr/^bypassed by return(?! )/, 'which the list says, too';
    unlike row('/t'), qr/bypassed/, 'and not of others';

    $s->get('/hook');
    like +(alerts())[1], qr{^warn Warning: 1 request in the last hour was answered before the gate was asked: its token was not checked\.},
        'one that nobody judged';
    $s->get('/hook') for 1 .. 2;
    like +(alerts())[1], qr{^warn Warning: 3 requests in the last hour were answered before the gate .* in /hook\.},
        'what nobody judged';
    like $s->get('/page')->{body}, qr{<code>unjudged</code><span class="soft">Answered by a return},
        'and what that means';

    my $metrics = $s->get('/metrics')->{body};

    like $metrics, qr/^jwt_scope_requests_total\{issuer="-",verdict="unjudged"\} 3$/m,
        'Prometheus has it';
    like $metrics, qr/^jwt_scope_unprotected_locations 1$/m, 'and the open one';
};


subtest 'what is bypassed' => sub {
    my %by = (return => 'return 204;', rewrite => 'rewrite ^ /t redirect;',
              if => 'if ($arg_x) { return 204; } empty_gif;',
              none => 'rewrite ^/none/x /t redirect; empty_gif;');

    start('fine', join '', $guarded, map { "location /$_ { jwt timesheets; $by{$_} }" } sort keys %by);
    like +(alerts())[0], qr{^warn Warning: 2 locations have jwt and return or rewrite, which answer before the gate is asked: /return, /rewrite\. Write},
        'a warning of both';
    like row("/$_"), qr/^bypassed by $_(?! )/, "the list has $_" for qw/ return rewrite /;
    like row('/if'), qr/^guarded, except for a return in an if/, '... and one in an "if"';

    my %is = map { $_->{location} => $_ }
             @{ JSON::PP::decode_json($s->get('/status')->{body})->{locations} };

    is $is{"/$_"}{bypassed_by}, $_, "in JSON: $_" for qw/ return rewrite if /;
    is $is{"/$_"}{bypassed_by}, undef, "... and not of /$_" for qw/ none t /;
    ok !$is{"/$_"}{protected}, "... and not protected: $_" for qw/ return rewrite /;
    ok $is{"/$_"}{protected}, "... but /$_ is" for qw/ if none t /;
    ok exists $is{'/t'}{bypassed_by}, '... null';
    ok !exists $is{'/page'}{bypassed_by}, '... and of no location without jwt';
};


subtest 'a regex that takes requests from a guarded location' => sub {
    my $regex = 'location ~* \\.txt$';
    my $open = 'location /p { jwt off; proxy_pass http://127.0.0.1:9; }';

    start('fine', "$guarded $regex { } $open");
    like +(alerts())[0], qr{^warn Warning: 1 regex location takes requests from a guarded one and doesn't set jwt: ~\* \\\.txt\$\. Write},
        'is a warning';
    is scalar(alerts()), 1, 'the only one';
    like row('~* \.txt$'), qr/^not guarded, wins over a guarded one/,
        'which the list says, too';
    like $s->get('/metrics')->{body}, qr/^jwt_scope_unprotected_locations 1$/m,
        'Prometheus has it';

    start('fine', "$guarded $regex { proxy_pass http://127.0.0.1:9; } $open");
    like +(alerts())[0], qr/ 1 regex location takes requests /,
        'so is one that passes on';
    is scalar(alerts()), 1, 'the only one, too';

    start('fine', "location ^~ /t { jwt timesheets; } $regex { } $open");
    like +(alerts())[0], qr/^plain /, 'where it can\'t, all is well';
    start('fine', "$guarded $regex { jwt off; } $open");
    like +(alerts())[0], qr/^plain /, 'or somebody meant it';
};


subtest 'a return in an "if"' => sub {
    start('fine', 'location /t { jwt timesheets;'
                  . ' if ($request_method = OPTIONS) { return 204; } }');
    like +(alerts())[0], qr/^plain /, 'is no alert';
    like row('/t'), qr/^guarded, except for a return in an if/, 'and said';
};


subtest 'the first fetch' => sub {
    $origin->break('hang');
    start('hang', $guarded, issuer => 'jwks_timeout 60s;');
    wait_until { (alerts())[0] =~ /under way for [1-9]/ } 10, 'a while';
    like +(alerts())[0], qr/^warn Warning: timesheets has no keys yet: its first fetch has been under way for \d+ s\. Until it succeeds, its requests are answered with 503\.$/,
        'is under way';
    is scalar(alerts()), 1, 'one line';
    like $s->get('/page')->{body}, qr{<span class="b warn">first fetch</span>},
        'and a word by the issuer';
    $origin->mend;
};


subtest 'keys' => sub {
    $origin->break('down');
    start('down', $guarded);
    wait_until { $s->get('/page')->{body} =~ /status 500/ } 5, 'a fetch';

    my @alerts = alerts();

    like $alerts[0], qr/^bad Alarm: timesheets has no keys, because no fetch has succeeded yet: its requests are answered with 503\. Last error \d+ s ago: status 500; ask its operator\.$/,
        'never fetched';
    is scalar(@alerts), 1, 'one line';
    $s->get('/t', token => token()) for 1 .. 12;
    is scalar(alerts()), 1, 'also when all requests are refused for that reason';
    $s->get('/t', token => token(-alg => 'PS256')) for 1 .. 20;
    like +(alerts())[1], qr/ 32 of 32 requests .* most as alg_not_allowed/, 'but those for another are said';
    like $s->get('/page')->{body} =~ s/<[^>]*>//gr, qr/^Last error\d+&nbsp;s ago: status 500; ask its operator$/m,
        'and by the issuer';

    my $metrics = $s->get('/metrics')->{body};

    like $metrics, qr/^jwt_scope_keys_serve_until_\S+ 0$/m, 'they serve until never';

    $origin->mend;
    start('fails', $guarded . ' location /open { proxy_pass http://127.0.0.1:9; }',
          issuer => 'jwks_stale 140m;');
    $origin->break('down');
    wait_until { grep { /failures/ } alerts() } 10, 'fetches fail';
    like +(grep { /timesheets/ } alerts())[0],
        qr/^warn .* its keys can't be fetched \(failures in a row: \d+\)\. The present keys become stale in 2 h; from then on its/,
        'with hours left, a warning';

    $origin->mend;
    start('soon', $guarded . ' location /open { proxy_pass http://127.0.0.1:9; }',
          issuer => 'jwks_stale 20s;');
    $origin->break('down');
    wait_until { (alerts())[0] =~ /^bad/ } 30, 'with few seconds left, an alarm';
    like +(alerts())[0], qr/^bad Alarm: timesheets: its keys can't be fetched/, '... this one';
    like +(alerts())[1], qr/^warn /, 'before a warning';
    wait_until { (alerts())[0] =~ /only stale keys/ } 30, 'then they are stale';
    like +(alerts())[0], qr/^bad Alarm: timesheets has only stale keys, which were fetched \d+ s ago/,
        'in red';
    $origin->mend;
};


subtest 'clocks' => sub {
    for my $case ([ ahead600 => 'ahead of', 'new tokens may be' ],
                  [ behind600 => 'behind', 'as expired too soon' ])
    {
        my ($path, $where, $then) = @$case;

        start($path, $guarded);
        like +(alerts())[0],
            qr/^warn Warning: timesheets: the tenant's clock is (?:9|10) min $where this host's, which is more than leeway allows \(5 s\): .*$then/,
            $path;

        my $i = JSON::PP->new->decode($s->get('/status')->{body})->{issuers}[0];

        cmp_ok abs(abs($i->{clock_skew}) - 600), '<', 3, 'JSON has it';
        is $i->{clock_skew} > 0, $path =~ /ahead/, 'with its sign';
        like $s->get('/metrics')->{body},
            qr/^jwt_scope_clock_skew_seconds\{issuer="timesheets"\} $i->{clock_skew}$/m,
            'Prometheus, too';
    }

    start('ahead3', $guarded);
    like +(alerts())[0], qr/^plain /, 'within the leeway nothing is said';
    like $s->get('/page')->{body}, qr/[234]&nbsp;s ahead of this host/,
        'but by the issuer';
};

subtest 'issuers on the page' => sub {
    my $n;
    my $more = sub {
        $s->write_file("$_.json", jwks('k1')) for 1 .. $_[0];

        return join '', map { "jwt_issuer idle$_ { issuer https://i$_.example/;"
                              . " audience a; jwks_file \@DIR\@/$_.json; }" }
                        1 .. $_[0];
    };

    # the names, in their order, and those that are folded
    my $names = sub {
        my $body = $s->get('/page')->{body};
        my ($part) = $body =~ m{id="issuers">(.*?)</section>}s;
        my ($first, $folded) = split /<details id="idle-0"/, $part;

        $n = ($folded // '') =~ /(\d+) issuers whose keys are OK, without/
             ? $1 : 0;

        return [ map { [ /<h3>(\w+)/g ] } $first, $folded // '' ];
    };

    start('fine', $guarded, http => $more->(4));
    good(1);
    is_deeply $names->(), [ [ qw/ timesheets idle1 idle2 idle3 idle4 / ], [] ],
        'traffic first, and four without any are not folded';
    is $n, 0, 'nothing says they were';

    start('fine', $guarded, http => $more->(5));
    good(1);
    is_deeply $names->(), [ [ 'timesheets' ], [ map { "idle$_" } 1 .. 5 ] ],
        'five are';
    is $n, 5, 'and counted';
};


$s->stop;
done_testing;
