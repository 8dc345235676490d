#!/usr/bin/perl

# Breaks the core one change at a time, in a copy, and runs the unit tests until
# one fails.  Exits non-zero when a mutant survives.
#
#   t/unit/mutate.pl [-v] [word ...]     only mutants of whose descriptions one
#                                        has a word; -v: name the killed, too
#   t/unit/mutate.pl -n [word ...]       count them, and run none
#   t/unit/mutate.pl -a word ...         instead of the list below: each operator
#                                        and each statement of those files, to
#                                        see what the list lacks.  Many change
#                                        nothing, so that survivors are to be
#                                        looked at, not counted.
#
# Each REFUSE line of njwt_judge(), of what it asks about a token's binding, and
# of logout tokens is taken out in turn; then come changes to
# the predicates behind them, each given below as the beginning of the file's
# name (njwt_ left out), text and replacement.  A text that stands in no such
# file any more is an error: a list that rots would say "no survivors" of
# nothing (t/static_guards.t looks for those with -n).
#
# The core is a shared library here: a mutant costs one compiler run, one link,
# and the tests up to the one that notices, of which the likeliest run first.
# A loop without end is ended by a limit on the processor's time.  What no test
# notices is tried once more under the sanitizers, as `make unit` runs them.

use warnings;
use strict;

use Cwd qw(abs_path);
use Fcntl qw(LOCK_EX);
use File::Basename qw(basename dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use List::Util qw(max);
use POSIX ();

my %option;

while (@ARGV && $ARGV[0] =~ /^-([vna])$/) {
    $option{$1}++;
    shift @ARGV;
}

my @only = @ARGV;

die "-a wants the names of files\n" if $option{a} && !@only;

my $root = abs_path(dirname(__FILE__) . '/../..');
my $cc = $ENV{CC} || 'cc';
my $common = join ' ', '-std=c11 -O1 -w -fPIC', "-I$root/t/unit",
             map { "-I$_" } glob "$root/src/jwt/*";

# Without AddressSanitizer, for speed; but each piece of an arena is to be an
# allocation of its own as with it, so that each can fail.
my %flags = (
    plain     => "$common -D__SANITIZE_ADDRESS__ -DUNIT_PLAIN",
    sanitized => "$common -g -fno-omit-frame-pointer"
                 . ' -fsanitize=address,undefined -fno-sanitize-recover=all',
);
my %link = (
    plain     => '',
    sanitized => '-fsanitize=address,undefined',
);

# as t/lib/run-unit does
$ENV{ASAN_OPTIONS} =
    'detect_stack_use_after_return=1:strict_string_checks=1';

my $libs = '-lcmocka -ljansson -lcrypto';
my $temp = tempdir(CLEANUP => 1);
my $jobs = `nproc` + 0 || 1;

# the tests that kill most come first, behind those of the file's own name
my @first = qw(vectors logout revocation form dpop hint verdict policy claims
               path scopes rule dates refresh key jwks trusted jws bearer
               json_read json jansson b64 arena oom alg);

my @changes = (
    # proofs
    [ 'dpop', '*made > memory->since', '*made >= memory->since' ],
    [ 'dpop', "
           && (double) *made <= (double) njwt_dpop_nonce_now(memory, now)
                                + dpop->ahead", '' ],
    [ 'dpop', '(double) njwt_dpop_nonce_now(memory, now)
                                + dpop->ahead', '(double) now + dpop->ahead' ],
    [ 'dpop', 'found->nonce_made = proof->nonce_made;', '' ],
    [ 'dpop', '(now > memory->since) ? now', '(now >= memory->since) ? now' ],
    [ 'dpop', '*made <= dpop->nonce_lifetime', '*made < dpop->nonce_lifetime' ],
    [ 'dpop', '&& made <= memory->since', '&& made < memory->since' ],
    [ 'dpop', 'return old || ', 'return ' ],
    [ 'dpop', 'iat < (double) memory->since + dpop->ahead',
              'iat < (double) memory->since' ],
    [ 'dpop', 't - found->iat <= dpop->lifetime',
              't - found->iat < dpop->lifetime' ],
    [ 'dpop', 'found->iat - t <= dpop->ahead', 'found->iat - t < dpop->ahead' ],
    [ 'dpop', '!proof->nonce_ok
                         && !(t', '!(t' ],
    [ 'dpop', 'jti.len == 0 || ', '' ],
    [ 'dpop', 'jti.len > NJWT_DPOP_MAX_JTI', 'jti.len >= NJWT_DPOP_MAX_JTI' ],
    [ 'dpop', 'dpop->lifetime + dpop->ahead', 'dpop->lifetime' ],
    [ 'dpop', 'found->until += (double) found->until < end;', '' ],
    [ 'dpop', 'now : memory->since + 1', 'now : memory->since' ],
    [ 'dpop', 'memcmp(ath, found->ath, NJWT_DIGEST) == 0', 'true' ],
    [ 'dpop', 'found->hashed = true;', '' ],
    [ 'dpop', 'if (request->token_digest != NULL)', 'if (false)' ],
    [ 'dpop', "
        && result == NJWT_PROOF_GOOD", '' ],
    [ 'dpop', "
        && proof.key == &proof.made", '' ],
    [ 'dpop', 'dot = memchr(payload.data, \'.\', payload.len);

        if (dot == NULL)', 'dot = memchr(payload.data, \'.\', payload.len);

        if (false)' ],
    [ 'dpop', "signature.len == 0
            || ", '' ],
    [ 'dpop', 'number > -NJWT_MAX_DATE && ', '' ],
    [ 'dpop', ' && number < NJWT_MAX_DATE', '' ],
    [ 'dpop', 'proof->nonce_ok && dpop->nonce
', 'proof->nonce_ok
' ],
    [ 'dpop', '- proof->nonce_made) * 2', '- proof->nonce_made) * 1' ],
    [ 'dpop', '* 2
                      > dpop', '* 2
                      >= dpop' ],
    [ 'dpop', 'type == NJWT_JSON_ABSENT || type == NJWT_JSON_STRING',
              'type == NJWT_JSON_STRING' ],
    [ 'dpop', 'type == NJWT_JSON_ABSENT || type == NJWT_JSON_STRING',
              'true' ],
    [ 'dpop', 'if (end < nonce_end)', 'if (false)' ],
    [ 'dpop', 'if (end < nonce_end)', 'if (true)' ],
    [ 'dpop', 'memcpy(text, proof->key->thumbprint, NJWT_DIGEST);',
              'memset(text, 0, NJWT_DIGEST);' ],
    [ 'dpop', 'njwt_json_type(value) == NJWT_JSON_STRING
           && ', '' ],
    [ 'dpop', "old || arena->failed || dpop->nonce
", "old || arena->failed
" ],
    [ 'dpop', '(proof->iat_number
               && iat', '(iat' ],
    [ 'dpop', 'date + leeway > t', 'date + leeway >= t' ],
    [ 'dpop', 'date + leeway > t', 'date > t' ],
    [ 'dpop', 'date <= t + leeway', 'date < t + leeway' ],
    [ 'dpop', 'date <= t + leeway', 'date <= t' ],
    [ 'dpop', '!= NJWT_JSON_ABSENT
           && !njwt_dpop_date', '== NJWT_JSON_ABSENT
           && !njwt_dpop_date' ],
    [ 'dpop', 'memory->nonce_key_count > 0
           && ', '' ],
    [ 'dpop', 'memory->nonce_keys[0]', 'memory->nonce_keys[1]' ],

    # keys of proofs that are kept
    [ 'dpop_keys', 'header.len <= NJWT_DPOP_KEYS_HEADER',
                   'header.len < NJWT_DPOP_KEYS_HEADER' ],
    [ 'dpop_keys', 'header.len <= NJWT_DPOP_KEYS_HEADER', 'true' ],
    [ 'dpop_keys', 'njwt_slice_equal(set[i].header, header)', 'true' ],
    [ 'dpop_keys', "set[i].used == 0
            || ", '' ],
    [ 'dpop_keys', "
            || memcmp(set[i].key.thumbprint, thumbprint, NJWT_DIGEST) != 0",
                   '' ],
    [ 'dpop_keys', '*text = set[i].text;', '' ],
    [ 'dpop_keys', 'begin % keys->sets', '0' ],
    [ 'dpop_keys', 'set[i].used = ++keys->uses;', '' ],
    [ 'dpop_keys', 'made.used = ++keys->uses;', 'made.used = 1;' ],
    [ 'dpop_keys', 'if (set[i].used < oldest->used)', 'if (false)' ],
    [ 'dpop_keys', '            njwt_key_free(key->key);' =~ s/^ {4}//r, '' ],

    [ 'dpop_keys', 'set[i].used = ++keys->uses;', 'set[i].used = --keys->uses;' ],
    [ 'dpop_keys', 'NJWT_DPOP_KEYS_SET + 1;', 'NJWT_DPOP_KEYS_SET;' ],
    [ 'dpop_keys', 'memcpy(copy + header.len, text.data, text.len);', '' ],
    [ 'dpop', 'njwt_slice_equal(proof->text, proof->known)', 'true' ],
    [ 'dpop', 'njwt_slice_equal(proof->text, proof->known)', 'false' ],
    [ 'dpop', 'if (proof->known.len > 0)', 'if (false)' ],

    # thumbprints
    [ 'thumbprint', 'ones * 0x21', 'ones * 0x20' ],
    [ 'thumbprint', 'ones * 0x21', 'ones * 0x22' ],
    [ 'thumbprint', ' | (bytes + ones)', '' ],
    [ 'thumbprint', "
             | ((bytes ^ ones * '\"') - ones)", '' ],
    [ 'thumbprint', "
             | ((bytes ^ ones * '\\\\') - ones)", '' ],
    [ 'thumbprint', "        if (njwt_thumbprint_special(bytes)) {
            return false;
        }
", '' ],
    [ 'thumbprint', "memset(&bytes, 'A', sizeof(bytes));",
                    'memset(&bytes, 0, sizeof(bytes));' ],
    [ 'thumbprint', 'memcpy(&bytes, text.data + i, text.len - i);', '' ],
    [ 'thumbprint', 'text.len > 0 && !njwt_thumbprint_special(bytes)',
                    '!njwt_thumbprint_special(bytes)' ],
    [ 'thumbprint', 'text.len > 0 && !njwt_thumbprint_special(bytes)',
                    'text.len > 0' ],
    [ 'thumbprint', "if (text == NULL) {\n        return false;",
                    "if (text == NULL) {\n        return true;" ],
    (map { [ 'thumbprint', "\\\"kty\\\":\\\"$_\\\"", '\\"kty\\":\\"zz\\"' ] }
         qw(EC RSA OKP)),
    [ 'thumbprint', 'out->len = len;', 'out->len = len - 1;' ],
    [ 'thumbprint', "text.len != njwt_b64_length(NJWT_DIGEST)
        || ", '' ],
    (map { [ 'thumbprint', "njwt_literal(\"$_\")", 'njwt_literal("zz")' ] }
         qw(d p q dp dq qi oth k priv)),

    # certificates
    [ 'certificate', "text.len < 2 || ", '' ],
    [ 'certificate', " || text.data[text.len - 1] != ':'", '' ],
    [ 'certificate', "text->data[i] != '\\t'", 'true' ],
    [ 'certificate', 'njwt_slice_equal(block.label, njwt_slice("CERTIFICATE"))', 'true' ],
    [ 'certificate', 'text.len == 0 || ', '' ],
    [ 'certificate', 'text.len > NJWT_MAX_CERTIFICATE',
                     'text.len >= NJWT_MAX_CERTIFICATE' ],
    [ 'certificate', 'text.len > NJWT_MAX_CERTIFICATE', 'false' ],
    [ 'certificate', 'read && der.len > 0', 'read' ],

    # nonces
    [ 'nonce', 'text.len != NJWT_NONCE_LEN || ', '' ],
    [ 'nonce', 'time >= (uint64_t) NJWT_MAX_DATE', 'false' ],
    [ 'nonce', 'time = time << 8 | ', 'time = time << 8 & ' ],
    [ 'nonce', 'i < count; i++', 'i < 1; i++' ],
    [ 'nonce', '*made = time;', '*made = 0;' ],

    # what is prepared once
    [ 'hash', 'if (key.len > NJWT_HASH_BLOCK)', 'if (false)' ],
    [ 'hash', 'if (key.len > NJWT_HASH_BLOCK)',
              'if (key.len >= NJWT_HASH_BLOCK)' ],
    [ 'hash', '^ 0x5c', '^ 0x36' ],

    # whose SHA-256 is it?
    [ 'hash', '&& EVP_MD_get0_provider(known) == EVP_MD_get0_provider(md)',
              '' ],
    [ 'hash', 'if (hasher->own)', 'if (true)' ],
    [ 'hash', 'SHA256_Update(&ctx, salt.data, salt.len) == 1', 'true' ],
    [ 'hash', 'SHA256_Update(&ctx, text.data, text.len) == 1', 'true' ],
    [ 'hash', '    ERR_clear_error();', '' ],
    [ 'htu', "c == '.' && path.data[i - 1] == '/'", 'false' ],
    [ 'htu', "(!njwt_htu_unreserved(c)
                || (c == '.' && path.data[i - 1] == '/'))", 'false' ],
    [ 'htu', "path.len == 0
        || ", '' ],
    [ 'htu', "path.data[0] != '/'
        || ", '' ],
    [ 'htu', "origin.data[origin.len - 1] == '/'
        || ", '' ],
    [ 'htu', "htu.len != origin.len + path.len
        || ", '' ],
    [ 'htu', 'memcmp(htu.data, origin.data, origin.len) != 0
        || ', '' ],
    [ 'htu', "
        || memcmp(htu.data + origin.len, path.data, path.len) != 0", '' ],
    [ 'key', 'len > 1 && *bytes == 0', 'false' ],
    [ 'key', 'len > 1 && ', '' ],
    [ 'key', "(len + (*bytes >> 7));

    if (*bytes >> 7)", '(len);

    if (false)' ],
    [ 'key', 'if (len >= 0x80)', 'if (false)' ],
    [ 'jwk', 'njwt_curve_has(curves, key->curve, x, y)', 'true' ],
    [ 'key_curve', 'BN_ucmp(t, y) == 0', 'true' ],
    [ 'key_curve', 'BN_ucmp(t, y) == 0', 'false' ],
    (map { [ 'key_curve', "
           && BN_ucmp($_, curve->p) < 0", '' ] } qw(x y)),
    (map { [ 'key_curve', "
           && BN_mod_add_quick(t, t, curve->$_, curve->p) == 1", '' ] }
         qw(a b)),
    [ 'key_curve', "
           && BN_to_montgomery(t, x, mont, ctx) == 1", '' ],
    [ 'key_curve', '&curves->p384', '&curves->p256' ],
    [ 'key_curve', '        njwt_curve_release(curve);
        return NULL;', '        return NULL;' ],
    [ 'key_curve', 'if (curve->mont == NULL && ', 'if (' ],
    [ 'key_curve', '    njwt_curves_free(own);', '' ],
    [ 'key', 'njwt_jwk_well_formed(scratch, curves, jwk, &key.public, why)',
             'true' ],
    [ 'key', 'if (errno == ENOMEM)', 'if (false)' ],
    [ 'nonce', 'if (njwt_equal_secret', 'if (true || njwt_equal_secret' ],
    [ 'htu', '!= njwt_htu_port(url)', '== 0' ],
    [ 'htu', 'origin.scheme != url->scheme', 'false' ],
    [ 'htu', '|| url.user', '' ],
    [ 'htu', 'if (njwt_htu_unreserved(c))', 'if (true)' ],
    [ 'htu', 'if (njwt_htu_unreserved(c))', 'if (false)' ],
    [ 'htu', 'c <= 0x20 || c >= 0x7f', 'false' ],
    [ 'binding', 'memcmp(certificate, x5t, NJWT_DIGEST) != 0', 'false' ],
    [ 'binding', 'if (c->request->cnf != NULL)', 'if (false)' ],
    [ 'binding', 'found->mtls = true;', '' ],
    [ 'binding', 'found->proved = true;', '' ],
    [ 'binding', 'found->judged = true;', '' ],
    [ 'binding', 'memset(found, 0, sizeof(njwt_binding_result_t));', '' ],
    [ 'binding', 'if (!c->has_cnf)', 'if (false)' ],

    [ 'verdict', 'found->binding.proved && ', '' ],
    [ 'verdict', '.proved && njwt_verdict_is_verified(verdict)', '.proved' ],

    # logout tokens
    [ 'logout', '!= NJWT_JSON_OBJECT', '== NJWT_JSON_ABSENT' ],
    [ 'logout', 'text.len == 0 || ', '' ],
    [ 'logout', 'text.len > NJWT_LOGOUT_MAX_ID', 'text.len >= '
                . 'NJWT_LOGOUT_MAX_ID' ],
    [ 'logout', 'c->token.len > NJWT_LOGOUT_MAX_SIZE', 'c->token.len >= '
                . 'NJWT_LOGOUT_MAX_SIZE' ],
    [ 'logout', 'return *client < c->client_count;', 'return true;' ],
    [ 'json', 'if (njwt_json_holds(value, strings[i]))', 'if (true)' ],
    [ 'logout', 'kid->len <= NJWT_MAX_KID', 'kid->len <= 256' ],
    [ 'logout', "return njwt_jws_kid(jws, kid)\n           && ",
                'kid->len = 0; return ' ],
    [ 'logout', '&& !njwt_logout_id(claims, sub, &good.sub)',
                '&& !njwt_logout_id(claims, sub, &good.sid)' ],
    [ 'logout', 'return first;', 'return NJWT_LOGOUT_GOOD;' ],
    [ 'logout', '*id = text;', '' ],
    [ 'logout', '*found = good;', '' ],
    [ 'json', 'for (i = 0; i < count; i++)', 'for (i = 0; i < 1; i++)' ],
    [ 'logout', 'njwt_jws_parts(c->token) == 5',
                'njwt_jws_parts(c->token) > 3' ],
    [ 'logout', '(alg & issuer->algorithms) == 0', 'alg == 0' ],
    [ 'logout', 'issuer->issuer_count', '1' ],
    [ 'logout', 'expected.audience_count = c->client_count;', '' ],
    [ 'logout', 'arena->failed ? NJWT_LOGOUT_UNDECIDED', 'false ? 0' ],
    [ 'logout', 'return njwt_logout_texts[result];',
                'return njwt_logout_texts[0];' ],

    # revocation entries
    [ 'revocation', '!(*date >= 0)', '*date < -1' ],
    [ 'revocation', '!(*date >= 0)', '*date <= 0' ],
    [ 'revocation', '!= NJWT_JSON_NUMBER', '== NJWT_JSON_NULL' ],
    [ 'revocation', '*date > NJWT_REVOCATION_MAX_DATE',
                    '*date >= NJWT_REVOCATION_MAX_DATE' ],
    [ 'revocation', '*date > NJWT_REVOCATION_MAX_DATE', 'false' ],
    [ 'revocation', 'if (fault != NULL) {', 'if (false) {' ],
    [ 'revocation', 'if (njwt_slice_equal(terms->claims[i], name))',
                    'if (i > 0 || njwt_slice_equal(terms->claims[i], name))' ],
    [ 'revocation', 'i < terms->claim_count', 'i + 1 < terms->claim_count' ],
    [ 'revocation', '*claim = terms->claims[i];', '*claim = name;' ],
    [ 'revocation', 'njwt_json_type(object) != NJWT_JSON_OBJECT', 'false' ],
    [ 'revocation', 'njwt_json_type(member) != NJWT_JSON_STRING', 'false' ],
    [ 'revocation', 'return "has a member that is none of',
                    'if (false) return "has a member that is none of' ],
    (map { [ 'revocation', "if (!$_) {", 'if (false) {' ] }
         qw(claim value before until)),
    [ 'revocation', 'if (terms->file) {', 'if (false) {' ],
    [ 'revocation', 'if (terms->file) {', 'if (true) {' ],
    [ 'revocation', 'entry->before = terms->now;', 'entry->before = 0;' ],
    [ 'revocation', 'entry->before + terms->keep', 'terms->now + terms->keep' ],
    [ 'revocation', 'entry->before + terms->keep', 'entry->before' ],
    [ 'revocation', "if (c == '\\n') {", 'if (false) {' ],
    [ 'revocation', "begins && c > ' '", 'begins' ],
    [ 'revocation', '--entry == 0', 'entry-- == 0' ],
    [ 'revocation', "string && c == '\\\\'", 'false' ],
    [ 'revocation', 'string = !string;', '' ],
    [ 'revocation', "!string && (c == '{'", "(c == '{'" ],
    [ 'revocation', "!string && (c == '}'", "(c == '}'" ],
    [ 'revocation', "c == '{' || c == '['", "c == '['" ],
    [ 'revocation', "c == '}' || c == ']'", "c == ']'" ],
    [ 'revocation', 'begins = ++depth == 1', 'begins = ++depth == 2' ],
    [ 'revocation', 'begins = depth == 1', 'begins = true' ],
    [ 'revocation', 'array ? njwt_json_length(value) : 1', '1' ],
    [ 'revocation', 'array ? element : value', 'value' ],
    [ 'revocation', 'if (list == NULL) {', 'if (false) {' ],
    [ 'revocation', 'out->entry = i + 1;', 'out->entry = i;' ],
    [ 'revocation', 'out->count = n;', '' ],
    [ 'revocation', '(void) njwt_slice_unmark(&text);', '' ],
    [ 'revocation', 'if (arena->failed) {', 'if (false) {' ],
    [ 'revocation', 'terms->file && type != NJWT_JSON_ARRAY', 'false' ],
    [ 'revocation', 'type != NJWT_JSON_ARRAY', 'true' ],
    [ 'revocation', "claim.data[i - 1] != '/'", 'true' ],
    [ 'revocation', "i > 0 && claim.data[0] == '/' && ", '' ],
    [ 'revocation', "claim.data[0] == '/' && ", '' ],
    [ 'revocation', '"~1sid"', '"1sid"' ],
    [ 'revocation', '"~1sid"', '"sid"' ],
    [ 'revocation', 'njwt_revocation_is(last, "sid")
           || ', '' ],
    (map { [ 'revocation', "njwt_revocation_is(claims[i], \"$_\")", 'false' ] }
         qw(sub /sub)),
    # what a gate tells of its policy
    [ 'policy_json', 'expected->any_audience = njwt_json_type(value) == NJWT_JSON_NULL;',
                     'expected->any_audience = true;' ],
    [ 'policy_json', 'njwt_json_type(value) != NJWT_JSON_NULL;', 'false;' ],
    [ 'policy_json', 'njwt_json_type(methods) == NJWT_JSON_NULL', 'true' ],
    [ 'policy_json', 'if (alg == NJWT_ALG_UNKNOWN)', 'if (false)' ],
    [ 'policy_json', 'njwt_unread(r, NJWT_UNREAD_BINDING, words[i]);', '' ],
    [ 'policy_json', 'policy->binding = (count > 0) ? binding : NULL;',
                     'policy->binding = NULL;' ],
    [ 'policy_json', 'if (named == 0)', 'if (false)' ],
    [ 'policy_json', 'if (k == count)', 'if (false)' ],
    [ 'policy_json', 'r->why = NJWT_UNREAD_RULE;', '' ],
    [ 'policy_json', 'rule->value_count = count;', '' ],
    [ 'policy_words', 'if (!njwt_path_valid(claim))', 'if (false)' ],
    [ 'policy_words', 'if (*flag)', 'if (false)' ],
    [ 'policy_words', 'return njwt_value_without(value, "$");',
                      'return true;' ],
    [ 'policy_words', 'return (algorithms & NJWT_ALGS_HMAC) &&',
                      'return false &&' ],

    [ 'url', "c <= '9') {
        return c - '0'", "c <= ':') {
        return c - '0'" ],
    [ 'url', "    c |= 0x20;

    return (c >= 'a' && c <= 'f')", "    return (c >= 'a' && c <= 'f')" ],
    [ 'url', "(c >= 'a' && c <= 'f')", "(c <= 'f')" ],
    [ 'url', "(c >= 'a' && c <= 'f')", "(c >= 'a' && c <= 'g')" ],
    [ 'url', 'text.len - at < 3', 'text.len - at < 2' ],
    [ 'url', 'njwt_url_byte(text, i) <= 0', 'njwt_url_byte(text, i) < 0' ],
    [ 'url', 'high < 0 || ', '' ],
    [ 'url', ' || low < 0', '' ],
    [ 'url', 'high * 16 + low', 'high * 16' ],
    [ 'url', "(plus && text.data[i] == '+')", "(text.data[i] == '+')" ],
    [ 'url', "(plus && text.data[i] == '+')", '(false)' ],
    [ 'url', "        data[len++] = (uint8_t) byte;
        i += 2;", "        data[len++] = (uint8_t) byte;
        i += 1;" ],
    [ 'certificate', 'njwt_url_decode(arena, text, false, &text)',
                     'njwt_url_decode(arena, text, true, &text)' ],
    [ 'form', 'i == type.len || ', '' ],
    [ 'form', "i == type.len || type.data[i] == ';'", 'true' ],
    [ 'form', " || type.data[i] == '\\t'", '' ],
    [ 'form', "type.data[i] == ' ' || ", '' ],
    [ 'form', 'pair, true', 'pair, false' ],
    [ 'form', '(found == NJWT_FORM_NONE) ? NJWT_FORM_ONE : NJWT_FORM_MANY',
              'NJWT_FORM_ONE' ],
    [ 'logout', "
           && njwt_payload_plausible(payload, expected, now)", '' ],
    [ 'logout', 'found->wants_keys = false;', '' ],
    [ 'logout', 'memset(found, 0, sizeof(njwt_logout_t));', '' ],
    [ 'logout', 'expected.leeway = c->issuer->expected.leeway;', '' ],
    [ 'logout', 'good.sub.len == 0 && ', '' ],
    [ 'logout', ' && good.sid.len == 0', '' ],
    (map { [ 'logout', "njwt_logout_has(claims, $_)
                && ", '' ] } qw(sub sid)),
    [ 'logout', 'good.exp = dates->exp;', '' ],
    [ 'jws', 'njwt_literal("application/logout+jwt"),',
             'njwt_literal("logout+jwt"),' ],
    [ 'jws', 'allowed, 4, true', 'allowed, 4, false' ],
    [ 'jws', 'allowed, 4, true', 'allowed, 3, true' ],
    [ 'jws', 'allowed, 4, true', 'allowed, 2, true' ],
    [ 'claims', '
             && njwt_json_type(njwt_payload_logout(claims->root))
                == NJWT_JSON_ABSENT', '' ],
    [ 'claims', 'njwt_json_type(njwt_payload_logout(claims->root))
                == NJWT_JSON_ABSENT', 'njwt_json_type('
                . 'njwt_payload_logout(claims->root))
                != NJWT_JSON_OBJECT' ],

    # dates
    [ 'dates', 'dates->exp + leeway > (double) now',
               'dates->exp + leeway >= (double) now' ],
    [ 'dates', 'dates->exp + leeway', 'dates->exp' ],
    [ 'dates', '*date = -HUGE_VAL;', '*date = 0;' ],
    [ 'dates', '<= (double) now + leeway', '< (double) now + leeway' ],
    [ 'dates', '<= (double) now + leeway', '<= (double) now' ],
    [ 'dates', 'max_age + leeway > (double) now',
               'max_age + leeway >= (double) now' ],
    [ 'dates', 'max_age + leeway >', 'max_age >' ],
    [ 'dates', 'iat + max_age', 'iat' ],
    [ 'dates', "return njwt_dates_issued(dates)\n           && ", 'return ' ],
    [ 'dates', '*date > -NJWT_MAX_DATE && ', '' ],
    [ 'dates', ' && *date < NJWT_MAX_DATE)', ')' ],
    [ 'dates', "\n           || njwt_dates_within(value)", '' ],
    [ 'dates', ' && order <= 0', '' ],
    [ 'dates', 'order <= 0', 'order < 0' ],
    [ 'dates', "text.data[0] == '-'", 'false' ],
    [ 'dates', 'return exp && nbf && iat;', 'return nbf && iat;' ],
    [ 'dates', 'return exp && nbf && iat;', 'return exp && iat;' ],
    [ 'dates', 'return exp && nbf && iat;', 'return exp && nbf;' ],

    # types
    (map { [ 'claims',
             "\n           && njwt_claims_string_ok(root, njwt_$_)", '' ] }
         qw(iss sub jti)),
    [ 'claims', 'njwt_dates_take(root, dates);',
                '(njwt_dates_take(root, dates) || true);' ],
    [ 'claims', "\n           && njwt_claims_audience_valid(root)", '' ],

    # what must be there
    [ 'claims', '(!expected->has_max_age || njwt_dates_issued(&claims->dates))',
                'true' ],
    [ 'claims', '(!expected->has_max_age || njwt_dates_issued(&claims->dates))',
                'njwt_dates_issued(&claims->dates)' ],
    [ 'claims', 'expected->profile == NJWT_PROFILE_ANY
               || ', '' ],
    [ 'claims', '
               || !njwt_payload_lacks(claims->root, &i, &name)', '' ],
    (map { [ 'claims', "    njwt_literal(\"$_\"),\n", '' ] }
         qw(iss exp aud sub client_id iat)),
    [ 'claims', "    njwt_literal(\"jti\")\n", '' ],
    [ 'claims', 'type == NJWT_JSON_ABSENT
            ||', 'false ||' ],
    [ 'claims', 'type != NJWT_JSON_STRING
                && njwt_slice', 'type == NJWT_JSON_ABSENT
                && njwt_slice' ],
    [ 'claims', 'return expected->has_max_age
           && ', 'return ' ],
    [ 'claims', 'return expected->has_max_age
           && njwt_dates_too_old', 'return false
           && njwt_dates_too_old' ],
    [ 'claims', '!expected->has_max_age
               || (njwt_dates_issued', 'false
               || (njwt_dates_issued' ],
    [ 'claims', '(njwt_dates_issued(dates)
                   && !', '(!' ],
    [ 'claims', '
                   && !njwt_dates_too_old(dates, expected->max_age, leeway,
                                          now)', '' ],

    # audience, cnf, issuer, proof
    [ 'claims', 'return expected->any_audience', 'return true' ],
    [ 'claims', 'return expected->any_audience',
                       'return expected->audience_count == 0' ],
    [ 'claims', "njwt_cnf))\n             != NJWT_JSON_ABSENT",
                       "njwt_cnf))\n             > NJWT_JSON_NULL" ],
    [ 'claims', 'input.data != payload->signing_input.data',
                       'false' ],
    [ 'claims', "count)\n           < count;", "count)\n           <= count;" ],
    [ 'claims', 'return !njwt_dates_expired',
                       'return true || !njwt_dates_expired' ],
    [ 'claims', "\n           && njwt_claims_root_audience_ok(payload->root, "
                       . 'expected)', '' ],
    [ 'claims', '!njwt_dates_not_yet_valid(dates',
                       'true || !njwt_dates_not_yet_valid(dates' ],
    [ 'claims', '!njwt_dates_from_future(dates',
                       'true || !njwt_dates_from_future(dates' ],

    # header
    [ 'jws', 'header.len == 0 || payload.len == 0 || rest.len == 0',
                    'header.len == 0 || payload.len == 0' ],
    [ 'jws', "\n           || njwt_json_type(njwt_json_member("
                    . "jws->header, njwt_slice(\"b64\")))\n              != NJWT_JSON_ABSENT",
                    '' ],
    [ 'jws', 'return njwt_json_type(value) == type', 'return true' ],
    [ 'jws', '
                   && (type != NJWT_JSON_ARRAY || njwt_json_strings(value))',
             '' ],
    [ 'jws', '(profile == NJWT_PROFILE_ANY) ? 4 : 2', '4' ],
    [ 'jws', '(profile == NJWT_PROFILE_ANY) ? 4 : 2', '2' ],
    [ 'jws', "2,\n                               profile == NJWT_PROFILE_ANY",
             '2, true' ],
    [ 'jws', "2,\n                               profile == NJWT_PROFILE_ANY",
             '2, false' ],

    # paths
    [ 'path', "if (path.len == 0 || path.data[0] != '/') {
        return path.len > 0;", "if (path.len == 0) {
        return path.len > 0;" ],
    [ 'path', 'return path.len > 0;', 'return true;' ],
    [ 'path', " && path.data[i + 1] != '1'", '' ],
    [ 'path', "path.data[i + 1] != '0' && ", '' ],
    [ 'path', "step->data[i] == '1') ? '/' : '~'",
              "step->data[i] == '1') ? '~' : '/'" ],
    [ 'path', ", '~', step->len) == NULL", ", '~', step->len) != NULL" ],
    [ 'path', 'step->len = len;', '' ],
    [ 'path', "rest->data[i] != '/'", 'true' ],
    [ 'path', 'step.len == 0 || ', '' ],
    [ 'path', ' || step.len > 9', '' ],
    [ 'path', ' && step.len > 1', '' ],
    [ 'path', "(step.data[0] == '0' && step.len > 1)", 'false' ],
    [ 'path', "step.data[i] < '0' || ", '' ],
    [ 'path', " || step.data[i] > '9'", '' ],
    [ 'path', 'index * 10', 'index * 11' ],
    [ 'path', 'if (!njwt_path_unescape(arena, &step)) {
            return none;', 'if (!njwt_path_unescape(arena, &step)) {
            return value;' ],
    [ 'path', 'if (data == NULL) {
        return false;', 'if (data == NULL) {
        return true;' ],
    [ 'path', 'njwt_json_type(value) == NJWT_JSON_ARRAY', 'true' ],
    [ 'path', 'njwt_json_type(value) == NJWT_JSON_ARRAY', 'false' ],
    [ 'path', "if (path.len == 0 || path.data[0] != '/') {
        return njwt_json_member", 'if (true) {
        return njwt_json_member' ],

    # scopes
    [ 'scopes', ' && value.node == NULL; i++', '; i++' ],
    [ 'scopes', 'if (count == 0)', 'if (false)' ],
    [ 'scopes', 'if (count == 0)', 'if (true)' ],
    [ 'scopes', 'if (njwt_slice_equal(word, scope))', 'if (true)' ],
    [ 'scopes', ' && njwt_json_holds(granted, scope)', '' ],
    [ 'scopes', 'njwt_json_type(granted) == NJWT_JSON_ARRAY', 'false' ],
    [ 'scopes', '    if (!njwt_json_strings(granted)) {
        return true;
    }
', '' ],
    [ 'scopes', "data[len++] = ' ';", '' ],
    [ 'scopes', 'if (len > 0)', 'if (true)' ],
    [ 'scopes', " && memchr(one.data, ' ', one.len) == NULL", '' ],
    [ 'scopes', 'out->len = 0;', '' ],
    [ 'policy', 'return !arena->failed;', 'return true;' ],

    # rules
    [ 'rule', 'value.caseless = njwt_rule_prefixes[i].caseless;', '' ],
    [ 'rule', 'njwt_slice_starts(text, prefix)', 'true' ],
    [ 'rule', 'value.text = njwt_slice_behind(text, prefix.len);', '' ],
    [ 'arena', 'memcmp(text.data, start.data, start.len) == 0', 'true' ],
    [ 'arena', 'return text.len >= end.len', 'return true' ],
    [ 'rule', '
            && njwt_rule_prefixes[i].caseless == value->caseless', '' ],
    [ 'rule', '
                                && njwt_slice_equal(value->text, text));',
              ');' ],
    [ 'rule', 'return order > 0;', 'return order >= 0;' ],
    [ 'rule', 'return order >= 0;', 'return order > 0;' ],
    [ 'rule', 'return order < 0;', 'return order <= 0;' ],
    [ 'rule', 'return order <= 0;', 'return order < 0;' ],
    [ 'rule', 'njwt_json_type(claim) != NJWT_JSON_NUMBER
        || ', '' ],
    [ 'rule', '!njwt_number_compare(text, value->text, &order)',
              '(order = 0, njwt_number_compare(text, value->text, &order), '
              . 'false)' ],
    [ 'rule', 'return njwt_rule_limits(value->text);', 'return false;' ],
    [ 'rule', 'return !njwt_number_valid(value->text);', 'return false;' ],
    [ 'rule', 'if (*left == 0)', 'if (false)' ],
    [ 'rule', '(*left)--;', '' ],
    [ 'rule', 'if (result == NJWT_REGEX_BROKEN)', 'if (false)' ],
    [ 'rule', "
                            == (value->kind == NJWT_RULE_REGEX)", '' ],
    [ 'rule', 'usual = njwt_rule_result(value->kind == NJWT_RULE_NOT_REGEX)',
              'usual = njwt_rule_result(false)' ],
    [ 'rule', 'usual = njwt_rule_result(value->kind == NJWT_RULE_NOT_REGEX)',
              'usual = njwt_rule_result(true)' ],
    [ 'rule', '
            || njwt_rule_value_regex(value) != regex', '' ],
    [ 'rule', 'if (result != NJWT_RULE_FAILS) {
            return result;', 'if (result == NJWT_RULE_HOLDS) {
            return result;' ],
    [ 'rule', 'if (result != NJWT_RULE_HOLDS) {
            return result;', 'if (result == NJWT_RULE_FAILS) {
            return result;' ],
    [ 'rule', 'njwt_json_type(claim) == NJWT_JSON_ABSENT
        || ', '' ],
    [ 'rule', '
        || njwt_json_type(claim) == NJWT_JSON_NULL', '' ],
    [ 'rule', 'if (njwt_rule_has_plain(rule))', 'if (false)' ],
    [ 'rule', 'if (njwt_rule_has_plain(rule))', 'if (true)' ],
    [ 'rule', 'return njwt_rule_negated(rule, claim, &left);',
              'return NJWT_RULE_HOLDS;' ],
    [ 'rule', 'if (result == NJWT_RULE_FAILS) {
            result = njwt_rule_plain(rule, true, claim, &left);
        }', '' ],
    [ 'policy', 'result = njwt_rule_check(arena, rule, '
                . 'njwt_claims_root(claims));', 'result = NJWT_RULE_HOLDS;' ],
    [ 'policy', 'rules[i].indexed = false;', '' ],
    [ 'policy', 'if ((method.bit & NJWT_METHOD_NAMED) != 0)', 'if (true)' ],
    [ 'policy', 'if ((method.bit & NJWT_METHOD_NAMED) != 0)', 'if (false)' ],
    [ 'policy', 'if (njwt_slice_equal(rule->others[i], method.name))',
                'if (true)' ],
    [ 'policy', 'word.len -= word.data[word.len - 1] == separator.data[0];',
                '' ],
    [ 'policy', 'any = false;', '' ],
    [ 'method', "name.data[0] < 'A' || ", '' ],
    [ 'method', " || name.data[0] > 'Z'", '' ],
    [ 'method', 'memchr(others, c, sizeof(others) - 1) == NULL', 'false' ],
    [ 'policy', 'rule->indexed && njwt_answers_known', 'njwt_answers_known' ],
    [ 'policy', 'rule->indexed && njwt_answers_known(answers, '
                . 'rule->number)', 'rule->indexed' ],
    [ 'policy', 'njwt_claims_predicates(claims) == NULL || ', '' ],
    [ 'policy', ' || !rule->indexed', '' ],
    [ 'policy', 'rule->number, result == NJWT_RULE_HOLDS', 'rule->number, '
                . 'true' ],
    [ 'policy', 'rule->number, result == NJWT_RULE_HOLDS', 'rule->number, '
                . 'false' ],
    [ 'policy', 'result != NJWT_RULE_HOLDS', 'result == NJWT_RULE_FAILS' ],

    # numbers
    [ 'number', 'a.exponent != b.exponent', 'false' ],
    [ 'number', 'return x - y;', 'return y - x;' ],
    [ 'number', 'a.digits < a.end || b.digits < b.end', 'a.digits < a.end' ],
    [ 'number', "return p == end;", 'return true;' ],
    [ 'number', "(p < point) ? point - p - 1 : point - p", 'point - p' ],
    [ 'number', "(p < point) ? point - p - 1 : point - p", 'point - p - 1' ],
    [ 'number', 'negative ? -value : value', 'value' ],
    [ 'number', 'sign * njwt_number_magnitude', 'njwt_number_magnitude' ],
    [ 'number', 'if (value < NJWT_NUMBER_EXPONENT) {', 'if (true) {' ],
    [ 'number', "if (p < end && *p == '0') {", 'if (false) {' ],
    [ 'policy', 'i < policy->claim_rule_count', 'i < 1' ],

    # keys
    [ 'key', 'BN_num_bits(n) < NJWT', 'BN_num_bits(n) <= NJWT' ],
    [ 'key', 'NJWT_RSA_MIN_BITS  2048', 'NJWT_RSA_MIN_BITS  2047' ],
    [ 'key', 'BN_num_bits(n) > NJWT', 'BN_num_bits(n) >= NJWT' ],
    [ 'key', '!BN_is_odd(n)', 'false' ],
    [ 'key', '!BN_is_odd(e) || ', '' ],
    [ 'key', 'BN_is_one(e)', 'false' ],
    [ 'key', 'BN_cmp(e, n) >= 0', 'BN_cmp(e, n) > 0' ],
    [ 'key', '!njwt_slice_equal(njwt_json_string(use), '
             . 'njwt_slice("sig"))', 'false' ],
    [ 'key', '&& njwt_json_holds(ops, njwt_slice("verify"))', '' ],
    [ 'key', 'njwt_json_type(ops) == NJWT_JSON_ARRAY
               && ', '' ],
    [ 'key', 'njwt_jwk_member_is(jwk, kty, njwt_rsa)', 'true' ],
    [ 'key', 'njwt_jwk_member_is(jwk, kty, known->kty)
            && ', '' ],
    [ 'key', "
            && njwt_jwk_member_is(jwk, crv, known->crv)", '' ],
    [ 'key', 'njwt_json_string(alg)) & njwt_public_algs(key)',
             'njwt_json_string(alg))' ],
    [ 'key', 'return njwt_public_algs(key);', 'return NJWT_ALG_UNKNOWN;' ],
    [ 'key', '&& bytes->data[0] != 0', '' ],

    # how a trusted set is spelled
    [ 'key', 'if (reading == NJWT_JWK_STRICT)', 'if (false)' ],
    [ 'key', 'if (reading == NJWT_JWK_STRICT)', 'if (true)' ],
    [ 'key', 'padded ? NJWT_SPELLING_PADDED : 0', '0' ],
    [ 'key', 'plain ? NJWT_SPELLING_PLAIN : 0', '0' ],
    [ 'key', '*spelling |= NJWT_SPELLING_ZERO;', '' ],
    [ 'key', '*spelling |= found;', '' ],
    [ 'key', 'reading == NJWT_JWK_TRUSTED && njwt_key_in_certificate',
             'njwt_key_in_certificate' ],
    [ 'key', 'return njwt_jwk_is(jwk, &key->public);', 'return true;' ],
    [ 'key', '&& (njwt_json_type(crv) == NJWT_JSON_ABSENT
               ||', '&& (true ||' ],
    (map { [ 'key', $_, $_ =~ s/"."/"q"/r ] }
         map { "njwt_literal(\"$_\")" } qw(n e x y)),
    [ 'key', '(p == der.data + der.len) ?', '(true) ?' ],
    [ 'key', 'pkey != NULL && p != der.data + der.len', 'false' ],
    [ 'key', 'key->algs != njwt_public_algs(&key->public)', 'false' ],
    [ 'key', 'njwt_key_kid(key, &kid) ? &kid : NULL', 'NULL' ],
    [ 'key', '*why = njwt_jwk_rsa_fault(n, e);', '*why = NULL;' ],
    [ 'b64', "while (end > 0 && text.len - end < 2 &&",
             'while (end > 0 &&' ],
    [ 'b64', "(copy[i] == '+') ? '-' : '_'", "(copy[i] == '+') ? '_' : '-'" ],
    [ 'b64', 'if (bits > 0)', 'if (false)' ],
    [ 'alg', 'if (njwt_slice_equal(name, njwt_slice("Ed25519")))', 'if (false)' ],
    [ 'alg', '.alg & algs & NJWT_ALGS_HMAC)', '.alg & algs)' ],
    [ 'alg', '.alg & algs & NJWT_ALGS_HMAC)', '.alg & NJWT_ALGS_HMAC)' ],
    [ 'alg', 'njwt_algs[i].hash_len > most', 'most == 0' ],
    [ 'alg', 'if (algs & NJWT_ALGS_RSA)', 'if (false)' ],
    [ 'alg', 'if (algs & NJWT_ALGS_EC)', 'if (false)' ],
    [ 'alg', 'if (algs & NJWT_ALGS_OKP)', 'if (false)' ],
    [ 'alg', '(algs & NJWT_ALGS_HMAC) ? "oct" : ""', '"oct"' ],

    # PEM
    [ 'pem', 'return njwt_slice_equal(label, block->label);',
             'return true;' ],
    [ 'pem', "            *rest = before;\n", '' ],
    [ 'pem', 'if (!block->whole)', 'if (false)' ],
    [ 'pem', "c != '\\n' && c != '\\r'", "c != '\\n'" ],
    [ 'pem', "(line->data[line->len - 1] == '\\r'", '(false' ],
    [ 'jwks', 'if (njwt_pem_is_private(block))', 'if (false)' ],
    [ 'jwks', 'blocks > NJWT_MAX_PEM', 'blocks >= NJWT_MAX_PEM' ],
    [ 'jwks', 'blocks > NJWT_MAX_PEM', 'false' ],
    [ 'jwks', '(file && njwt_pem_is(text))', 'njwt_pem_is(text)' ],
    [ 'jwks', '(file && njwt_pem_is(text))', 'false' ],

    # the length of the text or of the bytes: each alone is enough
    [ 'key', 'text.len == njwt_b64_length(len)
           && njwt_b64_decode(scratch, text, out)
           && out->len == len', 'njwt_b64_decode(scratch, text, out)' ],
    [ 'key', 'verified == 1', 'verified >= 0' ],
    [ 'key', '(errno == ENOMEM) ?', '(false) ?' ],
    [ 'key', 'signature.len != 2 * info->half', 'false' ],
    [ 'key', 'RSA_PSS_SALTLEN_DIGEST)', 'RSA_PSS_SALTLEN_AUTO)' ],
    [ 'key', 'signature.len != len
        || ', '' ],
    [ 'key', '!njwt_equal_secret(mac, signature.data, len)', 'false' ],
    [ 'key', 'proof == NULL || verifier == NULL', 'verifier == NULL' ],
    [ 'key', '|| errno == ENOMEM', '' ],
    [ 'key', 'secret.len == 0 || ', '' ],
    [ 'key', ' || secret.len > NJWT_MAX_SECRET', '' ],
    [ 'key', 'kid.len > NJWT_MAX_KID', 'kid.len >= NJWT_MAX_KID' ],
    [ 'key', '(key->algs & alg) != 0', 'true' ],
    [ 'key', 'RSA_PKCS1_PADDING) == 1',
             'RSA_PKCS1_PSS_PADDING) == 1' ],

    # key sets
    [ 'jwks', ': fitting == 1;', ': fitting >= 1;' ],
    [ 'jwks', 'jwks->any_kid ? fitting > 0', 'jwks->any_kid ? fitting == 1' ],
    [ 'jwks', 'njwt_slice_equal(own, *kid)', 'true' ],
    [ 'jwks', 'njwt_slice_equal(own, *kid) : jwks->lone',
              'njwt_slice_equal(own, *kid) : true' ],
    [ 'jwks', 'njwt_slice_equal(own, *kid) : jwks->lone',
              'njwt_slice_equal(own, *kid) : false' ],
    [ 'jwks', 'kid == NULL || jwks->any_kid', 'kid == NULL' ],
    [ 'jwks', 'njwt_jwks_append(jwks, null);', '' ],
    [ 'jwks', 'jwks->count == 1 && !jwks->lone', '!jwks->lone' ],
    [ 'arena', "text.len >= start.len\n           && ", '' ],
    [ 'discovery', '(void) njwt_slice_unmark(&text);', '' ],
    [ 'jwks', 'report->private_members |= njwt_jwk_has_private(jwk);', '' ],
    [ 'jwks', 'njwt_slice_unmark(&text) ? NJWT_SPELLING_MARK : 0', '0' ],
    [ 'arena', '*text = njwt_slice_behind(*text, mark.len);', '' ],
    [ 'jwks', '!njwt_key_fits(key, alg)', 'false' ],
    [ 'jwks', ' && proof == NULL; i++', ' && i == 0; i++' ],
    [ 'jwks', 'njwt_json_length(keys) > NJWT_MAX_KEYS',
                     'njwt_json_length(keys) >= NJWT_MAX_KEYS' ],
    [ 'jwks', '(jwks->count == 0) ?', '(false) ?' ],

    # base64url
    [ 'b64', 'rest == 1', 'false' ],
    [ 'b64', 'left != 0', 'false' ],
    [ 'b64', 'left = bits & 0xffff;', 'left = bits & 0x7fff;' ],
    [ 'b64', 'left = bits & 0xff;', 'left = bits & 0x7f;' ],
    [ 'b64', 'left = bits & 0xffff;', 'left = 0;' ],
    [ 'b64', 'UINT32_MAX : bits', 'UINT32_MAX : 0' ],
    [ 'b64', 'UINT32_MAX : bits', 'bits : bits' ],
    [ 'b64', 'seen |= bits', 'seen = bits' ],
    [ 'b64', 'seen |= bits', 'seen &= bits' ],
    [ 'b64', 'seen |= njwt_b64_rest', 'seen = njwt_b64_rest' ],
    [ 'b64', 'seen >> NJWT_B64_BITS != 0', 'false' ],
    [ 'b64', 'const int8_t', 'const uint8_t' ],
    [ 'b64', '-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, -1,',
             '-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, 62, -1, -1,' ],
    [ 'b64', '-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, -1,',
             '-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, 63,' ],
    [ 'b64', '60, 61, -1, -1, -1, -1,', '60, 61, -1, -1, -1,  0,' ],
    (map { [ 'b64', "njwt_b64_value(text[$_])", "(njwt_b64_value(text[$_])"
                    . ' & 0x3f)' ] } 0, 1, 3),
    [ 'b64', "| njwt_b64_value(text[2]) << 6", '| (njwt_b64_value(text[2])'
             . ' & 0x3f) << 6' ],
    # (behind the last group it changes nothing: all bits set leave some over)

    # JSON
    [ 'json_read', "*reader->at == ' ' || ", '' ],
    [ 'json_read', "*reader->at == '\\n'
               || ", '' ],
    [ 'json_read', "*reader->at == '\\r' || ", '' ],
    [ 'json_read', " || *reader->at == '\\t'", '' ],
    [ 'json_read', "*reader->at == ' ' || ", "*reader->at < ' ' || " ],
    [ 'json_read', '*at < 0xc2 || ', '*at < 0xc0 || ' ],
    [ 'json_read', '*at > 0xf4', '*at > 0xf5' ],
    [ 'json_read', '*at < 0xc2 || ', '*at < 0xc3 || ' ],
    [ 'json_read', '*at > 0xf4', '*at > 0xf3' ],
    [ 'json_read', '(*at < 0xe0) ? 2', '(*at <= 0xe0) ? 2' ],
    [ 'json_read', '(*at < 0xf0) ? 3', '(*at <= 0xf0) ? 3' ],
    [ 'json_read', '(size_t) (end - at) < len', 'false' ],
    [ 'json_read', '(*at == 0xe0) ? 0xa0', '(*at == 0xe0) ? 0x80' ],
    [ 'json_read', '(*at == 0xf0) ? 0x90', '(*at == 0xf0) ? 0x80' ],
    [ 'json_read', '(*at == 0xed) ? 0x9f', '(*at == 0xed) ? 0xbf' ],
    [ 'json_read', '(*at == 0xf4) ? 0x8f', '(*at == 0xf4) ? 0xbf' ],
    [ 'json_read', '(*at == 0xe0) ? 0xa0', '(*at == 0xe0) ? 0xa1' ],
    [ 'json_read', '(*at == 0xf0) ? 0x90', '(*at == 0xf0) ? 0x91' ],
    [ 'json_read', '(*at == 0xed) ? 0x9f', '(*at == 0xed) ? 0x9e' ],
    [ 'json_read', '(*at == 0xf4) ? 0x8f', '(*at == 0xf4) ? 0x8e' ],
    [ 'json_read', "        low = 0x80;\n        high = 0xbf;\n", '' ],
    [ 'json_read', 'at[i] < low || ', '' ],
    [ 'json_read', ' || at[i] > high', '' ],
    [ 'json_read', 'ones * 0x20', 'ones * 0x1f' ],
    [ 'json_read', " | ((bytes ^ ones * '\"') - ones)", '' ],
    [ 'json_read', "
            | ((bytes ^ ones * '\\\\') - ones)", '' ],
    [ 'json_read', 'end - at >= 8', 'end - at >= 7' ],
    [ 'json_read', 'if (special != 0)', 'if (false)' ],
    [ 'json_read', '(special & (0 - special)) - 1', 'special - 1' ],
    [ 'json_read', '* ones
                         >> 56', '
                         >> 56' ],
    (map { [ 'json_read', "at[$_] << 8 * $_", "at[$_ - 1] << 8 * $_" ] }
         1 .. 7),
    [ 'json_read', 'reader->nul = reader->nul || point == 0;', '' ],
    [ 'json_read', 'reader->nul = reader->nul || point == 0;',
                   'reader->nul = point == 0;' ],
    [ 'json_read', '    reader->nul = false;

    if (!njwt', '    if (!njwt' ],
    [ 'json_read', '*at >= 0x20 && ', '' ],
    [ 'json_read', '*at >= 0x20 && ', '*at > 0x20 && ' ],
    [ 'json_read', '*at < 0x80 && ', '' ],
    [ 'json_read', "*at < 0x80 && *at != '\"'", '*at < 0x80' ],
    [ 'json_read', "
           && *at != '\\\\'", '' ],
    [ 'json_read', 'reader->end - reader->at < 4', 'false' ],
    [ 'json_read', 'c |= 0x20;', '' ],
    [ 'json_read', "c < 'a' || ", '' ],
    [ 'json_read', " || c > 'f'", " || c > 'g'" ],
    [ 'json_read', "c >= '0' && c <= '9'", "c >= '0' && c <= '8'" ],
    [ 'json_read', "c >= '0' && c <= '9'", "c >= '+' && c <= '9'" ],
    [ 'json_read', "(c - 'a') + 10", "(c - 'a') + 9" ],
    [ 'json_read', 'unit < 0xd800 || unit > 0xdfff',
                   'unit <= 0xd800 || unit > 0xdfff' ],
    [ 'json_read', 'unit < 0xd800 || unit > 0xdfff',
                   'unit < 0xd800 || unit >= 0xdfff' ],
    [ 'json_read', 'unit < 0xd800 || unit > 0xdfff', 'true' ],
    [ 'json_read', 'unit > 0xdbff || ', '' ],
    [ 'json_read', "!njwt_json_take(reader, '\\\\')
        || ", '' ],
    [ 'json_read', "!njwt_json_take(reader, 'u') || ", '' ],
    [ 'json_read', 'low < 0xdc00 || ', '' ],
    [ 'json_read', ' || low > 0xdfff)', ')' ],
    [ 'json_read', '(unit - 0xd800) << 10', '(unit - 0xd800) << 9' ],
    [ 'json_read', '(low - 0xdc00)', 'low' ],
    [ 'json_read', 'point < 0x80)', 'point <= 0x80)' ],
    [ 'json_read', 'point < 0x80)', 'point < 0x7f)' ],
    [ 'json_read', 'point < 0x800)', 'point <= 0x800)' ],
    [ 'json_read', 'point < 0x800)', 'point < 0x7ff)' ],
    [ 'json_read', 'point < 0x10000)', 'point < 0xffff)' ],
    [ 'json_read', 'point < 0x10000)', 'true)' ],
    [ 'json_read', '\\"\\\\/bfnrt', '\\"\\\\/bfnrtv' ],
    [ 'json_read', '\\"\\\\/bfnrt', '\\"\\\\/bfnr' ],
    [ 'json_read', '\\b\\f\\n\\r\\t', '\\b\\f\\r\\n\\t' ],
    [ 'json_read', 'if (reader->at == reader->end) {
        return false;', 'if (false) {
        return false;' ],
    [ 'json_read', 'if (reader->decoded == NULL) {
        reader', 'if (true) {
        reader' ],
    [ 'json_read', 'reader->decoded = out;', '' ],
    [ 'json_read', '        begin = reader->at;
        njwt', '        njwt' ],
    [ 'json_read', '        out += len;
', '' ],
    [ 'json_read', '(size_t) (reader->end - reader->at) < word.len',
                   'false' ],
    [ 'json_read', '
        || memcmp(reader->at, word.data, word.len) != 0', '' ],
    [ 'json_read', "*reader->at >= '0'
           && *reader->at <= '9'", "*reader->at >= '/'
           && *reader->at <= '9'" ],
    [ 'json_read', "*reader->at >= '0'
           && *reader->at <= '9'", "*reader->at >= '0'
           && *reader->at <= ':'" ],
    [ 'json_read', "(void) njwt_json_take(reader, '-');", '' ],
    [ 'json_read', "(!njwt_json_take(reader, '0') && !njwt_json_digits(reader))",
                   '!njwt_json_digits(reader)' ],
    [ 'json_read', "(!njwt_json_take(reader, '0') && !njwt_json_digits(reader))",
                   "(!njwt_json_take(reader, '0') + !njwt_json_digits(reader) "
                   . '== 2)' ],
    [ 'json_read', " && !njwt_json_digits(reader)))", '))' ],
    [ 'json_read', " && !njwt_json_digits(reader)))", ' && false))' ],
    [ 'json_read', " || njwt_json_take(reader, 'E')", '' ],
    [ 'json_read', "njwt_json_take(reader, 'e') || ", '' ],
    [ 'json_read', "(void) njwt_json_take(reader, '+');", '' ],
    [ 'json_read', "if (!njwt_json_take(reader, '-')) {", 'if (true) {' ],
    [ 'json_read', "        if (!njwt_json_digits(reader)) {",
                   '        if (njwt_json_digits(reader) && false) {' ],
    [ 'json_read', '(exponent || ', '(' ],
    [ 'json_read', ' || text->len > NJWT_JSON_SURE', '' ],
    [ 'json_read', '
        && !njwt_number_finite(*text)', '' ],
    [ 'json_read', '#define NJWT_JSON_SURE  300', '#define NJWT_JSON_SURE  900' ],
    [ 'json_read', 'memcpy(larger, reader->nodes, size);', '' ],
    [ 'json_read', 'reader->room *= 2;', 'reader->room *= 3;' ],
    [ 'json_read', "reader->nodes[reader->open[reader->depth - 1]].count++;",
                   '' ],
    [ 'json_read', 'if (reader->nul) {', 'if (false) {' ],
    [ 'json_read', "    njwt_json_blanks(reader);

    if (!njwt_json_take(reader, ':'))", "    if (!njwt_json_take(reader, ':'))" ],
    [ 'json_read', "if (!njwt_json_take(reader, ':'))",
                   "if (!njwt_json_take(reader, ':') && false)" ],
    [ 'json_read', "    njwt_json_blanks(reader);

    return true;", '    return true;' ],
    [ 'json_read', 'reader->depth == NJWT_MAX_DEPTH',
                   'reader->depth == NJWT_MAX_DEPTH - 1' ],
    [ 'json_read', "    case '[':
        node->type = NJWT_JSON_ARRAY;", "    case '[':
        node->type = NJWT_JSON_OBJECT;" ],
    [ 'json_read', "    case 'n':", "    case 'N':" ],
    [ 'json_read', "    case 'f':", "    case 'F':" ],
    [ 'json_read', "    if (reader->at == reader->end) {
        return njwt_json_refuse", "    if (false) {
        return njwt_json_refuse" ],
    [ 'json_read', "
           == NJWT_JSON_OBJECT
        && !njwt_json_take_name", "
           != NJWT_JSON_NULL
        && !njwt_json_take_name" ],
    [ 'json_read', '
        && !njwt_json_take_name(reader, &node->name)', '
        && false' ],
    [ 'json_read', 'a->len != b->len', 'false' ],
    [ 'json_read', 'return memcmp(a->data, b->data, a->len);', 'return 0;' ],
    [ 'json_read', 'return memcmp(a->data, b->data, a->len);',
                   'return memcmp(a->data, b->data, a->len) | 1;' ],
    [ 'json_read', '(a->len < b->len) ? -1 : 1', '1' ],
    [ 'json_read', 'child + 1 < n
            && njwt_json_compare(names[child], names[child + 1]) < 0',
                   'false' ],
    [ 'json_read', 'child + 1 < n
            && ', '' ],
    [ 'json_read', 'njwt_json_compare(name, names[child]) >= 0', 'true' ],
    [ 'json_read', 'njwt_json_compare(name, names[child]) >= 0', 'false' ],
    [ 'json_read', 'for (i = n / 2; i > 0; i--)', 'for (i = 1; i > 0; i--)' ],
    [ 'json_read', 'for (i = n / 2; i > 0; i--)',
                   'for (i = n / 2; i > 1; i--)' ],
    [ 'json_read', 'for (i = n - 1; i > 0; i--)',
                   'for (i = n - 1; i > 1; i--)' ],
    [ 'json_read', 'njwt_json_sink(names, 0, i);',
                   'njwt_json_sink(names, 0, i + 1);' ],
    [ 'json_read', 'member += member->span', 'member++' ],
    [ 'json_read', 'njwt_json_compare(names[i - 1], names[i]) == 0', 'false' ],
    [ 'json_read', 'for (i = 1; i < n; i++) {
        if (njwt_json_compare', 'for (i = 2; i < n; i++) {
        if (njwt_json_compare' ],
    [ 'json_read', 'for (i = 1; i < n; i++) {
        if (njwt_json_compare', 'for (i = 1; i + 1 < n; i++) {
        if (njwt_json_compare' ],
    [ 'json_read', 'node->count > NJWT_JSON_PAIRWISE', 'true || node' ],
    [ 'json_read', 'b = a + a->span', 'b = a + 1' ],
    [ 'json_read', 'a += a->span', 'a++' ],
    [ 'json_read', 'b += b->span', 'b++' ],
    [ 'json_read', 'if (njwt_slice_equal(a->name, b->name)) {', 'if (false) {' ],
    [ 'json_read', 'node->text.len = (size_t) (reader->at - node->text.data);',
                   '' ],
    [ 'json_read', 'node->type == NJWT_JSON_ARRAY || njwt_json_unique',
                   'true || njwt_json_unique' ],
    [ 'json_read', "(node->type == NJWT_JSON_OBJECT) ? '}'", "(true) ? '}'" ],
    [ 'json_read', 'return node->count == 0 || njwt',
                   'return njwt' ],
    [ 'json_read', 'return node->count == 0 || njwt',
                   'return true || njwt' ],
    [ 'json_read', "if (!njwt_json_is(reader, '{')) {", 'if (false) {' ],
    [ 'json_read', "    if (reader->error == NJWT_JSON_GOOD) {
        njwt_json_blanks(reader);
", "    if (reader->error == NJWT_JSON_GOOD) {
" ],
    [ 'json_read', "if (reader->error == NJWT_JSON_GOOD) {", 'if (true) {' ],
    [ 'json_read', 'if (reader->at != reader->end) {', 'if (false) {' ],
    [ 'json_read', 'if (reader.error != NJWT_JSON_GOOD) {', 'if (false) {' ],
    [ 'json_read', 'if (nodes == few) {', 'if (false) {' ],
    [ 'json_read', 'memcpy(nodes, few, size);', '' ],
    [ 'json_read', "            *error = NJWT_JSON_NO_MEMORY;\n", '' ],
    [ 'json_read', "            reader->error = NJWT_JSON_NO_MEMORY;\n", '' ],
    (map { [ 'json_read', "NJWT_JSON_$_);", 'NJWT_JSON_GOOD);' ] }
         qw(SYNTAX TOO_DEEP DUPLICATE NUL BEYOND_DOUBLE NO_MEMORY)),
    [ 'json', ': child + child->span', ': child + 1' ],
    [ 'json', 'child >= container.node + container.node->span', 'false' ],
    [ 'json', 'child >= container.node + container.node->span',
              'child > container.node + container.node->span' ],
    [ 'json', 'if (njwt_json_type(container) != type) {',
              'if (njwt_json_type(container) < NJWT_JSON_ARRAY) {' ],
    [ 'json', 'if (njwt_slice_equal(child->name, name)) {', 'if (true) {' ],
    [ 'json', 'child < end; child += child->span', 'child < end; child++' ],
    [ 'json', 'child < end; child += child->span',
              'child <= end; child += child->span' ],
    [ 'json', 'if (njwt_json_type(value) != NJWT_JSON_OBJECT) {',
              'if (njwt_json_type(value) < NJWT_JSON_ARRAY) {' ],
    [ 'json', '(njwt_json_type(value) == NJWT_JSON_ARRAY) ? value.node->count',
              '(value.node != NULL) ? value.node->count' ],
    [ 'json', 'i >= njwt_json_length(value)', 'i > njwt_json_length(value)' ],
    [ 'json', 'while (i-- > 0);', 'while (i-- > 1);' ],
    [ 'json', '(njwt_json_type(value) == NJWT_JSON_STRING) ? value.node->text',
              '(value.node != NULL) ? value.node->text' ],
    [ 'json', '(njwt_json_type(value) == NJWT_JSON_NUMBER)
           ? njwt', '(value.node != NULL)
           ? njwt' ],
    [ 'json', "    case NJWT_JSON_BOOLEAN:\n", '' ],
    [ 'json', "if (njwt_json_type(element) != NJWT_JSON_STRING) {",
              'if (false) {' ],
    [ 'json', "        if (njwt_json_type(element) == NJWT_JSON_STRING
            && ", '        if (' ],
    [ 'number', 'n < NJWT_NUMBER_DIGITS', 'n < 767' ],
    [ 'number', 'njwt_number_next(&number) != 0 || more',
                'njwt_number_next(&number) != 0' ],
    [ 'number', 'njwt_number_next(&number) != 0 || more',
                'more || njwt_number_next(&number) != 0' ],
    [ 'number', 'if (more) {', 'if (false) {' ],
    [ 'number', 'if (more) {', 'if (n == NJWT_NUMBER_DIGITS) {' ],
    [ 'number', '#define NJWT_NUMBER_INTEGER  18',
                '#define NJWT_NUMBER_INTEGER  30' ],
    [ 'number', 'number.exponent + 1 - (int64_t) n',
                'number.exponent - (int64_t) n' ],
    [ 'number', 'power == 0 && n <=', 'n <=' ],
    [ 'number', '(power > 99999) ? 99999 :', '' ],
    [ 'number', '(power < -99999) ? -99999 :', '' ],
    [ 'number', 'number.negative ? -value', 'false ? -value' ],
    [ 'number', '#define NJWT_NUMBER_SURE  307',
                '#define NJWT_NUMBER_SURE  308' ],
    [ 'number', ' != HUGE_VAL', ' != 1' ],
    [ 'jansson', 'text.len > 0 && memchr(text.data, 0, text.len) != NULL',
      'false' ],
    [ 'jansson', 'JSON_REJECT_DUPLICATES | ', '' ],
    [ 'jansson', 'JSON_DECODE_INT_AS_REAL | ', '' ],
    [ 'jansson', ' | JSON_ALLOW_NUL', '' ],
    [ 'jansson', 'json_is_object(root) || json_is_array(root)', 'true' ],
    [ 'jansson', 'json_is_object(root) || ', '' ],
    [ 'jansson', ' || json_is_array(root)', '' ],
    [ 'jansson', '|| errno == ENOMEM', '' ],
    [ 'jansson', 'json_string_length(json_array_get(array, 0)) != len',
                 'false' ],
    [ 'jansson', 'json_array_size(array) == 2', 'true' ],
    [ 'jansson', 'return depth < NJWT_MAX_DEPTH', 'return true' ],
    [ 'jansson', 'return depth < NJWT_MAX_DEPTH',
                 'return depth < NJWT_MAX_DEPTH - 1' ],
    [ 'jansson', 'return depth < NJWT_MAX_DEPTH',
                 'return depth <= NJWT_MAX_DEPTH' ],
    [ 'jansson', '(((longest + 2) & (longest + 1)) == 0)', '(false)' ],
    [ 'jansson', 'input.filler = len;', 'input.filler = len = 0;' ],
    [ 'jansson', 'copy->bytes += json_string_length(node);', '' ],
    [ 'jansson', 'copy->bytes += json_object_iter_key_len(member);', '' ],
    [ 'jansson', 'copy->bytes += NJWT_JANSSON_NUMBER;', '' ],
    [ 'jansson', 'copy->nodes++;', 'copy->nodes = 1;' ],
    [ 'jansson', 'nodes == NULL || copy.data == NULL', 'nodes == NULL' ],
    [ 'jansson', 'nodes == NULL || copy.data == NULL', 'copy.data == NULL' ],
    [ 'jansson', 'if (!arena->failed) {', 'if (true) {' ],
    [ 'jansson', 'len == 0 || len > sizeof(number)', 'len > sizeof(number)' ],
    [ 'jansson', 'made->span = (size_t) (copy->node - made);',
                 'made->span = 1;' ],

    # JSON as text: what variables and backends get
    [ 'json_text', '(c != 0) ? strchr(named, c) : NULL', 'strchr(named, c)' ],
    [ 'json_text', 'escape[1] = (uint8_t) letters[letter - named];', '' ],
    [ 'json_text', 'if (c >= 0x20) {', 'if (c > 0x20) {' ],
    [ 'json_text', 'if (c >= 0x20) {', 'if (true) {' ],
    [ 'json_text', 'hex[c >> 4]', 'hex[0]' ],
    [ 'json_text', 'hex[c & 0xf]', 'hex[c & 7]' ],
    [ 'json_text', 'child != node + 1', 'false' ],
    [ 'json_text', 'child != node + 1', 'true' ],
    [ 'json_text', 'child < node + node->span', 'child < node + 2' ],
    [ 'json_text', 'if (object) {', 'if (false) {' ],
    [ 'json_text', 'element.node != array.node + 1', 'false' ],
    [ 'json_text', 'element.node != array.node + 1', 'true' ],
    [ 'json_text', "
            || (scalar.len != 0 && memchr(scalar.data, ',', scalar.len))",
                   '' ],
    [ 'json_text', '!njwt_json_scalar(element, &scalar)',
                   '(!njwt_json_scalar(element, &scalar) && false)' ],
    [ 'json_text', "        buffer.used = 0;\n", '' ],
    [ 'json_text', 'njwt_json_put(out, "null", 4);', '' ],
    (map { [ 'json_text', "case NJWT_JSON_$_:", "case 1000:" ] }
         qw(OBJECT ARRAY STRING)),
    [ 'json_text', 'type == NJWT_JSON_OBJECT || ', '' ],

    # what is remembered of a token
    [ 'cached', "
              == 0;", "
              >= -999;" ],
    [ 'cached', 'policy->predicates != NULL
           && ', '' ],
    [ 'cached', 'issuer->keys != NULL
            && ', 'issuer->keys != NULL || ' ],
    [ 'cached', 'njwt_jws_kid(jws, &kid) ? 0 : ', 'true ? 0 : ' ],
    [ 'cached', 'unrevoked != old->unrevoked', 'false' ],
    [ 'cached', 'news || memcmp(', 'memcmp(' ],
    [ 'cached', 'news || memcmp(&made', 'news && memcmp(&made' ],
    [ 'cached', 'made.unrevoked = unrevoked;', '' ],
    [ 'cached', '!news || arena->failed', '!news' ],
    [ 'cached', '        news = true;', '        news = news;' ],
    [ 'cached', 'policy->predicates != NULL
               && ', '' ],
    [ 'cached', '               && njwt_json_type(njwt_claims_root(claims)) '
                . "!= NJWT_JSON_ABSENT\n", '' ],
    [ 'cached', 'njwt_answers_merge(&made.summary.answers, policy->predicates, '
                . 'answers);', '' ],
    [ 'predicates', ' & predicates->rules.words[i]', '' ],
    [ 'predicates', 'answers->set.words[i] |= ', 'answers->set.words[i] = ' ],
    [ 'predicates', 'predicates->count + 2 > NJWT_PREDICATE_COUNT',
               'predicates->count + 1 > NJWT_PREDICATE_COUNT' ],
    [ 'predicates', 'yes ? number : number + 1', 'number' ],
    [ 'predicates', '
           || njwt_predicate_set_has(&answers->set, number + 1)', '' ],
    [ 'predicates', '
           && !njwt_predicate_set_has(&answers->set, number + 1)', '' ],
    [ 'predicates', 'njwt_predicate_set_has(&answers->set, number)
           && !', '!' ],
    [ 'verdict', '!njwt_policy_claims_answered(policy, &found->answers)
        && ', 'false && ' ],
    [ 'verdict', '!njwt_policy_scopes_answered(policy, c->method, '
                 . 'found->claims)
        && ', 'false && ' ],
    [ 'hint', 'hint->found->broken != NULL || hint->found->rules_hold',
              'false' ],
    [ 'hint', 'hint->found->broken != NULL || hint->found->rules_hold',
              'hint->found->broken != NULL' ],
    [ 'cached', 'made = *old;', 'memset(&made, 0, sizeof(made));' ],
    [ 'cached', 'cached->sole == 0 || ', '' ],
    [ 'cached', 'policy->predicates == NULL
        || ', '' ],
    [ 'jwks', 'njwt_digest_add(&digest, jwks->texts[i].data, '
              . 'jwks->texts[i].len);', '' ],
    [ 'jwks', 'reach = njwt_jwks_reach(jwks, i);', "reach = 'k';" ],
    [ 'jwks', "jwks->lone ? 'l' : 'n'", "'n'" ],
    [ 'jwks', 'njwt_digest_add(&digest, context.data, context.len);', '' ],
    [ 'jwks', '*index < jwks->count
        && ', 'true || ' ],
    [ 'jwks', "if (jwks->fingerprints == NULL) {\n        return false;\n"
                    . "    }\n\n    if", 'if' ],
    [ 'jwks', 'jwks->keys[i] == njwt_proof_key(proof)', 'true' ],
    [ 'claims', 'return claims->predicates;', 'return NULL;' ],
    [ 'claims', 'summary->audience_ok = njwt_claims_audience_ok(claims, expected)',
                      'summary->audience_ok = 1' ],
    [ 'claims', 'summary->has_required = njwt_claims_has_required(claims, '
                      . 'expected)', 'summary->has_required = 1' ],
    [ 'claims', 'summary->has_cnf = njwt_claims_has_cnf(claims)',
                      'summary->has_cnf = 0' ],
    [ 'claims', 'claims->summary->audience_ok == 1', 'true' ],
    [ 'claims', 'claims->summary->has_required == 1', 'true' ],
    [ 'claims', 'claims->summary->has_cnf != 0', 'false' ],
    [ 'predicates', '(a.len > b.len) - (a.len < b.len)', '0' ],
    [ 'predicates', "|| a->values[i].caseless != b->values[i].caseless\n", "\n" ],
    [ 'predicates', 'a->values[i].kind != b->values[i].kind
            || ', '' ],
    [ 'predicates', "
            || !njwt_slice_equal(a->values[i].text, b->values[i].text)", '' ],
    [ 'predicates', 'if (there) {
        njwt_predicate_set_add', 'if (true) {
        njwt_predicate_set_add' ],
    [ 'predicates', "if (!njwt_json_strings(granted)) {\n        return;\n    }\n",
               '' ],
    [ 'predicates', '!= required->words[i]', '== 0 && required->words[i] != 0' ],
    [ 'predicates', "kind = (rule == NULL) ? 's' : 'c';", "kind = 's';" ],
    [ 'policy', 'rule->scope_count > 0
                           && ', '' ],
    [ 'policy', 'policy->indexed = all;', 'policy->indexed = true;' ],

    # bearer
    [ 'arena', '(uint8_t) (c | 0x20) : c', 'c : c' ],
    [ 'arena', "c >= 'A' && ", '' ],
    [ 'arena', "c <= 'Z'", "c <= '_'" ],
    [ 'arena', 'a.len == b.len && ', '' ],
    [ 'arena', 'text.len < start.len', 'text.len <= start.len' ],
    [ 'bearer', "['/'] = true,", "['/'] = true, ['='] = true," ],
    [ 'bearer', "['/'] = true,", "['/'] = true, [' '] = true," ],
    [ 'bearer', "['~'] = true, ", '' ],
    [ 'bearer', 'njwt_bearer_b64token[text[0]] &', '' ],
    [ 'bearer', '& njwt_bearer_b64token[text[1]]', '' ],
    [ 'bearer', 'njwt_bearer_b64token[text[2]] &', '' ],
    [ 'bearer', '& njwt_bearer_b64token[text[3]];', ';' ],
    [ 'bearer', 'token.len - i >= 4', 'token.len - i >= 3' ],
    [ 'bearer', "    if (i == 0) {\n        return false;\n    }\n",
                       '' ],
    [ 'bearer', "    if (value.len == 0) {\n        return;\n    }\n",
                       '' ],

    [ 'bearer', '(c != 0 && strchr', '(strchr' ],
    [ 'bearer', "value.len > 0 && value.data[0] != ' '", 'false' ],
    [ 'bearer', "    credentials->found++;\n", '' ],
    [ 'bearer', 'dpop && !dpop_too', 'dpop && dpop_too' ],
    [ 'bearer', 'return i == token.len;', 'return true;' ],
    [ 'bearer', 'credentials->dpop = dpop;', '' ],
    [ 'bearer', 'credentials->unread = true;', '' ],
    [ 'bearer', 'credentials->dpop = false;', '' ],
    [ 'bearer', "token.data[i] == '='", 'false' ],

    # policy
    [ 'policy', 'return rule->methods | NJWT_METHOD_HEAD',
                       'return rule->methods' ],
    [ 'policy', 'rule->every_method || ', '' ],
    [ 'scopes', 'return njwt_json_strings(granted) && ', 'return ' ],
    [ 'policy', 'covered == rule->scope_count && covered > 0',
                       'covered > 0' ],
    [ 'policy', 'covered == rule->scope_count && covered > 0',
                       'covered == rule->scope_count' ],
    [ 'policy', 'rule->any ? covered > 0', 'rule->any ? true' ],
    [ 'policy', "if (njwt_slice_equal(word, name)) {\n"
                       . "            return;", "if (false) {\n"
                       . '            return;' ],
    # hints: never to the log, and in line with the decision
    [ 'hint', 'hint->log ? NJWT_HINT_LOG_BYTES : NJWT_HINT_BYTES',
              'NJWT_HINT_BYTES * 8' ],
    [ 'hint', 'c < 0x20 || c > 0x7e || ', '' ],
    [ 'hint', "c == '\"' || ", '' ],
    [ 'hint', "!hint->log) {\n        njwt_hint_add(hint, \", received",
      "true) {\n        njwt_hint_add(hint, \", received" ],
    [ 'hint', '!hint->log && njwt_json_text', 'njwt_json_text' ],
    [ 'hint', '} else if (hint->log) {', '} else if (false) {' ],
    [ 'hint', '    if (!hint->log) {', '    if (true) {' ],
    [ 'hint', "    if (hint->log) {\n        return;", "    if (false) {\n"
              . '        return;' ],
    [ 'hint', 'missing > 0 && (!rule->any || have == 0)', 'missing > 0' ],
    [ 'hint', '!rule->any || have == 0', 'have == 0' ],
    [ 'hint', '& hint->issuer->algorithms) != 0', '!= 0)' ],
    [ 'hint', 'return expected->any_audience
           || ', 'return ' ],
    [ 'hint', 'expected->has_max_age
               && ', '' ],
    [ 'hint', 'fails = found->issuer == NULL;',
              'fails = found->issuer != NULL;' ],

    [ 'policy', "c == '\\\\'", 'false' ],
    [ 'arena', "rest->data[begin] == ' '",
                      "rest->data[begin] <= ' '" ],
    [ 'arena', "rest->data[end] != ' '", "rest->data[end] > ' '" ],

    # refresh
    [ 'refresh', 'if (now < state->due) {', 'if (true) {' ],
    [ 'refresh', 'if (now < state->due) {', 'if (false) {' ],
    [ 'refresh', 'now >= state->due ||', 'now > state->due ||' ],
    [ 'refresh', 'now >= state->cool', 'now > state->cool' ],
    [ 'refresh', 'keys_held ? conf->refresh : conf->cooldown',
                        'conf->refresh' ],
    [ 'refresh', 'state->failures = 0;', '' ],
    [ 'refresh', 'state->fetched = true;', '' ],
    [ 'refresh', '0.1 + 0.9 * chance', '0.9 + 0.2 * chance' ],
    [ 'refresh', '0.9 + 0.2 * chance', '1.0' ],

    [ 'number', "\n        || (text.data[0] == '0' && text.len > 1)", '' ],
    [ 'number', "text.data[i] < '0' || ", '' ],
    [ 'number', " || text.data[i] > '9'", '' ],

    # rules as they are written
    [ 'policy_words', 'if (!rule->every_method) {', 'if (false) {' ],
    [ 'policy_words', "    rule->every_method = false;\n", '' ],
    [ 'policy_words', 'if (!njwt_method_valid(name)) {', 'if (false) {' ],
    [ 'policy_words', 'if (njwt_method_answered(name)) {', 'if (false) {' ],
    [ 'policy_words', 'if (rule->any) {', 'if (false) {' ],
    [ 'policy_words', 'return rule->scope_count > 0
           || ', 'return true || ' ],
    [ 'policy_words', "memchr(word.data, '\$', word.len) != NULL", 'false' ],
    [ 'policy_words', '!njwt_scope_valid(word)', 'false' ],
    (map { [ 'policy_words', "njwt_slice_starts_nocase(word, njwt_slice(\"$_\"))",
             'false' ] }
         qw(method= methods= match=)),
    [ 'policy_words', 'njwt_slice_starts(word, njwt_slice("match="))', 'false' ],
    [ 'policy_words', "memchr(scope.data, ',', scope.len) != NULL", 'false' ],

    # URLs, from which keys may come
    [ 'url', 'value > 255', 'false' ],
    [ 'url', '(n == 0 && value != 127)', 'false' ],
    [ 'url', "(part.len > 1 && part.data[0] == '0')", 'false' ],
    [ 'url', '(n < 3) != (part.len < host.len)', 'false' ],
    [ 'url', 'njwt_url_is_127(url.host) || ', '' ],
    [ 'url', 'njwt_slice_same_nocase(url.host, name)', 'false' ],
    [ 'url', 'njwt_slice_same_nocase(url.host, address)', 'false' ],
    [ 'url', 'if (url.user) {', 'if (false) {' ],
    [ 'url', 'if (url.scheme == NJWT_URL_OTHER) {', 'if (false) {' ],
    [ 'url', 'text.data[i] <= 0x20 || ', '' ],
    [ 'url', ' || text.data[i] == 0x7f', '' ],
    [ 'url', '*port > 0 && ', '' ],
    [ 'url', ' && *port <= 65535', '' ],
    [ 'url', 'return text.len >= 1 && text.len <= 5;', 'return text.len >= 1;' ],
    [ 'url', 'return text.len >= 1 && text.len <= 5;', 'return text.len <= 5;' ],
    [ 'url', 'colons >= 2 && ', '' ],
    [ 'url', 'host.len <= NJWT_MAX_ADDRESS + 2', 'true' ],
    [ 'url', "
           && host.data[host.len - 1] == ']'", '' ],
    [ 'url', 'return host.len > 0;', 'return true;' ],
    [ 'url', 'return text.len <= NJWT_MAX_URL', 'return text.len < NJWT_MAX_URL' ],
    [ 'url', 'return text.len <= NJWT_MAX_URL', 'return true' ],
    [ 'url', '(!url.user || njwt_url_userinfo(url.userinfo))', 'true' ],
    [ 'url', 'len += part.len + read.user;', 'len += part.len;' ],
    [ 'url', "        shown.len = 0;\n", '' ],
    [ 'url', "text.data[i] == '/' || ", '' ],
    [ 'url', " || text.data[i] == '?'", '' ],
    [ 'url', "
            || text.data[i] == '#'", '' ],
    [ 'arena', 'a.len == b.len && njwt_slice_starts_nocase', 'njwt_slice_starts_nocase' ],

    # verdict
    [ 'verdict', 'token.len > policy->max_token_size',
                        'token.len >= policy->max_token_size' ],
    [ 'verdict', 'arena->failed ? NJWT_UNDECIDED : NJWT_##verdict',
                        'NJWT_##verdict' ],
    [ 'verdict', 'kid.len <= NJWT_MAX_KID', 'true' ],
    [ 'verdict', '(c->policy->audience == NULL
               || njwt_payload_for(found->payload, c->policy->audience))',
                 'true' ],
    [ 'verdict', '!njwt_policy_audience_answered(c->policy, &found->answers)
        && ', 'false && ' ],
    [ 'policy', 'values[i].kind = NJWT_RULE_EQUAL;
        values[i].text = audiences[i];',
                'values[i] = njwt_rule_value(audiences[i]);' ],
    [ 'policy', 'return policy->audience == NULL
           || njwt_claim_rule_ask', 'return njwt_claim_rule_ask' ],
    [ 'verdict', 'verdict != NJWT_KEYS_UNAVAILABLE && ', '' ],
    [ 'verdict', 'verdict == NJWT_NO_TOKEN
        && ', '' ],
    [ 'verdict', '
        && !njwt_policy_method_allowed(c->policy, c->method)', '' ],
    [ 'verdict', 'return NJWT_METHOD_NOT_ALLOWED;',
                 'return NJWT_NO_TOKEN;' ],
    [ 'verdict', '*found = (njwt_result_t) { 0 };', '' ],
    [ 'verdict', '(unsigned) verdict >= NJWT_VERDICT_COUNT',
                 '(unsigned) verdict > NJWT_VERDICT_COUNT' ],
    [ 'verdict', 'return verdict < other;', 'return verdict <= other;' ],
    [ 'verdict', 'verdict <= NJWT_CRIT_UNSUPPORTED',
                 'verdict < NJWT_CRIT_UNSUPPORTED' ],
    [ 'verdict', 'verdict >= NJWT_VERDICT_ISSUER_FIRST',
                 'verdict > NJWT_VERDICT_ISSUER_FIRST' ],
    [ 'verdict', "
           && verdict < NJWT_VERDICT_COUNT", '' ],
    [ 'verdict', 'verdict > NJWT_DPOP_PROOF_REPLAYED',
                 'verdict >= NJWT_DPOP_PROOF_REPLAYED' ],
    [ 'verdict', 'verdict >= NJWT_UNBOUND_TOKEN',
                 'verdict > NJWT_UNBOUND_TOKEN' ],
    [ 'verdict', 'verdict <= NJWT_DPOP_PROOF_REPLAYED',
                 'verdict < NJWT_DPOP_PROOF_REPLAYED' ],
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


# REFUSE lines without which the same comes out, and why they stay.

my %equivalent = (

    # what wasn't parsed is left empty, and so is no payload: malformed as well,
    # by the line behind it.  But no unparsed token shall get so far.
    'njwt_verdict.c: without REFUSE(MALFORMED_TOKEN, !parsed);' => 1,
);


# What may be wrong with any line: an operator and what is taken for it, and
# statements that are forgotten.

my @operators = (
    [ qr/&&/, '||' ], [ qr/\|\|/, '&&' ], [ qr/==/, '!=' ], [ qr/!=/, '==' ],
    [ qr/<=/, '<' ], [ qr/>=/, '>' ], [ qr/ < /, ' <= ' ], [ qr/ > /, ' >= ' ],
    [ qr/ < /, ' > ' ], [ qr/ > /, ' < ' ],
    [ qr/\btrue\b/, 'false' ], [ qr/\bfalse\b/, 'true' ],
    [ qr/!(?=[\w(])/, '' ], [ qr/ \+ /, ' - ' ], [ qr/ - /, ' + ' ],
    [ qr/ & /, ' | ' ], [ qr/ \| /, ' & ' ], [ qr/\+\+/, '--' ],
    [ qr/\bif \((?=.*\) \{$)/, 'if (!' ], [ qr/\bNULL\b(?= :|;|,)/, '(void *) 1' ],
    [ qr/^ +[a-z*(][^;{}=]*(?: [-+|&^]?= [^;{}]*|\([^;{}]*\));$/, ';' ],
    [ qr/^ +(?:break|continue|[^;{}]*(?:\+\+|--));$/, ';' ],
);

sub any_mutants {
    my @mutants;

    for my $path (sort glob "$root/src/jwt/*/njwt_*.c") {
        my $file = basename($path);
        my $whole = slurp($path);
        my ($at, $n) = (0, 0);

        next if !grep { index($file, $_) >= 0 } @only;

        # comments out of the way, at the same length
        my $code = $whole =~ s{/\*.*?\*/}{$& =~ s/[^\n]/ /gr}gesr;

        for my $line (split /^/, $code) {
            my $from = $at;

            $at += length $line;
            $n++;

            next if $line =~ /^(?:#|static|\w|    static)|"[^"]*"|^ +\[/;

            for (@operators) {
                my ($old, $new) = @$_;

                while ($line =~ /$old/gm) {
                    my $text = $whole;
                    my $put = $new =~ s/^(if \(!)$/$1/r;

                    substr($text, $from + $-[0], $+[0] - $-[0]) = $put;
                    push @mutants, [ "$file:$n: " . (substr($line, 0, $-[0])
                                     . "{$& -> $put}" . substr($line, $+[0])
                                     =~ s/\n//r) =~ s/^ +//r, $file, $text ];
                }
            }
        }
    }

    return (0, 0, @mutants);
}


# a description, a file and its new text for each mutant

sub mutants {
    return any_mutants() if $option{a};

    my @mutants;

    for my $path (qw(judge/njwt_verdict.c judge/njwt_binding.c
                     jose/njwt_dpop.c source/njwt_logout.c))
    {
        my $whole = slurp("$root/src/jwt/$path");

        while ($whole =~ /^( +REFUSE\(.*?\);\n)/msg) {
            my ($line, $from) = ($1, $-[0]);
            my $text = $whole;

            substr($text, $from, length $line) = '';
            $line =~ s/\s+/ /g;
            $line = basename($path) . ":$line" =~ s/^:/: without/r =~ s/ $//r;

            next if delete $equivalent{$line};
            push @mutants, [ $line, basename($path), $text ];
        }
    }

    my ($lines, $stale) = (scalar @mutants, 0);

    for (sort keys %equivalent) {
        print "not there: $_\n";
        $stale++;
    }

    for (@changes) {
        my ($prefix, $old, $new) = @$_;
        my $found = 0;

        # a JWK is a key that is read
        my $files = $prefix eq 'key' ? '{key*,jwk}' : "$prefix*";

        for my $path (glob "$root/src/jwt/*/njwt_$files.c") {
            my $file = basename($path);
            my $text = slurp($path);

            # every position of the text, one mutant each

            for (my $at = index $text, $old; $at >= 0;
                 $at = index $text, $old, $at + 1)
            {
                my $changed = $text;
                my $line = 1 + (substr($text, 0, $at) =~ tr/\n//);

                substr($changed, $at, length $old) = $new;
                push @mutants, [ "$file:$line: "
                                 . ("$old -> $new" =~ s/\s+/ /gr), $file,
                                 $changed ];
                $found++;
            }
        }

        if (!$found) {
            print "not there: $prefix: ", $old =~ s/\s+/ /gr, "\n";
            $stale++;
        }
    }

    # in the order of the words, where there are any

    if (@only) {
        my %taken;

        @mutants = map { my $word = $_;
                         grep { index($_->[0], $word) >= 0
                                && !$taken{$_}++ } @mutants } @only;
    }

    return ($stale, $lines, @mutants);
}


sub run {
    my ($command) = @_;

    system("($command) >/dev/null 2>&1");

    return $? == 0;
}


# The core's objects and all tests, in one folder for each way to build; what
# is there already and not older than its source, or a header, is kept.  What a
# mutant changes is compiled anew, elsewhere.

sub prepare {
    my ($how) = @_;
    my $dir = "$root/build/mutants/$how";
    my (@changed, %core, %tests);

    make_path($dir);

    open my $lock, '>', "$dir/lock" or die "$dir/lock: $!";
    flock $lock, LOCK_EX or die "$dir/lock: $!";

    my $header = max map { (stat)[9] } abs_path(__FILE__),
                     glob("$root/src/jwt/*/*.h $root/t/unit/*.h");

    for my $path (glob("$root/src/jwt/*/*.c"), glob("$root/t/unit/*_test.c")) {
        my $name = basename($path, '.c');
        my $made = (stat "$dir/$name.o")[9] // 0;

        ($path =~ m{/src/} ? \%core : \%tests)->{$name} = 1;
        next if $made > max($header, (stat $path)[9]);

        run("$cc $flags{$how} -c $path -o $dir/$name.o")
            or die "$name.c doesn't compile\n";
        push @changed, $name;
    }

    # of another core each test may need another time

    @changed = keys %tests if grep { $core{$_} } @changed;

    if (@changed) {
        library($how, $dir, map { "$dir/$_.o" } sort keys %core)
            or die "the core can't be linked\n";
    }

    for my $test (keys %tests) {
        $tests{$test} = measured($how, $dir, $test,
                                 scalar grep { $_ eq $test } @changed);
    }

    return { core => [ sort keys %core ], tests => \%tests };
}


# How many seconds a test may take: some more than it does.

sub measured {
    my ($how, $dir, $test, $changed) = @_;

    if (!$changed && -e "$dir/$test.seconds") {
        return slurp("$dir/$test.seconds") + 0;
    }

    run("$cc $link{$how} $dir/$test.o -L$dir -lnjwt -o $dir/$test $libs")
        or die "$test.c can't be linked\n";

    my $before = (POSIX::times())[3];

    # nothing is to be learned from tests that fail anyway

    passes($how, $dir, $test, 300) or die "$test fails anyway\n";

    my $seconds = 5 + 10 * int(((POSIX::times())[3] - $before)
                               / POSIX::sysconf(POSIX::_SC_CLK_TCK()));

    spew("$dir/$test.seconds", $seconds);

    return $seconds;
}


sub library {
    my ($how, $dir, @objects) = @_;

    return run("$cc $link{$how} -shared @objects -o $dir/libnjwt.so "
               . '-ljansson -lcrypto');
}


sub passes {
    my ($how, $dir, $test, $seconds) = @_;
    my $memory = $how eq 'plain' ? 'ulimit -v 4000000;' : '';

    return run("cd $root; ulimit -t $seconds; $memory "
               . "LD_LIBRARY_PATH=$dir exec $root/build/mutants/$how/$test");
}


# The tests, the likeliest first: those that noticed something in that file,
# then those that are called like it.

my %noticed;

sub order {
    my ($name, @tests) = @_;
    my ($subject) = $name =~ /^njwt_(.*)/;
    my $noticed = $noticed{$name} // {};
    my $n = @first;
    my %rank = map { ("$_\_test" => $n--) } @first;

    for (@tests) {
        my ($word) = /^(.*)_test$/;

        $rank{$_} //= 0;
        $rank{$_} += 100 if index($subject, $word) == 0;
        $rank{$_} += 100 if $subject eq $word;
        $rank{$_} += 1000 * ($noticed->{$_} // 0);
    }

    return sort { $rank{$b} <=> $rank{$a} || $a cmp $b } @tests;
}


# Returns what noticed, or undef: the mutant lives.

sub killer {
    my ($how, $built, $dir, $file, $text) = @_;
    my $name = basename($file, '.c');

    spew("$dir/$file", $text);
    run("$cc $flags{$how} -c $dir/$file -o $dir/$name.o")
        or return 'the compiler';

    library($how, $dir, map { $_ eq $name ? "$dir/$_.o" : "$root/build/mutants/$how/$_.o" }
                        @{ $built->{core} })
        or return 'the linker';

    for (order($name, keys %{ $built->{tests} })) {
        next if passes($how, $dir, $_, $built->{tests}{$_});

        $noticed{$name}{$_}++;
        return $_;
    }

    return undef;
}


# Runs mutants in as many processes as there are cores; what noticed each.

sub hunt {
    my ($how, @mutants) = @_;
    my $built = prepare($how);
    my (@workers, @killed);

    for my $worker (0 .. $jobs - 1) {
        open my $results, '-|' or do {
            my $dir = tempdir(DIR => $temp);

            $| = 1;

            for (my $i = $worker; $i < @mutants; $i += $jobs) {
                my ($shown, $file, $text) = @{ $mutants[$i] };
                my $by = killer($how, $built, $dir, $file, $text);

                print "$i ", $by // '', "\n";
                print STDERR $by ? "killed   $shown ($by)\n"
                                 : "         $shown: unnoticed ($how)\n"
                    if $option{v};
            }

            # what was made here is the parent's to remove
            POSIX::_exit(0);
        };

        push @workers, $results;
    }

    for my $results (@workers) {
        while (<$results>) {
            my ($i, $by) = /^(\d+) (.*)$/;
            $killed[$i] = $by;
        }
    }

    for (grep { !defined $killed[$_] } 0 .. $#mutants) {
        die "no word on $mutants[$_][0]\n";
    }

    return @killed;
}


my ($stale, $lines, @mutants) = mutants();

if ($option{n}) {
    printf "%d mutants, %d changes no longer fit the source\n",
        scalar @mutants, $stale;
    exit($stale ? 1 : 0);
}

my %by;
my @killed = hunt('plain', @mutants);
my @left = map { $mutants[$_] } grep { $killed[$_] eq '' } 0 .. $#mutants;

$by{$_}++ for grep { $_ ne '' } @killed;

if (@left) {
    @killed = hunt('sanitized', @left);
    $by{'the sanitizers'} = grep { $_ ne '' } @killed;
    @left = map { $left[$_] } grep { $killed[$_] eq '' } 0 .. $#left;
}

print "SURVIVED $_->[0]\n" for @left;

printf "%d mutants (%d REFUSE lines to take out in all): %d killed",
       scalar @mutants, $lines, @mutants - @left;
printf ", %d of those by %s", $by{$_}, $_
    for grep { $by{$_} } 'the compiler', 'the sanitizers';
printf "; %d survived", scalar @left;
printf "; %d changes no longer fit the source", $stale if $stale;
print "\n";

exit((@left || $stale) ? 1 : 0);
