# What an operator sees of the gate, by jwt_status: state, counters, keys and
# policy, as JSON, for Prometheus and as a page.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA ();
use JSON::PP ();
use NJWT::Client ();
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep /;


my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;

sub status {
    my $r = $s->get('/status');

    return JSON::PP->new->utf8->decode($r->{body});
}

sub issuer_of {
    my ($status, $name) = @_;

    return (grep { $_->{name} eq ($name // 'timesheets') }
            @{ $status->{issuers} })[0];
}

# the number of a verdict: by its issuer, or, without one, of "-"
sub total {
    my ($status, $verdict, $name) = @_;

    my $of = defined $name ? issuer_of($status, $name)
                           : $status->{no_issuer};

    return $of->{requests}{$verdict}{total};
}

sub location_of {
    my ($status, $name) = @_;

    return (grep { $_->{location} eq $name } @{ $status->{locations} })[0];
}

sub key_of {
    my ($status, $kid) = @_;

    return (grep { $_->{kid} eq $kid } @{ issuer_of($status)->{keys} })[0];
}



my $http = <<'END';
    error_page 402 /t;
    jwt_issuer files {
        issuer     https://files/;
        audience   off;
        jwks_file  @DIR@/concealed-keys.json;
    }
    jwt_issuer secrets {
        issuer       https://secrets/;
        audience     a b;
        algorithms   HS256;
        secret_file  @DIR@/concealed-secret;
    }
END

my $secret = 'the-secret-that-nobody-may-read!';

$s->write_file('concealed-keys.json', jwks('k1'));
$s->write_file('concealed-secret', $secret);
$s->write_file("content/$_", "$_\n") for qw/ optional report cors scoped
                                             index.html /;

my $issuer = <<'END';
        jwks_cooldown 1s; jwks_refresh 1h; jwks_timeout 2s;
        jwks_uri @JWKS_URI@?concealed=query;
        state_path @DIR@/concealed;
END

my $locations = <<'END';
    root @CONTENT@;
    location = /status { jwt_status json; allow 127.0.0.1; deny all; }
    location = /metrics { jwt_status prometheus; allow all; }
    location = /page { jwt_status; allow all; }
    location /t { jwt timesheets; }
    location /open { }
    location /optional { jwt timesheets; jwt_mode optional; }
    location /report { jwt timesheets; jwt_mode report; }
    location /cors { jwt timesheets; jwt_preflight on; }
    location /scoped {
        jwt timesheets files;
        jwt_require_scope a b methods=GET;
        jwt_require_scope c d methods=POST,PURGE match=any;
        jwt_require_claim sub !~^anon@ ~*x y <9;
        jwt_require $jwt_claim_azp $host error=401;
    }
    location /bound {
        jwt timesheets;
        jwt_binding dpop mtls certificate=$http_x_certificate;
        jwt_dpop_origin https://api.example.com;
    }
    location /bound/must {
        jwt timesheets;
        jwt_binding dpop required;
        jwt_dpop_origin https://api.example.com;
    }
    location /narrow { jwt timesheets; jwt_audience urn:x; }
    location = /secret { jwt secrets; root @CONTENT@/..; }
    location /again {
        jwt timesheets;
        error_page 401 =200 /t;
        error_page 404 =200 /scoped;
    }
    location / { jwt timesheets; }
    location ~ "^/<b>&\"x" { proxy_pass http://127.0.0.1:@PORT4@; }
    location /public { jwt off; proxy_pass http://127.0.0.1:@PORT4@; }
END

# Prometheus's text format, version 0.0.4, read strictly: each family once, as
# a whole, its HELP and TYPE first; no two samples alike; every escape known.

sub metrics {
    my ($text) = @_;

    $text //= $s->get('/metrics')->{body};

    my (%of, %type, %done, $family, @wrong);

    push @wrong, 'no newline at the end' if $text !~ /\n\z/;
    push @wrong, 'not UTF-8' if !utf8::decode(my $copy = $text);

    for my $line (split /\n/, $text) {
        if ($line =~ /^# (HELP|TYPE) ([a-z_]+) (.+)$/) {
            push @wrong, "again: $2" if $done{$1}{$2}++;
            push @wrong, "no HELP first: $2" if !$done{HELP}{$2};
            $type{$2} = $3 if $1 eq 'TYPE';
            $family = $2;
            next;
        }

        my ($name, $labels, $number) = $line =~ m/
            ^ (jwt_scope_[a-z_]+)
              (?: \{ ( (?: [a-z]+ ="(?: [^"\\\n] | \\[\\"n] )*" (?:,(?!\}))? )+ ) \} )?
              [ ] (-?\d+(?:\.\d+)?) $/x or push @wrong, "what is this: $line" and next;

        my $of = $name =~ s/_(?:bucket|sum|count)$//r;

        $of = $name if ($type{$of} // '') ne 'histogram';
        push @wrong, "not in its family: $line" if $of ne $family;
        push @wrong, "no type: $name"
            if ($type{$of} // '') !~ /^(?:counter|gauge|histogram)$/;
        push @wrong, "a counter ends with _total: $name"
            if ($type{$of} eq 'counter') != ($name =~ /_total$/);
        push @wrong, "twice: $line" if defined $of{$name}{ $labels // '' };

        $of{$name}{ $labels // '' } = $number;
    }

    is_deeply \@wrong, [], 'the format is Prometheus\'s';

    if (grep { -x "$_/promtool" } split /:/, $ENV{PATH}) {
        my $file = $s->write_file('metrics', $text);

        is `promtool check metrics <$file 2>&1`, '', 'promtool says so too';
    }

    return \%of;
}


$s->start(workers => 2, http => $http, issuer => $issuer,
          server => $locations);
wait_until { $tenant->fetches } 5, 'the keys are fetched';


subtest 'what an issuer is, and where its keys come from' => sub {
    wait_until { issuer_of(status())->{keys_available} } 5, 'keys';

    my $i = issuer_of(status());

    is_deeply $i->{issuer}, [ issuer() ], 'its names';
    is_deeply $i->{audience}, [ audience() ], 'its audience';
    is_deeply $i->{algorithms}, ['RS256'], 'its algorithms';
    is $i->{source}, $tenant->jwks_uri, 'the URL without its query';
    cmp_ok abs($i->{fetched} - time), '<', 60, 'when it was fetched';
    cmp_ok $i->{age}, '<', 60, 'the age of the set';
    cmp_ok $i->{fetches}{next}, '>', time, 'when it will be again';
    is $i->{fetches}{good}, 1, 'how often it was';
    is $i->{fetches}{bad}, 0, 'and wasn\'t';
    is_deeply [ map { [ @$_{qw/ ok status /} ] } @{ $i->{fetches}{history} } ],
        [ [ JSON::PP::true(), 200 ] ], 'each fetch';
    is $i->{fetches}{last_error}, undef, 'no error';

    my $files = issuer_of(status(), 'files');

    is $files->{source}, 'file', 'a file is "file"';
    is $files->{audience}, undef, 'audience off';
    is $files->{fetches}, undef, 'nobody fetches it';
    is $files->{keys_available}, JSON::PP::true(), 'it has keys';
    is_deeply [ map { $_->{kid} } @{ $files->{keys} } ], ['k1'], 'this one';

    my $secrets = issuer_of(status(), 'secrets');

    is $secrets->{source}, 'file', 'so is a secret';
    is_deeply $secrets->{audience}, [ qw/ a b / ], 'two audiences';
    is_deeply [ map { [ @$_{qw/ kid kty alg /} ] } @{ $secrets->{keys} } ],
        [ [ undef, 'oct', undef ] ], 'a key without a name';
};


subtest 'no path, no secret, nothing that is made of one' => sub {
    for my $format (qw/ status metrics page /) {
        my $body = $s->get("/$format")->{body};

        unlike $body, qr/concealed/, "$format: no path and no query";
        unlike $body, qr/\Q@{[ $s->dir ]}/, 'no folder';
        unlike $body, qr/\Q$secret/, 'no secret';
        unlike $body, qr/[0-9a-fA-F]{16}/, 'no digest in hex';
        $body =~ s{<(style|script)>.*?</\1>}{}gs;
        unlike $body, qr{(?<![\w/])(?!jwt_scope_)[A-Za-z0-9+/_-]{43}},
            'nor in base64';
    }
};


subtest 'how it is given' => sub {
    my $r = $s->get('/status');

    is $r->{status}, 200, 'GET';
    is $r->{headers}{'content-type'}, 'application/json', 'its type';
    is $r->{headers}{'cache-control'}, 'no-store', 'not to be kept';
    is $r->{headers}{'content-length'}, length $r->{body}, 'its length';

    $r = $s->request(path => '/status', method => 'HEAD');
    is $r->{status}, 200, 'HEAD';
    is $r->{body}, '', 'without a body';
    is $r->{headers}{'cache-control'}, 'no-store', 'with its headers';

    is $s->request(path => '/status', method => 'POST', body => 'x')->{status},
        405, 'no POST';
};


subtest 'to Prometheus' => sub {
    my $r = $s->get('/metrics');

    is $r->{headers}{'content-type'},
        'text/plain; version=0.0.4; charset=utf-8', 'its type';
    is $r->{headers}{'cache-control'}, 'no-store', 'not to be kept';
    is $r->{headers}{'content-length'}, length $r->{body}, 'its length';

    my $before = metrics($r->{body});

    $s->get('/t', token => token());
    $s->get('/t');

    my $after = metrics();
    my $requests = $after->{jwt_scope_requests_total};

    for ('issuer="timesheets",verdict="ok"', 'issuer="-",verdict="no_token"')
    {
        is $requests->{$_}, $before->{jwt_scope_requests_total}{$_} + 1, $_;
    }

    is $requests->{'issuer="files",verdict="ok"'}, 0, 'nothing is 0';
    is $after->{jwt_scope_location_requests_total}
       {'server="",location="/t",verdict="ok"'},
        location_of(status(), '/t')->{requests}{ok}, 'by location';
    is $after->{jwt_scope_keys_available}{'issuer="timesheets"'}, 1, 'keys';
    is $after->{jwt_scope_fetches_total}
       {'issuer="timesheets",outcome="good"'}, 1, 'fetches';
    is $after->{jwt_scope_fetch_duration_seconds_count}
       {'issuer="timesheets"'}, 1, 'how long they took';
    is $after->{jwt_scope_fetch_duration_seconds_bucket}
       {qq[issuer="timesheets",le="$_->[0]"]}, $_->[1], "... up to $_->[0] s"
        for [ '2.500', 1 ], [ '+Inf', 1 ];
    is $after->{jwt_scope_fetch_duration_seconds_count}{'issuer="files"'},
        undef, 'nobody fetches a file';
    is $after->{jwt_scope_key_serving}{'issuer="timesheets",kid="k1"'}, 1,
        'a key';
    is $after->{jwt_scope_key_last_used_timestamp_seconds}
       {'issuer="timesheets",kid="k1"'}, key_of(status(), 'k1')->{last_used},
        'when it was last used';
    is $after->{jwt_scope_key_last_used_timestamp_seconds}
       {'issuer="timesheets",kid="k2"'}, 0, 'one that never was';
    is $after->{jwt_scope_unprotected_locations}{''}, 1,
        'a location that passes on and is open';
    is $after->{jwt_scope_off_locations}{''}, 1, '"jwt off" is no such';
    is $after->{jwt_scope_report_locations}{''}, 1, 'one only reports';

    my $i = issuer_of(status());

    is $after->{jwt_scope_keys_serve_until_timestamp_seconds}
       {'issuer="timesheets"'}, $i->{fetched} + 86400,
        'until when the keys serve';
    is $i->{serves_until}, $i->{fetched} + 86400, 'in JSON, too';
    is $after->{jwt_scope_keys_serve_until_timestamp_seconds}
       {'issuer="files"'}, undef, 'those of a file have no such time';
    is $after->{jwt_scope_clock_skew_seconds}{'issuer="timesheets"'},
        $i->{clock_skew}, 'the tenant\'s clock';
    cmp_ok abs $i->{clock_skew}, '<', 3, 'which is ours';
    is_deeply [ keys %{ $after->{jwt_scope_build_info} } ],
        [ join ',', map { qq[$_->[0]="@{[ status()->{$_->[1]} ]}"] }
          [ 'version', 'module' ], [ 'nginx', 'nginx' ] ], 'the versions';
    like status()->{module}, qr/^\d+\.\d+\.\d+$/, 'which are some';
    ok length status()->{host}, 'the host\'s name';
};


# the page, without what is the same in each

sub page {
    my $body = $s->get('/page')->{body};

    return $body =~ s{<(style|script)>.*?</\1>}{}gsr;
}

subtest 'as a page' => sub {
    my $r = $s->get('/page');
    my $body = $r->{body};

    is $r->{status}, 200, 'GET';
    is $r->{headers}{'content-type'}, 'text/html; charset=utf-8', 'its type';
    is $r->{headers}{'cache-control'}, 'no-store', 'not to be kept';
    is $r->{headers}{'content-length'}, length $body, 'its length';

    my $policy = $r->{headers}{'content-security-policy'};

    like $policy, qr/^default-src 'none';/, 'nothing is allowed';
    unlike $policy, qr/unsafe/, 'nothing unsafe';

    for my $element (qw/ style script /) {
        my @found = $body =~ m{<$element>(.*?)</$element>}gs;

        is scalar @found, 1, "one $element";
        like $policy, qr/\Q$element-src 'sha256-@{[
            Digest::SHA::sha256_base64($found[0]) ]}='/, 'allowed by its text';
    }

    $body = page();
    unlike $body, qr/<[^>]*\s(?:src|style|on\w+)=/i, 'nothing else is loaded';
    is_deeply [ grep { !/^#[a-z0-9-]+$/ } $body =~ /\shref="([^"]*)"/g ],
        ['data:,'], 'not even an icon';
    is_deeply [ grep { $body !~ /\sid="\Q$_\E"/ }
                $body =~ /\shref="#([^"]*)"/g ], [], 'each link leads somewhere';

    my @open;

    while ($body =~ m{<(/?)(\w+)[^>]*?(/?)>}g) {
        next if $3 || $2 =~ /^(?:meta|link|br|input)$/;

        if (!$1) {
            push @open, $2;

        } elsif (pop(@open) ne $2) {
            fail("</$2> closes something else");
            last;
        }
    }

    is_deeply \@open, [], 'what is opened is closed';

    like $body, qr/>\Q$_\E</, $_
        for qw/ timesheets files k1 serving /, 'report only', 'token optional',
            'jwt off', 'not guarded, wins over a guarded one',
            'a valid token, every method';
    my %required = $body =~ m{<tr\ class="f.*?<code><bdi>([^<]+)</bdi>.*?
                          data-l="Requires">(.*?)</td>}gx;

    is_deeply \%required, {
        %required,
        '/t' => '<ul class="r"><li>a valid token, every method</li></ul>',
        '/narrow' => '<ul class="r"><li>audience <code>urn:x</code></li></ul>',
        '/bound' => '<ul class="r"><li>bound by <code>dpop</code> or '
                    . '<code>mtls</code>, or not bound</li></ul>',
        '/bound/must' => '<ul class="r"><li>bound by <code>dpop</code></li>'
                         . '</ul>',
    }, 'what a location requires, and that it is no more than a valid token';

    is scalar(() = $body =~ /<tr class="f open"/g), 1,
        'an open location stands out, "jwt off" doesn\'t';
};


# what a request adds: [verdict, issuer, location]

sub adds {
    my ($what, $request, $verdict, $issuer, $location, $name) = @_;

    my $before = status();
    my $r = $s->request(%$request);
    my $after = status();

    is $r->{status}, $request->{expect} // $r->{status}, "$what: the answer";

    my %added;

    for my $i ({ %{ $after->{no_issuer} } }, @{ $after->{issuers} }) {
        my $old = $i->{name} eq '-' ? $before->{no_issuer}
                                    : issuer_of($before, $i->{name});

        for my $v (keys %{ $i->{requests} }) {
            for my $of (qw/ total last_hour last_minute /) {
                my $n = $i->{requests}{$v}{$of} - $old->{requests}{$v}{$of};
                $added{"$i->{name} $v $of"} = $n if $n;
            }
        }
    }

    is_deeply \%added, { map { ("$issuer $verdict $_" => 1) }
                         qw/ total last_hour last_minute / },
        "$what: $verdict of $issuer, once" if defined $verdict;
    is_deeply \%added, {}, "$what: nothing" if !defined $verdict;

    my %where;

    for my $l (grep { $_->{requests} } @{ $after->{locations} }) {
        my $old = location_of($before, $l->{location});

        for my $v (keys %{ $l->{requests} }) {
            my $n = $l->{requests}{$v} - ($old->{requests}{$v} // 0);
            $where{"$l->{location} $v"} = $n if $n;
        }
    }

    is_deeply \%where, defined $verdict ? { "$location $verdict" => 1 } : {},
        "$what: where";

    return $r;
}

my %cors = (Origin => 'https://app', 'Access-Control-Request-Method' => 'PUT');

subtest 'each request is counted once, by its verdict' => sub {
    adds 'a good token', { path => '/t', token => token(), expect => 200 },
        'ok', 'timesheets', '/t';
    adds 'none', { path => '/t', expect => 401 }, 'no_token', '-', '/t';
    adds 'one that is expired',
        { path => '/t', token => token(exp => 1), expect => 401 },
        'expired', 'timesheets', '/t';
    adds 'one of somebody else',
        { path => '/t', token => token(iss => 'https://x/'), expect => 401 },
        'issuer_mismatch', '-', '/t';
    adds 'one that is no token', { path => '/t', token => 'x', expect => 401 },
        'opaque_token', '-', '/t';
    adds 'a file\'s', { path => '/scoped', expect => 403,
                        token => token(iss => 'https://files/') },
        'insufficient_scope', 'files', '/scoped';
    adds 'a method', { path => '/scoped', method => 'PUT', expect => 405,
                       token => token() },
        'method_not_allowed', 'timesheets', '/scoped';
    adds 'a claim', { path => '/scoped', expect => 403,
                      token => token(scope => 'a b', sub => 'anon@') },
        'claim_mismatch', 'timesheets', '/scoped';
    adds 'a variable, with error=401',
        { path => '/scoped', expect => 401,
          token => token(scope => 'a b', sub => 'xx', azp => undef) },
        'claim_mismatch', 'timesheets', '/scoped';
    adds 'a secret\'s', { path => '/secret', expect => 401,
                token => token(iss => 'https://secrets/', -alg => 'HS256',
                               -key => $secret) },
        'audience_mismatch', 'secrets', '= /secret';
    adds 'where nothing is asked', { path => '/open/x', token => token() };
};

subtest 'also one that goes on' => sub {
    adds 'optional', { path => '/optional', expect => 200 },
        'no_token', '-', '/optional';
    adds 'report', { path => '/report', token => token(exp => 1),
                     expect => 200 },
        'expired', 'timesheets', '/report';
    adds 'a preflight', { path => '/cors', method => 'OPTIONS',
                          headers => \%cors, expect => 405 },
        'preflight', '-', '/cors';
    adds 'OPTIONS that is none', { path => '/cors', method => 'OPTIONS',
                                   expect => 401 },
        'no_token', '-', '/cors';
};

subtest 'and once where it is judged twice' => sub {
    adds 'refused, and then again', { path => '/again' },
        'no_token', '-', '/again';
    adds 'let through, and then again', { path => '/', token => token(),
                                          expect => 200 },
        'ok', 'timesheets', '/';
    adds 'let through, and refused where it is sent', {
            path => '/again', token => token(scope => 'c'), expect => 403 },
        'insufficient_scope', 'timesheets', '/scoped';
};


subtest 'what each location asks' => sub {
    my $l = location_of(status(), '/scoped');

    is_deeply $l->{issuers}, [ qw/ timesheets files / ], 'issuers';
    is_deeply $l->{methods}, [ qw/ GET HEAD POST PURGE / ], 'methods';
    is_deeply $l->{scopes}, [
        { scopes => [ qw/ a b / ], match => 'all', methods => ['GET'] },
        { scopes => [ qw/ c d / ], match => 'any',
          methods => [ 'POST', 'PURGE' ] },
    ], 'scopes' or diag explain $l;
    is_deeply $l->{claims}, [ { claim => 'sub',
                                values => [ '!~^anon@', '~*x', 'y', '<9' ] } ],
        'claims';
    is_deeply $l->{variables}, [ '$jwt_claim_azp', '$host' ], 'variables';
    is $l->{mode}, 'enforce', 'its mode';
    is location_of(status(), "/$_")->{mode}, $_, "$_ mode"
        for qw/ optional report /;
    ok location_of(status(), '/cors')->{preflight}, 'preflights';
    is location_of(status(), '/t')->{methods}, undef, 'every method';
    ok location_of(status(), '/t')->{protected}, 'guarded';
    ok !location_of(status(), '/open')->{protected}, 'not guarded';
    is location_of(status(), ''), undef, 'what no request reaches isn\'t listed';
};

subtest 'what is passed on without a gate is marked' => sub {
    my @all = @{ status()->{locations} };

    is_deeply [ sort map { $_->{location} }
                grep { $_->{passed_on} && !$_->{protected} } @all ],
        [ '/public', '~ ^/<b>&"x' ], 'these two, and no other';
    is_deeply [ map { $_->{location} } grep { $_->{off} } @all ], ['/public'],
        'one of them says "jwt off"';
};


subtest 'when a key was last of use, and that it has gone' => sub {
    is key_of(status(), 'k1')->{state}, 'serving', 'k1 serves';
    is key_of(status(), 'k2')->{last_used}, undef, 'k2 was never used';

    my $used = key_of(status(), 'k1')->{last_used};
    my $seen = key_of(status(), 'k1')->{first_seen};

    cmp_ok abs($used - time), '<', 60, 'k1 was';

    wait_until { time > $used } 5, 'another second';
    $s->get('/t', token => token(-key => 'k3', -kid => 'k1'));
    $s->get('/t', token => token(exp => 1));
    is key_of(status(), 'k1')->{last_used}, $used,
        'a token that is refused says nothing of that';

    $s->get('/t', token => token());
    cmp_ok key_of(status(), 'k1')->{last_used}, '>', $used,
        'one that is accepted does';

    $tenant->rotate;
    $tenant->revoke('k1');
    is $s->get('/t', token => token(-key => 'k3'))->{status}, 200, 'a new one';

    my $k1 = key_of(status(), 'k1');

    is $k1->{state}, 'gone', 'k1 has gone';
    is metrics()->{jwt_scope_key_serving}{'issuer="timesheets",kid="k1"'}, 0,
        'Prometheus gets it, too';
    cmp_ok abs($k1->{gone_since} - time), '<', 60, 'since then';
    is $k1->{first_seen}, $seen, 'it is still the same';
    is key_of(status(), 'k3')->{state}, 'serving', 'k3 came';
    is issuer_of(status(), 'files')->{keys}[0]{state}, 'serving',
        'another issuer\'s key of that name stays';
};


subtest 'the cache of verified tokens' => sub {
    my $before = status()->{cache};
    my @fresh = (path => '/t', token => token(-key => 'k3', jti => 'j' . rand));

    is $before->{size}, 16 * 1024 * 1024, 'its size';
    $s->request(@fresh) for 1 .. 3;
    $s->get('/t', token => token(-key => 'k2', -kid => 'k3'));
    $s->get('/t', token => 'x');
    $s->get('/t');

    my $after = status()->{cache};

    is $after->{misses} - $before->{misses}, 1, 'a token is verified once';
    is $after->{hits} - $before->{hits}, 2, 'and then found';
    is $after->{entries} - $before->{entries}, 1, 'it is kept';
    is $after->{evictions}, 0, 'none had to go';

    my $used = key_of(status(), 'k3')->{last_used};

    wait_until { time > $used } 5, 'another second';
    $s->request(@fresh);
    cmp_ok key_of(status(), 'k3')->{last_used}, '>', $used,
        'a token that is found is a use of its key';
};


subtest 'what lives through a reload' => sub {
    my $before = status();

    $s->write_file('concealed-keys.json', jwks('k2'));
    ok $s->reload(server => "$locations location /more { jwt files; }"),
        'a reload with another location, and another file';
    wait_until { !$s->old_worker_pids } 10, 'the old workers end';

    my $after = status();

    is total($after, $_, 'timesheets'), total($before, $_, 'timesheets'),
        "the number of $_" for qw/ ok expired insufficient_scope /;
    is total($after, 'no_token'), total($before, 'no_token'), 'of no_token';
    is_deeply location_of($after, '/t')->{requests},
        location_of($before, '/t')->{requests}, 'those of a location';
    is_deeply location_of($after, '/more')->{requests}, {},
        'a new one has none';
    is key_of($after, $_)->{first_seen}, key_of($before, $_)->{first_seen},
        "the age of $_" for qw/ k1 k2 k3 /;
    is key_of($after, 'k1')->{state}, 'gone', 'that a key has gone';
    is_deeply { map { ($_->{kid} => $_->{state}) }
                @{ issuer_of($after, 'files')->{keys} } },
        { k1 => 'gone', k2 => 'serving' }, 'a file\'s keys go and come too';
    is issuer_of($after)->{fetches}{good}, issuer_of($before)->{fetches}{good},
        'the fetches';

    adds 'counting goes on', { path => '/t', token => token(-key => 'k3') },
        'ok', 'timesheets', '/t';
};


subtest 'a fetch that fails' => sub {
    my $before = issuer_of(status())->{fetches};

    $tenant->fault(mode => 'status', status => 404);
    wait_until {
        $s->get('/t', token => token(-key => 'k1', -kid => 'new' . rand));
        issuer_of(status())->{fetches}{bad} > $before->{bad};
    } 10, 'it is counted';

    my $fetches = issuer_of(status())->{fetches};

    is $fetches->{last_error}{text}, 'status 404', 'in words';
    is $fetches->{last_error}{advice}, 'check the URL: "jwks_uri URL;" names another, or let "discovery on;" find it',
        '... with what to do about it';
    cmp_ok abs($fetches->{last_error}{time} - time), '<', 60, 'and when';
    is $fetches->{history}[-1]{status}, 404, 'in the history';
    ok !$fetches->{history}[-1]{ok}, 'as a bad one';
    ok issuer_of(status())->{keys_available}, 'keys are there all the same';
    is key_of(status(), 'k3')->{state}, 'serving', 'as they were';

    $tenant->fault(mode => 'none');
};


subtest 'many requests at once, in two workers' => sub {
    my $before = status();
    my @all = ({ path => '/t', token => token(-key => 'k3') },
               { path => '/t' });

    $s->burst((@all) x 20) for 1 .. 10;

    my $after = status();

    is total($after, 'ok', 'timesheets') - total($before, 'ok', 'timesheets'),
        200, 'each is counted';
    is total($after, 'no_token') - total($before, 'no_token'), 200,
        'each refusal, too';
};


subtest 'a request counts when its answer begins' => sub {
    $s->write_file('content/t', 'x' x 20_000_000);
    my $before = total(status(), 'ok', 'timesheets');
    my $flight = $s->begin({ path => '/t', token => token(-key => 'k3') });

    # nobody reads it, so it can't end

    wait_until { total(status(), 'ok', 'timesheets') == $before + 1 } 5,
        'it is counted';
    pass 'not when it ends';
    NJWT::Client::leave($flight);
    $s->write_file('content/t', "t\n");
};


subtest 'what is older than a minute' => sub {
    plan skip_all => 'takes a minute: NJWT_SLOW=1' if !$ENV{NJWT_SLOW};

    my $ok = sub { issuer_of(status())->{requests}{ok} };
    my $before = $ok->();

    sleep 63;
    $s->get('/t', token => token(-key => 'k3')) for 1 .. 3;

    is_deeply $ok->(), { total => $before->{total} + 3, last_minute => 3,
                         last_hour => $before->{last_hour} + 3 },
        'is not of the last minute';
};


# A tenant's words, and the configuration's, in every form

subtest 'hostile names' => sub {
    my $jwks = JSON::PP->new->utf8->decode(jwks('k1'));
    my $kid = qq{<script>alert("1")</script>\n\\ & ' \x{202e}\x{7f}\x{e9}};

    $jwks->{keys}[0]{kid} = $kid . 'x' x 100;
    $s->write_file('hostile.json', JSON::PP->new->utf8->encode($jwks));

    ok $s->reload(http => "$http " . (<<'END' =~ s/BYTE/\xff/r)), 'a reload';
    jwt_issuer "<i>\"&'\\" {
        issuer     "https://hostile/<b>\"\\x";
        audience   "<u>\"\\" "BYTE(";
        jwks_file  @DIR@/hostile.json;
    }
END

    my $status = status();
    my $i = issuer_of($status, q{<i>"&'\\});

    ok $i, 'its name' or return;
    is_deeply $i->{issuer}, [ q{https://hostile/<b>"\\x} ], 'its issuer';
    is $i->{audience}[0], q{<u>"\\}, 'an audience';
    is $i->{audience}[1], "\x{fffd}(", 'one that is no UTF-8';

    my $shown = $kid =~ s/([\n\x7f\x{202e}])/sprintf '\\u%04x', ord $1/ger;

    like $i->{keys}[0]{kid}, qr/^\Q$kid\E/, 'JSON has the kid as it is';
    like $s->get('/status')->{body}, qr/\\u202e\\u007f/, '... escaped';

    my ($serving) = grep { /script/ }
                    keys %{ metrics()->{jwt_scope_key_serving} };

    utf8::decode($serving);
    like $serving, qr/kid="\Q@{[ $shown =~ s{([\\"])}{\\$1}gr ]}\E/,
        'Prometheus gets them escaped';

    my $page = page();
    utf8::decode($page);

    my %entity = ('<' => '&lt;', '>' => '&gt;', '&' => '&amp;',
                  '"' => '&quot;', "'" => '&#39;');
    my $escaped = $shown =~ s/([<>&"'])/$entity{$1}/gr;

    like $page, qr{<code>&lt;<bdi>9</bdi></code>}, 'a bound is escaped, too';
    like $page, qr/<bdi>\Q$escaped\E/, 'and so does the page';
    unlike $page, qr/<(?:script|b|u|i)>/, 'where none is an element';
};


# The parser above reports a sample that is there twice.

subtest 'Prometheus gets one sample for kids that look alike' => sub {
    my $set = JSON::PP->new->utf8->decode(jwks('k1', 'k2', 'k3'));
    my @kid = ("a\x{1}", 'a\u0001', 'a');

    $_->{kid} = shift @kid for @{ $set->{keys} };
    $s->write_file('alike.json', JSON::PP->new->utf8->encode($set));

    ok $s->reload(http => "$http " . <<'END'), 'a reload';
    jwt_issuer alike {
        issuer     https://alike/;
        audience   off;
        jwks_file  @DIR@/alike.json;
    }
END

    my $serving = metrics()->{jwt_scope_key_serving};

    is_deeply [ sort grep { /alike/ } keys %$serving ],
        [ 'issuer="alike",kid="a"',
          'issuer="alike",kid="a\\\\u0001"' ], 'two of three';
};


subtest 'servers that have a location of one name' => sub {
    my @servers = (['one', 2], ['two', 2], ['two', 3]);

    ok $s->reload(http => "$http " . join('', map { <<"END" } @servers)),
    server {
        listen       127.0.0.1:\@PORT$_->[1]\@;
        server_name  $_->[0].example;
        location /same { jwt timesheets; root \@CONTENT\@; }
    }
END
        'a reload';

    my $n = 0;

    for (@servers) {
        my ($host, $port) = @$_;

        $s->request(path => '/same', port => $s->port($port),
                    headers => { Host => "$host.example" }) for 0 .. $n;
        $n++;
    }

    is_deeply [ map { [ @$_{qw/ server server_number /},
                        $_->{requests}{no_token} ] }
                grep { $_->{location} eq '/same' }
                @{ status()->{locations} } ],
        [ [ 'one.example', 1, 1 ], [ 'two.example', 2, 2 ],
          [ 'two.example', 3, 3 ] ],
        'JSON has each, by its server\'s name and number';

    my $by = metrics()->{jwt_scope_location_requests_total};

    is_deeply { map { ($_ => $by->{$_}) } grep { /"\/same"/ } keys %$by }, {
        'server="one.example",location="/same",verdict="no_token"' => 1,
        'server="two.example",location="/same",verdict="no_token"' => 2,
        'server="two.example",location="/same",twin="1",verdict="no_token"'
            => 3,
    }, 'Prometheus has three series';

    is_deeply [ page() =~ m{<h3>(Server [^<]*)</h3>.*?>/same<}gs ],
        [ 'Server 1 one.example', 'Server 2 two.example',
          'Server 3 two.example' ], 'and so does the page';
};


subtest 'a cache that is full' => sub {
    ok $s->reload(http => "$http jwt_token_cache zone=little:64k;"),
        'a reload';

    my $before = status()->{cache};
    my ($n, $after) = (0);

    is $before->{entries}, 0, 'it is empty';
    is $before->{evictions}, 0, 'nothing had to go';

    for (1 .. 20) {
        my @tokens = map { token(-key => 'k3', jti => "full-$n-$_") } 1 .. 50;

        $n += @tokens;
        $s->get('/t', token => $_) for @tokens;
        $after = status()->{cache};
        last if $after->{evictions} > 0;

        is $after->{entries}, $n, "$n tokens are kept, and none goes";
    }

    cmp_ok $after->{evictions}, '>', 0, 'then one goes';
    is $after->{entries} + $after->{evictions}, $n, 'for each that comes';

    $s->get('/t', token => token(-key => 'k3', jti => 'one more'));

    is status()->{cache}{evictions}, $after->{evictions} + 1, 'one more';
    is status()->{cache}{entries}, $after->{entries}, 'the rest stay';
    is metrics()->{jwt_scope_cache_evictions_total}{''},
        $after->{evictions} + 1, 'Prometheus gets it, too';
    like page(), qr{Evictions</dt><dd>@{[ $after->{evictions} + 1 ]}<},
        'and so is the page';
};


subtest 'a small zone' => sub {
    my $more = join '', map { "location /l$_ { jwt timesheets; }\n" } 1 .. 12;

    ok $s->reload(http => "$http jwt_shared_zone zone=jwt:64k;",
                  server => "$locations $more"), 'a reload';
    $s->get("/l$_") for 1 .. 12;

    my $status = status();
    my @own = map { $_->{requests} ? $_->{requests}{no_token} // () : () }
              @{ $status->{locations} };

    cmp_ok scalar(@own), '<', 12, 'not every location has counters';
    is @own + ($status->{other_locations}{requests}{no_token} // 0), 12,
        'but each request is counted';
    is total($status, 'no_token'), 12, 'by its verdict';

    my @unlogged = grep { $_->{protected} && !defined $_->{requests} }
                 @{ $status->{locations} };

    cmp_ok scalar(@unlogged), '>', 0, 'if it isn\'t, that is logged';
};


subtest 'no issuer at all' => sub {
    ok $s->reload(http => '', issuers => '', server => <<'END'), 'a reload';
    location = /status { jwt_status json; allow all; }
    location = /metrics { jwt_status prometheus; allow all; }
    location = /page { jwt_status; allow all; }
    location /public { proxy_pass http://127.0.0.1:@PORT4@; }
END

    my $status = status();

    is_deeply $status->{issuers}, [], 'none is listed';
    is $status->{counting_since}, undef, 'nothing is counted';
    is_deeply [ sort keys %{ metrics() } ],
        [ map { "jwt_scope_$_" } 'build_info',
          map { "${_}_locations" } qw/ enforce off optional report
                                       unprotected / ],
        'nor for Prometheus';
    like $s->get('/page')->{body}, qr/There is no <code>jwt_issuer/,
        'the page says so';
    is scalar @{ $status->{locations} }, 5, 'locations are listed all the same';
};


subtest 'a thousand locations' => sub {
    my $many = join '', map { <<"END" } 1 .. 1000;
    location /many/$_ {
        jwt timesheets;
        jwt_require_scope read:$_ write:$_ methods=GET,POST;
    }
END

    ok $s->reload(http => '', issuers => undef, issuer => '',
                  server => "location = /status { jwt_status json; allow all; }
                             $many"), 'a reload';
    $s->get('/many/7') for 1 .. 3;

    my $status = status();

    is scalar @{ $status->{locations} }, 1002, 'all are listed';
    is location_of($status, '/many/7')->{requests}{no_token}, 3, 'and counted';
};


# nginx -t

my $open = '"jwt_status" in location "[^"]*" shows the issuers and the rules to everybody';

sub says {
    my ($what, $server, $expected, %more) = @_;

    my ($ok, $said) = $s->check(http => '', server => $server,
                                issuer => '', issuers => undef, %more);

    if ($expected) {
        like $said, $expected, $what;

    } else {
        ok $ok, "$what: nginx -t";
        unlike $said, qr/jwt_status/, $what;
    }
}

for (['', 'everybody may read it', qr/\[warn\].*$open.* in \S+:\d+$/m],
     ['deny all;', 'deny'],
     ['allow 127.0.0.1;', 'allow'],
     ['allow ::1;', 'allow, of IPv6'],
     ['allow unix:;', 'allow, of a socket'],
     ['jwt timesheets;', 'jwt'],
     ['jwt off;', 'not with jwt off', qr/\[warn\].*$open/])
{
    says $_->[1], "location /s { jwt_status; $_->[0] }", $_->[2];
}

says 'deny of the server', 'deny all; location /s { jwt_status json; }';
says 'another form', 'location /s { jwt_status xml; deny all; }',
    qr/invalid value "xml" in "jwt_status", write html, json or prometheus in/;
says 'twice', 'location /s { jwt_status; jwt_status json; deny all; }',
    qr/"jwt_status" directive is duplicate/;
says 'in a server', 'jwt_status; deny all;',
    qr/"jwt_status" directive is not allowed here/;
says 'in an if', 'location /s { if ($arg_a) { jwt_status; } deny all; }',
    qr/"jwt_status" directive is not allowed here/;
says 'without an issuer', 'location /s { jwt_status; }', qr/\[warn\].*$open/,
    issuers => '';


is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
