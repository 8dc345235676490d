# Where a forgotten line is a hole: does each list of a struct's members have
# the new one?
#
# What a digest names, what a level takes from the one around it, and what the
# status shows are lists, kept in another place than the struct.  So each
# member is in its list, or stands here with the reason why it isn't.  (That a
# setting really takes a token out of the cache, t/cache_settings.t shows.)

use strict;
use warnings;

use File::Basename qw/ dirname /;
use Test::More;


chdir dirname(__FILE__) . '/..' or die "$!";

sub slurp {
    my ($file) = @_;

    open my $in, '<', $file or die "$file: $!\n";
    local $/;

    return scalar(<$in>) =~ s{/\*.*?\*/}{}gsr;
}

my %code = map { $_ => slurp($_) } glob 'src/*/*.[ch] src/*/*/*.[ch]';
my $all = join "\n", map { $code{$_} } sort keys %code;

# The members of a struct, by its type's name or its own.

sub members {
    my ($type) = @_;

    my ($body) = $all =~ /^typedef struct[^{;]*\{([^}]*)\}\s*\Q$type\E;/m;
    ($body) = $all =~ /^struct \Q$type\E \{([^}]*)\};/m if !defined $body;

    defined $body or BAIL_OUT("there is no struct $type");

    return map { /(\w+)(?:\[[^\]]*\])*(?::\d+)?\s*$/ ? $1 : () }
           split /;/, $body;
}

# A function's text, by its name.

sub function {
    my ($name) = @_;

    my ($text) = $all =~ /^\Q$name\E\([^;{]*\)\n\{\n(.*?)^\}/ms;

    defined $text or BAIL_OUT("there is no function $name");

    return $text;
}

# ... without sizes, which say nothing of whether a member is taken.

sub digest {
    return function($_[0]) =~ s/\bsizeof\([^()]*\)//gsr;
}

# Each member is in all of the texts, or is left out for a reason.

sub complete {
    my ($what, $members, $texts, $pattern, %left_out) = @_;

    my %there = map { $_ => 1 } @$members;

    cmp_ok(scalar(@$members), '>', 1, "$what: there are members");

    is(join(' ', grep { !$there{$_} } sort keys %left_out), '',
       '... those that are left out are members');

    for my $member (@$members) {
        my $match = sprintf $pattern, $member;
        my $in = grep { /$match/ } @$texts;

        if (exists $left_out{$member}) {
            is($in, 0, "... without $member: $left_out{$member}");
            next;
        }

        is($in, scalar(@$texts), "... with $member, or tell here why not");
    }
}

my $used = '(?:->|\.)%s\b';


# What a verified token depends on.

my $settings = digest('ngx_http_jwt_cache_verify_id');

complete('the digest of the settings, of the issuer', [
    members('njwt_issuer_t') ], [ $settings ], $used,
    keys => 'each has a digest of its own',
    (map { $_ => 'the record has the generation of what it was looked up by, '
                 . 'mixed with the claims' } qw/ revocation
        revocation_count /));

complete('... and of what is expected', [ members('njwt_expected_t') ],
    [ $settings ], $used,
    leeway => 'times are judged anew each time',
    max_age => 'the same');

complete('the digest of the source of keys', [
    members('ngx_http_jwt_issuer_t') ],
    [ digest('ngx_http_jwt_zone_digest') ], $used,
    main => 'no setting',
    name => 'a block may change its name and keep its keys',
    pos => 'no setting',
    lines => 'no setting',
    jwks_file => 'has no keyset: its keys are the configuration\'s',
    secret_file => 'the same',
    jwks_proxy_user => 'a password may change',
    ssl_trusted_certificate => 'authorities is a digest of the file',
    state_path => 'where keys are kept, not which',
    (map { $_ => 'when keys are fetched, not which' } qw/ jwks_refresh
        jwks_cooldown jwks_wait jwks_timeout jwks_stale refresh /),
    jwks_max_size => 'how large a set may be, not which',
    revocation => 'how tokens are judged, not which keys are trusted',
    keyfile => 'of state_path',
    ssl => 'made of authorities',
    ca_digest => 'for the next fetch, not which keys are trusted',
    static_jwks => 'of jwks_file and secret_file',
    verify_id => 'made of it',
    (map { $_ => 'of a worker' } qw/ milliseconds begun discovered
        discovered_url keyset generation jwks fetched since id row keystats /));


# The questions that a record answers.

complete('the digest of questions, of a rule', [
    members('njwt_claim_rule_t') ],
    [ function('njwt_predicates_same_rule'), function('njwt_predicates_write') ], $used,
    match => 'the library is one',
    indexed => 'made of it',
    number => 'made of it');

complete('... and of its values', [ members('njwt_rule_value_t') ],
    [ function('njwt_predicates_same_rule'), function('njwt_predicates_write') ], $used,
    regex => 'compiled from the text');


# What a location takes from the level around it.

my $merged = join "\n", map { function($_) } 'ngx_http_jwt_policy_inherit',
    $all =~ /^(ngx_http_jwt_\w+_merge)\([^;{]*\)\n\{/gm;

complete('a location inherits', [ members('ngx_http_jwt_loc_conf_t') ],
    [ $merged ], '\bprev->%s\b',
    (map { +"${_}_pos" => 'the directive\'s own' } qw/ rules audiences
        claim_rules conditions tokens pass_token status /),
    (map { $_ => 'for one location alone' } qw/ revoke revoke_pos
        revoke_issuer /),
    status => 'for one location alone',
    status_policy => 'made of it',
    metadata => 'for one location alone',
    logout => 'for one location alone',
    location => 'each has its own',
    pos => 'the same',
    caseless => 'the same');

complete('... the texts of refusals', [
    members('ngx_http_jwt_refusal_conf_t') ],
    [ $merged . function('ngx_http_jwt_refusal_inherit') ],
    '\bprev->(?:refusal\.)?%s\b');

complete('... and bindings', [ members('ngx_http_jwt_binding_conf_t') ],
    [ function('ngx_http_jwt_binding_merge') ], '\bouter->%s\b',
    own => 'tells what is of this level');


# What the status shows of a policy, jwt-explain judges by.

my $policy_json = $code{'src/jwt/judge/njwt_policy_json.c'};

sub both_ways {
    my ($what, $type, %left_out) = @_;

    my @texts = map { my $way = $_; join "\n", map { function($_) }
                      $policy_json =~ /^(njwt_\w*${way}\w*)\([^;{]*\)\n\{/gm }
                qw/ write read /;

    # what writes of a method or a binding is theirs
    $texts[0] .= function('njwt_scope_rule_allow')
                 . function('njwt_policy_names')
                 . function('njwt_policy_add_others');
    $texts[1] .= function('njwt_scope_rule_add')
                 . function('njwt_claim_rule_value')
                 . function('njwt_rule_value');

    complete("written and read, $what", [ members($type) ], \@texts, $used,
             %left_out);
}

both_ways('of an issuer', 'njwt_issuer_t',
    keys => 'are fetched by who judges',
    (map { $_ => 'what is revoked isn\'t told' } qw/ revocation
        revocation_count /));
both_ways('of what it expects', 'njwt_expected_t');
both_ways('of a policy', 'njwt_policy_t',
    predicates => 'of the cache',
    indexed => 'the same');


# Directives, each with what tells of it in the status's JSON.

my %shown = (
    jwt_token_cache => 'cache',
    jwt_dpop_zone => 'proofs',
    jwt_logout_handler => 'logouts',
    jwt_revocation_zone => 'revoked',
    jwt_issuer => 'issuers',
    jwt => 'issuers',
    jwt_audience => 'audience',
    jwt_require_scope => 'scopes',
    jwt_require_claim => 'claims',
    jwt_require => 'variables',
    jwt_binding => 'binding',
    jwt_preflight => 'preflight',
    jwt_token => 'token',
    jwt_pass_token => 'pass_token',
    jwt_max_token_size => 'max_token_size',
    jwt_mode => 'mode',

    # of a jwt_issuer block
    issuer => 'issuer',
    audience => 'audience',
    algorithms => 'algorithms',
    leeway => 'leeway',
    max_age => 'max_age',
    profile => 'profile',
    scope_claim => 'scope_claims',
    revocation => 'revocation',
    revocation_file => 'file',
    revocation_keep => 'keep',
    discovery => 'discovery',
    jwks_uri => 'source',
    jwks_file => 'source',
    secret_file => 'source',
);

my %not_shown = (
    jwt_shared_zone => 'its size is no setting of the judgement',
    (map { $_ => 'of proofs, which are judged here alone' } qw/
        jwt_dpop_lifetime jwt_dpop_nonce jwt_dpop_origin
        jwt_dpop_algorithms /),
    (map { $_ => 'what is told to clients, which they see' } qw/ jwt_realm
        jwt_error_format jwt_resource_metadata
        jwt_resource_metadata_handler /),
    jwt_status => 'shows itself',
    jwt_identity_header => 'what is told to the backend',
    jwt_claim_set => 'the same, and to logs',
    jwt_log_level => 'how loud the log is',
    jwt_close_expired => 'what becomes of a request that was allowed',
    (map { $_ => 'when keys are fetched' } qw/ jwks_refresh jwks_stale
        jwks_cooldown jwks_wait jwks_timeout jwks_max_size /),
    jwks_proxy => 'how keys are fetched',
    ssl_trusted_certificate => 'the same',
    state_path => 'where keys are kept',
    jwt_revoke_handler => 'for one location alone',
);

my $json = join "\n", @code{ qw{ src/nginx/status/ngx_http_jwt_status_json.c
                                 src/jwt/judge/njwt_policy_json.c } };
my @directives = map {
    my ($table) = $all =~ /^(?:static )?ngx_command_t\s+\Q$_\E\[\] = \{(.*?)^\};/ms;

    defined $table or BAIL_OUT("there is no table $_");
    $table =~ /ngx_string\("(\w+)"\)/g;
} qw/ ngx_http_jwt_commands ngx_http_jwt_issuer_commands /;

my %directive = map { $_ => 1 } @directives;

cmp_ok(scalar(@directives), '>', 40, 'there are directives');

is(join(' ', grep { !$directive{$_} } sort(keys %shown, keys %not_shown)), '',
   'each that is listed here is one');

for (@directives) {
    if (exists $shown{$_}) {
        like($json, qr/"\Q$shown{$_}\E"/, "$_ is shown: $shown{$_}");
        next;
    }

    ok(exists $not_shown{$_}, "$_ is shown by the status, or not, and why");
}


# Verdicts are in the order of the checks, which changes with each that is
# added: their order is njwt_verdict_info.c's alone.

my ($enum) = $code{'src/jwt/judge/njwt_verdict_info.h'}
             =~ /enum \{([^}]*)\}\s*njwt_verdict_t;/;
my $verdict = join '|', $enum =~ /\b(NJWT_\w+)/g;
my @compared;

like($verdict, qr/NJWT_EXPIRED/, 'there are verdicts');

for my $file (sort keys %code) {
    next if $file =~ m{/njwt_verdict_info\.c$};

    my $n = 0;

    for (split /\n/, $code{$file}) {
        $n++;
        push @compared, "$file:$n" if m{
            \bverdict\b\s*[<>](?!.*\bNJWT_VERDICT_COUNT\b)
            | [^-\s]\s*(?<!-)[<>]=?\s*(?:[\w.]+(?:->|\.))*verdict\b(?!\w|\()
            | [^-]\s*(?<!-)[<>]=?\s*(?:$verdict)\b
            | \b(?:$verdict)\s*[<>]
        }x;
    }
}

is(join(' ', @compared), '', 'nobody else compares verdicts with < or >');

done_testing;
