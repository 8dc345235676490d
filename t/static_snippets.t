# nginx accepts every configuration that the documents show.
#
# Each block that is fenced as nginx is run through nginx -t.  A fragment gets
# around it what it lacks: what may only stand in http stands there, what
# stands in a jwt_issuer block gets one, what stands in a location gets a
# server.  The backend and the issuers that a fragment names and doesn't define
# are ours.

use strict;
use warnings;
use utf8;

use lib 't/lib';

use Cwd qw/ getcwd /;
use NJWT::File qw/ slurp /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;

binmode $_, ':utf8' for Test::More->builder->output,
    Test::More->builder->failure_output;

my $s = NJWT::Scenario->new;
my $dir = $s->dir;

$s->write_file('jwks.json', jwks('k1'));
$s->write_file('secret', 'x' x 64);
$s->write_file('revoked.json', '[]');


# which directives stand in a jwt_issuer block
my %inside = map { $_ => 1 } slurp('docs/directives.md', ':utf8')
    =~ /^### (\w+)\n- Syntax:.*\n- Default:.*\n- Context: jwt_issuer$/gm;

cmp_ok(scalar(keys %inside), '>', 10, 'there are such directives at all');


# [file, line, text] of each snippet

sub snippets {
    my ($file) = @_;

    my $text = slurp($file, ':utf8');
    my @found;

    while ($text =~ /^( *)```nginx\n(.*?)^ *```$/gms) {
        my $line = 1 + (substr($text, 0, $-[2]) =~ tr/\n//);

        push @found, [ $file, $line, $2 ];
    }

    return @found;
}

# The first words of the lines that stand outside of any braces.

sub top {
    my ($text) = @_;

    my ($depth, @top) = (0);

    for my $line (split /\n/, $text) {
        $line =~ s/#.*//;
        push @top, $1 if $depth == 0 && $line =~ /^\s*(\w+)/;
        $depth += ($line =~ tr/{//) - ($line =~ tr/}//);
    }

    return @top;
}

# One block from what may stand in several: a server of its own for a location.

sub whole {
    my ($text) = @_;

    my %top = map { $_ => 1 } top($text);
    my $more = '';

    # statements of http, and all else for a server

    if (!$top{http}) {
        my ($http, $server, $issuer) = ('', '', '');

        while ($text =~ /\G(\s*(?:\#.*\n\s*)*(\w+)[^;{}]*
                         (?:;.*\n?|(\{(?:[^{}]++|(?3))*\})\s*))/gx)
        {
            my ($statement, $name) = ($1, $2);

            if ($inside{$name}) {
                $issuer .= $statement;

            } elsif ($name =~ /^(?:jwt_issuer|jwt_claim_set|jwt_shared_zone
                               |jwt_token_cache|jwt_dpop_zone|jwt_dpop_lifetime
                               |jwt_dpop_nonce|jwt_revocation_zone|map|upstream|server
                               |limit_req_zone|log_format)$/x)
            {
                $http .= $statement;

            } else {
                $server .= $statement;
            }
        }

        if ($issuer ne '') {
            $issuer .= "issuer https://t.eu.auth0.com/;\n"
                if $issuer !~ /^\s*issuer\s/m;
            $issuer .= "audience a;\n" if $issuer !~ /^\s*audience\s/m;
            $http .= "jwt_issuer fragment {\n$issuer}\n";
        }

        # what is about tokens needs one to be about
        $server = "jwt timesheets;\n$server" if $server ne ''
            && $server !~ /^\s*(?:jwt|location)\s/m;

        $text = "http {\n$http"
            . ($server ne '' ? "server {\n$server}\n" : '') . "}\n";
    }

    my %defined = map { $_ => 1 } $text =~ /jwt_issuer\s+(\w+)/g;

    $more .= "jwt_issuer timesheets { issuer https://t/; audience a; "
        . "jwks_file $dir/jwks.json; revocation sub; }\n"
        if !$defined{timesheets};
    $more .= "upstream backend { server 127.0.0.1:9; }\n"
        if $text !~ /upstream\s+backend/;

    $more .= "${_}_temp_path $dir/temp/$_;\n"
        for qw/ client_body proxy fastcgi uwsgi scgi /;

    $text =~ s/http \{\n/http {\n$more/;

    # the readers' files are ours
    $text =~ s/^load_module.*\n//mg;
    $text =~ s{(jwks_file\s+)\S+;}{$1$dir/jwks.json;}g;
    $text =~ s{/var/log/nginx/}{$dir/}g;
    $text =~ s{(revocation_file\s+)\S+;}{$1$dir/revoked.json;}g;
    $text =~ s{(secret_file\s+)\S+;}{$1$dir/secret;}g;
    $text =~ s{(key_file=)\S+;}{$1$dir/secret;}g;
    $text =~ s{(ssl_trusted_certificate\s+)\S+;}{$1\@FIXTURES\@/tls-ca.pem;}g;
    $text =~ s/(listen\s+)(?:443|80|8080)\b/${1}127.0.0.1:\@PORT\@/g;
    $text =~ s/(server \{\n)(?!\s*listen)/$1listen 127.0.0.1:\@PORT\@;\n/g;

    return 'load_module ' . ($ENV{NJWT_MODULE}
            // getcwd() . '/build/ngx_http_jwt_scope_module.so') . ";\n"
        . ($> == 0 ? "user root;\n" : '')
        . "pid $dir/nginx.pid;\nerror_log $dir/error.log;\n"
        . ($text =~ /^events/m ? '' : "events {}\n") . $text;
}


my @all = map { snippets($_) } sort glob '*.md docs/*.md conf-examples/*.md';

cmp_ok(scalar(@all), '>', 30, 'there are snippets at all');

for my $snippet (@all) {
    my ($file, $line, $text) = @$snippet;
    my ($ok, $said) = $s->check(config => whole($text));

    {
        # shown before it is there
        local $TODO = 'jwt_status prometheus'
            if $said =~ /"prometheus" in "jwt_s/;

        ok $ok, "$file:$line" or diag $said, whole($text);
    }

    unlike $said, qr/\[warn\]/, '... and nginx has no doubt'
        if $text !~ /jwt_mode/;
}

done_testing;
