/*
 * The style and script of the status page, and its Content-Security-Policy.
 *
 * Nothing is loaded from elsewhere: style and script are in the page, and the
 * policy sent with it allows these two by their digest alone. Without the
 * script the page has to be reloaded by hand.
 */

#include "ngx_http_jwt_status.h"
#include "njwt_hash.h"


static const char  ngx_http_jwt_html_style[] =
    ":root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b2430;\n"
    "--soft:#566172;--line:#dde2e9;--link:#1f5fae;--ok:#1f6f4a;\n"
    "--okbg:#e0f3e9;\n"
    "--bad:#a3271b;--badbg:#fde7e4;--warn:#7a4a00;--warnbg:#fdf0d5}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1b2129;\n"
    "--ink:#e6ebf2;--soft:#a3afbf;--line:#323c49;--link:#8ab8f5;\n"
    "--ok:#7fd6a8;\n"
    "--okbg:#173527;--bad:#ff9d92;--badbg:#45201c;--warn:#f2c46d;\n"
    "--warnbg:#3d2f12}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--bg);color:var(--ink);\n"
    "font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,sans-serif}\n"
    "header,main,footer{max-width:72rem;margin:0 auto;padding:0 1rem}\n"
    "header{padding-top:1rem;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;\n"
    "align-items:center}\n"
    "h1{font-size:1.3rem;margin:0}\n"
    "h2{font-size:1.1rem;margin:1.6rem 0 .5rem}\n"
    ".card>h2{margin:0 0 .5rem}\n"
    "h3{font-size:1rem;margin:0;display:inline;overflow-wrap:anywhere}\n"
    "p{margin:.3rem 0}\n"
    "a{color:var(--link)}\n"
    "nav{display:flex;flex-wrap:wrap;gap:.2rem .9rem;font-size:.9rem}\n"
    "#tools{display:flex;flex-wrap:wrap;gap:.4rem .9rem;font-size:.9rem}\n"
    "#tools[hidden]{display:none}\n"
    "input,select{font:inherit;color:inherit;background:var(--card);\n"
    "border:1px solid var(--soft);border-radius:.3rem;padding:.1rem .4rem;\n"
    "max-width:11rem}\n"
    ":focus-visible{outline:3px solid var(--link);outline-offset:2px}\n"
    "footer{color:var(--soft);padding:1rem 1rem 2rem;font-size:.88rem}\n"
    ".soft{color:var(--soft);font-size:.88rem}\n"
    "#live{margin:0 0 0 auto}\n"
    "#live.bad{font-weight:600;padding:.2rem .6rem;border:1px solid;\n"
    "border-left-width:.4rem;border-radius:.4rem;width:100%}\n"
    ".old main{opacity:.45}\n"
    ".card{background:var(--card);border:1px solid var(--line);\n"
    "border-radius:.6rem;padding:.8rem 1rem;margin:0 0 .8rem}\n"
    "summary{cursor:pointer;overflow-wrap:anywhere}\n"
    "summary .b,summary .soft{margin-left:.5rem}\n"
    ".card>summary{margin:-.8rem -1rem;padding:.6rem 1rem;\n"
    "border-radius:.6rem}\n"
    ".card[open]>summary{margin-bottom:.4rem}\n"
    "details.card:not([open]){margin:0 0 .3rem}\n"
    ".more{margin:.5rem 0 0}\n"
    ".more>summary{color:var(--link)}\n"
    ".facts{display:grid;gap:.5rem 1.2rem;margin:.5rem 0;\n"
    "grid-template-columns:repeat(auto-fit,minmax(min(15rem,100%),1fr))}\n"
    ".w{grid-template-columns:repeat(3,1fr)}\n"
    ".facts div{min-width:0}\n"
    "dt{color:var(--soft);font-size:.84rem}\n"
    "dd{margin:0;overflow-wrap:anywhere}\n"
    ".b{display:inline-block;border-radius:1rem;padding:.02rem .6rem;\n"
    "font-size:.84rem;font-weight:600;border:1px solid;white-space:nowrap}\n"
    ".ok{color:var(--ok);background:var(--okbg)}\n"
    ".bad{color:var(--bad);background:var(--badbg)}\n"
    ".warn{color:var(--warn);background:var(--warnbg)}\n"
    ".plain{color:var(--soft)}\n"
    ".alerts{list-style:none;margin:.8rem 0;padding:0}\n"
    ".alerts li{border:1px solid;border-left-width:.4rem;\n"
    "border-radius:.4rem;\n"
    "padding:.4rem .8rem;margin:0 0 .4rem;overflow-wrap:anywhere}\n"
    ".alerts a{color:inherit}\n"
    "table{width:100%;border-collapse:collapse;font-size:.93rem}\n"
    "caption{text-align:left;color:var(--soft);font-size:.84rem;\n"
    "padding:.2rem 0}\n"
    "th,td{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;\n"
    "border-top:1px solid var(--line);overflow-wrap:anywhere}\n"
    "thead th{color:var(--soft);font-weight:500;font-size:.84rem;\n"
    "border-top:0;\n"
    "white-space:nowrap}\n"
    "tbody th{font-weight:500}\n"
    "tbody th .soft{display:block}\n"
    "td,.n{font-variant-numeric:tabular-nums}\n"
    "code{font:.9em/1.4 ui-monospace,\"DejaVu Sans Mono\",Menlo,monospace;\n"
    "overflow-wrap:anywhere}\n"
    "svg{display:block;overflow:hidden}\n"
    ".bar{width:100%;max-width:16rem;height:.4rem;margin-top:.2rem;\n"
    "background:var(--line);border-radius:.2rem}\n"
    ".line{width:100%;max-width:20rem;height:1.8rem}\n"
    ".g{fill:var(--ok)}\n"
    ".r{fill:var(--bad)}\n"
    ".o{fill:var(--warn)}\n"
    "tr.open>*{background:var(--warnbg)}\n"
    "tr.open>th{border-left:.4rem solid var(--warn);padding-left:.5rem}\n"
    "ul.r{margin:0;padding:0;list-style:none}\n"
    ".out{display:none}\n"
    "@media(max-width:46rem){\n"
    "thead{position:absolute;width:1px;height:1px;overflow:hidden;\n"
    "clip-path:inset(50%)}\n"
    "table,caption,tbody,tr,th,td{display:block}\n"
    "tr{border-top:1px solid var(--line);padding:.4rem 0}\n"
    "tr.out{display:none}\n"
    "tr.open{border-left:.4rem solid var(--warn);padding-left:.5rem;\n"
    "background:var(--warnbg)}\n"
    "tr.open>*{background:none}\n"
    "tr.open>th{border-left:0;padding-left:0}\n"
    "th,td{border:0;padding:.05rem 0}\n"
    "tbody td{display:inline-block;padding-right:.9rem;max-width:100%}\n"
    "td[data-l]::before{content:attr(data-l) \" \";color:var(--soft);\n"
    "font-size:.84rem}\n"
    "td[data-l=\"Guard\"]::before,td[data-l=\"Type\"]::before,\n"
    "td[data-l=\"State\"]::before,td[data-l=\"Requires\"]::before{\n"
    "content:none}\n"
    "td[data-l=\"Requires\"]{display:block}\n"
    "td:empty{display:none!important}\n"
    ".b{white-space:normal}\n"
    ".w{gap:.5rem .3rem;font-size:.84rem}\n"
    "#live{margin:0;width:100%}\n"
    "#q{width:7rem}\n"
    "#by{width:8.5rem}\n"
    "}\n"
    "@media(prefers-contrast:more){:root{--soft:var(--ink);\n"
    "--line:var(--ink)}}\n";


/*
 * The script fetches the page again and replaces the contents of <main>; what
 * is folded, filtered and focused stays so.  An outdated page says so.
 */

static const char  ngx_http_jwt_html_script[] =
    "(function(){\n"
    "'use strict';\n"
    "var d=document,live=d.getElementById('live'),\n"
    "tools=d.getElementById('tools'),\n"
    "q=d.getElementById('q'),by=d.getElementById('by'),good=Date.now(),\n"
    "timer;\n"
    "function all(s,e){return [].slice.call((e||d).querySelectorAll(s))}\n"
    "function say(t,old){\n"
    "if(live.textContent!==t)live.textContent=t;\n"
    "live.className=old?'bad':'soft';\n"
    "d.documentElement.className=old?'old':''}\n"
    "function busy(){var s=getSelection();\n"
    "return d.hidden||(s&&String(s)!=='')}\n"
    "function show(){\n"
    "var w=q.value.toLowerCase();\n"
    "all('.f').forEach(function(e){\n"
    "e.classList.toggle('out',e.textContent.toLowerCase().indexOf(w)<0)});\n"
    "if(w)all('#locations~details,#locations~details details,#idle-0')\n"
    ".forEach(function(e){e.open=!!e.querySelector('.f:not(.out)')});\n"
    "if(by.value)all('tr[data-n]').map(function(e){return e.parentNode})\n"
    ".filter(function(e,i,a){return a.indexOf(e)===i}).forEach(function(b){\n"
    "all('tr',b).sort(function(x,y){\n"
    "return y.dataset[by.value]-x.dataset[by.value]})\n"
    ".forEach(function(e){b.append(e)})})}\n"
    "function take(t){\n"
    "var doc=new DOMParser().parseFromString(t,'text/html'),\n"
    "a=doc.querySelector('main'),b=d.querySelector('main'),\n"
    "f=d.activeElement,at=f&&f.closest('details'),\n"
    "href=f&&f.getAttribute('href');\n"
    "if(!a||!b)throw 0;\n"
    "all('details',b).forEach(function(e){\n"
    "var n=doc.getElementById(e.id);if(n)n.open=e.open});\n"
    "at=at&&f.tagName==='SUMMARY'?at.id:'';\n"
    "href=b.contains(f)?href:null;\n"
    "b.replaceWith(d.adoptNode(a));show();\n"
    "f=at?d.getElementById(at):null;f=f?f.querySelector('summary')\n"
    ":href?all('main a').filter(function(e){\n"
    "return e.getAttribute('href')===href})[0]:null;\n"
    "if(f)f.focus({preventScroll:true});\n"
    "good=Date.now();say('Updated every 5 s')}\n"
    "function ask(){\n"
    "if(busy()){again();return}\n"
    "var c=new AbortController(),t=setTimeout(function(){c.abort()},4000);\n"
    "fetch(location.href,{cache:'no-store',credentials:'same-origin',\n"
    "signal:c.signal})\n"
    ".then(function(r){if(!r.ok)throw 0;return r.text()})\n"
    ".then(take)\n"
    ".catch(function(){say('Alarm: no answer from nginx for '\n"
    "+Math.round((Date.now()-good)/1000)\n"
    "+' s. What you see below is old.',1)})\n"
    ".then(function(){clearTimeout(t);again()})}\n"
    "function again(){clearTimeout(timer);timer=setTimeout(ask,5000)}\n"
    "function target(){\n"
    "var e=location.hash&&d.getElementById(location.hash.slice(1));\n"
    "if(e&&e.tagName==='DETAILS')e.open=true}\n"
    "d.addEventListener('visibilitychange',function(){if(!d.hidden)ask()});\n"
    "addEventListener('hashchange',target);\n"
    "q.addEventListener('input',show);\n"
    "by.addEventListener('change',function(){if(by.value)show();\n"
    "else ask()});\n"
    "tools.hidden=false;target();say('Updated every 5 s');again();\n"
    "})();\n";


void
ngx_http_jwt_html_head(ngx_http_jwt_out_t *out)
{
    ngx_http_jwt_out_literal(out,
        "<!DOCTYPE html>\n<html lang=\"en\"><head>"
        "<meta charset=\"utf-8\">"
        "<title>nginx-jwt-scope: status</title>"
        "<meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\">"
        "<meta name=\"robots\" content=\"noindex\">"
        "<link rel=\"icon\" href=\"data:,\">\n<style>");
    ngx_http_jwt_out_literal(out, ngx_http_jwt_html_style);
    ngx_http_jwt_out_literal(out, "</style></head>\n<body>\n<header><h1>"
        "nginx-jwt-scope</h1>\n<nav aria-label=\"Parts of the page\">"
        "<a href=\"#requests\">Requests</a> "
        "<a href=\"#issuers\">Issuers</a> "
        "<a href=\"#locations\">Locations</a> "
        "<a href=\"#memory\">Memory</a></nav>\n"
        "<div id=\"tools\" hidden><label>Filter "
        "<input id=\"q\" type=\"search\"></label> "
        "<label>Sort <select id=\"by\"><option value=\"\">as configured"
        "</option><option value=\"n\">most requests</option>"
        "<option value=\"r\">most refused</option></select></label></div>\n"
        "<p id=\"live\" role=\"status\" class=\"soft\">Reload to update"
        "</p></header>\n");
}


void
ngx_http_jwt_html_foot(ngx_http_jwt_out_t *out)
{
    ngx_http_jwt_out_literal(out,
        "<footer>The error log at level <code>info</code> says why a request "
        "was refused; so does <code>jwt-explain --gate</code>, from its "
        "token. docs/troubleshooting.md, in the source and in "
        "/usr/share/doc/libnginx-mod-http-jwt-scope of Debian&rsquo;s "
        "package, says what each verdict means and what to do about it. "
        "Programs read the same as <code>jwt_status json</code> and "
        "<code>jwt_status prometheus</code>."
        "</footer>\n<script>");
    ngx_http_jwt_out_literal(out, ngx_http_jwt_html_script);
    ngx_http_jwt_out_literal(out, "</script>\n</body></html>\n");
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
