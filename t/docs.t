# The README and docs/ name every directive, verdict and variable, and no
# others.
#
# The directives, the verdicts and the variables are taken from the tables in
# the sources; each has its section, and nothing else has one.  A directive has
# a section in docs/directives.md, and a row in the README's table, which is
# made from the sections:
#
#   ### jwt_issuer
#   - Syntax: `jwt_issuer NAME { … }`
#   - Default: —
#   - Context: http
#
#   perl t/docs.t --write       writes that table into the README

use strict;
use warnings;
use utf8;

use File::Basename qw/ dirname /;
use File::Spec;
use Test::More;

use lib dirname(__FILE__) . '/lib';
use NJWT::File qw/ slurp /;

binmode $_, ':utf8' for Test::More->builder->output,
    Test::More->builder->failure_output, Test::More->builder->todo_output;


chdir dirname(__FILE__) . '/..' or die "$!";

sub without_comments {
    my ($text) = @_;

    return $text =~ s{/\*.*?\*/}{ }gsr;
}

my $readme = slurp('README.md', ':utf8');
my $reference = slurp('docs/directives.md', ':utf8');
my %page = map { $_ => slurp($_, ':utf8') } glob '*.md docs/*.md conf-examples/*.md
    conf-examples/*/*.md';

# the text under a heading, up to the next of its level
sub chapter {
    my ($text, $name) = @_;

    return $text =~ /^## \Q$name\E\n(.*?)(?=^## |\z)/ms ? $1 : '';
}


# Directives: name => where it may stand, and whether it is a block.

my %context = (MAIN => 'http', SRV => 'server', LOC => 'location');
my %directive;

for my $file (glob 'src/nginx/*.c src/nginx/*/*.c') {
    my $code = without_comments(slurp($file, ':utf8'));

    while ($code =~ /\bngx_command_t\s+(\w+)\[\]\s*=\s*\{(.*?)\n\};/gs) {
        my ($table, $rows) = ($1, $2);

        # a table of what stands in a block is named after the block
        my ($block) = $table =~ /^ngx_http_(jwt_\w+?)_commands$/;

        while ($rows =~ /\{\s*ngx_string\("(\w+)"\),\s*([\w\s|]+),/g) {
            my ($name, $flags) = ($1, $2);
            my @where = map { $context{$_} }
                        grep { $flags =~ /\bNGX_HTTP_${_}_CONF\b/ }
                        qw/ MAIN SRV LOC /;

            fail("$name is in two tables") if $directive{$name};

            $directive{$name} = {
                context => join(', ', @where ? @where : $block // '?'),
                block   => scalar($flags =~ /\bNGX_CONF_BLOCK\b/),
            };
        }
    }
}

cmp_ok(scalar(keys %directive), '>=', 4, 'there are directives at all');

my $directives = chapter($reference, 'Directives');
my (%section, @order);

while ($directives =~ /^### (.*?)\n(.*?)(?=^### |\z)/gms) {
    ok(!$section{$1}, "### $1 is there once");
    $section{$1} = $2;
    push @order, $1;
}

is(join(' ', grep { !$directive{$_} } sort keys %section), '',
   'each section of docs/directives.md is of a directive that exists');

for my $name (sort keys %directive) {
    my $section = $section{$name};

    ok(defined $section, "docs/directives.md: ### $name is there") or next;

    my ($syntax, $default, $context) =
        $section =~ /\A- Syntax: (.+)\n- Default: (.+)\n- Context: (.+)\n/;

    ok(defined $context,
       "$name: Syntax, Default and Context are the first three lines")
        or next;

    my @forms = $syntax =~ /`([^`]+)`/g;
    my $end = $directive{$name}{block} ? qr/\{ … \}/ : qr/;/;

    cmp_ok(scalar(@forms), '>', 0, "$name: Syntax is in backquotes");
    is(join(' | ', grep { !/^\Q$name\E(?: .*)?$end$/ } @forms), '',
       "$name: Syntax begins with it and ends as nginx wants it");

    # words, as "the system's bundle", or what one would write
    my @values = grep { / .*;$/ } $default =~ /`([^`]+)`/g;

    is(join(' | ', grep { !/^\Q$name\E / } @values), '',
       "$name: Default is what one would write");

    is($context, $directive{$name}{context},
       "$name: Context is the table's");

    # three lines are no documentation
    like($section, qr/\n\n\w.{20,}/s, "$name: and it is explained");
    like($section, qr/^```nginx\n(?:.*\n)*?.*\b\Q$name\E[\s;]/m,
         "$name: with an example");

    $directive{$name}{row} = "| [`$name`](docs/directives.md#$name) | "
        . join(' | ', map { s/\|/\\|/gr } $syntax, $default, $context) . ' |';
}


# The README's table of them.

my $table = join "\n", '| directive | syntax | default | context |',
    '| --- | --- | --- | --- |',
    map { $directive{$_}{row} // "| `$_` |" } grep { $directive{$_} } @order;
my ($begin, $end) = map { qr/<!-- $_[^\n]*-->\n/ }
                    'directives:', 'end of directives';

if (grep { $_ eq '--write' } @ARGV) {
    $readme =~ s/($begin).*?($end)/$1$table\n$2/s or die "no table in README\n";

    open my $out, '>:utf8', 'README.md' or die "README.md: $!\n";
    print $out $readme;
    close $out or die "README.md: $!\n";
}

my ($written) = $readme =~ /$begin(.*?)\n$end/s;

ok(defined $written && $written eq $table,
   'the README has each with syntax, default and context')
    or diag('perl t/docs.t --write mends the table in the README');


# Verdicts, in the order in which they are decided.

my (@verdicts, %verdict, %text);

for my $file (glob 'src/jwt/judge/njwt_verdict*.c') {
    my $code = without_comments(slurp($file, ':utf8'));

    $text{$1} = $2 while $code =~ /^#define\s+(\w+)\s+"([^"]*)"/gm;

    while ($code =~ /\bnjwt_verdict_entry\(\s*NJWT_\w+\s*,\s*
                     "(\w+)"\s*,\s*(\d+)\s*,\s*(\w+|"\w*")\s*,/gx)
    {
        my ($name, $status, $error) = ($1, $2, $3);

        # a verdict with two statuses: the table has the one by default
        next if $verdict{$name};

        push @verdicts, $name;
        $verdict{$name} = {
            status => $status || '',
            error  => $error =~ /^"(.*)"$/ ? $1 : $text{$error} // '?',
        };
    }
}

cmp_ok(scalar(@verdicts), '>=', 20, 'there are verdicts at all');

# no memory is no verdict of the contract's, but somebody will see it
delete $verdict{undecided};
@verdicts = grep { $_ ne 'undecided' } @verdicts;

like($readme, qr/`undecided`/, 'the verdict undecided is explained');

my (@rows, %row);

while ($readme =~ /^\| `(\w+)` \| (.*?) ?\| (.*?) ?\| (.*) \|$/gm) {
    my ($name, $status, $error, $when) = ($1, $2, $3, $4);

    push @rows, $name;
    $row{$name} = { status => $status, error => $error =~ s/^`(.*)`$/$1/r,
                    when => $when };
}

is_deeply([ grep { $_ ne 'ok' } @rows ], [ grep { $_ ne 'ok' } @verdicts ],
          'the table of verdicts has each, once, in their order');

for my $name (@verdicts) {
    my $row = $row{$name} // next;

    is($row->{status}, $verdict{$name}{status}, "$name: its status");
    is($row->{error}, $verdict{$name}{error}, "$name: its error=");
    like($row->{when}, qr/\w+ \w+/, "$name: and when it is given");
}

ok($row{ok}, 'ok has a row');


# Variables.

my %variable;

for my $file (glob 'src/nginx/*.c src/nginx/*/*.c') {
    my $code = without_comments(slurp($file, ':utf8'));

    while ($code =~ /\bngx_http_variable_t\s+\w+\[\]\s*=\s*\{(.*?)\n\};/gs) {
        my $rows = $1;

        while ($rows =~ /\{\s*ngx_string\("(\w+)"\)([^}]*)\}/g) {
            my ($name, $rest) = ($1, $2);

            $name .= 'NAME' if $rest =~ /\bNGX_HTTP_VAR_PREFIX\b/;
            $variable{"\$$name"} = 1;
        }
    }
}

cmp_ok(scalar(keys %variable), '>=', 2, 'there are variables at all');

my %documented = map { $_ => 1 }
           chapter($readme, 'Variables') =~ /^\| `(\$\w+)` \| \S.*\|$/gm;

is_deeply([ sort keys %documented ], [ sort keys %variable ],
          'the table of variables has each, and no other');


# The tool's options are in its manual page, and no others.

my %option = map { $_ => 1 }
             without_comments(slurp('src/cli/explain_options.c', ':utf8'))
             =~ /^    \{ "([a-z-]+)", (?:"|NULL)/gm;
my $page = slurp('man/jwt-explain.1', ':utf8');

cmp_ok(scalar(keys %option), '>=', 10, 'the tool has options at all');
is_deeply([ sort $page =~ /^\.It Fl -([a-z-]+)/gm ], [ sort keys %option ],
          'the manual page explains each of them, and no other');
is_deeply([ sort { $a cmp $b } $page =~ /^\.(?:Op )?Fl -([a-z-]+)/gm,
            'version' ], [ sort keys %option ],
          'and has each in its synopsis');


# Commands, files.

my %target = map { $_ => 1 }
    (slurp('Makefile') . slurp('t/checks.mk')) =~ /^([a-z][a-z-]*):.*##/gm;

# an anchor, as GitHub makes it of a heading

sub anchors {
    my ($text) = @_;

    return map { lc(s/[^\w\- ]//gr) =~ s/ /-/gr } $text =~ /^#+ (.*)$/gm;
}

for my $page (sort keys %page) {
    my $text = $page{$page};
    my $dir = dirname($page);

    is(join(' ', grep { !$target{$_} }
                 $text =~ /(?:`|^|&& )make ([a-z][a-z-]*)\b/gm), '',
       "$page: each make command in it is listed by make help");

    my @dead;

    for my $link ($text =~ /\]\((?!https?:|mailto:)([^)]+)\)/g) {
        my ($file, $anchor) = split /#/, $link, 2;

        $file = length $file ? File::Spec->catfile($dir, $file) : $page;

        # docs/../x is x
        1 while $file =~ s{(?:^|(?<=/))(?!\.\.)[^/]+/\.\./}{};
        $file =~ s{^\./}{};

        push @dead, $link if !-e $file
            || defined $anchor && !grep { $_ eq $anchor }
                                   anchors($page{$file} // '');
    }

    is(join(' ', @dead), '', "$page: all that it links to is there");
}

my $by_verdict = $page{'docs/troubleshooting.md'} // '';

is(join(' ', grep { $_ ne 'ok' && $by_verdict !~ /^### `\Q$_\E`/m } @verdicts), '',
   'docs/troubleshooting.md says what to do about each verdict');
is(join(' ', grep { !$verdict{$_} && $_ ne 'undecided' }
             $by_verdict =~ /^### `(\w+)`/gm), '',
   '... that there is');

done_testing;
