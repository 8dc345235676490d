# A location accepts only tokens of its own API: jwt_audience.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP qw/ decode_json /;
use Test::More;      # whose explain() is not ours
use NJWT::Explain qw/ explain /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Time::HiRes qw/ sleep /;


my ($first, $second) = (audience(), 'https://api.exampleco.com/invoices');

my $s = NJWT::Scenario->new;
my $keys = $s->write_file('keys.json', jwks('k1'));

my %config = (
    workers => 1,
    issuers => <<"    END",
        jwt_issuer timesheets {
            issuer \@ISSUER\@; audience $first $second; jwks_file $keys;
        }
    END
    server => <<"    END",
        root        \@CONTENT\@;
        add_header  X-Cache \$jwt_cache always;
        add_header  X-Verdict \$jwt_verdict always;
        add_header  X-Sub "\$jwt_claim_sub" always;
        try_files   /t =404;

        location /both     { jwt timesheets; }
        location /first    { jwt timesheets; jwt_audience $first;
                             jwt_require_claim sub ~^a;
                             location /first/under { } }
        location /second   { jwt timesheets; jwt_audience $second;
                             location /second/any {
                                 jwt_audience $first $second; } }
        location /neither  { jwt timesheets; jwt_audience urn:x; }
        location /status   { jwt_status json; }
        location /page     { jwt_status; }
    END
);

$s->start(%config);

sub verdicts {
    my ($token) = @_;

    return { map { $_ => $s->get("/$_", token => $token)
                           ->{headers}{'x-verdict'} }
             qw{ both first second second/any neither } };
}

my %token = (
    first  => token(sub => 'a1', aud => $first),
    second => token(sub => 'a2', aud => $second),
    both   => token(sub => 'a3', aud => [ 'x', $second, $first ]),
    other  => token(sub => 'a4', aud => 'urn:x'),
);

my $no = 'audience_mismatch';

# in their first request, and when the token is remembered

for my $time ('new', 'remembered') {
    is_deeply verdicts($token{first}),
        { both => 'ok', first => 'ok', second => $no, 'second/any' => 'ok',
          neither => $no }, "a $time token of the first API";
    is_deeply verdicts($token{second}),
        { both => 'ok', first => $no, second => 'ok', 'second/any' => 'ok',
          neither => $no }, "a $time token of the second";
    is_deeply verdicts($token{both}),
        { both => 'ok', first => 'ok', second => 'ok', 'second/any' => 'ok',
          neither => $no }, "a $time token of both";
    is_deeply verdicts($token{other}),
        { both => $no, first => $no, second => $no, 'second/any' => $no,
          neither => $no }, "a $time token that the issuer's audiences refuse";
}

my $r = $s->get('/first', token => $token{second});

is $r->{status}, 401, 'another API\'s token is refused as such';
like $r->{headers}{'www-authenticate'}, qr/error="invalid_token"/,
    '... with its code';
is $r->{headers}{'x-sub'}, undef, '... and nothing of it is given to anybody';
$s->wait_for_log(qr/audience_mismatch.*jwt_audience/, 5);
pass '... and the log names the directive';

is $s->get('/first/under', token => $token{$_->[0]})->{headers}{'x-verdict'},
    $_->[1], "a location inside has the outer one's: the $_->[0] API's token"
    for ['first', 'ok'], ['second', $no];

# the rules behind it still see the claims, of a new token and another time

my $bad = token(sub => 'b', aud => $first);

is $s->get('/first', token => $bad)->{headers}{'x-verdict'}, 'claim_mismatch',
    'a rule behind it is asked'  for 1 .. 2;

# another answer is remembered for another configuration only

$config{server} =~ s/jwt_audience \Q$first\E;/jwt_audience $second;/;
$s->reload(%config);

is $s->get('/first', token => $token{first})->{headers}{'x-verdict'}, $no,
    'after a reload the new audiences count';
is $s->get('/first', token => $token{second})->{headers}{'x-verdict'}, 'ok',
    '... for a remembered token of theirs';

my ($location) = grep { $_->{location} eq '/second/any' }
                 @{ decode_json($s->get('/status')->{body})->{locations} };

is_deeply $location->{audience}, [ $first, $second ], 'the status lists them';
like $s->get('/page')->{body}, qr{audience <code>\Q$second\E}, 'so does the page';

# jwt-explain has the same verdict

for ([ $first, 'ok' ], [ 'urn:x', $no ]) {
    my $got = explain(args => [ '--issuer', issuer(), '--audience', $first,
        '--jwks', $keys, '--audience-here', $_->[0], '--json' ],
        stdin => "$token{first}\n");
    is $got->{json}{verdict}, $_->[1], "jwt-explain: $_->[1]";
}

for ([ 'jwt_audience a;', qr/"jwt_audience" where "jwt" is off .*:\d+$/m ],
     [ 'jwt timesheets; jwt_audience $x;', qr/takes no variables/ ],
     [ 'jwt timesheets; jwt_audience a; jwt_audience b;', qr/is duplicate/ ],
     [ 'jwt timesheets; jwt_audience off;', qr/takes no "off"/ ],
     [ 'jwt timesheets; jwt_audience "";', qr/has an empty value/ ])
{
    my ($rc, $said) = $s->check(%config, server => "location /x { $_->[0] }");
    like $said, $_->[1], "nginx -t: $_->[0]";
}

# which keys are asked for decides the location's audience too

my $tenant = $s->tenant;

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
$s->start(workers => 1, issuers => <<"END", server => <<"END");
    jwt_issuer timesheets {
        issuer \@ISSUER\@; audience $first $second; jwks_uri \@JWKS_URI\@;
        jwks_cooldown 1s;
    }
END
    root        \@CONTENT\@;
    add_header  X-Verdict \$jwt_verdict always;
    try_files   /t =404;

    location /first  { jwt timesheets; jwt_audience $first; }
END

sub by_unknown_key {
    my ($audience) = @_;

    return $s->get('/first', token => token(aud => $audience,
                                            -kid => 'of-nobody-' . rand))
             ->{headers}{'x-verdict'};
}

wait_until { ($s->get('/first', token => token())->{headers}{'x-verdict'}
              // '') eq 'ok' } 10, 'keys are there';
sleep 1.2;

my $fetches = $tenant->fetches;

is by_unknown_key($second), 'key_not_found', 'an unknown key'  for 1 .. 5;
sleep 1;
is $tenant->fetches, $fetches, 'no token of another location causes a fetch';
is by_unknown_key($first), 'key_not_found', 'an unknown key for this one';
is $tenant->fetches, $fetches + 1, '... causes one';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
