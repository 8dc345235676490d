# A directive takes effect where it is the only one of ours at its level.
#
# Each directive of a location has a row: a location of a server with jwt says
# this one thing.  It must hold there, and in locations inside, one that says
# nothing and one that says something else, and not in the location beside it.
# A directive without a row fails: one that is read and then not obeyed lets
# pass what it should refuse.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Client qw/ begin finish /;
use NJWT::Proof qw/ :all /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $s = NJWT::Scenario->new;
my $me = client();
my $bound = bound($me);
my $dpop = 'http://api.example.com:' . $s->port(2);

# how a directive is seen: by a request to a path, and by what of its answer

sub seen {
    my ($of, %request) = @_;

    return sub {
        my ($path, $port) = @_;
        my $r = $s->request(path => $path, port => $port,
                            token => token(), %request);

        return $of->($r) // 'none';
    };
}

sub verdict { return seen(sub { $_[0]{headers}{'x-verdict'} }, @_) }

sub field {
    my ($name, $pattern, %request) = @_;

    return seen(sub { ($_[0]{headers}{$name} // '') =~ $pattern
                      ? $1 // 'yes' : 'no' }, %request);
}

# A proof of a URL there.  One that is good so far lacks a nonce, however long
# ago the start was.

sub proved {
    my ($origin) = @_;

    return sub {
        my ($path) = @_;

        return verdict(token => undef, headers => {
            Host => 'api.example.com', Authorization => "DPoP $bound",
            DPoP => proof($me, $bound, $origin . $path) })->(@_);
    };
}

my @no_token = (token => undef);
my @preflight = (method => 'OPTIONS', @no_token, headers => {
    Origin => 'https://x', 'Access-Control-Request-Method' => 'PUT' });

# the directive; how it is seen; what is seen beside it, and where it stands;
# the second server has "jwt_binding dpop", too
my @rows = (
    [ 'jwt other', verdict(), qw/ ok issuer_mismatch / ],
    [ 'jwt off', verdict(), qw/ ok none / ],
    [ 'jwt_audience urn:x', verdict(), qw/ ok audience_mismatch / ],
    [ 'jwt_require_scope x', verdict(), qw/ ok insufficient_scope / ],
    [ 'jwt_require_claim x', verdict(), qw/ ok claim_mismatch / ],
    [ 'jwt_require $arg_x', verdict(), qw/ ok claim_mismatch / ],
    [ 'jwt_max_token_size 100', verdict(), qw/ ok token_too_large / ],
    [ 'jwt_binding dpop required', verdict(), qw/ ok unbound_token / ],
    [ 'jwt_token $cookie_t',
      verdict(@no_token, headers => { Cookie => 't=' . token() }),
      qw/ no_token ok / ],
    [ 'jwt_preflight on', verdict(@preflight), qw/ no_token ok / ],
    [ 'jwt_mode report', seen(sub { $_[0]{status} }, @no_token), 401, 404 ],
    [ 'jwt_realm x',
      field('www-authenticate', qr/realm="(\w+)"/, @no_token),
      qw/ timesheets x / ],
    [ 'jwt_resource_metadata https://x/',
      field('www-authenticate', qr/resource_metadata=/, @no_token),
      qw/ no yes / ],
    [ 'jwt_error_format nginx',
      field('content-type', qr/(html|json)$/, @no_token), qw/ json html / ],
    [ 'jwt_pass_token off', field('x-passed', qr/Bearer/), qw/ yes no / ],
    [ 'jwt_identity_header X-Who $jwt_claim_sub',
      field('x-who', qr/(alice)/, token => token(sub => 'alice')),
      qw/ no alice / ],

    [ 'jwt_dpop_origin https://x', proved($dpop),
      qw/ dpop_nonce_needed dpop_proof_invalid /, 2 ],
    [ 'jwt_dpop_origin https://x', proved('https://x'),
      qw/ dpop_proof_invalid dpop_nonce_needed /, 2 ],
    [ 'jwt_dpop_algorithms ES384', proved($dpop),
      qw/ dpop_nonce_needed dpop_proof_invalid /, 2 ],
    [ 'jwt_dpop_algorithms ES384',
      field('www-authenticate', qr/algs="([^"]*)"/, @no_token),
      qw/ ES256 ES384 /, 2 ],
    [ 'jwt_binding off', proved($dpop), qw/ dpop_nonce_needed no_token /, 2 ],
);

# these have tests of their own below
my @others = ('jwt_log_level error', 'jwt_close_expired on');

my %not_inherited = map { $_ => 'answers in one location' } qw/
    jwt_status jwt_resource_metadata_handler jwt_logout_handler
    jwt_revoke_handler /;


open my $in, '<', 'src/nginx/ngx_http_jwt_module.c' or die "$!";
my $module = do { local $/; <$in> };
my %rows = map { /^(\w+)/ ? ($1 => 1) : () } map({ $_->[0] } @rows), @others;

is_deeply [ sort keys %rows, keys %not_inherited ],
    [ sort $module =~ /ngx_string\("(\w+)"\),\s*[\w|]*\bNGX_HTTP_LOC_CONF\b/g ],
    'each directive of a location has a row';


sub locations {
    my ($port) = @_;

    return join "\n", map {
        my ($directive) = @{ $rows[$_] };
        ($rows[$_][4] // 1) == $port
            ? "location /in$_ { $directive;
                   location /in$_/silent { }
                   location /in$_/other  { jwt_log_level info; }
               }" : ();
    } 0 .. $#rows;
}

my $server = <<'END';
        server_name api.example.com;
        root        @DIR@/none;
        jwt         timesheets;
        add_header  X-Verdict  $jwt_verdict           always;
        add_header  X-Passed   "$http_authorization"  always;
        add_header  X-Who      "$http_x_who"          always;

        location /beside { }
END

$s->start(
    workers => 1,
    issuers => proof_issuer($s) . <<'    END',
        jwt_issuer other {
            issuer https://other/; audience a; jwks_file @DIR@/keys.json;
        }
        jwt_issuer brief {
            issuer https://brief/; audience a; jwks_file @DIR@/keys.json;
            leeway 0s;
        }
    END
    http => <<"    END",
        jwt_dpop_nonce  1h;

        server {
            listen       127.0.0.1:\@PORT2\@;
            jwt_binding  dpop;
            $server
            ${\ locations(2) }
        }
        server {
            listen       127.0.0.1:\@PORT3\@;
            root         \@CONTENT\@;
            jwt          brief;
            limit_rate   1k;

            location /beside  { }
            location /in      { $others[1]; }
            location /loud    { $others[0]; location /loud/below { } }
        }
    END
    server => $server . locations(1),
);

for my $i (0 .. $#rows) {
    my ($directive, $seen, $beside, $there, $port) = @{ $rows[$i] };

    $port = $s->port($port // 1);

    is $seen->('/beside', $port), $beside, "beside $directive: $beside";
    is $seen->("/in$i", $port), $there, "... where it stands: $there";
    is $seen->("/in$i/$_", $port), $there, "... and inside: $_"
        for qw/ silent other /;
}


for (['/beside', 'info'], ['/loud', 'error'], ['/loud/below', 'error']) {
    my ($path, $level) = @$_;

    $s->mark_log;
    $s->get($path, port => $s->port(3));
    $s->wait_for_log(qr/\[$level\].*no_token/, 5);
    pass "a refusal of $path is logged at $level";
}

$s->write_file("content/$_", 'x' x 6000) for qw/ beside in /;

my $brief = token(iss => 'https://brief/', aud => 'a', exp => time + 2);
my ($beside, $closed) = finish(begin(map {
    { port => $s->port(3), path => $_, token => $brief } } qw{ /beside /in }));

is length $beside->{body}, 6000, 'beside jwt_close_expired the answer is whole';
cmp_ok length $closed->{body}, '<', 6000, '... where it stands it ends';

# what says how tokens are judged may stand once, around locations with jwt;
# a rule may not, as it would bind nobody

for (['jwt_binding dpop required', 1], ['jwt_max_token_size 4k', 1],
     ['jwt_audience urn:x', 0], ['jwt_require_scope x', 0])
{
    my ($directive, $good) = @$_;
    my ($ok) = $s->check(server => "server_name api.example.com; $directive;\n"
                                   . 'location /t { jwt timesheets; }');

    is $ok, $good, "$directive around a location with jwt";
}

is_deeply [ grep { !/no_token/ } $s->errors ], [],
    'nginx has nothing to complain of';
$s->stop;
done_testing;
