# The code has the layers that CONTRIBUTING.md describes.
#
#   the core (src/jwt)    plain C: no nginx, no clock, no I/O; jansson and
#                         OpenSSL behind one door each; imports run one way
#   the glue (src/nginx)  no crypto, no JSON; libcurl behind one door
#   the tool (src/cli)    the core's decision: libcurl and PCRE behind one
#                         door each, no crypto and no JSON library of its own
#   the permission        is given once
#   the module            shows nginx's loader what it needs and no more, and
#                         has no state of its own
#
# Read from the sources, from the compiler's list of included files, and from
# the objects that were built: run make first.

use strict;
use warnings;

use File::Basename qw/ basename dirname /;
use Test::More;

use lib dirname(__FILE__) . '/lib';
use NJWT::File qw/ slurp /;


chdir dirname(__FILE__) . '/..' or die "$!";

my $module = $ENV{NJWT_MODULE} // 'build/ngx_http_jwt_scope_module.so';
my @core = glob 'src/jwt/*/*.[ch]';
my @glue = glob 'src/nginx/*.[ch] src/nginx/*/*.[ch]';
my @tool = glob 'src/cli/*.[ch]';
my @core_objects = glob 'build/core/*/*.o';
my @glue_objects = map { glue_object($_) } grep { /\.c$/ } @glue;
my @include = map { "-I$_" } grep { -d } glob 'src/jwt/*';
my @glue_include = map { "-I$_" } grep { -d } glob 'src/nginx/*';

for ($module, 'build/libnjwt.a') {
    -e $_ or BAIL_OUT("there is no $_: run make first");
}

# what wasn't built would pass every check below

for (grep { /\.c$/ } @core, @glue) {
    my $object = m{/jwt/(\w+/\w+)} ? "build/core/$1.o" : glue_object($_);

    -e $object or BAIL_OUT("there is no $object: run make first");
}


# nginx names the folder of an object after the last of its source's folders

sub glue_object {
    my ($file) = @_;
    my ($folder, $name) = $file =~ m{(\w+)/(\w+)\.c$};

    return "build/nginx/objs/addon/$folder/$name.o";
}

my %source = map { $_ => slurp($_) } @core, @glue, @tool;

# comments may speak of what the code may not
my %code = map {
    $_ => $source{$_} =~ s{(/\*.*?\*/)}{ $1 =~ s/[^\n]/ /gr }gser
} keys %source;

# file:line of each match
sub uses {
    my ($pattern, @files) = @_;

    my @found;

    for my $file (@files) {
        my $n = 0;

        for my $line (split /\n/, $code{$file}) {
            $n++;
            push @found, "$file:$n" for $line =~ /$pattern/g;
        }
    }

    return @found;
}

sub none {
    my ($what, @found) = @_;

    is(join("\n", @found), '', $what);
}

sub lines_of {
    my (@command) = @_;

    open my $in, '-|', @command or die "$command[0]: $!\n";
    my @lines = <$in>;
    chomp @lines;
    close $in or die "failed: @command\n";

    return @lines;
}


# The core knows of no nginx.

none('the core has no name of nginx\'s',
     uses(qr/\b(?:ngx|NGX)_\w+/, @core));


none('nor has the tool', uses(qr/\b(?:ngx|NGX)_\w+/, @tool));


# Which headers a file reads, directly or not, is the compiler's to say.
# The core and the tool are given the core's folders, and no more.

my $cc = $ENV{CC} // 'cc';
my %door = (
    'jansson.h' => qr{/njwt_jansson\.c$},
    'openssl/'  => qr{/njwt_(?:key(?:_\w+)?|jwk|hash)\.c$},
    'curl/'     => qr{/(?:ngx_http_jwt_(?:fetch|multi|trust)
                         |explain_keys)\.c$}x,
    'pcre2.h'   => qr{/explain_rules\.c$|/ngx_http_jwt_},
);

my %reads;

for my $file (grep { /\.c$/ } @core, @tool) {
    my $list = join ' ', lines_of($cc, '-std=c11', '-M', @include, $file);

    $reads{$file} = [ grep { $_ ne '\\' } split ' ', $list ];
}

for my $file (grep { /\.c$/ } @glue) {
    $reads{$file} = [
        map { m{\A(.*)\z} } lines_of($cc, '-M', @include, @glue_include,
            (map { "-Ibuild/nginx/$_" } qw{
                src/core src/event src/event/modules src/event/quic
                src/os/unix src/http src/http/modules src/http/v2
                src/http/v3 objs }), $file) ];
    $reads{$file} = [ grep { $_ ne '\\' }
                      map { split ' ' } @{ $reads{$file} } ];
}

cmp_ok(scalar(keys %reads), '>', 20, 'the compiler listed what they read');

for my $header (sort keys %door) {
    my @direct = uses(qr{^\s*#\s*include\s*<\Q$header\E}, @core, @glue,
                        @tool);

    cmp_ok(scalar(@direct), '>', 0, "<$header> is included at all");

    # nginx's own headers bring OpenSSL along
    my @who = $header eq 'openssl/'
        ? grep { m{/(?:jwt|cli)/} } keys %reads : keys %reads;

    none("<$header> is read behind one door only",
         sort grep { $_ !~ $door{$header}
                     && grep { m{/\Q$header\E} } @{ $reads{$_} } } @who);
}

none('the glue has no crypto of its own',
     uses(qr/^\s*\#\s*include\s*<openssl|\b(?:EVP|RSA|EC|BN|SHA|MD5|HMAC
              |OSSL)\w*_\w+\s*\(/x, @glue));
none('and TLS is the fetch\'s alone',
     uses(qr/\b(?:SSL|X509)\w*_\w+\s*\(/,
            grep { !m{/ngx_http_jwt_(?:fetch|trust)} } @glue));
none('the glue has no JSON of its own', uses(qr/\bjson_\w+\s*\(/, @glue));

none('nobody changes the functions that jansson has its memory from',
     uses(qr/\bjson_set_alloc_funcs\w*\b/, @core, @glue, @tool));

none('the core reads no header of nginx\'s or libcurl\'s',
     sort grep { m{/jwt/} && grep { m{ngx_|nginx/src|/curl/} }
                 @{ $reads{$_} } } keys %reads);

none('the core includes C\'s headers for types and bytes only',
     uses(qr{^\s*\#\s*include\s*<(?!jansson\.h|openssl/)
               (?!(?:errno|limits|math|stdbool|stddef|stdint|stdlib|string)\.h>)}x,
            @core));


# Imports run one way: part => the parts that it may build on.  A part is a
# header and the files named after it (njwt_json_text.c belongs to json).

my %below = (
    njwt    => [],
    arena   => [],
    alg     => [],
    b64     => [],
    bearer  => [],
    pem     => ['b64'],
    json    => ['number'],
    jansson => ['json'],
    refresh => [],
    defaults => [],
    discovery => ['jansson'],
    revocation => ['jansson'],
    jws     => [qw/ alg b64 json /],
    hash    => [],
    key     => [qw/ alg b64 hash json out /],
    dates   => [qw/ json number /],
    method  => [],
    certificate => [qw/ b64 key pem url /],
    nonce   => [qw/ b64 hash /],
    thumbprint => [qw/ b64 hash json key /],
    htu     => ['url'],
    dpop    => [qw/ alg b64 hash htu json jws key nonce thumbprint /],
    verdict_info => [],
    binding => [qw/ dpop json key thumbprint verdict_info /],
    url     => [],
    utf8    => [],
    out     => ['utf8'],
    form    => ['url'],
    predicates   => [qw/ hash json rule /],
    path    => ['json'],
    number  => [],
    rule    => [qw/ json number path /],
    scopes  => [qw/ json path /],
    keyfile => [qw/ hash /],
    jwks    => [qw/ alg jansson json jws key pem thumbprint /],
    claims  => [qw/ dates predicates json jws key scopes /],
    policy  => [qw/ alg binding json claims out path predicates jwks method rule
                    scopes /],
    cached  => [qw/ b64 claims predicates jws jwks key policy /],
    verdict => [qw/ alg bearer binding claims dates json jws jwks path policy
                    cached verdict_info /],
    logout  => [qw/ claims json jwks jws policy /],
    hint    => [qw/ b64 bearer dates htu json path url verdict /],
);

sub part {
    my ($file) = @_;

    my $name = basename($file) =~ s/\.[ch]$//r;

    # a JWK is a key that is read
    return 'key' if $name eq 'njwt_jwk';

    return 'njwt' if $name eq 'njwt';
    return (sort { length $b <=> length $a }
            grep { $name =~ /^njwt_$_(?:_|$)/ } keys %below)[0];
}

none('each file of the core belongs to a part (t/layers.t names them)',
     grep { !defined part($_) } @core);

my @upwards;

for my $file (@core) {
    my $part = part($file) // next;

    for my $header ($code{$file} =~ /^\s*#\s*include\s*"([^"]+)"/mg) {
        my $other = part($header) // '?';

        next if $other eq $part || $other eq 'njwt'
                || grep { $_ eq $other } @{ $below{$part} };
        push @upwards, "$file includes $header";
    }
}

none('imports run one way', @upwards);


# The glue's folders have an order too: each may read the headers of those
# below it, and call what they have.

my @folders = qw/ status conf request cache keys memory stats common /;
my %level = map { $folders[$_] => $_ } 0 .. $#folders;

sub folder {
    my ($file) = @_;

    return (split m{/}, $file)[-2];
}

none('each file of the glue lies in a folder that the order names',
     grep { !m{^src/nginx/\w+\.} && !exists $level{folder($_)} } @glue);

my %header = map { basename($_) => folder($_) } grep { /\.h$/ } @glue;
my @up;

for my $file (grep { exists $level{folder($_)} } @glue) {
    for ($code{$file} =~ /^\s*#\s*include\s*"(ngx_[^"]+)"/mg) {
        push @up, folder($file) . '/' . basename($file)
                  . " reads $header{$_}/$_"
            if $level{$header{$_}} < $level{folder($file)};
    }
}

my (%home, %needs);

for my $object (@glue_objects) {
    for (lines_of('nm', $object)) {
        my ($kind, $name) = /(?:^|\s)([A-Z]) (ngx_http_jwt_\w+)$/ or next;

        if ($kind eq 'U') {
            push @{ $needs{$object} }, $name;

        } elsif ($kind eq 'T') {
            $home{$name} = folder($object);
        }
    }
}

cmp_ok(scalar(keys %home), '>', 100, 'the glue has functions');

for my $object (grep { exists $level{folder($_)} } sort keys %needs) {
    push @up, map { folder($object) . '/' . basename($object)
                    . " calls $home{$_}/$_" }
              grep { defined $home{$_} && exists $level{$home{$_}}
                     && $level{$home{$_}} < $level{folder($object)} }
              @{ $needs{$object} };
}

none('they know what is below them, and no more', @up);


# One allow.

my @allow = uses(qr/\breturn\b[^;]*\bNJWT_OK\b/, @core, @glue, @tool);

is(scalar(@allow), 1, 'the permission is returned once');
like($allow[0], qr{^src/jwt/judge/njwt_verdict\.c:}, 'by the verdict function');

none('and handed out in no other way',
     uses(qr/[^=!<>]=\s*NJWT_OK\b|[?:,]\s*NJWT_OK\b/,
            grep { $_ !~ m{/njwt_verdict\.h$} } @core, @glue, @tool));


# What the module shows, and under which names.

my %wanted = map { $_ => 1 } qw/ ngx_modules ngx_module_names
    ngx_module_order /;

my @shown = map { (split ' ')[-1] } lines_of('nm', '-D', '--defined-only',
                                             $module);

is_deeply([ sort @shown ], [ sort keys %wanted ],
          'the module shows what nginx looks up, and no more');

sub global_names {
    return grep { length } map { (split ' ')[2] // '' }
           lines_of('nm', '-g', '--defined-only', @_);
}

none('the core\'s names begin with njwt_',
     sort grep { $_ !~ /^njwt_/ } global_names('build/libnjwt.a'));
none('the glue\'s names begin with ngx_http_jwt_',
     sort grep { $_ !~ /^ngx_http_jwt_/ } global_names(@glue_objects));


# What depends on a secret takes the same time however much of it was right:
# the MAC of an HS token (make timing measures that).

none('where keys are used bytes are compared by CRYPTO_memcmp() alone',
     uses(qr/\b(?:memcmp|bcmp|str\w*cmp|njwt_slice_equal)\s*\(/,
            grep { m{/njwt_(?:key(?:_verify)?|hash)\.c$} } @core));
none('of a JWK only names are compared otherwise',
     uses(qr/\b(?:memcmp|bcmp|str\w*cmp)\s*\(/,
            grep { m{/njwt_jwk\.c$} } @core));
is(scalar(my @constant = uses(qr/\bCRYPTO_memcmp\s*\(/, @core)), 1,
   'and a MAC is');

# The glue compares digests of tokens, salted with what nobody knows: how much
# of one was right leads to no token.

none('the glue has no secret to compare',
     uses(qr/\bsecret\b[^;]*\bngx_(?:mem|str\w*)cmp
              |\bngx_(?:mem|str\w*)cmp\s*\([^;]*\bsecret\b/x, @glue));


# Only njwt_cached may make claims and proofs from a cache entry.

none('only njwt_cached makes claims of a record',
     grep { !m{njwt_(?:cached|claims|key)\.[ch]:} && !m{njwt_claims\.h:} }
     uses(qr/\bnjwt_(?:claims|proof)_cached\b/, @core, @glue));


# No process-wide state: two configurations coexist during a reload.  What
# nginx's interfaces want to be variables are its tables and the heads of the
# filter chain; constants that hold addresses lie in .data.rel.ro.

my $nginx_own = qr/^(?: ngx_http_jwt_scope_module
                      | ngx_http_jwt_\w*(?:commands|module_ctx|variables)
                      | ngx_http_next_(?:header|body)_filter )$/x;

sub variables {
    my @found;

    for (lines_of('objdump', '-t', @_)) {
        my ($section, $name) =
            /^[0-9a-f]+\s.{7}\s(\S+)\s+[0-9a-f]+\s+(?:\.hidden )?(\S+)$/
            or next;

        next if $section !~ /^(?:\.(?:data|bss|tdata|tbss)|\*COM\*)/
                || $section =~ /^\.data\.rel\.ro/ || $name eq $section;
        push @found, $name;
    }

    return sort @found;
}

none('the core has no variables of its own', variables(@core_objects));
none('the glue has none but nginx\'s (make others const)',
     grep { $_ !~ $nginx_own } variables(@glue_objects));

done_testing;
