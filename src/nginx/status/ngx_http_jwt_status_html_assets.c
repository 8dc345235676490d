/*
 * How does the page of jwt_status look, and what keeps it up to date?
 *
 * Nothing is loaded from anywhere: style and script stand in the page, and
 * the policy that is sent with it allows these two by their digest alone.
 * Without the script it is a page that one reloads.
 */

#include "ngx_http_jwt_status.h"
#include "njwt_hash.h"


static const char  ngx_http_jwt_html_style[] =
    ":root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b2430;\n"
    "--soft:#566172;--line:#dde2e9;--ok:#1f6f4a;--okbg:#e0f3e9;--"
    "bad:#a3271b;\n"
    "--badbg:#fde7e4;--warn:#7a4a00;--warnbg:#fdf0d5;--bar:#4a78c"
    "4;--barno:#c8741f}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1b2129;\n"
    "--ink:#e6ebf2;--soft:#a3afbf;--line:#323c49;--ok:#7fd6a8;--o"
    "kbg:#173527;\n"
    "--bad:#ff9d92;--badbg:#45201c;--warn:#f2c46d;--warnbg:#3d2f12;\n"
    "--bar:#7fa8ea;--barno:#e29a4c}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--bg);color:var(--ink);\n"
    "font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,sans-serif}\n"
    "header,main,footer{max-width:72rem;margin:0 auto;padding:0 1rem}\n"
    "header{padding-top:1.2rem;display:flex;flex-wrap:wrap;gap:.2rem 1rem;\n"
    "align-items:baseline;justify-content:space-between}\n"
    "h1{font-size:1.35rem;margin:0}\n"
    "h2{font-size:1.1rem;margin:2rem 0 .6rem}\n"
    "h3{font-size:1.05rem;margin:0;overflow-wrap:anywhere}\n"
    "h4{font-size:.95rem;margin:1.1rem 0 .3rem}\n"
    "p{margin:.3rem 0}\n"
    "footer{color:var(--soft);padding:1.5rem 1rem 2rem;font-size:.88rem}\n"
    "#live,.soft{color:var(--soft);font-size:.9rem}\n"
    ".card{background:var(--card);border:1px solid var(--line);\n"
    "border-radius:.6rem;padding:1rem;margin:0 0 1rem}\n"
    ".top{display:flex;flex-wrap:wrap;gap:.4rem .8rem;align-items:center}\n"
    ".facts{display:grid;grid-template-columns:repeat(auto-fit,mi"
    "nmax(15rem,1fr));\n"
    "gap:.6rem 1.2rem;margin:.8rem 0 0}\n"
    ".facts div{min-width:0}\n"
    "dt{color:var(--soft);font-size:.84rem}\n"
    "dd{margin:0;overflow-wrap:anywhere}\n"
    ".b{display:inline-block;border-radius:1rem;padding:.05rem .6rem;\n"
    "font-size:.84rem;font-weight:600;border:1px solid currentColor;\n"
    "white-space:nowrap}\n"
    ".ok{color:var(--ok);background:var(--okbg)}\n"
    ".bad{color:var(--bad);background:var(--badbg)}\n"
    ".warn{color:var(--warn);background:var(--warnbg)}\n"
    ".plain{color:var(--soft)}\n"
    "ul.alerts{list-style:none;margin:1rem 0 0;padding:0}\n"
    ".alerts li{border:1px solid currentColor;border-left-width:.4rem;\n"
    "border-radius:.4rem;padding:.5rem .8rem;margin:0 0 .5rem;\n"
    "overflow-wrap:anywhere}\n"
    "table{width:100%;border-collapse:collapse;font-size:.93rem}\n"
    "caption{text-align:left;color:var(--soft);font-size:.84rem;\n"
    "padding:.2rem 0 .4rem}\n"
    "th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;\n"
    "border-top:1px solid var(--line);overflow-wrap:anywhere}\n"
    "thead th{color:var(--soft);font-weight:500;font-size:.84rem;"
    "border-top:0;\n"
    "white-space:nowrap}\n"
    "tbody th{font-weight:500}\n"
    ".n{font-variant-numeric:tabular-nums}\n"
    "code{font:.9em/1.4 ui-monospace,\"DejaVu Sans Mono\",Menlo,monospace;\n"
    "overflow-wrap:anywhere}\n"
    "svg{display:block;overflow:hidden}\n"
    "svg.bar{width:100%;max-width:9rem;height:.4rem;margin-top:.15rem}\n"
    ".bar rect{fill:var(--bar)}\n"
    ".no rect{fill:var(--barno)}\n"
    "svg.line{width:100%;max-width:26rem;height:2.2rem}\n"
    ".line .g{fill:var(--ok)}\n"
    ".line .r{fill:var(--bad)}\n"
    "tr.open>*{background:var(--warnbg)}\n"
    "tr.open>th{border-left:.4rem solid var(--warn);padding-left:.5rem}\n"
    "ul.r{margin:0;padding:0;list-style:none}\n"
    ".r li{margin:0 0 .15rem}\n"
    "@media(max-width:46rem){\n"
    "thead{position:absolute;width:1px;height:1px;overflow:hidden;\n"
    "clip-path:inset(50%)}\n"
    "table,caption,tbody,tr,th,td{display:block}\n"
    "tr{border-top:1px solid var(--line);padding:.5rem 0}\n"
    "tr.open{border-left:.4rem solid var(--warn);padding-left:.5rem}\n"
    "tr.open>th{border-left:0;padding-left:0}\n"
    "th,td{border:0;padding:.1rem 0}\n"
    "tbody td[data-l]{display:grid;gap:.5rem;"
    "grid-template-columns:6.5rem 1fr}\n"
    "td[data-l]::before{content:attr(data-l);color:var(--soft)}\n"
    "svg.bar{max-width:none}\n"
    "td:empty{display:none}\n"
    ".b{white-space:normal}\n"
    "}\n"
    "@media(prefers-contrast:more){:root{--soft:var(--ink);--line"
    ":var(--ink)}}\n";


/* The page asks for itself again, and takes what is between <main>. */

static const char  ngx_http_jwt_html_script[] =
    "(function(){\n"
    "'use strict';\n"
    "var live=document.getElementById('live'),good=Date.now(),timer;\n"
    "function say(t){if(live.textContent!==t)live.textContent=t}\n"
    "function busy(){var s=getSelection();\n"
    "return document.hidden||(s&&String(s)!=='')}\n"
    "function take(t){\n"
    "var doc=new DOMParser().parseFromString(t,'text/html'),\n"
    "a=doc.querySelector('main'),b=document.querySelector('main');\n"
    "if(!a||!b)throw 0;\n"
    "b.replaceWith(document.adoptNode(a));\n"
    "good=Date.now();say('Updated every 5 s')}\n"
    "function ask(){\n"
    "if(busy()){again();return}\n"
    "fetch(location.href,{cache:'no-store',credentials:'same-origin'})\n"
    ".then(function(r){if(!r.ok)throw 0;return r.text()})\n"
    ".then(take)\n"
    ".catch(function(){say('No answer for '\n"
    "+Math.round((Date.now()-good)/1000)+' s: what you see is old')})\n"
    ".then(again)}\n"
    "function again(){clearTimeout(timer);timer=setTimeout(ask,5000)}\n"
    "document.addEventListener('visibilitychange',function(){\n"
    "if(!document.hidden)ask()});\n"
    "say('Updated every 5 s');again();\n"
    "})();\n";


void
ngx_http_jwt_html_head(ngx_http_jwt_page_t *page)
{
    ngx_http_jwt_page_say(page,
        "<!DOCTYPE html>\n<html lang=\"en\"><head>"
        "<meta charset=\"utf-8\">"
        "<title>nginx-jwt-scope: status</title>"
        "<meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\">"
        "<meta name=\"robots\" content=\"noindex\">"
        "<link rel=\"icon\" href=\"data:,\">\n<style>");
    ngx_http_jwt_page_say(page, ngx_http_jwt_html_style);
    ngx_http_jwt_page_say(page, "</style></head>\n<body>\n");
}


void
ngx_http_jwt_html_foot(ngx_http_jwt_page_t *page)
{
    ngx_http_jwt_page_say(page, "<script>");
    ngx_http_jwt_page_say(page, ngx_http_jwt_html_script);
    ngx_http_jwt_page_say(page, "</script>\n</body></html>\n");
}


static u_char *
ngx_http_jwt_html_digest(u_char *p, const char *text)
{
    u_char        digest[NGX_HTTP_JWT_DIGEST_LEN];
    ngx_str_t     from, to;
    njwt_slice_t  slice;

    slice.data = (const uint8_t *) text;
    slice.len = ngx_strlen(text);

    if (!njwt_sha256(slice, digest)) {
        return NULL;
    }

    from.data = digest;
    from.len = sizeof(digest);
    to.data = ngx_cpymem(p, "'sha256-", 8);

    ngx_encode_base64(&to, &from);

    p = to.data + to.len;
    *p++ = '\'';

    return p;
}


ngx_int_t
ngx_http_jwt_html_policy(ngx_pool_t *pool, ngx_str_t *policy)
{
    u_char  *p;

    policy->data = ngx_pnalloc(pool, 512);
    if (policy->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(policy->data, "default-src 'none'; connect-src 'self'; "
                    "img-src data:; base-uri 'none'; form-action 'none'; "
                    "frame-ancestors 'none'; style-src ");
    p = ngx_http_jwt_html_digest(p, ngx_http_jwt_html_style);

    if (p == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(p, "; script-src ");
    p = ngx_http_jwt_html_digest(p, ngx_http_jwt_html_script);

    if (p == NULL) {
        return NGX_ERROR;
    }

    *p = '\0';
    policy->len = p - policy->data;

    return NGX_OK;
}
