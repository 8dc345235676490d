# Where a forgotten line is a hole: each list of a struct's members has all of
# them.
#
# What a digest names, what a level takes from the one around it, and what the
# status shows are lists, kept elsewhere than the struct.  So each
# member is in its list, or stands here with the reason why it isn't.  (That a
# setting really takes a token out of the cache, t/cache_settings.t shows.)  So
# are the changes that the core's tests must notice.

use strict;
use warnings;

use File::Basename qw/ dirname /;
use Test::More;

use lib dirname(__FILE__) . '/lib';
use NJWT::File qw/ slurp /;


chdir dirname(__FILE__) . '/..' or die "$!";

my %code = map { $_ => slurp($_) =~ s{/\*.*?\*/}{}gsr }
    glob 'src/*/*.[ch] src/*/*/*.[ch]';
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

sub verdicts {
    my ($enum) = $code{'src/jwt/judge/njwt_verdict_info.h'}
                 =~ /enum \{([^}]*)\}\s*njwt_verdict_t;/;

    defined $enum or BAIL_OUT('there are no verdicts');

    return $enum =~ /\b(NJWT_\w+)/g;
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
        my $in = grep { /$match/m } @$texts;

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
    'ngx_http_jwt_merge_loc_conf',
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
    caseless => 'the same',
    own => 'the same');

complete('... the texts of refusals', [
    members('ngx_http_jwt_refusal_conf_t') ],
    [ $merged . function('ngx_http_jwt_refusal_inherit') ],
    '\bprev->(?:refusal\.)?%s\b');

complete('... and bindings', [ members('ngx_http_jwt_binding_conf_t') ],
    [ function('ngx_http_jwt_binding_merge') ], '\bouter->%s\b');


# What may not stand where jwt is off: what asks something of a token, and
# would ask it of nobody.

complete('a rule where jwt is off', [ grep { $_ !~ /_pos$/ }
                                      members('ngx_http_jwt_loc_conf_t') ],
    [ function('ngx_http_jwt_policy_off') ], '\bconf->%s\b',
    (map { $_ => 'made of others' } qw/ policy credentials revoke_issuer
        status_policy location pos caseless own /),
    (map { $_ => 'answers a request itself' } qw/ revoke status metadata
        logout /),
    names => 'jwt itself',
    (map { $_ => 'says how a token is judged, where one is: like jwt_mode it '
                 . 'may stand once, around locations with jwt' } qw/ binding
        tokens max_token_size mode log_level preflight close_expired /),
    (map { $_ => 'of every request, with jwt and without' } qw/ identities
        pass_token /),
    refusal => 'what is told to clients');


# What the status shows of a policy, jwt-explain judges by.

my $policy_json = $code{'src/jwt/judge/njwt_policy_json.c'};

sub both_ways {
    my ($what, $type, %left_out) = @_;

    my @texts = map { my $way = $_; join "\n", map { function($_) }
                      $policy_json =~ /^(njwt_\w*${way}\w*)\([^;{]*\)\n\{/gm }
                qw/ write read /;

    # what writes of a method or a binding is theirs
    $texts[0] .= function('njwt_scope_rule_allow')
                 . function('njwt_policy_names');
    $texts[1] .= function('njwt_scope_rule_add')
                 . function('njwt_claim_rule_value')
                 . function('njwt_rule_value');

    complete("written and read, $what", [ members($type) ], \@texts, $used,
             %left_out);
}

both_ways('of an issuer', 'njwt_issuer_t',
    keys => 'are fetched by who judges',
    (map { $_ => 'revocation isn\'t shown' } qw/ revocation
        revocation_count /));
both_ways('of what it expects', 'njwt_expected_t');
both_ways('of a policy', 'njwt_policy_t',
    predicates => 'of the cache',
    indexed => 'the same');


# Directives, each with what tells of it in the status's JSON, by the function
# that writes the whole of the JSON, a location or an issuer: another one may
# have a member of that name.

my %shown = (
    ngx_http_jwt_status_json => {
        jwt_token_cache => 'cache',
        jwt_dpop_zone => 'proofs',
        jwt_logout_handler => 'logouts',
        jwt_revocation_zone => 'revoked',
        jwt_issuer => 'issuers',
    },

    ngx_http_jwt_status_json_location => {
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
    },

    ngx_http_jwt_status_json_issuer => {
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
        ssl_trusted_certificate => 'own_authorities',
        jwks_proxy => 'proxied',
    },
);

my %not_shown = (
    jwt_shared_zone => 'its size is no setting of the judgement',
    (map { $_ => 'of proofs, which nobody but this nginx takes' } qw/
        jwt_dpop_lifetime jwt_dpop_nonce jwt_dpop_origin
        jwt_dpop_algorithms /),
    (map { $_ => 'what clients see' } qw/ jwt_realm
        jwt_error_format jwt_resource_metadata
        jwt_resource_metadata_handler /),
    jwt_status => 'shows itself',
    jwt_identity_header => 'what the backend gets',
    jwt_claim_set => 'the same, and to logs',
    jwt_log_level => 'how loud the log is',
    jwt_close_expired => 'what becomes of a request that was allowed',
    (map { $_ => 'when keys are fetched' } qw/ jwks_refresh jwks_stale
        jwks_cooldown jwks_wait jwks_timeout jwks_max_size /),
    state_path => 'where keys are kept',
    jwt_revoke_handler => 'for one location alone',
);

# A function's text, and that of all those of its file, and of what writes
# policies as JSON, that it calls; but for those that are named.

sub reached {
    my ($name, @without) = @_;

    my ($text) = grep { /^\Q$name\E\([^;{]*\)\n\{/m } values %code;

    $text = join "\n", $text // '', $policy_json;

    my %seen = map { $_ => 1 } @without;
    my @todo = $name;
    my $all = '';

    while (defined(my $next = shift @todo)) {
        next if $seen{$next}++;

        my ($body) = $text =~ /^\Q$next\E\([^;{]*\)\n\{\n(.*?)^\}/ms
            or next;

        $all .= $body;
        push @todo, $body =~ /\b(\w+)\(/g;
    }

    length $all or BAIL_OUT("there is no function $name");

    return $all;
}

my %rows;

for my $table (qw/ ngx_http_jwt_commands ngx_http_jwt_issuer_commands /) {
    my ($rows) = $all =~ /^(?:static )?ngx_command_t\s+\Q$table\E\[\] = \{(.*?)^\};/ms;

    defined $rows or BAIL_OUT("there is no table $table");
    $rows{$1} = $2 while $rows =~ /ngx_string\("(\w+)"\),\s*([\w|]+)/g;
}

my %shown_by;

for my $by (sort keys %shown) {
    $shown_by{$_} = $by for keys %{ $shown{$by} };
}

cmp_ok(scalar(keys %rows), '>', 40, 'there are directives');

is(join(' ', grep { !$rows{$_} } sort(keys %shown_by, keys %not_shown)), '',
   'each that is listed here is one');

my $root = reached('ngx_http_jwt_status_json',
                   qw/ ngx_http_jwt_status_json_location
                       ngx_http_jwt_status_json_issuer /);

for my $name (sort keys %rows) {
    my $by = $shown_by{$name};

    if (!defined $by) {
        ok(exists $not_shown{$name},
           "$name is shown by the status, or not, and why");
        next;
    }

    my $member = $shown{$by}{$name};

    like($by =~ /json$/ ? $root : reached($by), qr/"\Q$member\E"/,
         "$name is shown: $member");
}

# The tool judges as a location does: it reads each member of one.

my $reader = join "\n", (map { $code{"src/cli/explain_$_.c"} }
             qw/ gate gate_find report /),
             function('njwt_policy_read'),
             map { function($_) }
                 $policy_json =~ /^(njwt_read_\w+)\(njwt_reader_t/gm;
my $location = $shown{ngx_http_jwt_status_json_location};

for my $name (sort keys %$location) {
    next if $name eq 'jwt_pass_token';    # what becomes of a judged request

    like($reader, qr/(?:\blocation,\s*(?:explain_slice\()?
                     |\bobject,\s*njwt_slice\(
                     |\bexplain_list\(e,\s*)"$location->{$name}"/x,
         "jwt-explain reads $location->{$name} of a location");
}

# The page tells what each location asks.

my $asks = reached('ngx_http_jwt_html_location');

complete('the page, of a policy', [ members('njwt_policy_t') ], [ $asks ],
    '\bpolicy->%s\b',
    max_token_size => 'rarely what one looks for: the JSON has it',
    predicates => 'made of the rules',
    indexed => 'the same');

like($asks, qr/\bconf->$_\b/, "... of a location, with $_")
    for qw/ conditions preflight /;


# Numbers: each is collected, is in a list, and its object is written.

my $collected = $code{'src/nginx/status/ngx_http_jwt_status.c'};
my $json = $code{'src/nginx/status/ngx_http_jwt_status_json.c'};
my $operations = slurp('docs/operations.md');
my ($in_json) = $operations =~ /^(\| JSON \|.*?)\n\n/ms;
my ($in_prometheus) = $operations =~ /^(\| Prometheus \|.*?)\n\n/ms;

sub in_prometheus { return ($in_prometheus // '') =~ /`jwt_scope_\Q$_[0]\E[`{]/ }

complete('the counters that are read', [
    map { /\bngx_atomic_t\s+(\w+);/g }
    $all =~ /^struct ngx_http_jwt_counters_s \{([^}]*)\};/m ],
    [ function('ngx_http_jwt_status_numbers') ], '\bcounters->%s\b');

for (['ngx_http_jwt_status_issuer_t', 'row', 'ngx_http_jwt_issuer_row'],
     ['ngx_http_jwt_status_key_t', 'key', 'ngx_http_jwt_key_row'],
     ['ngx_http_jwt_status_t', 'status', 'ngx_http_jwt_gate_row'])
{
    my ($type, $variable, $list) = @$_;
    my ($body) = $all =~ /^typedef struct \{([^}]*)\} \Q$type\E;/m;
    my @numbers = ($body // '') =~ /\bint64_t\s+(\w+)/g;

    complete("a number of $type is set", \@numbers, [ $collected ],
             "\\b$variable->%s(?:\\[.*\\])?(?: \\+?= |\\+\\+)");
    complete("... and in a list", \@numbers, [ $collected ],
             "\\b$list\\((?:NULL|\"\\w+\"),\\s*\"\\w+\",\\s*\\w+,\\s*%s\\b",
             $type eq 'ngx_http_jwt_status_t'
             ? (now => 'the time, which has its own member') : ());
}

for my $list (qw/ issuer gate policy /) {
    my ($rows) = $collected =~ /^const ngx_http_jwt_number_t\s+ngx_http_jwt_${list}_numbers\[\] = \{(.*?)^\};/ms;
    my $n = 0;

    defined $rows or BAIL_OUT("there is no list $list");

    while ($rows =~ /_row\((?:"(\w+)"|NULL),\s*"(\w+)",\s*\w+,\s*[\w.\[\]]+,
                     \s*(?:"(\w+)"|NULL)/gx)
    {
        my ($object, $name, $metric) = ($1, $2, $3);
        my $in = defined $object ? "\"$object\"" : 'NULL';

        $n++;
        ok($json =~ /_(?:group|object)\([^;]*\bngx_http_jwt_${list}_numbers,
                     [^;]*?\s$in\)/x, "$list: $in, with $name, is written");

        # a row of its own, or one of the row of its object
        my $row = !defined $object ? qr/^\|[^|\n]*`$name`/m
                : $object eq 'last_error'
                  ? qr/^\|[^|\n]*`fetches` \|.*`last_error` \([^)]*`$name`/m
                : qr/^\|[^|\n]*`$object` \|.*`$name`/m;

        ok(($in_json // '') =~ $row, '... and in docs/operations.md');
        ok(in_prometheus($metric), "... as $metric, too") if defined $metric;
    }

    cmp_ok($n, '==', scalar(() = $rows =~ /_row\(/g), "$list: all were seen");
}

my %in_json = map { $_ => 1 }
    "$json $policy_json" =~ /njwt_out_\w+\(out,\s*"(\w+)"/g;

cmp_ok(scalar(keys %in_json), '>', 60, 'the JSON has members');
ok(($in_json // '') =~ /`\Q$_\E(?:\[\])?`/, "docs/operations.md has $_")
    for sort keys %in_json;

# metrics that are in no list: those with labels

my $families = $code{'src/nginx/status/ngx_http_jwt_status_prometheus.c'};
my %family = map { $_ => 1 }
    $families =~ /ngx_http_jwt_metric_(?:family|begin)\(out, "(\w+?)(?:_bucket|_sum|_count)?"/g,
    $families =~ /ngx_http_jwt_metric_family\(&status->out, "(\w+)"/g,
    $collected =~ /_key_row\(.*\n?.*"(key_\w+)"/g;

cmp_ok(scalar(keys %family), '>=', 8, 'there are metrics with labels');
ok(in_prometheus($_), "docs/operations.md has $_")  for sort keys %family;


# Algorithms: operators read of each.

my ($algorithms) = $code{'src/jwt/jose/njwt_alg.c'} =~ /njwt_algs\[\w+\] = \{(.*?)^\};/ms;
my @names = ($algorithms // '') =~ /(?:njwt_alg_entry\(|njwt_literal\(")(\w+)/g;
my $reference = slurp('docs/directives.md');

cmp_ok(scalar(@names), '>', 12, 'there are algorithms');

for (['algorithms', @names],
     ['jwt_dpop_algorithms', grep { !/^HS/ } @names])
{
    my ($directive, @of) = @$_;
    my ($section) = $reference =~ /^### \Q$directive\E\n(.*?)^```/ms;

    is(join(' ', grep { ($section // '') !~ /\b$_\b/ } @of), '',
       "docs/directives.md, $directive: each is named");
}


# Hints: each verdict has one, and the tool can say what its check would come
# to, or stands here with the reason why not.

complete('a hint, of the verdicts', [ verdicts() ],
    [ join "\n", map { $code{$_} } grep { m{/hint/} && !/check/ }
                 sort keys %code ], '\b%s\b',
    (map { $_ => 'isn\'t given for what a client did' } qw/ NJWT_UNDECIDED
        NJWT_KEYS_UNAVAILABLE /),
    NJWT_OK => 'is no refusal');

complete('what a check would come to', [ verdicts() ],
    [ function('njwt_hint_check') ], '\bcase %s:',
    (map { $_ => 'is of the request, before there is a token to look at' }
        qw/ NJWT_NO_TOKEN NJWT_MULTIPLE_TOKENS NJWT_TOKEN_TOO_LARGE
            NJWT_MALFORMED_REQUEST NJWT_OPAQUE_TOKEN NJWT_ENCRYPTED_TOKEN
            NJWT_MALFORMED_TOKEN NJWT_CRIT_UNSUPPORTED /),
    (map { $_ => 'is no check' } qw/ NJWT_UNDECIDED NJWT_OK /),
    NJWT_CLAIM_MISMATCH_401 => 'is NJWT_CLAIM_MISMATCH by another status');

complete('what a check asks, in jwt-explain\'s words', [ verdicts() ],
    [ $code{'src/cli/explain_report.c'} ], '^    \[%s\] = ".+"',
    (map { $_ => 'is no check' } qw/ NJWT_UNDECIDED NJWT_OK /),
    NJWT_CLAIM_MISMATCH_401 => 'is NJWT_CLAIM_MISMATCH by another status');


my ($last) = $code{'src/cli/explain.h'} =~ /define EXPLAIN_LAST\s+(\w+)/;

is(join(' ', (verdicts())[-3 .. -1]),
   ($last // '') . ' NJWT_CLAIM_MISMATCH_401 NJWT_OK',
   'jwt-explain goes through the checks to the last one');


# Verdicts are in the order of the checks, which changes with each that is
# added: their order is njwt_verdict_info.c's alone.

my $verdict = join '|', verdicts();
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


# A change of t/unit/mutate.pl whose text is gone from the source breaks
# nothing, and "all were killed" would be said of fewer.

my $said = qx{"$^X" t/unit/mutate.pl -n};

is($?, 0, 'each mutant of the core still fits the source') or diag($said);
like($said, qr/^[1-9]\d{2,} mutants, 0 changes no longer fit/m,
     '... and there are hundreds');

done_testing;
