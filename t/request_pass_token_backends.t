# jwt_pass_token off, with backends of each kind, and after a request was
# judged twice.
#
# Backends of FastCGI, uwsgi and SCGI are spoken to by a server of the test's
# own, that answers with the headers among the parameters that it got; one of
# gRPC is another server of the same nginx, before NJWT::Echo.

use strict;
use warnings;

use lib 't/lib';

use Crypt::PK::ECC;
use Digest::SHA qw/ sha256 /;
use IO::Socket::INET;
use JSON::PP ();
use NJWT::Echo;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ time /;


# The parameters of FastCGI: records of 8 bytes and their content, until one
# of standard input without any; lengths of a byte, or of four.

sub read_all {
    my ($client, $len) = @_;

    my $got = '';

    while (length $got < $len) {
        read($client, $got, $len - length $got, length $got) or die 'short';
    }

    return $got;
}

sub fastcgi {
    my ($client) = @_;

    my $text = '';

    while (1) {
        my ($type, $len, $pad) = unpack 'xCx2nC', read_all($client, 8);
        my $content = read_all($client, $len);

        read_all($client, $pad);
        $text .= $content if $type == 4;
        last if $type == 5 && $len == 0;
    }

    my %params;

    while (length $text) {
        my @len = map {
            ord $text < 128 ? unpack 'C', substr $text, 0, 1, ''
                            : 0x7fffffff & unpack 'N', substr $text, 0, 4, ''
        } 1, 2;

        my $name = substr $text, 0, $len[0], '';
        $params{$name} = substr $text, 0, $len[1], '';
    }

    return (\%params, sub {
        my ($body) = @_;

        my $out = "Status: 200 OK\r\n\r\n$body";

        return pack('CCnnCx', 1, 6, 1, length $out, 0) . $out
               . pack('CCnnCx', 1, 3, 1, 8, 0) . "\0" x 8;
    });
}

sub uwsgi {
    my ($client) = @_;

    my (undef, $len) = unpack 'Cv', read_all($client, 4);
    my %params = unpack '(v/a*)*', read_all($client, $len);

    return (\%params, sub { "HTTP/1.1 200 OK\r\n\r\n$_[0]" });
}

sub scgi {
    my ($client) = @_;

    local $/ = ':';
    my ($len) = <$client> =~ /(\d+)/;
    my $text = read_all($client, $len) =~ s/\0\z//r;
    my %params = split /\0/, $text, -1;

    return (\%params, sub { "Status: 200 OK\r\n\r\n$_[0]" });
}

my %port;
my @backends;

for my $kind ([ fastcgi => \&fastcgi ], [ uwsgi => \&uwsgi ],
              [ scgi => \&scgi ])
{
    my ($name, $read) = @$kind;
    my $listener = IO::Socket::INET->new(
        LocalAddr => '127.0.0.1', Listen => 20, Proto => 'tcp',
        ReuseAddr => 1) or die "listen: $!";

    $port{$name} = $listener->sockport;

    my $pid = fork // die "fork: $!";

    if ($pid) {
        push @backends, $pid;
        next;
    }

    while (my $client = $listener->accept) {
        my ($params, $answer) = eval { $read->($client) } or next;

        print $client $answer->(join '', map { "$_: $params->{$_}\n" }
            sort grep { /^(?:HTTP_(?!HOST|USER|ACCEPT|CONN)|X_)/ }
            keys %$params);
        close $client;
    }

    exit;
}

END { kill 'KILL', @backends if @backends; }


my $s = NJWT::Scenario->new;
my $echo = NJWT::Echo->start(dir => $s->dir);
my $keys = $s->write_file('keys.json', jwks('k1'));
my $http = 'http://127.0.0.1:' . $echo->port;

# what each kind of module passes on; the "param" would bring a token back

my %pass = (
    proxy => "proxy_pass $http;"
             . ' proxy_set_header X-Param "<$http_authorization>";',
    grpc => 'grpc_pass grpc://127.0.0.1:@PORT3@;'
            . ' grpc_set_header X-Param "<$http_authorization>";',
    map { ($_ => "${_}_pass 127.0.0.1:$port{$_};"
                 . " ${_}_param X_PARAM \"<\$http_authorization>\";"
                 . ($_ eq 'scgi' ? ' scgi_param CONTENT_LENGTH "0";' : '')) }
        keys %port
);

my $locations = join '', map { <<"END" } sort keys %pass;
        location /off/$_ { jwt_pass_token off; $pass{$_} }
        location /on/$_  { $pass{$_} }
        location /error/$_ {
            jwt_pass_token off;
            error_page 404 = \@again_$_;
            root \@CONTENT\@;
            try_files /none =404;
        }
        location \@again_$_ {
            jwt_binding dpop;
            jwt_pass_token off;
            $pass{$_}
        }
        location /report/$_ {
            jwt_mode report; jwt_pass_token off; $pass{$_}
        }
END

$s->start(
    workers => 1,
    issuers => <<"    END",
        jwt_issuer timesheets {
            issuer \@ISSUER\@; audience \@AUDIENCE\@; jwks_file $keys;
        }
    END
    http => <<"    END",
        map \$http_x_any \$made_of_it { default \$http_x_any; }
        server {
            listen  127.0.0.1:\@PORT3\@ http2;
            location / { proxy_pass $http; }
        }
    END
    server => <<"    END",
        listen       127.0.0.1:\@PORT2\@ http2;
        server_name  api.example.com;
        jwt          timesheets;
        jwt_token    bearer \$cookie_tk \$http_x_tok;
        jwt_binding  dpop;
        add_header   X-Verdict \$jwt_verdict always;

$locations

        # a first judgement that refuses, and a second that doesn't
        location /first {
            jwt_require_scope  other;
            jwt_pass_token     off;
            error_page         403 = /second;
            root               \@CONTENT\@;
        }
        location /second { jwt_pass_token off; proxy_pass $http; }

        # a first that takes the token out, and a second that passes it on
        location /then_on {
            jwt_pass_token  off;
            root            \@CONTENT\@;
            try_files       /none \@then_on;
        }
        location \@then_on { proxy_pass $http; }

        # a first that allows, and a second that refuses
        location /then_no {
            jwt_pass_token  off;
            root            \@CONTENT\@;
            try_files       /none \@then_no;
        }
        location \@then_no {
            jwt_require_scope  other;
            jwt_pass_token     off;
            error_page         403 = \@public;
            proxy_pass         $http;
        }
        location \@public { jwt off; jwt_pass_token off; proxy_pass $http; }
    END
);

# An answer over HTTP/2: its verdict and its body, names in one spelling.

sub answer {
    my ($path, @fields) = @_;

    my $htu = 'http://api.example.com:' . $s->port(2);

    open my $in, '-|', qw/ curl -q -s -i --max-time 10
        --http2-prior-knowledge -H user-agent: -H accept: /,
        '--connect-to', 'api.example.com::127.0.0.1:',
        (map { ('-H', $_) } @fields), "$htu$path" or die "curl: $!";
    local $/;
    my ($head, $body) = split /\r\n\r\n/, <$in> // '', 2;
    close $in;

    my ($verdict) = ($head // '') =~ /^X-Verdict: (\S+)/mi;
    my ($nonce) = ($head // '') =~ /^DPoP-Nonce: (\S+)/mi;

    $body //= '';
    $body =~ s/^HTTP_//gm;
    $body =~ s{^([\w-]+)}{ lc($1) =~ tr/_/-/r }gme;
    $body =~ s/^(?:te|content-length|user-agent|accept).*\n//gm;

    return ($verdict // 'none', join('', sort $body =~ /.*\n/g), $nonce);
}

my $good = token();

for my $kind (sort keys %pass) {
    my @all = ("Authorization: Bearer $good", 'DPoP: proof', 'X-A: 1',
               'Cookie: a=b');

    my ($verdict, $body) = answer("/on/$kind", @all);
    is $verdict, 'ok', "$kind: a good token";
    like $body, qr/^authorization/m, '... goes on by default';
    like $body, qr/^dpop: proof$/m, '... with what stands beside it';

    is_deeply [ (answer("/off/$kind", @all))[0, 1] ],
        [ 'ok', "cookie: a=b\nx-a: 1\nx-param: <>\n" ],
        "$kind: with off neither does, and no parameter brings it back";

    is_deeply [ (answer("/off/$kind", 'X-A: 1', 'Cookie: a=b',
                        "Cookie: tk=$good", 'Cookie: c=d'))[0, 1] ],
        [ 'ok', "cookie: a=b; c=d\nx-a: 1\nx-param: <>\n" ],
        "$kind: nor does a cookie";

    is_deeply [ (answer("/off/$kind", 'X-A: 1', "X-Tok: $good"))[0, 1] ],
        [ 'ok', "x-a: 1\nx-param: <>\n" ], "$kind: nor a header";

    is_deeply [ (answer("/report/$kind", 'X-A: 1',
                        "X-Tok: $good", 'Cookie: tk=EVIL'))[0, 1] ],
        [ 'multiple_tokens', "x-a: 1\nx-param: <>\n" ],
        "$kind: nor do two that were only reported";

    is_deeply [ (answer("/error/$kind", @all))[0, 1] ],
        [ 'ok', "cookie: a=b\nx-a: 1\nx-param: <>\n" ],
        "$kind: nor after a second judgement";
}


# A bound token and its proof.

my $json = JSON::PP->new->canonical->utf8;
my $key = Crypt::PK::ECC->new;
$key->generate_key('secp256r1');

my $public = $key->export_key_jwk('public', 1);
my %jwk = map { $_ => $public->{$_} } qw/ crv kty x y /;
my $bound = token(cnf => { jkt => b64url(sha256($json->encode(\%jwk))) });
my $nonce;
my $n = 0;

sub proven {
    my ($path) = @_;

    my $text = join '.', map { b64url($json->encode($_)) }
        { typ => 'dpop+jwt', alg => 'ES256', jwk => \%jwk },
        { jti => 'j' . $n++, htm => 'GET', iat => int time,
          htu => 'http://api.example.com:' . $s->port(2) . $path,
          ath => b64url(sha256($bound)),
          defined $nonce ? (nonce => $nonce) : () };

    return (answer($path, "Authorization: DPoP $bound", 'X-A: 1',
                   'DPoP: ' . "$text."
                   . b64url($key->sign_message_rfc7518($text, 'SHA256'))));
}

(my $verdict, undef, $nonce) = proven('/off/proxy');
is $verdict, 'dpop_nonce_needed', 'a proof needs a nonce at first';

is_deeply [ (proven("/off/$_"))[0, 1] ], [ 'ok', "x-a: 1\nx-param: <>\n" ],
    "$_: a bound token and its proof stay here" for sort keys %pass;

for (
    [ '/error/proxy', 'behind an error page that is guarded, too',
      "x-a: 1\nx-param: <>\n" ],
    [ '/first', 'after a first judgement that refused', "x-a: 1\n" ],
    [ '/then_on', 'if the last location passes them on they go on',
      qr/\Aauthorization\ndpop: ey\S+\nx-a: 1\n\z/ ],
    [ '/then_no', 'after a second judgement that refused', "x-a: 1\n" ],
) {
    my ($path, $what, $want) = @$_;
    my ($is, $got) = proven($path);

    is $is, $path eq '/then_no' ? 'insufficient_scope' : 'ok',
        "$path: a proof is judged twice, and no replay of itself";
    ref $want ? like($got, $want, "$path: $what")
              : is($got, $want, "$path: $what");
}


# Of what a variable was made nobody knows: a warning, and no more.

my ($ok, $said) = $s->check(server => <<'END');
        location /t {
            jwt timesheets; jwt_token $made_of_it; jwt_pass_token off;
            root @CONTENT@;
        }
        location /u {
            jwt timesheets; jwt_token bearer $sent_http_x; root @CONTENT@;
            jwt_pass_token off;
        }
        location /v {
            jwt timesheets; jwt_token bearer $cookie_tk $http_x_tok;
            jwt_pass_token off; root @CONTENT@;
        }
        location /w {
            jwt timesheets; jwt_token $made_of_it; root @CONTENT@;
        }
END

is $ok, 1, 'jwt_pass_token off may stand beside other variables';

my @warned = $said =~ /(\[warn\].*can't take out.*)/g;

is scalar @warned, 2, '... with a warning for each place, and only there';
like $warned[0], qr/"jwt_token \$made_of_it" was made of, .*check\.conf:\d+$/,
    '... that names the variable and the line';
like $warned[1], qr/"jwt_token \$sent_http_x"/, '... of each';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;
done_testing;
