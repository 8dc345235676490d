# The gate tells many APIs and many tenants apart.
#
# What large users have: fifty jwt_issuer blocks, each with a custom domain
# besides the tenant's own, twenty APIs behind one nginx, each with audience,
# scopes and metadata of its own, and organizations.  There are more rules
# than the cache has bits for, so that some answers come from the token.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP qw/ decode_json /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my @apis = map { sprintf '%02d', $_ } 1 .. 20;
my @tenants = map { sprintf '%02d', $_ } 1 .. 50;
my @verbs = qw/ read create update delete approve export import share lock
                sign print audit move /;

my $s = NJWT::Scenario->new;
my $tenant = $s->tenant;

# tenants have one of two sets: the token of one with the other's key is none

my %key = map { $_ => $tenants[0] < $_ && $_ % 2 ? 'k2' : 'k1' } @tenants;
my %file = map { $_ => $s->write_file("$_.json", jwks($_)) } qw/ k1 k2 /;

sub api { return "https://api.exampleco.com/$_[0]" }

sub home { return $_[0] eq '01' ? issuer() : "https://t$_[0].eu.auth0.com/" }

sub domain { return "https://login.t$_[0].example/" }

# the first tenant's keys are fetched

sub block {
    my ($n) = @_;
    my $source = $n eq '01' ? 'jwks_uri @JWKS_URI@; jwks_cooldown 1s;'
                            : "jwks_file $file{ $key{$n} };";

    return "jwt_issuer t$n { issuer ${\home($n)} ${\domain($n)};\n"
         . join("\n            ", "    audience", map { api($_) } @apis)
         . " https://api.exampleco.com/;\n    $source }\n";
}

my $all = join ' ', map { "t$_" } @tenants;

sub location {
    my ($n) = @_;
    my $rules = join "\n", map {
        "jwt_require_scope $_:$n methods=" . ($_ eq 'read' ? 'GET' : uc) . ';'
    } @verbs;

    return <<"    END";
    location /$n {
        jwt           $all;
        jwt_audience  ${\api($n)};
        jwt_resource_metadata  https://api.exampleco.com/about/$n;
        $rules
        location /$n/org {
            jwt_require_claim  org_id  org_$n;
            jwt_require_scope  read:$n;
        }
    }
    location = /about/$n {
        jwt_resource_metadata_handler t01 resource=${\api($n)} "name=API $n";
    }
    END
}

my %config = (
    workers => 2,
    issuers => join('', map { block($_) } @tenants),
    server  => <<'    END' . join('', map { location($_) } @apis),
        root        @CONTENT@;
        add_header  X-Verdict $jwt_verdict always;
        add_header  X-Issuer $jwt_issuer always;
        add_header  X-Cache $jwt_cache always;
        try_files   /t =404;

        location = /about  { jwt_resource_metadata_handler t01
                                 resource=https://api.exampleco.com; }
        location = /status { allow all; jwt_status json; }
    END
);

my ($ok, $said) = $s->check(%config);
ok $ok, 'nginx -t accepts it' or diag $said;
unlike $said, qr/\[warn\]/, '... and has no doubt';

$s->start(%config);


# The verdicts of requests, in one go: [path, token, method], …

sub verdicts {
    my @requests = @_;

    my @answers = map {
        $s->burst(map { { path => $_->[0], token => $_->[1],
                          method => $_->[2] // 'GET' } } @$_)
    } map { [ splice @requests, 0, 50 ] } 0 .. $#requests / 50;

    return [ map { $_->{headers}{'x-verdict'} // $_->{status} } @answers ];
}

sub grant {
    my (%claims) = @_;

    return token(iss => home('01'), -key => 'k1', scope => '', %claims);
}

wait_until { verdicts([ '/01', grant(aud => api('01')) ])->[0]
             eq 'insufficient_scope' } 10, 'keys are there';


# each API takes its own tokens alone, new ones and remembered ones

my %token = map { $_ => grant(aud => api($_), scope => "read:$_") } @apis;

for my $time ('new', 'remembered') {
    for my $api (@apis) {
        is_deeply verdicts(map { [ "/$api", $token{$_} ] } @apis),
            [ map { $_ eq $api ? 'ok' : 'audience_mismatch' } @apis ],
            "/$api, $time tokens";
    }
}

my $both = grant(aud => [ api('03'), api('07') ],
                 scope => 'read:03 read:07 read:08');

is_deeply verdicts(map { [ "/$_", $both ] } @apis),
    [ map { /^0[37]$/ ? 'ok' : 'audience_mismatch' } @apis ],
    'a token of two APIs';
is_deeply verdicts(map { [ "/$_", grant(aud => 'https://api.exampleco.com/') ] }
                   @apis), [ ('audience_mismatch') x @apis ],
    'the issuer\'s audience that no location has';

is $tenant->fetches, 1, 'the keys of twenty APIs were fetched once';


# each tenant's tokens are its own, under both of its names

my @at_home = map { token(iss => home($_), -key => $key{$_},
                          aud => api('20'), scope => 'read:20') } @tenants;
my @at_domain = map { token(iss => domain($_), -key => $key{$_},
                            aud => api('20'), scope => 'read:20') } @tenants;
my @forged = map { token(iss => home($_), aud => api('20'),
                         -key => $key{$_} eq 'k1' ? 'k2' : 'k1',
                         -kid => $key{$_}, scope => 'read:20') } @tenants;

for my $tokens (\@at_home, \@at_domain) {
    is_deeply verdicts(map { [ '/20', $_ ] } @$tokens), [ ('ok') x 50 ],
        'all tenants come in'  for 1 .. 2;
    is_deeply [ map { $s->get('/20', token => $_)->{headers}{'x-issuer'} }
                @$tokens ], [ map { "t$_" } @tenants ], '... as themselves';
}

is_deeply verdicts(map { [ '/20', $_ ] } @forged), [ ('bad_signature') x 50 ],
    'with another tenant\'s key they don\'t';
is_deeply verdicts([ '/20', token(iss => home('51'), aud => api('20')) ],
                   [ '/20', token(iss => domain('00'), aud => api('20')) ]),
    [ ('issuer_mismatch') x 2 ], 'nor does a tenant that isn\'t listed';


# scopes by method, at the first API and at the last, whose rules have no bits

for my $n ('01', '20') {
    for my $time ('new', 'remembered') {
        my @one = map { grant(aud => api($n), scope => "$_:$n") } @verbs;

        is_deeply verdicts(map { [ "/$n", $_, 'EXPORT' ] } @one),
            [ map { $_ eq 'export' ? 'ok' : 'insufficient_scope' } @verbs ],
            "/$n: one scope is for one method, $time tokens";
    }

    is_deeply verdicts(map { [ "/$n", grant(aud => api($n),
            scope => join ' ', map { "$_:$n" } @verbs), $_ ] }
            'GET', 'HEAD', 'AUDIT', 'POST', 'READ'),
        [ qw/ ok ok ok method_not_allowed method_not_allowed / ],
        '... and no other method passes';

    my %in = (aud => api($n), scope => "read:$n");

    is_deeply verdicts(map { [ "/$n/org", grant(%in, %$_) ] }
            { org_id => "org_$n" }, { org_id => 'org_02' }, {}),
        [ qw/ ok claim_mismatch claim_mismatch / ],
        '... and a corner is for one organization';
}


# what the documents say, by path

sub document {
    my ($path) = @_;

    return decode_json($s->get($path)->{body});
}

for my $n (@apis) {
    my $document = document("/about/$n");

    is_deeply [ $document->{resource}, $document->{resource_name},
                sort @{ $document->{scopes_supported} } ],
        [ api($n), "API $n", sort map { "$_:$n" } @verbs ],
        "the metadata of $n has its own scopes alone";
}

is scalar @{ document('/about')->{scopes_supported} }, @apis * @verbs,
    'that of all has all';

my $answer = $s->get('/07');

like $answer->{headers}{'www-authenticate'},
    qr{scope="read:07", resource_metadata="https://api.exampleco.com/about/07"},
    'a challenge has its own API\'s';

my $status = document('/status');
my %audience = map { $_->{location} => $_->{audience} }
               @{ $status->{locations} };

is scalar @{ $status->{issuers} }, 50, 'the status has all tenants';
is_deeply [ map { $audience{"/$_"} } @apis ], [ map { [ api($_) ] } @apis ],
    '... and each location\'s audience';


# another order of the same is the same, with a warm cache; less is less

$config{server} =~ s/^( *jwt +)(t01 .*?);/$1 . join(' ', reverse split ' ', $2)
                                         . ';' /gme;
$s->reload(%config);

is_deeply verdicts(map { [ "/$_", $token{$_} ] } @apis), [ ('ok') x @apis ],
    'after a reload each still passes';
is_deeply verdicts(map { [ '/01', $token{$_} ] } @apis),
    [ 'ok', ('audience_mismatch') x (@apis - 1) ], '... and no other';

$config{server} =~ s/ t33\b//g;
$s->reload(%config);

is_deeply verdicts(map { [ '/20', $_ ] } @at_home),
    [ map { $_ eq '33' ? 'issuer_mismatch' : 'ok' } @tenants ],
    'a tenant that was taken out is out';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
