# The warnings of "nginx -t", which don't stop nginx.
#
# Each warning names the location, with file and line, once; each has a silent
# twin that differs in one thing.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;

my $s = NJWT::Scenario->new;
my $dir = $s->dir;

# the keys come from a file: nothing is fetched
$s->write_file('keys.json', jwks('k1'));

my $issuer = 'jwt_issuer a { issuer https://t.eu.auth0.com/; audience api;'
    . " jwks_file $dir/keys.json; }\n";

my $guarded = "location /guarded { jwt a; empty_gif; }\n";


# What is warned of, in locations beside a guarded one: [what, line].

sub warnings_of {
    my (%c) = @_;

    my ($ok, $said) = $s->check(issuers => $issuer . ($c{http} // ''),
                                server => $c{server});
    my $text = do {
        open my $in, '<', "$dir/check.conf" or die "check.conf: $!";
        local $/;
        <$in>;
    };
    my @lines = split /\n/, $text, -1;
    my @found;

    diag $said if !$ok;

    while ($said =~ /\[warn\].*?(location "(.*?)".*) in \S+check\.conf:(\d+)$/gm)
    {
        push @found, { text => $1, name => $2, line => $lines[$3 - 1] };
    }

    return ($ok, \@found, scalar(() = $said =~ /\[warn\]/g));
}

sub warned {
    my ($title, $server, $name, $words, %more) = @_;

    my ($ok, $found, $all) = warnings_of(server => $server, %more);

    ok $ok, "$title: nginx starts";
    is $all, 1, '... with one warning';
    is $found->[0]{name}, $name, '... that names the location';
    like $found->[0]{text} // '', $words, '... and says what to write';

    # the line where it begins
    my ($last) = $name =~ /([^ ]+)$/;
    like $found->[0]{line} // '', qr/^\s*location .*\Q$last\E \{/,
        '... and where it is';

    return;
}

sub silent {
    my ($title, $server, %more) = @_;

    my ($ok, undef, $all) = warnings_of(server => $server, %more);

    ok $ok && $all == 0, "silent: $title";

    return;
}

my $unguarded = join ' ', 'passes requests on without "jwt" in a server that',
    'protects others: write "jwt NAME;" there, or "jwt off;" if it is public';
$unguarded = qr/" \Q$unguarded\E$/;


# An issuer of Auth0's without its slash.

{
    my $check = sub {
        my ($ok, $said) = $s->check(issuers => "jwt_issuer a {\n    issuer @_;\n"
            . "    audience api; jwks_file $dir/keys.json;\n}\n",
            server => $guarded);

        return join '', $said =~ /\[warn\] (.*)/g;
    };

    like $check->('https://x.eu.auth0.com'),
        qr{"issuer" "https://x\.eu\.auth0\.com" of jwt_issuer "a" has no slash at its end, but the "iss" of Auth0's tokens has one: write "https://x\.eu\.auth0\.com/" in \S+check\.conf:\d+$},
        'an Auth0 tenant without its slash';
    like $check->('https://x/', 'https://X.US.AUTH0.COM'), qr/has no slash/,
        'whichever it is';
    is $check->($_), '', "silent: $_"
        for 'https://x.eu.auth0.com/', 'https://x.eu.auth0.com https://x.eu.auth0.com/',
            'https://login.example.com', 'https://auth0.com.example',
            'https://x.eu.auth0.com/x', 'auth0.com';
}


# Forgotten locations.

for my $pass ('proxy_pass http://127.0.0.1:9', 'grpc_pass 127.0.0.1:9',
              'fastcgi_pass 127.0.0.1:9', 'uwsgi_pass 127.0.0.1:9',
              'scgi_pass 127.0.0.1:9',
              'set $memcached_key x; memcached_pass 127.0.0.1:9',
              'proxy_pass http://$host', 'proxy_pass $scheme://b',
              'grpc_pass $host', 'fastcgi_pass $host', 'uwsgi_pass $host',
              'scgi_pass $host')
{
    warned $pass, "$guarded location /x { $pass; }\n", '/x', $unguarded;
    silent "$pass where jwt is",
        "$guarded location /x { jwt a; $pass; }\n";
    silent "$pass where jwt is off by its own word",
        "$guarded location /x { jwt off; $pass; }\n";
}

silent 'a server that protects nothing', <<'END';
location /x { proxy_pass http://127.0.0.1:9; }
END

silent 'a server that protects nothing, beside another that does',
    "location /x { proxy_pass http://127.0.0.1:9; }\n",
    http => "server { listen 127.0.0.1:\@PORT2\@;\n$guarded }\n";

warned 'a server that is not the first',
    $guarded,
    '/x', $unguarded,
    http => "server { listen 127.0.0.1:\@PORT2\@;\n$guarded"
        . "location /x { proxy_pass http://127.0.0.1:9; }\n}\n";

silent "$_ passes nothing on", "$guarded location /x { $_; }\n"
    for 'empty_gif', 'stub_status', 'return 204', 'root @CONTENT@', 'allow all';

silent 'what is said later wins over proxy_pass', <<"END";
$guarded
location /x {
    proxy_pass http://127.0.0.1:9;
    empty_gif;
}
END

silent 'jwt of the server reaches all its locations', <<"END";
jwt a;
location /x {
    proxy_pass http://127.0.0.1:9;
}
END

silent '"jwt off" of an outer location is one, too', <<"END";
$guarded
location /x {
    jwt off;
    location /x/y {
        proxy_pass http://127.0.0.1:9;
    }
}
END

warned 'a location inside another', <<"END", '/x/y', $unguarded;
$guarded
location /x {
    empty_gif;
    location /x/y {
        proxy_pass http://127.0.0.1:9;
    }
}
END

warned 'a regex inside a location', <<"END", '/x ~* \.php$', $unguarded;
$guarded
location /x {
    empty_gif;
    location ~* \\.php\$ {
        fastcgi_pass 127.0.0.1:9;
    }
}
END

warned 'a named location', <<"END", '@app', $unguarded;
$guarded
location \@app {
    proxy_pass http://127.0.0.1:9;
}
END

warned 'a location is named once, whatever blocks are in it', <<"END", '/x', $unguarded;
$guarded
location /x {
    if (\$arg_a) {
        proxy_pass http://127.0.0.1:9;
    }
    if (\$arg_b) {
        proxy_pass http://127.0.0.1:9;
    }
    limit_except GET {
        proxy_pass http://127.0.0.1:9;
    }
    proxy_pass http://127.0.0.1:9;
}
END

warned 'only an "if" in it passes on', <<"END", '/x', $unguarded;
$guarded
location /x {
    if (\$arg_a) {
        proxy_pass http://127.0.0.1:9;
    }
    empty_gif;
}
END

warned 'only a "limit_except" in it passes on', <<"END", '/x', $unguarded;
$guarded
location /x {
    limit_except GET {
        proxy_pass http://127.0.0.1:9;
    }
    empty_gif;
}
END

silent 'a "limit_except" of a guarded location inherits', <<"END";
$guarded
location /x {
    jwt a;
    if (\$arg_a) {
        proxy_pass http://127.0.0.1:9;
    }
    limit_except GET {
        proxy_pass http://127.0.0.1:9;
    }
}
END

silent 'one that is off, too', <<"END";
$guarded
location /x {
    jwt off;
    limit_except GET {
        proxy_pass http://127.0.0.1:9;
    }
}
END

{
    my ($ok, $found) = warnings_of(server => <<"END");
$guarded
location /x { proxy_pass http://127.0.0.1:9; }
location /y { proxy_pass http://127.0.0.1:9; }
location /z { jwt off; proxy_pass http://127.0.0.1:9; }
END

    is join(' ', map { $_->{name} } @$found), '/x /y',
        'each forgotten location has its warning';
}


# Targets of subrequests.

my $target = qr/"(?:auth_request|mirror) [^" ]+"/;
my $where = qr/"(?:auth_request|mirror)" applies, and "jwt off;" in the target/;
my $nothing = qr/" guards nothing as the target of $target, .*: write "jwt" where $where$/;

sub target {
    my ($asks, $target, $more) = @_;

    return "location /a { $asks; empty_gif; }\n$target\n" . ($more // '');
}

for my $asks (qw/ auth_request mirror /) {

    warned "jwt in the target of $asks",
        target("$asks /t", 'location = /t { jwt a; empty_gif; }'),
        '= /t', $nothing;

    silent "the target of $asks is off",
        target("$asks /t", 'location = /t { empty_gif; }', $guarded);

    silent "jwt beside the target of $asks",
        target("$asks /t", 'location = /t { empty_gif; }',
               'location /other { jwt a; empty_gif; }');

    silent "jwt where $asks stands",
        target("jwt a; $asks /t", 'location = /t { jwt off; empty_gif; }');

    silent "$asks off",
        target("$asks off", 'location = /t { jwt a; empty_gif; }');

    warned "jwt that the target of $asks inherits",
        "jwt a;\n" . target("$asks /t", 'location = /t { empty_gif; }'),
        '= /t', $nothing;

    warned "$asks of the server",
        "$asks /t;\n" . target('root @CONTENT@', 'location = /t { jwt a; empty_gif; }'),
        '= /t', $nothing;

    warned "several that ask by $asks",
        target("$asks /t", 'location = /t { jwt a; empty_gif; }',
               "location /b { $asks /t; empty_gif; }"),
        '= /t', $nothing;
}

silent 'targets in another server',
    target('auth_request /t', "location = /t { empty_gif; }"),
    http => "server { listen 127.0.0.1:\@PORT2\@;\n"
        . "location = /t { jwt a; empty_gif; } }\n";


# The target is found as nginx finds it: in each of these only one of the
# locations has jwt.

sub finds {
    my ($title, $uri, $right, @wrong) = @_;

    my $asks = "location = /asks { auth_request $uri; empty_gif; }\n";
    my ($name) = $right;

    my $text = sub {
        my ($guarded, @order) = @_;

        return $asks . join '', map {
            "location $_ { jwt " . ($_ eq $guarded ? 'a' : 'off')
            . "; empty_gif; }\n"
        } @order;
    };

    # nginx tries regexes in their order, and no others
    my @orders = (grep { /^~/ } @wrong) ? ([ $right, @wrong ])
                 : ([ $right, @wrong ], [ reverse $right, @wrong ]);

    for my $order (@orders) {
        warned "$title: $name", $text->($right, @$order), $right, $nothing;
        silent "$title, and not $_", $text->($_, @$order) for @wrong;
    }

    return;
}

finds 'the longest prefix', '/t/u/v', '/t/u', '/t', '/t/u/v/w', '/x';
finds 'an exact one', '/t', '= /t', '/t', '/';
finds 'an exact one only for all of it', '/t/u', '/t', '= /t';
finds 'a regex before a prefix', '/t/u.x', '~ \.x$', '/t', '~ \.y$';
finds 'not before an exact one', '/t.x', '= /t.x', '~ \.x$';
finds 'not before one with ^~', '/t/u.x', '^~ /t', '~ \.x$', '/t/u/';
finds 'the first regex', '/t.x', '~ ^/t', '~ \.x$';
finds 'a regex that minds no case', '/t.X', '~* \.x$', '~ \.x$';
silent 'never a named one',
    target('auth_request @t', 'location @t { jwt a; empty_gif; }');

warned 'an exact one inside another comes before a regex outside', <<'END', '= /t/x', $nothing;
location = /asks { auth_request /t/x; empty_gif; }
location ~ t { jwt off; empty_gif; }
location /t {
    jwt off;
    location = /t/x { jwt a; empty_gif; }
}
END

warned 'a location inside another', <<'END', '/t/u', $nothing;
location = /asks { auth_request /t/u/v; empty_gif; }
location /t {
    empty_gif;
    location /t/u { jwt a; empty_gif; }
}
END

silent 'that location, and not the outer one', <<'END';
location = /asks { auth_request /t/u/v; empty_gif; }
location /t {
    jwt a;
    empty_gif;
    location /t/u { jwt off; empty_gif; }
}
END

warned 'a regex inside a prefix comes before one outside', <<'END', '/t ~ x', $nothing;
location = /asks { auth_request /t/x; empty_gif; }
location ~ t { jwt off; empty_gif; }
location /t {
    jwt off;
    location ~ x { jwt a; empty_gif; }
}
END

# Regexes that go before a guarded prefix.

sub over {
    my ($prefix, $is) = @_;

    my ($path) = $prefix =~ /([^ ]+)$/;
    $is //= 'is without "jwt" and';
    my $text = "\" $is wins over \"$prefix\", which has it,"
        . ' where both match: write "jwt NAME;" there, "jwt off;" if it is'
        . " public, or \"location ^~ $path\"";

    return qr/\Q$text\E$/;
}

my $docs = "location /docs/ { jwt a; empty_gif; }\n";

# [the regex, may it match in /docs/?]

for (['~* \.(pdf|jpg)$', 1], ['~ \.php$', 1], ['~ ^/docs/x', 1],
     ['~ ^/d', 1], ['~ ^/', 1], ['~ ^/[a-z]+/', 1], ['~ ^/docs?/', 1],
     ['~ ^/docs/$', 1], ['~ "^/docs{1,2}/"', 1], ['~* ^/DOCS/', 1],
     ['~ ^/img/|^/docs/', 1], ['~ ^/img/|\.pdf$', 1],
     ['~ ^/img/|', 1], ['~ ^(/img/|/docs/)', 1], ['~ ^/docs\/', 1],
     ['~ (?i)^/img/', 1], ['~ ^\Q(\E|/docs/', 1], ['~ "^/i(?#()|/docs/"', 1],
     ['~ ^/\w+/', 1], ['~ ^/img/[|]|/docs/', 1],
     ['~ ^/img/', 0], ['~ ^/DOCS/', 0], ['~ ^/docs$', 0], ['~ ^/doc$', 0],
     ['~ ^/docs\.pdf$', 0], ['~ ^/img/|^/css/', 0], ['~ ^/img/(a|b)$', 0],
     ['~ ^/img/[|]', 0], ['~ ^/img/\|', 0], ['~* ^/IMG/', 0])
{
    my ($regex, $may) = @$_;

    my $text = "$docs location $regex { root \@CONTENT\@; }\n";
    my $name = $regex =~ s/"//gr;

    if ($may) {
        my ($ok, $found, $all) = warnings_of(server => $text);

        is $all, 1, "$regex may match in /docs/: nginx warns";
        is $found->[0]{name}, $name, '... of it';
        like $found->[0]{text}, over('/docs/'), '... and says what to write';

    } else {
        silent "$regex can't match in /docs/", $text;
    }
}

for my $content ('return 204', 'empty_gif', 'root @CONTENT@', '') {
    warned "a regex, whatever it does: $content",
        "$docs location ~ \\.pdf\$ { " . ($content ? "$content; " : '') . "}\n",
        '~ \.pdf$', over('/docs/');
}

silent 'a regex with jwt',
    "$docs location ~ \\.pdf\$ { jwt a; empty_gif; }\n";
silent 'a regex that is off by its own word',
    "$docs location ~ \\.pdf\$ { jwt off; empty_gif; }\n";
silent 'a prefix with ^~',
    "location ^~ /docs/ { jwt a; empty_gif; }\nlocation ~ \\.pdf\$ { empty_gif; }\n";
silent 'an exact location',
    "location = /docs { jwt a; empty_gif; }\nlocation ~ \\.pdf\$ { empty_gif; }\n";
silent 'a prefix without jwt',
    "location = /x { jwt a; }\nlocation /docs/ { empty_gif; }\nlocation ~ \\.pdf\$ { empty_gif; }\n";
silent 'a guarded regex',
    "location ~ ^/docs/ { jwt a; empty_gif; }\nlocation ~ \\.pdf\$ { empty_gif; }\n";
silent 'a prefix of another server',
    "location ~ \\.pdf\$ { empty_gif; }\n",
    http => "server { listen 127.0.0.1:\@PORT2\@;\n$docs }\n";

warned 'a regex is named once', <<'END', '~ \.pdf$', over('/docs/');
location /docs/ { jwt a; empty_gif; }
location /more/ { jwt a; empty_gif; }
location ~ \.pdf$ { empty_gif; }
END

warned 'a regex that passes on has one warning, of both',
    "$docs location ~ \\.pdf\$ { proxy_pass http://127.0.0.1:9; }\n",
    '~ \.pdf$', over('/docs/', 'passes requests on without "jwt" in a server that protects others, and');

warned 'one that matches elsewhere has the other one',
    "$docs location ~ ^/img/ { proxy_pass http://127.0.0.1:9; }\n",
    '~ ^/img/', $unguarded;

warned 'a prefix inside another', <<'END', '~ \.pdf$', over('/docs/in/');
location /docs/ {
    empty_gif;
    location /docs/in/ { jwt a; empty_gif; }
}
location ~ \.pdf$ { empty_gif; }
END

# for nginx, too, it is the outer one that counts
silent 'a prefix inside another with ^~', <<'END';
location ^~ /docs/ {
    empty_gif;
    location /docs/in/ { jwt a; empty_gif; }
}
location ~ \.pdf$ { empty_gif; }
END

warned 'a prefix with ^~ inside another without', <<'END', '~ \.pdf$', over('^~ /docs/in/');
location /docs/ {
    empty_gif;
    location ^~ /docs/in/ { jwt a; empty_gif; }
}
location ~ \.pdf$ { empty_gif; }
END

warned 'a regex beside a prefix inside another', <<'END', '/docs/ ~ \.pdf$', over('/docs/in/');
location /docs/ {
    empty_gif;
    location /docs/in/ { jwt a; empty_gif; }
    location ~ \.pdf$ { empty_gif; }
}
END

silent 'a regex inside a location without guarded ones', <<'END';
location /docs/ { jwt a; empty_gif; }
location /x/ {
    empty_gif;
    location ~ \.pdf$ { empty_gif; }
}
END

silent 'a regex inherits jwt of a location around it', <<'END';
location /docs/ {
    jwt a;
    empty_gif;
    location ~ \.pdf$ { empty_gif; }
}
END


# "return" beside jwt.

my $answer = 'write "jwt off;" there if everybody may have that answer, or serve'
    . ' it from a file or a backend';
my $redirect = 'write "jwt off;" there if everybody is to be redirected; to'
    . ' redirect only those who have no valid token, write "error_page 401 ='
    . ' @login;", and move the redirect to "location @login { jwt off; }"';
my $some = '"jwt off;" there would open all of it, so serve that answer from'
    . ' another location';
my $some_redirect = '"jwt off;" there would open all of it, so move the redirect'
    . ' to another location; to redirect only those who have no valid token,'
    . ' write "error_page 401 = @login;", and move it to "location @login { jwt'
    . ' off; }"';
my $preflight = 'write "jwt_preflight on;" instead of the "if"';

sub bypassed {
    my ($by, $advice) = @_;

    my $text = "\" has \"jwt\" and $by, which answers before the gate is"
        . " asked: $advice";

    return qr/\Q$text\E$/;
}

sub returns {
    my ($status) = @_;

    return bypassed("\"return $status\"", $status < 300 ? $answer : $redirect);
}

warned "return $_->[0] beside jwt", "location /x { jwt a; return $_->[0]; }\n",
    '/x', returns($_->[1])
    for ['200', 200], ['200 secret', 200], ['200 $host', 200], ['204', 204],
        ['301 /y', 301], ['302 http://$host/y', 302],
        ['http://127.0.0.1/', 302];

silent "return $_ refuses", "location /x { jwt a; return $_; }\n"
    for 400, 403, 404, 444, '410 gone', 503;

silent 'return where jwt is off', "$guarded location /x { jwt off; return 200; }\n";
silent 'return in another location', "$guarded location /x { return 200; }\n";

warned 'return beside jwt of the server',
    "jwt a;\nlocation /x { return 302 /y; }\n", '/x', returns(302);

my $by = '"return 204" in an "if"';

warned 'return in an "if" for OPTIONS', <<'END', '/x', bypassed($by, $preflight);
location /x {
    jwt a;
    set $y "some words $host";
    rewrite ^/x/(.*)$ /x/$1/$y break;
    if ($request_method = OPTIONS) {
        add_header X-Y $y;
        return 204;
    }
    empty_gif;
}
END

warned "if ($_->[0]) with return $_->[1]", <<"END", '/x',
location /x {
    jwt a;
    set \$y "\$request_method OPTIONS";
    if ($_->[0]) { return $_->[1]; }
    if (\$request_method = OPTIONS) { return 204; }
    empty_gif;
}
END
    bypassed('"return ' . ($_->[1] =~ /(\d+)/)[0] . '" in an "if"', $_->[2])
    for ['$request_method = "OPTIONS"', 200, $preflight],
        ['$request_method = OPTIONS', 302, $preflight],
        ['$request_method = HEAD', 204, $some],
        ['$request_method = OPTION', 204, $some],
        ['$request_method != OPTIONS', 204, $some],
        ['$request_method ~ OPTIONS', 204, $some],
        ['$request_method', 204, $some],
        ['$arg_method = OPTIONS', 204, $some],
        ['$request_method = OPTIONS$arg_x', 204, $some],
        ['$cookie_token = ""', '302 /login', $some_redirect];

warned 'a "return" behind that one', <<'END', '/x', returns(302);
location /x {
    jwt a;
    if ($request_method = OPTIONS) {
        return 204;
    }
    if ($arg_y) {
        return 303;
    }
    return 302 /y;
}
END

silent 'an "if" that refuses', <<'END';
location /x {
    jwt a;
    set $y "some words $host";
    rewrite ^/y/(.*)$ /x/$1/$y break;
    if ($arg_bad) {
        return 403;
    }
    if ($arg_worse) {
        set $y 200;
        break;
    }
    empty_gif;
}
END

# "rewrite" that redirects: one that matches every URI answers always.

sub rewrites {
    my ($regex, $status) = @_;

    return bypassed("\"rewrite $regex\" with status $status", $redirect);
}

warned "rewrite $_->[0]", "location /x { jwt a; rewrite $_->[0]; empty_gif; }\n",
    '/x', rewrites(@$_[1, 2])
    for ['^ /y redirect', '^', 302], ['^ /y permanent', '^', 301],
        ['^ https://$host/y', '^', 302], ['.* /y? permanent', '.*', 301],
        ['^(.*)$ https://x$1 permanent', '^(.*)$', 301],
        ['^/(.*)$ http://x/$1', '^/(.*)$', 302];

silent "rewrite $_", "location /x { jwt a; rewrite $_; empty_gif; }\n"
    for '^ /y last', '^ /y break', '^ /y', '^/x/old /x/new permanent',
        '^/x/(.*)$ /y/$1 redirect', '\.php$ https://x/';
silent 'rewrite where jwt is off',
    "$guarded location /x { jwt off; rewrite ^ /y redirect; }\n";

$by = '"rewrite ^" with status 301 in an "if"';

warned 'rewrite in an "if"', <<'END', '/x', bypassed($by, $some_redirect);
location /x {
    jwt a;
    if ($scheme = http) {
        rewrite ^ https://$host$request_uri? permanent;
    }
    empty_gif;
}
END

warned '"return" before it', <<'END', '/x', returns(204);
location /x {
    jwt a;
    if ($scheme = http) {
        rewrite ^ https://$host$request_uri? permanent;
    }
    return 204;
}
END

{
    my ($ok, $said) = $s->check(issuers => $issuer, server => "jwt a; return 301 /x;\n");

    ok $ok, '"return" of a server with jwt: nginx starts';
    like $said, qr/\[warn\].*: a server has "jwt" and "return 301", /,
        '... with a warning';
    is scalar(() = $said =~ /\[warn\]/g), 1, '... one';
}


# The client's own "Upgrade".

my $tunnel = 'passes on any $http_upgrade, in a server that protects some of'
    . ' it: a backend that speaks h2c opens a tunnel whose requests nobody'
    . ' judges; write a "map" of it that gives nothing but "websocket"';
$tunnel = qr/" \Q$tunnel\E$/;

my $websocket = 'map $http_upgrade $http_upgrade_map { default ""; websocket websocket; }';
my $pass = 'proxy_pass http://127.0.0.1:9';

for my $value ('$http_upgrade', '${http_upgrade}', '$HTTP_Upgrade',
               '"${http_upgrade},x"', '$host$http_upgrade')
{
    warned "Upgrade $value beside jwt",
        "location /x { jwt a; proxy_set_header Upgrade $value; $pass; }\n",
        '/x', $tunnel;
}

silent "Upgrade $_",
    "location /x { jwt a; proxy_set_header Upgrade $_; $pass; }\n",
    http => $websocket
    for '""', 'websocket', '$http_upgrade_map', '${http_upgrade_map}', '$host';

warned 'where jwt is off, it is a way to what is guarded',
    "$guarded location /x { jwt off; proxy_set_header upgrade \$http_upgrade; $pass; }\n",
    '/x', $tunnel;
warned 'a header of the server',
    "proxy_set_header Upgrade \$http_upgrade;\nlocation /x { jwt a; $pass; }\n",
    '/x', $tunnel;
warned 'an "if" that passes on', <<"END", '/x', $tunnel;
location /x {
    jwt a;
    proxy_set_header Upgrade \$http_upgrade;
    if (\$arg_a) { $pass; }
}
END
silent 'a header that a level inside replaces', <<"END";
proxy_set_header Upgrade \$http_upgrade;
location /x { jwt a; proxy_set_header Host x; $pass; }
END
silent 'nothing is passed on',
    "location /x { jwt a; proxy_set_header Upgrade \$http_upgrade; empty_gif; }\n";
silent 'gRPC has no Upgrade',
    "location /x { jwt a; proxy_set_header Upgrade \$http_upgrade; grpc_pass 127.0.0.1:9; }\n";
silent 'another header',
    "location /x { jwt a; proxy_set_header X-Asked \$http_upgrade; $pass; }\n";
silent 'a server that protects nothing',
    "location /x { proxy_set_header Upgrade \$http_upgrade; $pass; }\n";
silent 'beside a server that does',
    "location /x { proxy_set_header Upgrade \$http_upgrade; $pass; }\n",
    http => "server { listen 127.0.0.1:\@PORT2\@;\n$guarded }\n";


# What belongs inside jwt_issuer, and stands outside of it.

for my $line ('audience api', 'issuer https://x/', 'scope_claim scp',
              'jwks_uri https://x/', 'leeway 3s')
{
    my ($name) = split ' ', $line;

    for my $server ("location /x {\n    $line;\n}\n", "$line;\n",
                    "jwt a;\n$line;\n")
    {
        my ($ok, $said) = $s->check(issuers => $issuer, server => $server);

        my $narrow = $name eq 'audience'
            ? qr/, with "jwt_audience VALUE;" to take one API's tokens/ : '';

        ok !$ok, "$line is no directive of a server";
        like $said, qr/unknown directive "$name" in \S+check\.conf:\d+\n/,
            '... says nginx';
        like $said, qr/\[emerg\].*: "$name" belongs inside a jwt_issuer block: write it in "jwt_issuer NAME \{ \}" in "http", and "jwt NAME;" here$narrow in \S+check\.conf:\d+\n/,
            '... and we say where it belongs';
    }
}

{
    my ($ok, $said) = $s->check(issuers => $issuer,
                                server => "location /x { audiences api; }\n");

    ok !$ok, 'what nobody knows is an error';
    unlike $said, qr/jwt_issuer/, '... and belongs nowhere';
}

# Other modules' words.

for (['auth_jwt "realm"', qr/write "jwt NAME;" or "jwt off;", with "issuer" and "audience" in a .*; for "token=", "jwt_token \$variable;"/],
     ['auth_jwt_key_request /jwks', qr/write nothing: the issuer's keys are/],
     ['auth_jwt_require $x', qr/write "jwt_require \$variable \.\.\.;"/],
     ['auth_jwt_revocation_list_sub /x', qr/write "revocation sub;" and "revocation_file FILE;" in a/],
     ['auth_jwt_validate_exp off', qr/write nothing: that is always checked/],
     ['auth_jwt_key_file keys.json keyval', qr/write "jwks_file FILE;" in a .*, with a JWK set or PEM/],
     ['auth_jwt_require_claim sub eq x', qr/write "jwt_require_claim CLAIM VALUE \.\.\.;", without an operator/],
     ['auth_jwt_phase preaccess', qr/write nothing: a request is refused in the access phase/],
     ['auth_jwt_www_authenticate off', qr/write nothing: .* "jwt_realm STRING;"/])
{
    my ($line, $instead) = @$_;
    my ($name) = split ' ', $line;
    my ($ok, $said) = $s->check(issuers => $issuer, server => "$line;\n");

    ok !$ok, "$line is no directive of ours";
    like $said, qr/\[emerg\].*: "$name" is another module's directive: $instead.* in \S+check\.conf:\d+\n/,
        '... and we say what is';
}


for (['$jwt_claims', '$jwt_payload'], ['$jwt_nowtime', '$msec']) {
    my ($name, $instead) = @$_;
    my $used = "add_header X-A $name;\n";
    my ($ok, $said) = $s->check(issuers => $issuer, server => $used);

    ok !$ok, "$name is no variable of ours";
    like $said, qr/"\Q$name\E" is another module's variable: write \Q$instead\E\n/,
        '... and we say what is';

    ($ok, $said) = $s->check(issuers => $issuer,
                             server => "set $name x; $used");

    ok $ok, '... but may be one of the configuration';
    unlike $said, qr/another module/, '... of which nothing is said';
}


# Ours, where they can't stand.

for (['location / { if ($arg_x) { jwt a; } }',
      qr/"jwt" is not allowed in "if": write it in "http", "server" or "location", and a condition as "jwt_require \$variable;" with a "map"/],
     ['location / { jwt a; limit_except GET { jwt_require_scope x; } }',
      qr/"jwt_require_scope" is not allowed in "limit_except": .*"jwt_require_scope SCOPE methods=M;"/],
     ['jwt_issuer b { }',
      qr/"jwt_issuer": write it in "http", outside of "server"/],
     ['jwt_status;', qr/"jwt_status": write it in a "location"/])
{
    my ($config, $instead) = @$_;
    my ($ok, $said) = $s->check(issuers => $issuer, server => "\n$config\n");

    ok !$ok, "$config is an error";
    like $said, qr/directive is not allowed here in \S+check\.conf:(\d+)\n.*: $instead in \S+check\.conf:\1\n/,
        '... that says what to write' or diag $said;
}

{
    my ($ok, $said) = $s->check(issuers => $issuer,
                                server => "worker_processes 1;\n");

    ok !$ok, 'nginx\'s own directive';
    is scalar(() = $said =~ /\[emerg\]/g), 1, '... is nginx\'s own business';
}

# nginx goes on with its own configuration where a new one fails

{
    my $running = NJWT::Scenario->new;
    my $broken = sub { $running->write_file('late.conf', $_[0]) };

    $broken->('');
    $running->write_file('keys.json', jwks('k1'));
    $running->start(issuers => 'jwt_issuer a { issuer https://t/; audience api;'
        . ' jwks_file @DIR@/keys.json; }', server => 'include @DIR@/late.conf; '
        . 'location / { jwt a; empty_gif; }');

    for my $line ('audience api;', 'audience_of_another api;', 'issuer x;') {
        $broken->($line);
        $running->mark_log;
        kill 'HUP', $running->master_pid;
        ok $running->wait_for_log(qr/unknown directive/, 5),
            "a reload with \"$line\" fails";
        my $ours = qr/belongs inside a jwt_issuer block/;
        my $is_ours = $line !~ /another/;

        $running->wait_for_log($ours, 5) if $is_ours;
        is scalar($running->log_lines($ours)), $is_ours ? 1 : 0,
            '... with a line of ours where it is ours';
        is $running->get('/', token => token(iss => 'https://t/',
                                             aud => 'api'))->{status}, 200,
            '... and nginx goes on';
    }

    $broken->('');
    $running->reload;
    is $running->get('/')->{status}, 401, 'the next one is good';
    $running->stop;
}

done_testing;
