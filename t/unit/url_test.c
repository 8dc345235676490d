/*
 * The URLs from which keys may be fetched.
 */

#include "unit.h"
#include "njwt_url.h"


/* the host, in text; false: no URL */

static bool
host_is(const char *text, const char *host)
{
    njwt_url_t  url;

    return njwt_url_parse(unit_text(text), &url)
           && njwt_slice_equal(url.host, unit_text(host));
}


static bool
is_url(const char *text)
{
    njwt_url_t  url;

    return njwt_url_parse(unit_text(text), &url);
}


static bool
fault_is(const char *text, const char *fault)
{
    const char  *actual;

    actual = njwt_url_fault(unit_text(text));

    return (fault == NULL) ? actual == NULL
                           : actual != NULL && strstr(actual, fault) != NULL;
}


static void
the_host_is_what_stands_between_slashes_and_port(void **state)
{
    (void) state;

    assert_true(host_is("https://t.example", "t.example"));
    assert_true(host_is("https://t.example/", "t.example"));
    assert_true(host_is("https://t.example:443/jwks.json", "t.example"));
    assert_true(host_is("https://t.example?q=https://u/", "t.example"));
    assert_true(host_is("https://t.example#u@v", "t.example"));
    assert_true(host_is("https://T_1.Example-2/", "T_1.Example-2"));
    assert_true(host_is("https://t\xc3\xa9.example/", "t\xc3\xa9.example"));
    assert_true(host_is("https://[::1]:80/", "[::1]"));
    assert_true(host_is("https://[2001:DB8::f]/", "[2001:DB8::f]"));
    assert_true(host_is("a+b-c.1://t.example/", "t.example"));
}


static void
before_the_last_at_sign_is_a_user(void **state)
{
    (void) state;

    assert_true(host_is("https://t.example@u.example/", "u.example"));
    assert_true(host_is("https://a@b@u.example/", "u.example"));
    assert_true(host_is("https://a:b@[::1]:1/", "[::1]"));
    assert_true(host_is("https://t.example/@u", "t.example"));

    assert_true(fault_is("https://me:secret@t.example/", "user part"));
    assert_true(fault_is("https://@t.example/", "user part"));
    assert_true(fault_is("https://t.example\\@u.example/", "user part"));
    assert_true(fault_is("http://localhost@evil.example/", "user part"));
    assert_true(fault_is("ftp://me@t.example/", "user part"));
    assert_true(fault_is("https://t.example/@", NULL));
}


static void
what_has_no_scheme_or_no_host_is_no_url(void **state)
{
    size_t  i;

    static const char  *const  texts[] = {
        "", "t.example", "/path", "https", "https:", "https:/", "https://",
        "https:/t.example/", "https:t.example/", "https:///t.example/",
        "https://?q", "https://#f", "https://:443/", "https://a@",
        "://t.example/", "1https://t.example/", "+a://t.example/",
        "ht_tp://t.example/", "h ttps://t.example/", "//t.example/"
    };

    (void) state;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_false(is_url(texts[i]));
        assert_true(fault_is(texts[i], "is no URL"));
        assert_false(njwt_url_is_web(unit_text(texts[i])));
    }
}


static void
what_another_reader_may_read_otherwise_is_no_url(void **state)
{
    size_t  i;

    static const char  *const  hosts[] = {
        "t.example\\u", "t%2eexample", "t,u", "t;u",
        "(t)", "{t}", "t\"u", "t'u", "t`u", "t*u", "t<u>", "t^u", "t|u",
        "t=u", "t&u", "t+u", "t$u", "t!u", "t~u", "[t", "t]", "[]", "[:]",
        "[::1", "::1", "[::1]x", "[::1%25eth0]", "[::g]", "[::1]]",
        "[:::::::::::::::::::::::::::::::::::::::::::::]1",
        "[0000:0000:0000:0000:0000:0000:000.000.000.0000]"
    };

    char  text[128];

    (void) state;

    for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        (void) snprintf(text, sizeof(text), "https://%s/", hosts[i]);
        assert_false(is_url(text));
    }

    assert_false(is_url("https://t.example/a b"));
    assert_false(is_url(" https://t.example/"));
    assert_false(is_url("https://t.example/\n"));
    assert_false(is_url("https://t.example/\t"));
    assert_false(is_url("https://t.example/\x7f"));
    assert_true(is_url("https://t.example/a!b"));
}


static void
a_text_is_read_to_its_length_not_to_a_nul(void **state)
{
    njwt_url_t    url;
    njwt_slice_t  text;

    (void) state;

    text.data = (const uint8_t *) "https://t.example/\0@u.example";
    text.len = 29;
    assert_false(njwt_url_parse(text, &url));

    text.data = (const uint8_t *) "https://t.example/";
    text.len = 9;
    assert_true(njwt_url_parse(text, &url));
    assert_true(njwt_slice_equal(url.host, unit_text("t")));

    text.len = 7;
    assert_false(njwt_url_parse(text, &url));
}


static void
a_port_is_a_number_that_there_is(void **state)
{
    (void) state;

    assert_true(is_url("https://t.example:1/"));
    assert_true(is_url("https://t.example:65535"));
    assert_true(is_url("https://t.example:00080/"));
    assert_false(is_url("https://t.example:/"));
    assert_false(is_url("https://t.example:0/"));
    assert_false(is_url("https://t.example:65536/"));
    assert_false(is_url("https://t.example:000080/"));
    assert_false(is_url("https://t.example:4294967297/"));
    assert_false(is_url("https://t.example:8o/"));
    assert_false(is_url("https://t.example:-1/"));
    assert_false(is_url("https://t.example:80:80/"));
    assert_false(is_url("https://[::1]80/"));
    assert_false(is_url("https://[::1]x80/"));
}


static void
a_url_has_a_length(void **state)
{
    char  text[NJWT_MAX_URL + 2];

    (void) state;

    memset(text, 'a', sizeof(text));
    memcpy(text, "https://", 8);
    text[NJWT_MAX_URL] = '\0';
    assert_true(is_url(text));

    text[NJWT_MAX_URL] = 'a';
    text[NJWT_MAX_URL + 1] = '\0';
    assert_false(is_url(text));
}


static void
keys_come_over_https(void **state)
{
    (void) state;

    assert_true(fault_is("https://t.example/jwks.json", NULL));
    assert_true(fault_is("HTTPS://t.example/jwks.json", NULL));
    assert_true(fault_is("http://t.example/jwks.json", "loopback only"));
    assert_true(fault_is("HtTp://t.example/jwks.json", "loopback only"));
    assert_true(fault_is("ftp://t.example/", "another scheme"));
    assert_true(fault_is("httpss://t.example/", "another scheme"));
    assert_true(fault_is("htt://t.example/", "another scheme"));
}


static void
over_http_they_come_from_the_loopback_only(void **state)
{
    size_t  i;
    char    text[128];

    static const char  *const  loopback[] = {
        "127.0.0.1", "127.0.0.1:8080", "127.255.255.255", "127.1.2.30",
        "localhost", "LocalHost:1", "[::1]", "[::1]:80"
    };

    static const char  *const  others[] = {
        "128.0.0.1", "126.0.0.1", "0.0.0.0", "127.0.0.256", "127.0.0.1.",
        "127.0.0.1.evil.example", "127.0.0", "127.1", "127", "127.0.0.01",
        "127.0.0.", "127..0.1", "127.0.0.1a", "127.0.0.0001", "0127.0.0.1",
        "0x7f.0.0.1", "2130706433", "localhost.", "localhost.evil.example",
        "xlocalhost", "[::2]", "[::ffff:127.0.0.1]", "[::1:1]"
    };

    (void) state;

    for (i = 0; i < sizeof(loopback) / sizeof(loopback[0]); i++) {
        (void) snprintf(text, sizeof(text), "http://%s/k", loopback[i]);
        assert_true(fault_is(text, NULL));
    }

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        (void) snprintf(text, sizeof(text), "http://%s/k", others[i]);
        assert_true(fault_is(text, "loopback only"));
        (void) snprintf(text, sizeof(text), "https://%s/k", others[i]);
        assert_true(fault_is(text, NULL));
    }
}


static void
issuers_are_http_or_https_and_proxies_http(void **state)
{
    (void) state;

    assert_true(njwt_url_is_web(unit_text("https://t.example/")));
    assert_true(njwt_url_is_web(unit_text("http://t.example/")));
    assert_false(njwt_url_is_web(unit_text("ftp://t.example/")));

    assert_true(njwt_url_is_proxy(unit_text("http://p.example:3128")));
    assert_false(njwt_url_is_proxy(unit_text("https://p.example:3128")));
    assert_true(njwt_url_is_proxy(unit_text("http://me@p.example:3128")));
    assert_false(njwt_url_is_proxy(unit_text("p.example:3128")));
}


static void
a_proxy_may_want_a_password(void **state)
{
    size_t      i;
    njwt_url_t  url;

    static const char  *const  good[] = {
        "http://me:secret@p.example:3128", "http://me:s%40c%3Aret@p.example",
        "http://a.b-c_d~e:!$&'()*+,;=@[::1]:80", "http://me:a:b@p.example/"
    };

    static const char  *const  bad[] = {
        "http://me:s@cret@p.example", "http://@p.example",
        "http://me:s%4@p.example", "http://me:s%@p.example",
        "http://me:%00@p.example", "http://me:s\\x@p.example",
        "http://me:s[x@p.example", "http://me:s\xc3\xa9@p.example",
        "https://me:secret@p.example", "http://me:se cret@p.example",
        "http://me:se/cret@p.example", "http://me:se?cret@p.example"
    };

    (void) state;

    for (i = 0; i < unit_count(good); i++) {
        assert_true(njwt_url_is_proxy(unit_text(good[i])));
    }

    for (i = 0; i < unit_count(bad); i++) {
        assert_false(njwt_url_is_proxy(unit_text(bad[i])));
    }

    assert_true(njwt_url_parse(unit_text("http://me:se@cret@p.example/@"),
                               &url));
    assert_slice(url.userinfo, "me:se@cret");
    assert_true(njwt_url_parse(unit_text("http://@@p.example/"), &url));
    assert_slice(url.userinfo, "@");
    assert_true(njwt_url_parse(unit_text("http://p.example/"), &url));
    assert_slice(url.userinfo, "");
}


static void
a_percent_sign_and_two_hexadecimal_digits_are_a_byte(void **state)
{
    size_t  i;

    static const char  *const  bad[] = {
        "%", "%0", "%g0", "%0g", "%gg", "%/f", "%f/", "%:f", "%f:", "%@f",
        "%f@", "%`f", "%f`", "% 1", "%-1", "%%1", "%\xb0\xb0"
    };

    (void) state;

    assert_int_equal(njwt_url_byte(unit_text("%00"), 0), 0x00);
    assert_int_equal(njwt_url_byte(unit_text("%09"), 0), 0x09);
    assert_int_equal(njwt_url_byte(unit_text("a%Afb"), 1), 0xaf);
    assert_int_equal(njwt_url_byte(unit_text("%fF"), 0), 0xff);

    for (i = 0; i < unit_count(bad); i++) {
        assert_for(njwt_url_byte(unit_text(bad[i]), 0) == -1, bad[i]);
    }
}


static void
neither_query_nor_password_is_shown(void **state)
{
    (void) state;

    assert_slice(njwt_url_shown(unit_text("https://t/k?sig=1")), "https://t/k");
    assert_slice(njwt_url_shown(unit_text("https://t/k")), "https://t/k");
    assert_slice(njwt_url_shown(unit_text("https://t?sig=1?2")), "https://t");
    assert_slice(njwt_url_shown(unit_text("https://t/@k?@")), "https://t/@k");
    assert_slice(njwt_url_shown(unit_text("/k?sig=1")), "/k");
    assert_slice(njwt_url_shown(unit_text("https://me:secret@t/k")), "");
    assert_slice(njwt_url_shown(unit_text("https:/me:secret@t/k")), "");
    assert_slice(njwt_url_shown(unit_text("https://me:se?cret@t/k")), "");
    assert_slice(njwt_url_shown(unit_text("https://me:se/cret@t/k")), "");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_host_is_what_stands_between_slashes_and_port),
        cmocka_unit_test(before_the_last_at_sign_is_a_user),
        cmocka_unit_test(what_has_no_scheme_or_no_host_is_no_url),
        cmocka_unit_test(what_another_reader_may_read_otherwise_is_no_url),
        cmocka_unit_test(a_text_is_read_to_its_length_not_to_a_nul),
        cmocka_unit_test(a_port_is_a_number_that_there_is),
        cmocka_unit_test(a_url_has_a_length),
        cmocka_unit_test(keys_come_over_https),
        cmocka_unit_test(over_http_they_come_from_the_loopback_only),
        cmocka_unit_test(issuers_are_http_or_https_and_proxies_http),
        cmocka_unit_test(a_proxy_may_want_a_password),
        cmocka_unit_test(a_percent_sign_and_two_hexadecimal_digits_are_a_byte),
        cmocka_unit_test(neither_query_nor_password_is_shown)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
