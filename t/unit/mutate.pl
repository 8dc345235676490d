#!/usr/bin/perl

# Would a test notice?  Breaks the core in one place at a time, in a copy, and
# runs the unit tests until one fails.  Exits non-zero when a mutant survives.
#
#   t/unit/mutate.pl [-v] [word]     only mutants whose description has word
#
# Each REFUSE line of njwt_judge() is taken out in turn; then come changes to
# the predicates behind them, each given below as file, text and replacement.
# A text that no longer stands in its file is an error: a list that rots would
# say "no survivors" of nothing.

use warnings;
use strict;

use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Temp qw(tempdir);

my $verbose = @ARGV && $ARGV[0] eq '-v' && shift @ARGV;
my $only = @ARGV ? shift @ARGV : '';

my $root = abs_path(dirname(__FILE__) . '/../..');
my $cc = $ENV{CC} || 'cc';
my $flags = "-std=c11 -O1 -w -I$root/src/jwt -I$root/t/unit";
my $libs = '-lcmocka -ljansson -lcrypto';
my $temp = tempdir(CLEANUP => 1);
my $jobs = `nproc` + 0 || 1;

# the tests that kill most come first
my @first = qw(vectors verdict policy claims refresh key jwks jws bearer json
               b64 arena oom);

my @changes = (
    # dates
    [ 'njwt_claims.c', 'leeway <= (double) now', 'leeway < (double) now' ],
    [ 'njwt_claims.c', 'njwt_json_type(exp) != NJWT_JSON_NUMBER
           ||', '' ],
    [ 'njwt_claims.c', '> (double) now + leeway', '>= (double) now + leeway' ],
    [ 'njwt_claims.c', 'njwt_json_number(exp) + leeway',
                       'njwt_json_number(exp)' ],
    [ 'njwt_claims.c', '> (double) now + leeway', '> (double) now' ],
    [ 'njwt_claims.c', 'date > -NJWT_MAX_DATE && ', '' ],
    [ 'njwt_claims.c', ' && date < NJWT_MAX_DATE', '' ],
    [ 'njwt_claims.c', ' && njwt_claims_last_date(text)', '' ],

    # types
    (map { [ 'njwt_claims.c',
             "\n           && njwt_claims_string_ok(root, njwt_$_)", '' ] }
         qw(iss sub jti)),
    (map { [ 'njwt_claims.c',
             "\n           && njwt_claims_date_ok(root, njwt_$_)", '' ] }
         qw(exp nbf iat)),
    [ 'njwt_claims.c', "\n           && njwt_claims_audience_ok(root)", '' ],

    # audience, cnf, issuer, proof
    [ 'njwt_claims.c', 'if (expected->any_audience)', 'if (true)' ],
    [ 'njwt_claims.c', 'if (expected->any_audience)',
                       'if (expected->audience_count == 0)' ],
    [ 'njwt_claims.c', "njwt_cnf))\n           != NJWT_JSON_ABSENT",
                       "njwt_cnf))\n           > NJWT_JSON_NULL" ],
    [ 'njwt_claims.c', 'input.data != payload->signing_input.data',
                       'false' ],
    [ 'njwt_claims.c', "njwt_json_type(iss) == NJWT_JSON_STRING\n"
                       . "            && ", '' ],
    [ 'njwt_claims.c', 'return !njwt_claims_root_expired',
                       'return true || !njwt_claims_root_expired' ],
    [ 'njwt_claims.c', "\n           && njwt_claims_root_for_us(root, "
                       . 'expected)', '' ],
    [ 'njwt_claims.c', '!njwt_claims_root_ahead(root, njwt_nbf', 
                       'true || !njwt_claims_root_ahead(root, njwt_nbf' ],

    # header
    [ 'njwt_jws.c', 'header.len == 0 || payload.len == 0 || rest.len == 0',
                    'header.len == 0 || payload.len == 0' ],
    [ 'njwt_jws.c', "\n           || njwt_json_type(njwt_json_member("
                    . "jws->header, b64))\n              != NJWT_JSON_ABSENT",
                    '' ],
    [ 'njwt_jws.c', 'text.len != lower.len', 'text.len < lower.len' ],
    [ 'njwt_jws.c', 'return got == NJWT_JSON_OBJECT', 'return true' ],
    [ 'njwt_jws.c', 'got == NJWT_JSON_ARRAY && njwt_json_strings(value)',
                    'njwt_json_strings(value)' ],
    [ 'njwt_jws.c', 'return got == NJWT_JSON_STRING', 'return true' ],

    # keys
    [ 'njwt_key.c', 'BN_num_bits(n) < NJWT', 'BN_num_bits(n) <= NJWT' ],
    [ 'njwt_key.c', 'NJWT_RSA_MIN_BITS  2048', 'NJWT_RSA_MIN_BITS  2047' ],
    [ 'njwt_key.c', 'BN_num_bits(n) > NJWT', 'BN_num_bits(n) >= NJWT' ],
    [ 'njwt_key.c', '!BN_is_odd(n)', 'false' ],
    [ 'njwt_key.c', '!BN_is_odd(e) || ', '' ],
    [ 'njwt_key.c', 'BN_is_one(e)', 'false' ],
    [ 'njwt_key.c', 'BN_cmp(e, n) >= 0', 'BN_cmp(e, n) > 0' ],
    [ 'njwt_key.c', '!njwt_slice_equal(njwt_json_string(use), sig)', 'false' ],
    [ 'njwt_key.c', '&& njwt_json_holds(ops, verify)', '' ],
    [ 'njwt_key.c', 'njwt_json_type(ops) == NJWT_JSON_ARRAY
               && ', '' ],
    [ 'njwt_key.c', '!njwt_slice_equal(njwt_json_string(njwt_json_member(jwk, '
                    . "kty_name)),\n                          rsa)", 'false' ],
    [ 'njwt_key.c', 'kid.len > NJWT_MAX_KID', 'kid.len >= NJWT_MAX_KID' ],
    [ 'njwt_key.c', 'verified != 1', 'verified == -7' ],
    [ 'njwt_key.c', '(key->algs & alg) != 0', 'true' ],
    [ 'njwt_key.c', 'RSA_PKCS1_PADDING) == 1', 'RSA_NO_PADDING) == 1' ],

    # key sets
    [ 'njwt_jwks.c', 'fitting == 1 :', 'fitting >= 1 :' ],
    [ 'njwt_jwks.c', 'njwt_slice_equal(own, *kid)', 'true' ],
    [ 'njwt_jwks.c', '(njwt_key_kid(key, &own) && njwt_slice_equal',
                     '(!njwt_key_kid(key, &own) || njwt_slice_equal' ],
    [ 'njwt_jwks.c', '!njwt_key_fits(key, alg)', 'false' ],
    [ 'njwt_jwks.c', ' && proof == NULL; i++', ' && i == 0; i++' ],
    [ 'njwt_jwks.c', 'njwt_json_length(keys) > NJWT_MAX_KEYS',
                     'njwt_json_length(keys) >= NJWT_MAX_KEYS' ],
    [ 'njwt_jwks.c', '(jwks->count == 0) ?', '(false) ?' ],

    # base64url
    [ 'njwt_b64.c', 'text.len % 4 == 1', 'false' ],
    [ 'njwt_b64.c', '(bits & ((1u << held) - 1)) != 0', 'false' ],
    [ 'njwt_b64.c', "c == '-'", "c == '-' || c == '+'" ],
    [ 'njwt_b64.c', "(c == '_')", "(c == '_' || c == '/')" ],

    # JSON
    [ 'njwt_json.c', '++depth > NJWT_MAX_DEPTH', '++depth >= NJWT_MAX_DEPTH' ],
    [ 'njwt_json.c', '++depth > NJWT_MAX_DEPTH', 'false' ],
    [ 'njwt_json.c', 'JSON_REJECT_DUPLICATES | ', '' ],
    [ 'njwt_json.c', ' | JSON_ALLOW_NUL', '' ],
    [ 'njwt_json.c', '!json_is_object(document->root)', 'false' ],

    # bearer
    [ 'njwt_bearer.c', '(scheme.data[i] | 0x20)', 'scheme.data[i]' ],
    [ 'njwt_bearer.c', 'strchr("-._~+/", ', 'strchr("-._~+/=", ' ],
    [ 'njwt_bearer.c', "    if (i == 0) {\n        return false;\n    }\n",
                       '' ],
    [ 'njwt_bearer.c', "    if (value.len == 0) {\n        return;\n    }\n",
                       '' ],

    # policy
    [ 'njwt_policy.c', 'return rule->methods | NJWT_METHOD_HEAD',
                       'return rule->methods' ],
    [ 'njwt_policy.c', 'rule->every_method || ', '' ],
    [ 'njwt_policy.c', 'return njwt_json_strings(granted) && ', 'return ' ],
    [ 'njwt_policy.c', 'covered == rule->scope_count && covered > 0',
                       'covered > 0' ],
    [ 'njwt_policy.c', 'covered == rule->scope_count && covered > 0',
                       'covered == rule->scope_count' ],
    [ 'njwt_policy.c', 'rule->any ? covered > 0', 'rule->any ? true' ],
    [ 'njwt_policy.c', "if (njwt_slice_equal(word, scope)) {\n"
                       . "            return;", "if (false) {\n"
                       . '            return;' ],
    [ 'njwt_policy.c', "c == '\\\\'", 'false' ],
    [ 'njwt_arena.c', "rest->data[begin] == ' '",
                      "rest->data[begin] <= ' '" ],
    [ 'njwt_arena.c', "rest->data[end] != ' '", "rest->data[end] > ' '" ],

    # refresh
    [ 'njwt_refresh.c', 'if (now < state->due) {', 'if (true) {' ],
    [ 'njwt_refresh.c', 'if (now < state->due) {', 'if (false) {' ],
    [ 'njwt_refresh.c', 'now >= state->due ||', 'now > state->due ||' ],
    [ 'njwt_refresh.c', 'now >= state->cool', 'now > state->cool' ],
    [ 'njwt_refresh.c', 'keys_held ? conf->refresh : conf->cooldown',
                        'conf->refresh' ],
    [ 'njwt_refresh.c', 'state->failures = 0;', '' ],
    [ 'njwt_refresh.c', 'state->fetched = true;', '' ],
    [ 'njwt_refresh.c', '0.1 + 0.9 * chance', '0.9 + 0.2 * chance' ],
    [ 'njwt_refresh.c', '0.9 + 0.2 * chance', '1.0' ],

    # verdict
    [ 'njwt_verdict.c', 'token.len > policy->max_token_size',
                        'token.len >= policy->max_token_size' ],
    [ 'njwt_verdict.c', 'arena->failed ? NJWT_UNDECIDED : NJWT_##verdict',
                        'NJWT_##verdict' ],
    [ 'njwt_verdict.c', 'kid.len <= NJWT_MAX_KID', 'true' ],
    [ 'njwt_verdict.c', 'verdict != NJWT_KEYS_UNAVAILABLE && ', '' ],
    [ 'njwt_verdict.c', '*found = (njwt_finding_t) { NULL };', '' ],
);


sub slurp {
    my ($file) = @_;

    open my $in, '<', $file or die "$file: $!";
    local $/;

    return scalar <$in>;
}


sub spew {
    my ($file, $text) = @_;

    open my $out, '>', $file or die "$file: $!";
    print $out $text;
    close $out or die "$file: $!";
}


# a description, a file and its new text for each mutant

sub mutants {
    my (@mutants, $stale);
    my $verdict = slurp("$root/src/jwt/njwt_verdict.c");

    while ($verdict =~ /^( +REFUSE\(.*?\);\n)/msg) {
        my ($line, $from) = ($1, $-[0]);
        my $text = $verdict;

        substr($text, $from, length $line) = '';
        push @mutants, [ 'without ' . $line =~ s/\s+/ /gr, 'njwt_verdict.c',
                         $text ];
    }

    my $lines = @mutants;

    for (@changes) {
        my ($file, $old, $new) = @$_;
        my $text = slurp("$root/src/jwt/$file");
        my $shown = "$file: " . ("$old -> $new" =~ s/\s+/ /gr);
        my $at = index $text, $old;

        if ($at < 0) {
            print "not there: $shown\n";
            $stale++;
            next;
        }

        # every place of the text, one mutant each

        for ( ; $at >= 0; $at = index $text, $old, $at + 1) {
            my $changed = $text;
            my $line = 1 + (substr($text, 0, $at) =~ tr/\n//);

            substr($changed, $at, length $old) = $new;
            push @mutants, [ $shown =~ s/:/:$line:/r, $file, $changed ];
        }
    }

    return ($stale || 0, $lines, grep { index($_->[0], $only) >= 0 } @mutants);
}


sub run {
    my ($command) = @_;

    system("($command) >/dev/null 2>&1");

    return $? == 0;
}


# All tests in one folder; what a mutant changes is compiled anew.

sub prepare {
    my @sources = map { basename($_, '.c') } glob "$root/src/jwt/*.c";

    for (@sources) {
        run("$cc $flags -c $root/src/jwt/$_.c -o $temp/$_.o")
            or die "$_.c doesn't compile\n";
    }

    my %known = map { $_ => 1 } @first;
    my %there = map { basename($_, '_test.c') => 1 }
                glob "$root/t/unit/*_test.c";
    my @tests = ((grep { $there{$_} } @first),
                 (grep { !$known{$_} } sort keys %there));

    for (@tests) {
        run("$cc $flags -c $root/t/unit/${_}_test.c -o $temp/$_-test.o")
            or die "${_}_test.c doesn't compile\n";
    }

    return (\@sources, \@tests);
}


# Returns what noticed, or undef: the mutant lives.

sub killer {
    my ($dir, $file, $text, $sources, $tests) = @_;
    my $name = basename($file, '.c');

    spew("$dir/$file", $text);
    run("$cc $flags -c $dir/$file -o $dir/$name.o") or return 'the compiler';

    my $objects = join ' ', map { $_ eq $name ? "$dir/$_.o" : "$temp/$_.o" }
                            @$sources;

    for (@$tests) {
        run("$cc $temp/$_-test.o $objects -o $dir/test $libs")
            or return 'the linker';
        run("cd $root && timeout 60 $dir/test") or return "$_\_test";
    }

    return undef;
}


my ($stale, $lines, @mutants) = mutants();
my ($sources, $tests) = prepare();

# nothing is to be learned from tests that fail anyway

if (defined(my $red = killer(tempdir(DIR => $temp), 'njwt_b64.c',
                             slurp("$root/src/jwt/njwt_b64.c"), $sources,
                             $tests)))
{
    die "the unmutated core fails: $red\n";
}

my @workers;

for my $worker (0 .. $jobs - 1) {
    open my $results, '-|' or do {
        my $dir = tempdir(DIR => $temp);

        $| = 1;

        for (my $i = $worker; $i < @mutants; $i += $jobs) {
            my ($shown, $file, $text) = @{ $mutants[$i] };

            print "$i ", killer($dir, $file, $text, $sources, $tests) // '',
                  "\n";
        }

        # what was made here is the parent's to remove
        require POSIX;
        POSIX::_exit(0);
    };

    push @workers, $results;
}

my @killed;

for my $results (@workers) {
    while (<$results>) {
        my ($i, $by) = /^(\d+) (.*)$/;
        $killed[$i] = $by;
    }
}

my (%by, $survivors);

for my $i (0 .. $#mutants) {
    my $by = $killed[$i];

    die "no word on $mutants[$i][0]\n" if !defined $by;

    $by{$by}++;
    $survivors++ if $by eq '';
    print $by eq '' ? 'SURVIVED ' : 'killed   ', $mutants[$i][0],
          $by eq '' ? '' : " ($by)", "\n"
        if $by eq '' || $verbose;
}

printf "%d mutants (%d of them REFUSE lines taken out): %d killed", 
       scalar @mutants, $lines, @mutants - ($survivors || 0);
printf ", %d of those by the compiler", $by{'the compiler'}
    if $by{'the compiler'};
printf "; %d survived", $survivors || 0;
printf "; %d changes no longer fit the source", $stale if $stale;
print "\n";

exit(($survivors || $stale) ? 1 : 0);
