# What happens before the gate is asked.
#
# The rewrite phases come first.  A variable of ours that is read there is
# empty, and a request that is answered there is judged by nobody: each leaves
# one line in the error log, for each location, and answers are counted.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP qw/ decode_json /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;

my $s = NJWT::Scenario->new;
$s->write_file('keys.json', jwks('k1'));

$s->start(workers => 1, issuers => <<'ISSUERS', http => <<'HTTP', server => <<'SERVER');
    jwt_issuer a { issuer https://t/; audience api; jwks_file @DIR@/keys.json; }
ISSUERS
    jwt_claim_set $plan /app/plan;
    log_format all '$jwt_verdict $jwt_claim_sub $plan';
    access_log @DIR@/all.log all;
    map $jwt_claim_sub $is_root { default ""; root 1; }
    server {
        listen 127.0.0.1:@PORT2@;
        set $who $jwt_claim_azp;
        location / { jwt a; empty_gif; }
    }
    server {
        listen 127.0.0.1:@PORT3@;
        set $who3 $jwt_claim_azp;
        location / { empty_gif; }
    }
HTTP
    add_header X-Verdict $jwt_verdict always;

    location = /status { jwt off; jwt_status json; allow all; }
    location = /metrics { jwt off; jwt_status prometheus; allow all; }
    location = /page { jwt off; jwt_status; allow all; }

    location /if { jwt a; if ($jwt_claim_plan = "blocked") { return 403; } empty_gif; }
    location /set { jwt a; set $x $jwt_claim_sub; set $y $jwt_claim_sub; set $z $plan; empty_gif; }
    location /rewrite { jwt a; rewrite ^ /rewrite/$jwt_client_id? break; empty_gif; }
    location /map { jwt a; if ($is_root) { return 403; } empty_gif; }
    location /verdict { jwt a; set $v "$jwt_verdict $jwt_error $jwt_cache $jwt_header_kid $jwt_payload"; empty_gif; }
    location /off { jwt off; set $w $jwt_claim_sub; empty_gif; }
    location /later { jwt a; add_header X-Sub $jwt_claim_sub; empty_gif; }
    location /cookie { jwt a; jwt_token $arg_tk; set $c $jwt_claim_sub; empty_gif; }

    location /return { jwt a; return 200 "secret"; }
    location /says { jwt a; return 200 $jwt_claim_sub; }
    location /moved { jwt a; rewrite ^ /x redirect; }
    location /old { jwt a; rewrite ^/old/x /x permanent; empty_gif; }
    location /sometimes { jwt a; if ($arg_a) { return 204; } empty_gif; }
    location /refuses { jwt a; return 403; }
    location /gone { jwt a; return 444; }
    location /public { jwt off; return 200; }
    location /onward { jwt a; rewrite ^ /elsewhere last; }
    location = /elsewhere { jwt off; return 204; }
    location /open { jwt a; jwt_token $arg_tk; return 200; }
    location /judged { jwt a; error_page 401 = @login; empty_gif; }
    location @login { jwt a; return 302 /login; }
    location /slash/ { jwt a; proxy_pass http://127.0.0.1:1; }
    location /slash/moved/ { jwt a; proxy_pass http://127.0.0.1:1; return 301 /; }
    location /slash/found/ { jwt a; proxy_pass http://127.0.0.1:1; rewrite ^ /slash/found; return 302 /; }
    location /slash/named/ { jwt a; proxy_pass http://127.0.0.1:1; rewrite ^ /slash/named; return 301 /; }
    location /options { jwt a; if ($request_method = OPTIONS) { return 204; } empty_gif; }
SERVER

sub log_of {
    open my $in, '<', $s->dir . '/error.log' or die $!;
    local $/;
    return <$in> // '';
}

sub lines_of {
    my ($log, $what) = @_;

    return grep { /\[warn\].*$what/ && !/ in \S+:\d+$/ } split /\n/, $log;
}

my $token = token(iss => 'https://t/', aud => 'api', sub => 'root',
                  plan => 'blocked', azp => 'x', app => { plan => 'p' });

sub reads {
    my ($path, $where, @names) = @_;

    $s->mark_log;
    my $before = length log_of();

    my @status = map { $s->get($path, token => $token)->{status} } 1 .. 3;

    $s->wait_for_log(qr/before the token is judged/, 5) if @names;
    my @lines = lines_of(substr(log_of(), $before), 'before the token is judged');

    is scalar(@lines), scalar(@names),
        "$path: a line for each variable, and no more" or diag "@lines";

    for my $name (@names) {
        is scalar(grep { / jwt: \$\Q$name\E is read in \Q$where\E before the token/ } @lines),
            1, "... of \$$name, once" or diag "@lines";
    }

    like $_, qr/write "jwt_require_claim", "jwt_require", or a "map"/,
        '... with what to write' for @lines;
    unlike join('', @lines), qr{request: |GET /|eyJ}, '... and without the request';

    return \@status;
}

is_deeply reads('/if', 'location "/if"', 'jwt_claim_plan'), [ (200) x 3 ],
    'it never fires, whatever the claim says';
reads('/set', 'location "/set"', 'jwt_claim_sub', 'plan');
reads('/rewrite', 'location "/rewrite"', 'jwt_client_id');
reads('/map', 'location "/map"', 'jwt_claim_sub');
reads('/verdict', 'location "/verdict"', qw/ jwt_verdict jwt_error jwt_cache
    jwt_header_kid jwt_payload /);
reads('/says', 'location "/says"', 'jwt_claim_sub');
reads('/off', '');
reads('/set', '');
reads('/cookie?tk=' . unsigned(), 'location "/cookie"', 'jwt_claim_sub');
reads('/refuses', '');
reads('/nowhere', '');

{
    my $before = length log_of();

    $s->request(path => '/', port => $_, token => $token)
        for $s->port(2), $s->port(3), $s->port(2);
    $s->wait_for_log(qr/jwt_claim_azp/, 5);

    is scalar(lines_of(substr(log_of(), $before),
              '\$jwt_claim_azp is read in a server before')), 1,
        '"set" of a server that protects some of it: a line';
}

# where nginx goes on by itself, the variables are read in time

{
    my $before = length log_of();

    $s->get('/gone');
    $s->get('/');
    is scalar(lines_of(substr(log_of(), $before), 'is read')), 0,
        'the access log of a connection that was closed reads nothing early';
}


# Answers without a judgement.

sub counted {
    my ($path) = @_;

    my $status = decode_json($s->get('/status')->{body});
    my ($l) = grep { $_->{location} eq $path } @{ $status->{locations} };

    return ($l->{requests}{unjudged} // 0,
            $status->{no_issuer}{requests}{unjudged}{total});
}

sub answers {
    my ($path, $status, $unjudged, %more) = @_;

    my $location = $more{location} // ($path =~ /^([^?]*)/)[0];
    my ($here, $all) = counted($location);
    my $before = length log_of();

    is $s->request(path => $path, method => $more{method} // 'GET')->{status}, $status,
        "$path: $status" for 1 .. 3;

    my ($here_now, $all_now) = counted($location);

    is $here_now - $here, $unjudged ? 3 : 0,
        $unjudged ? '... counted as unjudged' : '... not unjudged';
    is $all_now - $all, $unjudged ? 3 : 0, '... of all, too';

    my @lines = lines_of(substr(log_of(), $before), 'before the gate was asked');

    is scalar(@lines), $unjudged && !$more{logged} ? 1 : 0, '... and logged once';
    like $_, qr/ answered with $status in location "\Q$location\E" before/,
        '... with where' for @lines;
    like $_, $more{write} // qr/write "jwt off;" there if everybody may have/,
        '... and what to write' for @lines;
    unlike join('', @lines), qr{request: |GET /|eyJ}, '... and without the request';

    return;
}

my $some = qr/"jwt off;" there would open all of it, so serve /;
my $redirect = qr/write "jwt off;" there if everybody is to be redirected; /;

answers('/return', 200, 1);
answers('/return', 200, 1, logged => 1);
answers('/says', 200, 1, logged => 1);
answers('/moved', 302, 1, write => $redirect);
answers('/sometimes?a=1', 204, 1, write => $some);
answers('/old/x', 301, 1, location => '/old', write => $some);
answers('/open?tk=' . unsigned(), 200, 1);
answers('/sometimes', 401, 0);
answers('/options', 204, 1, method => 'OPTIONS',
        write => qr/: write "jwt_preflight on;" instead of the "if"/);
answers('/if', 401, 0);
answers('/refuses', 403, 0);
answers('/public', 200, 0);
answers('/onward', 204, 0);
answers('/judged', 302, 0);
answers('/slash', 301, 0, location => '/slash/');
answers('/slash/moved', 301, 0, location => '/slash/moved/');
answers('/slash/moved/', 301, 1, write => $redirect);
answers('/slash/found', 301, 0, location => '/slash/found/');
answers('/slash/found/', 302, 1, write => $redirect);
answers('/slash/named', 301, 0, location => '/slash/named/');
answers('/slash/named/', 301, 1, write => $redirect);

like $s->get('/metrics')->{body},
    qr/^jwt_scope_location_requests_total\{.*location="\/return",verdict="unjudged"\} 6$/m,
    'for Prometheus';
like $s->get('/metrics')->{body},
    qr/^jwt_scope_requests_total\{issuer="-",verdict="unjudged"\} \d\d$/m,
    '... all of them';
like $s->get('/page')->{body}, qr{<code>unjudged</code>&nbsp;6},
    'and on the page';


# "exp" in milliseconds.

{
    my $before = length log_of();
    my $late = token(iss => 'https://t/', aud => 'api', exp => (time + 60) * 1000);

    is $s->get('/sometimes', token => $late)->{status}, 200,
        'an "exp" in milliseconds is a date' for 1 .. 3;
    $s->wait_for_log(qr/milliseconds/, 5);

    my @lines = lines_of(substr(log_of(), $before), 'milliseconds');

    is scalar(@lines), 1, '... and logged once';
    like $lines[0] // '', qr/issuer "a".*"exp" looks like milliseconds/, '... of whom';
}

$s->stop;
done_testing;
