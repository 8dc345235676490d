/*
 * How is the finding told to a machine?  One JSON object.
 */

#include "explain.h"


static void
explain_member(const char *name, const char *value)
{
    printf(",\"%s\":", name);

    if (value == NULL) {
        printf("null");
        return;
    }

    explain_put_string(explain_slice(value));
}


static void
explain_value(const char *name, njwt_value_t value)
{
    printf("\"%s\":", name);

    if (njwt_json_type(value) == NJWT_JSON_OBJECT) {
        explain_compact(value);
        return;
    }

    printf("null");
}


static void
explain_machine_keys(const explain_t *e)
{
    bool          first;
    size_t        i, count;
    njwt_slice_t  kid;

    first = true;
    count = e->issuer->keys != NULL ? njwt_jwks_count(e->issuer->keys) : 0;

    printf(",\"keys\":{\"source\":");

    if (e->source != NULL) {
        explain_put_string(explain_slice(e->source));

    } else {
        printf("null");
    }

    printf(",\"usable\":%zu,\"passed_over\":%zu", count,
           e->keys_report.passed_over);
    explain_member("error", e->keys_error);
    printf(",\"kids\":[");

    for (i = 0; i < count; i++) {
        if (njwt_key_kid(njwt_jwks_key(e->issuer->keys, i), &kid)) {
            printf("%s", first ? "" : ",");
            explain_put_string(kid);
            first = false;
        }
    }

    printf("]}");
}


static void
explain_machine_check(explain_t *e, njwt_verdict_t verdict)
{
    njwt_slice_t      hint;
    explain_result_t  result;

    result = explain_check(e, verdict, &hint);

    if (verdict == e->verdict && verdict == NJWT_KEYS_UNAVAILABLE) {
        hint = explain_slice(e->keys_error);
    }

    printf("{\"check\":");
    explain_put_string(njwt_verdict_info(verdict)->name);
    explain_member("result", result == EXPLAIN_PASS ? "pass"
                             : result == EXPLAIN_FAIL ? "fail"
                             : "not_reached");
    explain_member("would", result == EXPLAIN_WOULD_PASS ? "pass"
                            : result == EXPLAIN_WOULD_FAIL ? "fail" : NULL);
    printf(",\"hint\":");

    if (hint.len > 0) {
        explain_put_string(hint);

    } else {
        printf("null");
    }

    printf("}");
}


void
explain_machine(explain_t *e)
{
    int                         i;
    const njwt_verdict_info_t  *info;

    printf("{");
    explain_value("header", e->head);
    printf(",");
    explain_value("payload", e->payload);
    printf(",\"signature_verified\":%s",
           e->verdict > NJWT_BAD_SIGNATURE ? "true" : "false");
    printf(",\"at\":%lld", (long long) e->judged.now);
    explain_member("method", e->method);

    if (e->gate != NULL) {
        explain_gate_machine(e);
    }

    explain_machine_keys(e);
    printf(",\"checks\":[");

    for (i = NJWT_UNDECIDED + 1; i <= EXPLAIN_LAST; i++) {
        printf("%s", i > NJWT_UNDECIDED + 1 ? "," : "");
        explain_machine_check(e, (njwt_verdict_t) i);
    }

    info = njwt_verdict_info(e->verdict);

    printf("],\"status\":%u,\"error\":", info->status);
    explain_put_string(info->error);
    printf(",\"description\":");
    explain_put_string(explain_description(e));
    printf(",\"verdict\":");
    explain_put_string(info->name);
    printf("}\n");
}
