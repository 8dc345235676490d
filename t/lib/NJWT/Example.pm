package NJWT::Example;

# An example of conf-examples, as it can run here.
#
#   my $config = local_config($s, $text, $port);
#
# What this machine hasn't got is replaced: ports, folders of logs, certificate
# and user are the scenario's; each "server" of an upstream is what listens on
# $port; the keys of each jwt_issuer come from a file, and what is revoked from
# revoked.json.

use strict;
use warnings;

use Cwd qw/ getcwd /;
use Exporter qw/ import /;
use NJWT::Token qw/ jwks /;

our @EXPORT_OK = qw/ local_config /;


sub local_config {
    my ($s, $text, $port_of_backend) = @_;

    my $keys = $s->write_file('keys.json', jwks('k1'));
    my $port = 1;

    # the gRPC backend is another server of this nginx
    my $grpc = <<'    END';
    server {
        listen      127.0.0.1:@PORT4@ http2;
        location / {
            add_header  grpc-status 0;
            return      200;
        }
    }
    END

    my $backend = $text =~ /grpc_pass/ ? '@PORT4@' : $port_of_backend;
    my $temp = join '', map { "    ${_}_temp_path  \@DIR\@/temp/$_;\n" }
        qw/ client_body proxy fastcgi uwsgi scgi /;
    my $user = $> == 0 ? 'user  root;' : '';

    $text =~ s/^(?:load_module|include) .*\n//m;
    $text =~ s/^ *\w+_temp_path .*\n//gm;
    $text =~ s/^user .*\n//m;
    $text =~ s{^worker_processes .*\n}{worker_processes  2;\n}m;
    $text =~ s{/(?:var/log/nginx|run)/}{\@DIR\@/}g;
    $text =~ s{/tmp/nginx\.pid}{\@DIR\@/nginx.pid};
    $text =~ s{/dev/std(?:err|out)}{\@DIR\@/error.log}g;
    $text =~ s{(revocation_file\s+)\S+;}{
        $1 . $s->write_file('revoked.json', '[]') . ';' }ge;
    $text =~ s{/var/lib/nginx/jwt}{\@DIR\@/jwt};
    $text =~ s{(ssl_certificate\s+)\S+;}{$1\@FIXTURES\@/tls-cert.pem;}g;
    $text =~ s{(ssl_certificate_key\s+)\S+;}{$1\@FIXTURES\@/tls-key.pem;}g;
    $text =~ s{(listen\s+)(?:443|8080|80)\b}{
        $1 . '127.0.0.1:@PORT' . ($port++ > 1 ? $port - 1 : '') . '@' }ge;
    $text =~ s{(server\s+)[\w.]+:\d+;}{${1}127.0.0.1:$backend;}g;
    # nor does the time that a loaded machine takes decide
    $text =~ s{rate=\d+r/s}{rate=1r/m}g;
    $text =~ s{^\s*(?:discovery|jwks_\w+|state_path)\s[^;]*;\n}{}gm;
    $text =~ s{(jwt_issuer\s+\w+\s+\{\n)}{$1        jwks_file  $keys;\n}g;
    $text =~ s/^http \{\n/http {\n$temp/m;
    $text =~ s/\}\s*\z/$grpc}\n/ if $text =~ /grpc_pass/;

    return 'load_module  ' . ($ENV{NJWT_MODULE}
            // getcwd() . "/build/ngx_http_jwt_scope_module.so")
        . ";\n$user\ndaemon  off;\n$text";
}

1;
