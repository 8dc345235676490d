# Each rule of t/lint/Style.pm finds what breaks it, and nothing else.
#
# For each: a text that is reported, and a twin that differs in that one thing
# and isn't.

use strict;
use warnings;

use File::Basename qw/ dirname /;
use Test::More;

use lib dirname(__FILE__) . '/lint';
use Style;


my $head = "/*\n * What is this?\n */\n\n\n";

# a file of the core's, unless another name is given
sub rules {
    my ($text, $name) = @_;

    return join ' ', map { $_->[1] } Style::check($name // 'src/jwt/x.c',
                                                  $text);
}

sub twins {
    my ($rule, $what, $bad, $good, $name) = @_;

    is rules($bad, $name), $rule, "$rule: $what";
    is rules($good, $name), '', "$rule: its twin";
}

# a whole function around these lines
sub body {
    my ($lines) = @_;

    return "${head}static int\nf(int a)\n{\n$lines}\n";
}

sub code_twins {
    my ($rule, $what, $bad, $good, $name) = @_;

    twins($rule, $what, body($bad), body($good), $name);
}


# every file

twins('tab', 'a tab', "a\n\tb\n", "a\n    b\n", 'a.py');
is rules("a:\n\tb\n", 'Makefile'), '', 'tab: a Makefile needs them';
is rules("a:\n\tb\n", 't/checks.mk'), '', 'tab: and so does what it includes';

twins('trailing-blank', 'a blank at the end', "a \n", "a\n", 'README.md');
twins('trailing-blank', 'a carriage return', "a\r\n", "a\n", 'README.md');

twins('last-line', 'no newline at the end', 'a', "a\n", 'README.md');
twins('last-line', 'an empty line at the end', "a\n\n", "a\n", 'README.md');

twins('machine-path', 'a path of one machine',
      "cd /wo" . "rk/main\n", "cd here/wo" . "rk/main\n", 'a.sh');
twins('machine-path', 'a home', "cd /ho" . "me/me/x\n",
      "cd ~/me/x\n", 'a.sh');
is rules("see https://a.example/wo" . "rk/x\n", 'a.md'), '',
    'machine-path: an address is none';

# a retired word, and English that is like it; put together, as this file is
# read like all others
for (['a key that vouc' . 'hes', 'a key that verifies'],
     ['it was reca' . 'lled', 'it was called'],
     ['the led' . 'ger', 'the leader'],
     ['in mour' . 'ning', 'in the morning'],
     ['its take' . 'over', 'it may take over an hour'],
     ['kic' . 'k it', 'a click'],
     ['it is pass' . 'ed over', 'it went over the wire'],
     ['hel' . 'd requests', 'it held the requests'],
     ['njwt_fac' . 'ts_t', 'njwt_predicates_t'],
     ['an error is tol' . 'd', 'a client is told to retry'],
     ['which is tol' . 'd', 'which can be told apart'],
     ['$plac' . 'e', 'takes the place of another'],
     ['plac' . 'e = 1', 'in place'],
     ['size_t  plac' . 'e', 'the size in its place'],
     ['&fac' . 'ts', 'these facts'],
     ['read_pres' . 'ented', 'the certificate presented'])
{
    my ($bad, $good) = @$_;

    twins('retired-word', $bad, "$bad.\n", "$good.\n", 'docs/a.md');
}

for (['the fin' . 'ding', 'finding the result'],
     ['twi' . 'ns', '"twin"'],
     ['a numb' . 'ered rule', 'the number of a rule'],
     ['what it pres' . 'ented', 'what it sent'])
{
    my ($bad, $good) = @$_;

    twins('retired-word', "$bad in src", "/* a: $bad. */\n",
          "/* a: $good. */\n");
    is rules("# $bad.\n", 't/a.t'), '', "retired-word: $bad in a test may";
}


# C

twins('subject', 'a comment that says nothing',
      "/*\n *\n */\nint  a;\n", "/*\n * Things.\n */\nint  a;\n");
twins('subject', 'no comment at all', "int  a;\n", "${head}int  a;\n");

code_twins('columns', 'a line of 80',
           '    a = ' . 'b' x 71 . ";\n", '    a = ' . 'b' x 70 . ";\n");
code_twins('columns', 'a line of 80 that is longer in bytes',
           '    /* ' . "\xc3\xa4" x 70 . " */\n" =~ s/ \*/xx *\//r,
           '    /* ' . "\xc3\xa4" x 69 . " */\n");

twins('file-length', '1201 lines', $head . "\n" x 1195 . "int  a;\n",
      $head . "\n" x 1194 . "int  a;\n");
is rules($head . "\n" x 945 . "int  a;\n", 't/unit/x_test.c'), '',
    'file-length: and a test as long as it likes';

code_twins('line-comment', '//', "    a = b; // why\n",
           "    a = b; /* why */\n");
code_twins('line-comment', '// behind a string',
           "    a = \"http://a\"; // why\n", "    a = \"http://a\";\n");
is rules(body("    /* see https://a */\n")), '',
    'line-comment: an address in a comment is none';

code_twins('braces', 'if', "    if (a)\n        b();\n",
           "    if (a) {\n        b();\n    }\n");
code_twins('braces', 'if on one line', "    if (a) b();\n",
           "    if (a) { b(); }\n");
code_twins('braces', 'else',
           "    if (a) {\n        b();\n    } else\n        c();\n",
           "    if (a) {\n        b();\n    } else {\n        c();\n    }\n");
code_twins('braces', 'for',
           "    for (i = 0; i < n; i++)\n        b();\n",
           "    for (i = 0; i < n; i++) {\n        b();\n    }\n");
code_twins('braces', 'while, with parentheses inside',
           "    while (a(b(c)))\n        d();\n",
           "    while (a(b(c))) {\n        d();\n    }\n");
code_twins('braces', 'an empty loop', "    while (a());\n",
           "    while (a()) { /* void */ }\n");
code_twins('braces', 'a body behind a comment',
           "    if (a)  /* { */\n        b();\n",
           "    if (a)  /* why */\n    {\n        b();\n    }\n");
twins('braces', 'in a macro',
      "$head#define A(x)  \\\n    if (x) \\\n        b()\n",
      "$head#define A(x)  \\\n    if (x) { \\\n        b(); \\\n    }\n");
is rules(body("    do {\n        a();\n    } while (b);\n")), '',
    'braces: do … while has none behind it';
is rules(body("#if (A)\n    a();\n#else\n    b();\n#endif\n")), '',
    'braces: the preprocessor has none';
is rules(body("    a = \"if (b) c\";\n")), '', 'braces: nor has a string';

code_twins('else-after-return', 'else after a return',
    "    if (a) {\n        return 1;\n    } else {\n        b();\n    }\n",
    "    if (a) {\n        return 1;\n    }\n\n    b();\n");
is rules(body("    if (a) {\n        b();\n    } else {\n        return;\n"
              . "    }\n")), '',
    'else-after-return: a return in the else is another thing';
is rules(body("    if (a) {\n        if (b) {\n            return 1;\n"
              . "        }\n        c();\n    } else {\n        d();\n    }\n"
         )), '', 'else-after-return: nor has a return deeper down';

twins('name-at-line-start', 'a name behind its type',
      "${head}static int f(int a)\n{\n    return a;\n}\n",
      "${head}static int\nf(int a)\n{\n    return a;\n}\n");
is rules("${head}static int f(int a);\n"), '',
    'name-at-line-start: a prototype may';
is rules("${head}static int  a[] = {\n    B(1)\n};\n"), '',
    'name-at-line-start: a table is no function';

my $f = "static int\nf(void)\n{\n    return 1;\n}\n";
my $g = "static int\ng(void)\n{\n    return 1;\n}\n";

like rules("$head$f\n$g"), qr/^two-blank-lines/,
    'two-blank-lines: one is too few';
like rules("$head$f\n\n\n$g"), qr/^two-blank-lines/,
    'two-blank-lines: three are too many';
is rules("$head$f\n\n$g"), '', 'two-blank-lines: two it is';
is rules("$head$f\n\n/* why */\n\n$g"), '',
    'two-blank-lines: a comment belongs to its function';
like rules("$head$f\n/* why */\n\n$g"), qr/^two-blank-lines/,
    'two-blank-lines: and has two before it';
like rules("${head}int  a;\n\n$f"), qr/^two-blank-lines/,
    'two-blank-lines: between a variable and a function';
is rules("${head}int  a;\n\n\n$f"), '', 'two-blank-lines: its twin';
is rules("$head$f\n#if (A)\n\n$g\n#endif\n"), '',
    'two-blank-lines: the preprocessor is let alone';

my $long = "    a();\n" x 61;
my $short = "    a();\n" x 60;

code_twins('function-length', '61 lines', $long, $short);
is rules("${head}/* long: a table */\nstatic int\nf(int a)\n{\n$long}\n"), '',
    'function-length: or a reason right above';
is rules("${head}/* why */\nstatic int\nf(int a)\n{\n$long}\n"),
    'function-length', 'function-length: which is said to be one';
is rules(body($long), 't/unit/x_test.c'), '',
    'function-length: a test may list';

code_twins('labels', 'two labels', "a:\n\n    b();\n\nc:\n\n    d();\n",
           "a:\n\n    b();\n");
is rules(body("    switch (a) {\n\n    case 1:\n        b();\n\n"
              . "    default:\n        c();\n    }\n\nfailed:\n\n    d();\n")),
    '', 'labels: default is none';

# one for each reason there is
for my $call (qw/ strlen strcmp printf time getenv fopen malloc free exit
                  atoi sprintf strtok alloca system sleep /)
{
    code_twins('banned-call', "$call in the core", "    $call(a);\n",
               "    my_$call(a);\n");
}

for my $call (qw/ sprintf strcpy strtok alloca gets system usleep
                  curl_easy_perform /)
{
    code_twins('banned-call', "$call in the glue", "    $call(a);\n",
               "    a->$call(a);\n", 'src/nginx/x.c');
}

is rules(body("    curl_easy_perform(a);\n"), 'src/cli/x.c'), '',
    'banned-call: a process of its own may wait';
is rules(body("    strcpy(a, b);\n"), 'src/cli/x.c'), 'banned-call',
    'banned-call: but not write as much as it likes';
is rules(body("    a = ngx_time();\n    strlen(a);\n"), 'src/nginx/x.c'), '',
    'banned-call: the glue speaks to C\'s library';
is rules(body("    malloc(a);\n"), 'src/jwt/njwt_arena.c'), '',
    'banned-call: the arena has memory';
is rules(body("    malloc(a);\n"), 't/unit/x_test.c'), '',
    'banned-call: and so have the tests';
is rules(body("    /* no malloc(a), no strlen(b) */\n")), '',
    'banned-call: a comment calls nothing';

# where it is

my ($found) = Style::check('src/jwt/x.c', body("    if (a)\n        b();\n"));
is $found->[0], 9, 'a finding names its line';
like $found->[2], qr/if without braces/, 'and what is wrong there';

done_testing;
