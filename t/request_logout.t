# A logout token revokes a session's tokens, once, and nothing else:
# jwt_logout_handler: OpenID Connect Back-Channel Logout 1.0.
#
# The tokens are Auth0's in shape, signed by CryptX.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
use JSON::PP qw/ decode_json /;
use NJWT::Client qw/ leave tally /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep time /;


my $form = 'application/x-www-form-urlencoded';
my $sid = '/https:~1~1example.com~1sid';

my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;

my %config = (
    workers => 4,
    issuer => "revocation $sid sub; jwks_cooldown 1s; jwks_wait 20s; "
              . 'jwks_timeout 20s;',
    server => <<'    END',
        location /t      { jwt timesheets; root @CONTENT@; }
        location /logout { jwt_logout_handler timesheets client=webapp
                                              client=spa; }
        location /status  { jwt_status json; allow 127.0.0.1; deny all; }
        location /metrics { jwt_status prometheus; allow 127.0.0.1;
                            deny all; }
    END
);

$s->start(%config);


sub post {
    my ($body, %more) = @_;

    my %headers = ('Content-Type' => $form, %{ delete $more{headers} // {} });
    delete @headers{ grep { !defined $headers{$_} } keys %headers };

    return $s->request(path => '/logout', method => 'POST', body => $body,
                       headers => \%headers, %more);
}

# the same without a Content-Length

sub chunked {
    my $body = join '&', @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1:' . $s->port)
        or die "connect: $!";

    print $socket "POST /logout HTTP/1.1\r\nHost: localhost\r\n"
        . "Content-Type: $form\r\nConnection: close\r\n"
        . "Transfer-Encoding: chunked\r\n\r\n";
    print $socket map { sprintf "%x\r\n%s\r\n", length, $_ }
                  $body =~ /(.{1,5000})/gs;
    print $socket "0\r\n\r\n";

    local $/;
    return NJWT::Client::_parse(scalar <$socket>);
}

sub logout { return post("logout_token=$_[0]") }

my %seen = (taken => 0, refused => 0);

sub is_taken {
    my ($answer, $what) = @_;

    $seen{taken}++;

    my ($type, $cache) = @{ $answer->{headers} }{ qw/ content-length
                                                      cache-control / };

    is "$answer->{status} $answer->{body} $type $cache", '200  0 no-store',
       $what;
}

sub is_refused {
    my ($answer, $why, $what) = @_;

    $seen{refused}++;

    is $answer->{status}, 400, $what;
    is $answer->{headers}{'cache-control'}, 'no-store', '... no-store';
    is $answer->{headers}{'content-type'}, 'application/json', '... JSON';

    my $said = eval { decode_json($answer->{body}) };

    is_deeply [ sort keys %{ $said // {} } ],
        [ qw/ error error_description / ], '... as RFC 6749 says it';
    is $said->{error}, 'invalid_request', '... invalid_request';
    like $said->{error_description}, $why, '... and why';
}

sub status_of { return $s->get('/t', token => $_[0])->{status} }

# Every worker must say so.

sub everywhere {
    my ($token, $status, $what) = @_;

    is_deeply [ map { my $pid = $_;
                      $s->on_worker($pid, sub { status_of($token) }) }
                $s->worker_pids ], [ ($status) x 4 ], $what;
}

# A user's token; those of a session have its id, as an Action puts it there.

sub of_session {
    my ($user, $session, %more) = @_;

    return token(sub => $user, iat => time - 60,
                 'https://example.com/sid' => $session, %more);
}


subtest 'the session ends, in all workers and at once' => sub {
    my $one = of_session('auth0|1', 'session-1');
    my $two = of_session('auth0|1', 'session-2');

    everywhere($one, 200, 'a token before the logout');
    everywhere($two, 200, 'one of another session of that user');

    is_taken(logout(logout_token()), 'the logout token is taken');

    everywhere($one, 401, 'the session\'s token is revoked');
    everywhere($two, 200, 'the other session goes on');
    is status_of(of_session('auth0|1', 'session-1', iat => time + 3)), 200,
        'and a token that is issued later passes';
};


subtest 'without a session the user\'s tokens end' => sub {
    my @tokens = map { of_session('auth0|2', $_) } 1, 2;
    my $other = of_session('auth0|3', 1);

    is status_of($_), 200, 'before it' for @tokens, $other;

    is_taken(logout(logout_token(sid => undef, sub => 'auth0|2')), 'taken');

    everywhere($_, 401, 'a token of that user') for @tokens;
    everywhere($other, 200, 'another user\'s');

    is_taken(logout(logout_token(sub => undef, sid => 's-9')),
             'a session alone is taken as well');
};


subtest 'a logout token is used once, in all workers' => sub {
    my @workers = $s->worker_pids;
    my $token = logout_token(sid => 'once');

    is_taken($s->on_worker($workers[0], sub { logout($token) }), 'first');

    for my $pid (@workers) {
        is_refused($s->on_worker($pid, sub { logout($token) }),
                   qr/used before/, 'again');
    }

    # ... which revokes nothing anew

    my $since = of_session('auth0|1', 'once', iat => int(time) + 1);

    sleep 2.1;
    is_refused(logout($token), qr/used before/, 'two seconds later');
    everywhere($since, 200, '... and what was issued meanwhile passes');

    # another one for the same session is no replay

    is_taken(logout(logout_token(sid => 'once')), 'another jti');

    # at the same time, one of them wins

    my $hot = logout_token(sid => 'hot');
    my $count = tally($s->burst(map { { path => '/logout', method => 'POST',
        headers => { 'Content-Type' => $form },
        body => "logout_token=$hot" } } 1 .. 12));

    is_deeply $count, { 200 => 1, 400 => 11 }, 'twelve at the same time';
    $seen{taken}++;
    $seen{refused} += 11;
};


subtest 'it is known as used over a reload' => sub {
    my $token = logout_token(sid => 'reload');

    is_taken(logout($token), 'taken');
    ok $s->reload, 'a reload';
    is_refused(logout($token), qr/used before/, 'again');
    is_taken(logout(logout_token(sid => 'reload')), 'another one');
};


subtest 'a token that is refused, and its twin' => sub {
    my $event = 'http://schemas.openid.net/event/backchannel-logout';
    my $now = int time;

    my @case = (
        [ 'another client', qr/aud/, aud => 'another' ],
        [ 'the API', qr/aud/, aud => audience() ],
        [ 'another issuer', qr/issuer/, iss => 'https://other.example/' ],
        [ 'an access token\'s typ', qr/typ/, -header => { typ => 'at+jwt' } ],
        [ 'another algorithm', qr/alg/, -alg => 'RS512' ],
        [ 'a critical header', qr/crit/, -header => { crit => ['x'] } ],
        [ 'another key', qr/signature/, -key => 'k3', -kid => 'k1' ],
        [ 'no iat', qr/iat/, iat => undef ],
        [ 'iat in the future', qr/iat/, iat => $now + 60 ],
        [ 'no exp', qr/exp/, exp => undef ],
        [ 'exp over', qr/exp/, exp => $now - 10 ],
        [ 'no events', qr/events/, events => undef ],
        [ 'another event', qr/events/, events => { x => {} } ],
        [ 'an event that is no object', qr/events/, events => { $event => 1 } ],
        [ 'a nonce', qr/nonce/, nonce => 'n' ],
        [ 'nobody', qr/sub/, sub => undef, sid => undef ],
        [ 'an empty sub', qr/sub/, sub => '' ],
        [ 'a sid that is a number', qr/sid/, sid => 7 ],
        [ 'no jti', qr/jti/, jti => undef ],
    );

    for my $case (@case) {
        my ($name, $why, @token) = @$case;

        is_refused(logout(logout_token(sid => 'twin', @token)), $why, $name);
    }

    is_refused(logout(token()), qr/aud/, 'an access token');
    is_refused(logout(token(aud => 'webapp')), qr/events/,
               'an ID token or so, for the client');
    is_refused(logout(tamper(logout_token(), 'signature')), qr/signature/,
               'a bit of the signature');
    is_refused(logout('a.b.c.d.e'), qr/encrypted/, 'an encrypted one');
    is_refused(logout('x'), qr/malformed/, 'no token');
    is_refused(logout(''), qr/malformed/, 'nothing');
    is_refused(logout(logout_token(pad => 'x' x 8192)), qr/too long/,
               'a long one');

    is status_of(of_session('auth0|9', 'twin')), 200,
        'none of them revoked anything';

    is_taken(logout(logout_token(sid => 'twin', @$_)), 'a good twin') for
        [], [ aud => [ 'x', 'spa' ] ], [ -header => { typ => 'JWT' } ],
        [ -header => { typ => undef } ], [ exp => int(time) - 1 ];

    is status_of(of_session('auth0|9', 'twin')), 401, 'they did';
};


subtest 'a body that is refused, and its twin' => sub {
    my $fresh = sub { logout_token(sid => 'body') };
    my ($t, $u) = map { $fresh->() } 1, 2;

    is_refused(post("logout_token=$t&logout_token=$t"), qr/more than one/,
               'two tokens');
    is_refused(post("logout_token=$t&%6Cogout_token=x"), qr/more than one/,
               'two, one of them coded');
    is_refused(post("token=$t"), qr/no logout_token/, 'another name');
    is_refused(post(''), qr/no logout_token/, 'an empty body');
    is_refused($s->request(path => '/logout', method => 'POST',
                           headers => { 'Content-Type' => $form }),
               qr/no logout_token/, 'no body');
    is_refused(post("logout_token=$t%"), qr/malformed/, 'a bad escape');
    is_refused(post("logout_token=$t", headers => { 'Content-Type' => $_ }),
               qr/content type/, "content type $_")
        for 'application/json', 'text/plain', "${form}x";
    is_refused(post("logout_token=$t&x=" . 'y' x 65536), qr/64k/,
               'a body that is too long');
    is_refused($s->request(path => "/logout?logout_token=a.b.c",
                           method => 'POST', body => 'x=y',
                           headers => { 'Content-Type' => $form }),
               qr/no logout_token/, 'a token in the URL');

    is_taken(post("logout_token=$t", headers => { 'Content-Type' =>
                  'Application/x-www-form-urlencoded; charset=UTF-8' }),
             'a content type with a parameter');
    is_taken(post('logout_token=' . $fresh->(),
                  headers => { 'Content-Type' => undef }),
             'no content type at all');
    is_taken(post("x=y&logout_token=$u&" . 'z' x 40_000),
             'other parameters, in a file');
    is_taken(post('logout_token=' . $fresh->() =~ s/\./%2e/gr),
             'dots that are coded');
    is_taken(chunked('logout_token=' . $fresh->()), 'a body in chunks');
    is_refused(chunked('logout_token=' . $fresh->(), 'x=' . 'y' x 70_000),
               qr/64k/, 'and one that is too long');

    for my $method (qw/ GET HEAD PUT DELETE OPTIONS /) {
        my $r = $s->request(path => '/logout', method => $method);

        is "$r->{status} " . ($r->{headers}{allow} // ''), '405 POST',
           $method;
    }
};


subtest 'a key that nobody announced is fetched, and the request waits'
    => sub {
    my $before = $tenant->fetches;

    $tenant->rotate for 1 .. 2;      # k3 is current now

    is_taken(logout(logout_token(-key => 'k3', sid => 'rotated')),
             'the very first one');
    is $tenant->fetches, $before + 1, 'by one fetch';

    is_refused(logout(logout_token(-key => 'k1', -kid => 'nobody')),
               qr/key/, 'a kid that nobody knows');
    is_refused(logout(logout_token(-kid => 'nobody', aud => 'another')),
               qr/key/, 'and one that is worth no fetch');
    is_refused(logout(logout_token(-key => 'k2', -kid => 'k3')),
               qr/signature/, 'another key of a known kid');
};


subtest 'while some wait, their clients may leave' => sub {
    sleep 1.2;

    my ($started, @gone) = $tenant->in_flight;

    $tenant->fault(mode => 'delay', seconds => 20);

    my $flight = $s->begin(map { { path => '/logout', method => 'POST',
        headers => { 'Content-Type' => $form },
        body => 'logout_token=' . logout_token(-kid => "new-$_") } } 1 .. 8);

    wait_until { $tenant->in_flight } 5, 'a fetch';

    my $stays = $s->begin({ path => '/logout', method => 'POST',
        headers => { 'Content-Type' => $form },
        body => 'logout_token=' . logout_token(-kid => 'new-9') });

    leave($flight);
    is status_of(token(-key => 'k3')), 200, 'others pass meanwhile';
    $tenant->fault(mode => 'none');

    my ($answer) = $s->finish($stays);
    is_refused($answer, qr/key/, 'the one that stayed has its answer');
    is_taken(logout(logout_token(-key => 'k3', sid => 'after')),
             'and afterwards one is taken');
};


subtest 'the status counts them' => sub {
    my $said = decode_json($s->get('/status')->{body})->{logouts};

    # those whose client left may have been counted or not

    is $said->{taken}, $seen{taken}, 'taken';
    cmp_ok $said->{refused}, '>=', $seen{refused}, 'refused';
    cmp_ok $said->{remembered}, '<=', $seen{taken}, 'remembered';
    cmp_ok $said->{remembered}, '>', 4, '... some';
    like $s->get('/metrics')->{body},
        qr/^jwt_scope_logouts_total $seen{taken}$/m, 'Prometheus, too';
};


# what the log has

my @taken = $s->log_lines(qr/a logout token of client/);

like $taken[0], qr/\[notice\].*jwt_issuer "timesheets": a logout token of client "webapp" revoked a value of "\Q$sid\E"/,
    'a logout is logged with its client';
ok !$s->log_lines(qr/session-1|auth0\|2|eyJ/), 'and no id, and no token';
ok scalar($s->log_lines(qr/\[info\].*refused: the logout token has a nonce/)),
    'a refusal at "info"';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

$s->stop;


# how long, and how many are remembered: with a secret of our own, as signing
# so many with RSA takes long

$s = NJWT::Scenario->new;

my $secret = 's' x 32;
my $secret_file = $s->write_file('secret', $secret);

sub cheap { return logout_token(-alg => 'HS256', -key => $secret,
                                -header => { kid => undef }, @_) }

$s->start(workers => 1, issuers => <<"END", server => $config{server});
    jwt_issuer timesheets {
        issuer \@ISSUER\@; audience \@AUDIENCE\@; algorithms HS256;
        secret_file $secret_file; revocation sub; leeway 3s;
    }
END


subtest 'a jti is remembered until its token is over' => sub {
    my $now = int time;
    my $one = cheap(jti => 'again', exp => $now + 3);

    is_taken(logout($one), 'a token of three seconds');
    is_refused(logout(cheap(jti => 'again')), qr/used before/,
               'another token with its jti');
    sleep 0.1 while time < $now + 3.2;
    is_refused(logout($one), qr/used before/, 'the leeway counts, too');
    sleep 0.1 while time < $now + 6.2;
    is_refused(logout($one), qr/exp/, 'it is over');
    is_taken(logout(cheap(jti => 'again')), 'and its jti is free');
};


subtest 'of more than 1,024 the oldest is forgotten' => sub {
    # "again" of above is one of them, and the oldest

    my $first = cheap();
    my $count = {};

    is_taken(logout($first), 'the first');

    for (1 .. 15) {
        my $some = tally($s->burst(map { { path => '/logout',
            method => 'POST', headers => { 'Content-Type' => $form },
            body => 'logout_token=' . cheap() } } 1 .. 64));

        $count->{$_} += $some->{$_} for keys %$some;
    }

    is_deeply $count, { 200 => 960 }, 'many more';
    is_taken(logout(cheap()), 'and more') for 1 .. 62;
    is_refused(logout(cheap(jti => 'again')), qr/used before/,
               'with 1,024 the oldest is known');
    is_taken(logout(cheap()), 'one more');
    is_refused(logout($first), qr/used before/, 'the next is known still');
    is_taken(logout(cheap(jti => 'again')), 'the oldest isn\'t');
    is_taken(logout($first), 'and took the place of the next');
};

subtest 'what no claim of "revocation" stands for revokes nothing' => sub {
    for (
        [ 'azp',     400, 400 ],
        [ 'sid',     400, 200 ],
        [ 'sub',     200, 200 ],
        [ 'azp sub', 200, 200 ],
    ) {
        my ($claims, $by_sub, $by_both) = @$_;

        ok $s->reload(issuers => <<"END"), "revocation $claims;";
    jwt_issuer timesheets {
        issuer \@ISSUER\@; audience \@AUDIENCE\@; algorithms HS256;
        secret_file $secret_file; revocation $claims;
    }
END
        for ([ $by_sub, cheap(sid => undef) ], [ $by_both, cheap() ]) {
            my ($status, $token) = @$_;
            my $answer = logout($token);

            is $answer->{status}, $status, '... is answered';
            like $answer->{body}, qr/has nothing that may be revoked here/,
                '... that there is nothing' if $status == 400;
        }
    }
};

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';

$s->stop;


# what nginx -t says

my $second = NJWT::Scenario->new;

sub check {
    my ($issuer, $location) = @_;

    return $second->check(issuer => "jwks_file \@FIXTURES\@/k1.json; $issuer",
                          %config{workers}, server => $location);
}

SKIP: {
    my $keys = $second->write_file('keys.json', jwks('k1'));
    my $sub = 'revocation sub;';

    my $says = sub {
        my ($good, $why, $what, $issuer, $location) = @_;

        my ($ok, $words) = $second->check(
            issuers => "jwt_issuer timesheets { issuer https://t.example/; "
                       . "audience a; jwks_file $keys; $issuer }",
            server => $location);

        is $ok ? 1 : 0, $good, $what;
        like $words, $why, '... and what to write' if $why;
    };

    $says->(1, undef, 'a good one', $sub,
            'location /l { jwt_logout_handler timesheets client=a client=b; }');
    $says->(0, qr/"jwt_logout_handler" names "timesheets", write the name of a jwt_issuer that has "revocation".*check\.conf:\d+/s,
            'an issuer without revocation', '',
            'location /l { jwt_logout_handler timesheets client=a; }');
    $says->(0, qr/names "other", write the name/, 'no such issuer', $sub,
            'location /l { jwt_logout_handler other client=a; }');
    $says->(0, qr/invalid number of arguments in "jwt_logout_handler"/,
            'no client', $sub, 'location /l { jwt_logout_handler timesheets; }');
    $says->(0, qr/invalid parameter "$_->[0]" in "jwt_logout_handler", write client=ID/,
            "the parameter $_->[1]", $sub,
            "location /l { jwt_logout_handler timesheets $_->[1]; }")
        for [ 'a', 'a' ], [ 'client=', 'client=' ],
            [ 'client=\$a', 'client=$a' ], [ 'audience=a', 'audience=a' ];
    $says->(0, qr/names "client=a" twice/, 'a client twice', $sub,
            'location /l { jwt_logout_handler timesheets client=a client=a; }');
    $says->(0, qr/is duplicate, write every client=ID in one/, 'two', $sub,
            'location /l { jwt_logout_handler timesheets client=a; '
            . 'jwt_logout_handler timesheets client=b; }');
    $says->(0, qr/"jwt_logout_handler" directive is not allowed here/,
            'in server', $sub, 'jwt_logout_handler timesheets client=a;');
    $says->(0, qr/is not allowed here/, 'in an if', $sub,
            'location /l { if ($arg_a) { jwt_logout_handler timesheets '
            . 'client=a; } }');
    $says->(1, qr/\[warn\].*is behind "jwt": the authorization server that posts there has no access token, write "jwt off;"/,
            'behind jwt', $sub,
            'jwt timesheets; location /l { jwt_logout_handler timesheets '
            . 'client=a; }');
    $says->(1, qr/\[warn\].*has nothing to revoke/, 'nothing to go by',
            'revocation azp;',
            'location /l { jwt_logout_handler timesheets client=a; }');
}

done_testing;
