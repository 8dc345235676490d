package NJWT::Nginx;

# What a block of Test::Nginx needs for a gate.
#
#   use NJWT::Nginx;
#   use Test::Nginx::Socket 'no_plan';
#
#   run_tests();
#
#   __DATA__
#
#   === TEST 1: a token with the scope passes
#   --- config
#       location /t { jwt timesheets; jwt_require_scope a; return 204; }
#   --- token
#   scope => 'a'
#   --- error_code: 204
#
# (Remember that nginx's "return" answers before the gate does, so a location
# wants a file, a proxy_pass or an empty_gif: see "content" below.)
#
# Each block gets a jwt_issuer called timesheets that expects the issuer and
# the audience of NJWT::Token, and a second server in the same nginx, on a
# port of its own, that serves the key set to it.  Sections, all optional:
#
#   token          Perl, evaluated with NJWT::Token's functions at hand.  A
#                  list of pairs goes to token(): nothing at all is the good
#                  token.  A single value is the token itself:
#                      tamper(token(), 'payload')
#                  It is sent as "Authorization: Bearer …", or replaces
#                  of $TOKEN where request or more_headers have that
#   jwks           names of the keys in the set (k1), or the text of the whole
#                  answer, which then begins with { or is made with eval
#   fetch          there, with anything in it: the keys are fetched; otherwise
#                  they come from a file, unless a section below says more of
#                  their source
#   jwks_config    what the location of the key set does instead: return 500;
#   issuer_config  more directives for jwt_issuer; issuer, audience and
#                  jwks_uri there replace the default
#   http_config    as ever, before the default; with a "jwt_issuer timesheets"
#                  of its own there is no default issuer
#   request        GET /t
#   rules          directives in place of $RULES in the default configuration:
#
# default_config(<<'CONF') says which configuration blocks without one have.
#
# In every configuration section $TEST_NGINX_JWKS_URI is the key set's URL,
# $TEST_NGINX_ISSUER and $TEST_NGINX_AUDIENCE what token() says, and
# $TEST_NGINX_CONTENT a folder with the file "t" ("passed"), so that
#
#   location /t { jwt timesheets; root $TEST_NGINX_CONTENT; }
#
# is a guarded location.  $TEST_NGINX_RAND_PORT_1 and _2 are free ports.  A
# block that starts nginx may log no [alert] and no [emerg], whatever else it
# checks.
#
# nginx lives in a folder of its own under build/run; NJWT_KEEP=1 leaves it.

use strict;
use warnings;

use File::Basename qw/ dirname /;
use File::Spec;
use Exporter qw/ import /;
use NJWT::Process ();
use NJWT::Token qw/ :all /;


our @EXPORT = qw/ default_config /;

my $dir;
my @ports;

# Test::Nginx reads its environment as it is loaded, so this comes first.

BEGIN {
    # perl -c comes as far as here, and would never clean up
    return if $^C;

    $dir = NJWT::Process::folder();

    my $root = File::Spec->rel2abs(dirname(__FILE__) . '/../../..');

    # a module that the tester put there himself stays, before ours
    my $module = $ENV{NJWT_MODULE}
                 // "$root/build/ngx_http_jwt_scope_module.so";

    die "there is no $module: run make first\n" if !-e $module;

    $ENV{TEST_NGINX_LOAD_MODULES} //= $module;

    $ENV{TEST_NGINX_BINARY}
        //= $ENV{NJWT_NGINX}
        // (grep { -x } map { "$_/nginx" } split(/:/, $ENV{PATH}),
            '/usr/sbin')[0]
        // die "there is no nginx: run make first, or set NJWT_NGINX\n";

    # Test::Nginx's own random ports (TEST_NGINX_RANDOMIZE) may be ones that
    # the kernel gives to clients, our fetch of keys among them: every few
    # hundred blocks nginx couldn't bind its port

    @ports = NJWT::Process::ports(4);

    delete $ENV{TEST_NGINX_RANDOMIZE};
    $ENV{TEST_NGINX_PORT} //= $ports[0];
    $ENV{TEST_NGINX_SERVROOT} = "$dir/servroot";

    # proxies of the environment are not for loopback
    delete @ENV{ map { $_, uc $_ } qw/ http_proxy https_proxy all_proxy / };
}

use Test::Nginx::Util ();


my $blocks = 0;

sub write_file {
    my ($name, $text) = @_;

    open my $out, '>:raw', "$dir/$name" or die "$dir/$name: $!\n";
    print $out $text;
    close $out or die "$dir/$name: $!\n";

    return "$dir/$name";
}

if (!$^C) {
    write_file('t', "passed\n");
    write_file('htpasswd', "me:{PLAIN}secret\n");
    $ENV{TEST_NGINX_CONTENT} = "$dir";
}

$ENV{TEST_NGINX_ISSUER} = issuer();
$ENV{TEST_NGINX_AUDIENCE} = audience();

my $keys_port = $ports[1];
my $jwks_uri = 'http://127.0.0.1:' . ($keys_port // 0) . '/.well-known/jwks.json';

$ENV{TEST_NGINX_JWKS_URI} = $jwks_uri;


sub keys_file {
    my ($block) = @_;

    my $jwks = $block->jwks // 'k1';

    if ($jwks =~ /^[\w \n-]+$/) {
        $jwks = jwks(split ' ', $jwks);
    }

    return write_file('jwks-' . ++$blocks . '.json', $jwks);
}


sub keys_server {
    my ($block, $file) = @_;

    my $does = $block->jwks_config;

    $does //= "default_type application/json; alias $file;";

    return <<"    END";
    server {
        listen       127.0.0.1:$keys_port;
        server_name  keys;

        location = /.well-known/jwks.json {
            $does
        }
    }
    END
}


# Only a token that would pass waits for the first fetch: a test of another
# would race with it.  So the keys are there from the start, unless the block
# is about fetching them.

sub issuer_block {
    my ($block, $file) = @_;

    my $more = $block->issuer_config // '';
    my $fetch = defined $block->fetch || defined $block->jwks_config
                || $more =~ /\b(?:jwks_(?!file)|discovery)/;

    my %default = (
        issuer   => issuer(),
        audience => audience(),
        $fetch ? (jwks_uri => $jwks_uri) : (jwks_file => $file),
    );

    delete @default{ grep { $more =~ /^\s*$_\s/m } keys %default };

    return join "\n", '    jwt_issuer timesheets {',
        (map { "        $_  $default{$_};" } sort keys %default),
        $more, '    }', '';
}


sub evaluate {
    my ($block, $perl) = @_;

    ## no critic: the test's own text is what is to be run
    my @got = eval "package NJWT::Nginx; no strict 'refs'; ($perl)";

    die $block->name . ": token: $@" if $@;

    return @got == 1 ? $got[0] : token(@got);
}


sub send_token {
    my ($block) = @_;

    my $token = $block->token // return;
    $token = evaluate($block, $token);

    my $headers = $block->more_headers;
    my $used = 0;

    die $block->name . ": token: more_headers is a list: put the tokens "
        . "there\n" if ref $headers;

    for my $section (qw/ request more_headers raw_request /) {
        my $text = $block->$section;

        next if !defined $text || ref $text || $text !~ /\$TOKEN\b/;

        $text =~ s/\$TOKEN\b/$token/g;
        $block->set_value($section, $text);
        $used = 1;
    }

    return if $used;

    $headers = defined $headers ? "$headers\n" : '';
    $headers =~ s/\n\n+\z/\n/;
    $block->set_value(more_headers =>
                      $headers . "Authorization: Bearer $token");
}


Test::Nginx::Util::add_block_preprocessor(sub {
    my ($block) = @_;

    my $http = $block->http_config // '';
    my $own = $http =~ /^\s*jwt_issuer\s+timesheets\b/m;

    my $file = keys_file($block);

    $http .= "\n" . issuer_block($block, $file) if !$own;
    $http .= "\n" . keys_server($block, $file);

    $block->set_value(http_config => $http);

    for my $section (qw/ http_config config main_config /) {
        my $text = $block->$section // next;

        $text =~ s/\$TEST_NGINX_RAND_PORT_([12])\b/$ports[$1 + 1]/g;
        $block->set_value($section => $text);
    }

    if (!defined $block->request && !defined $block->raw_request
        && !defined $block->pipelined_requests)
    {
        $block->set_value(request => 'GET /t');
    }

    send_token($block);

    if (!defined $block->must_die) {
        my $not = $block->no_error_log // '';

        die $block->name . ": no_error_log: write lines, not a list\n"
            if ref $not;

        $block->set_value(no_error_log =>
            join "\n", (grep { length } $not), '[alert]', '[emerg]');
    }
});


sub default_config {
    my ($config) = @_;

    Test::Nginx::Util::add_block_preprocessor(sub {
        my ($block) = @_;

        return if defined $block->config;

        my $rules = $block->rules // '';

        $block->set_value(config => $config =~ s/\$RULES\b/$rules/r);
    });

    return;
}


1;
