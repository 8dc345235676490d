/*
 * The discovery documents that are accepted.
 */

#include "unit.h"
#include "njwt_discovery.h"


#define ISSUER  "https://t.eu.auth0.com/"


static const char *
discovered(const char *document, char *uri)
{
    const char    *error;
    njwt_arena_t   arena;
    njwt_slice_t   text, out;
    njwt_slice_t   issuer = njwt_literal(ISSUER);

    njwt_arena_init(&arena);

    text.data = (const uint8_t *) document;
    text.len = strlen(document);

    error = njwt_discovery_read(&arena, text, issuer, &out);

    if (error == NULL) {
        memcpy(uri, out.data, out.len);
        uri[out.len] = '\0';
    }

    njwt_arena_free(&arena);

    return error;
}


static void
the_document_of_our_issuer_names_the_keys(void **state)
{
    char  uri[64];

    (void) state;

    assert_null(discovered("{\"issuer\":\"" ISSUER "\","
                           "\"jwks_uri\":\"https://t/k\"}", uri));
    assert_string_equal(uri, "https://t/k");
}


/* RFC 8259, section 8.1; Windows' editors write one. */

static void
a_byte_order_mark_before_it_is_passed_over(void **state)
{
    char  uri[64];

    (void) state;

    assert_null(discovered("\xef\xbb\xbf{\"issuer\":\"" ISSUER "\","
                           "\"jwks_uri\":\"https://t/k\"}", uri));
    assert_string_equal(uri, "https://t/k");

    assert_non_null(discovered("\xef\xbb\xbf\xef\xbb\xbf{\"issuer\":\""
                               ISSUER "\",\"jwks_uri\":\"https://t/k\"}",
                               uri));
    assert_non_null(discovered(" \xef\xbb\xbf{\"issuer\":\"" ISSUER "\","
                               "\"jwks_uri\":\"https://t/k\"}", uri));
    assert_non_null(discovered("\xef\xbb\xbf", uri));
    assert_non_null(discovered("\xef\xbb", uri));
}


static void
another_issuers_document_names_nothing(void **state)
{
    char  uri[64];

    (void) state;

    assert_non_null(discovered("{\"issuer\":\"https://t.eu.auth0.com\","
                               "\"jwks_uri\":\"https://t/k\"}", uri));
    assert_non_null(discovered("{\"issuer\":[\"" ISSUER "\"],"
                               "\"jwks_uri\":\"https://t/k\"}", uri));
    assert_non_null(discovered("{\"jwks_uri\":\"https://t/k\"}", uri));
}


static void
a_document_without_keys_names_nothing(void **state)
{
    char  uri[64];

    (void) state;

    assert_non_null(discovered("{\"issuer\":\"" ISSUER "\"}", uri));
    assert_non_null(discovered("{\"issuer\":\"" ISSUER "\","
                               "\"jwks_uri\":null}", uri));
}


static void
what_is_no_json_object_names_nothing(void **state)
{
    char  uri[64];

    (void) state;

    assert_non_null(discovered("<html></html>", uri));
    assert_non_null(discovered("[]", uri));
    assert_non_null(discovered("", uri));
    assert_non_null(discovered("{\"issuer\":\"" ISSUER "\","
                               "\"jwks_uri\":\"https://t/k\","
                               "\"jwks_uri\":\"https://u/k\"}", uri));
}


static void
url_is(const char *issuer, bool document, const char *url)
{
    size_t   len;
    uint8_t  made[128];

    len = njwt_discovery_url(unit_text(issuer), document, made);

    assert_int_equal(len, strlen(url));
    assert_memory_equal(made, url, len);
    assert_true(len == 0 || len < strlen(issuer) + NJWT_DISCOVERY_ROOM);
}


static void
the_url_of_an_issuer_ends_with_a_well_known_path(void **state)
{
    (void) state;

    url_is("https://t/", false, "https://t/.well-known/jwks.json");
    url_is("https://t", false, "https://t/.well-known/jwks.json");
    url_is("https://t/a", true,
           "https://t/a/.well-known/openid-configuration");
    url_is("https://t/?a", false, "");
    url_is("https://t/#a", true, "");
    url_is("", false, "");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_document_of_our_issuer_names_the_keys),
        cmocka_unit_test(a_byte_order_mark_before_it_is_passed_over),
        cmocka_unit_test(another_issuers_document_names_nothing),
        cmocka_unit_test(a_document_without_keys_names_nothing),
        cmocka_unit_test(what_is_no_json_object_names_nothing),
        unit_case(the_url_of_an_issuer_ends_with_a_well_known_path)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
