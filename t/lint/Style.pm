package Style;

# Does a file keep to the house style?
#
#   for (Style::check($name, $text)) { my ($line, $rule, $message) = @$_ }
#
# nginx's own style is what its authors write, not what a formatter can
# produce; so these are the rules that can be told apart with certainty.
# t/lint.t has, for each, a text that breaks it and a twin that doesn't, and
# nginx's own modules pass all but the lengths.

use strict;
use warnings;


our $columns = 79;              # nginx's own limit
our $function_lines = 60;
our $file_lines = 1200;

# memory is the arena's; keys, which outlive a request, have _new and _free
my $owns_memory = qr{/njwt_(?:arena|jansson|jwks|key|key_curve|hash|dpop_keys)\.c$};

# strtod() takes no length: digits are written there for it
my $reads_numbers = qr{/njwt_number\.c$};

# what the core may not call, and why
my %core_calls = (
    (map { $_ => 'the core takes pointer and length' }
        qw/ strlen strnlen strcpy strncpy strcat strncat strdup strndup
            strcmp strncmp strcasecmp strncasecmp strstr strspn strcspn
            atoi atol strtol strtoul strtod sscanf /),
    (map { $_ => 'the core is silent' }
        qw/ printf fprintf dprintf puts fputs putchar perror syslog /),
    (map { $_ => 'the core knows no clock: now is an argument' }
        qw/ time gettimeofday clock_gettime clock localtime gmtime mktime /),
    (map { $_ => 'the core does no I/O' }
        qw/ fopen open read write close socket getenv /),
    (map { $_ => 'the core answers, it does not end the process' }
        qw/ exit _exit abort assert /),
);

my %core_memory = map { $_ => 'memory is the arena\'s' }
    qw/ malloc calloc realloc free /;

my %calls = (
    (map { $_ => 'it writes as much as it likes' }
        qw/ gets strcpy strcat sprintf vsprintf stpcpy /),
    (map { $_ => 'it takes the stack' } qw/ alloca /),
    (map { $_ => 'it keeps state for the whole process' }
        qw/ strtok srand rand setlocale /),
    (map { $_ => 'it starts a process' } qw/ system popen fork /),
);

# Words that were ours alone, and what the field says instead.  The first ones
# are used nowhere.  The others are English, too: of them only what nobody but
# us meant is found, as a name in code or in a phrase.  (Brackets in a pattern,
# because this file is read like all others.)
my $subject = qr/(?:[\$\@%&]|->|\bsub\s+)/;

my @retired = (
    [ qr/\b(?:v[o]uch(?:e[sdr]+|ing)?)\b/i,
      'an authority "signs", a key "verifies", a cache "has an entry"' ],
    [ qr/\b(?:r[e]call(?:s|ed|ing)?)\b/i, 'it is "cached"' ],
    [ qr/\b(?:l[e]dger|k[e]ylog)s?\b/i, 'records of keys are "keystats"' ],
    [ qr/\bm[o]urn\w*\b/i, 'a removed key has a "retention"' ],
    [ qr/\b(?:t[a]keover|b[u]rial)s?\b/i, '"recover", "recover delay"' ],
    [ qr/\bk[i]ck(?:s|ed|ing)?\b/i, '"refresh_now", "resume"' ],
    [ qr/\bp[a]ssed over\b/i, 'it is "skipped", "ignored" or "rejected"' ],
    [ qr/\bh[e]ld requests?\b|\bngx_http_jwt_h[o]ld\w*/i, '"suspended"' ],
    [ qr/\bnjwt_(?:c[a]se|f[i]nding|f[a]cts|g[r]ant|p[r]esented)_t\b/,
      'request, result, predicates, claims_summary, credentials' ],
    [ qr/\bt[o]ld\b(?!\ (?:apart|to|that|who|whom|what|where|whether)\b)/ix,
      'it is "reported", "logged", "shown" or "named"' ],
    [ qr/$subject\s*p[l]aces?\b|\bp[l]aces?(?:\(|\[|\s=\s)
         |\b\w+_t\s+\*?p[l]aces?\b/x,
      'a name of its own for each: index, position, entry, source' ],
    [ qr/$subject\s*f[a]cts\b|\bf[a]cts(?:\(|->|\.\w)|_t\s+f[a]cts\b/,
      '"predicates"' ],
    [ qr/\w_p[r]esented\b/, '"credentials"' ],
);

# in these the tests of tests have words of their own
my @retired_in_code = (
    [ qr/(?<!")\bt[w]ins?\b/i, 'a "duplicate", its "duplicate_no"' ],
    [ qr/\b(?:the|its|a|this)\s+f[i]nding\b/i, '"result"' ],
    [ qr/\bn[u]mbered\b/i, '"indexed"' ],
    [ qr/\bp[r]esented\b/i, '"credentials"' ],
);

# a process of its own may wait
my %waits = (
    (map { $_ => 'it blocks the worker' }
        qw/ sleep usleep nanosleep poll select curl_easy_perform
            ngx_msleep ngx_sleep getaddrinfo gethostbyname /),
);


sub check {
    my ($name, $text) = @_;

    my @found = (_tabs($name, $text), _blanks($text), _last_line($text),
                 _paths($text), _words($name, $text));

    push @found, _c($name, $text) if $name =~ /\.[ch]$/;

    return sort { $a->[0] <=> $b->[0] || $a->[1] cmp $b->[1] } @found;
}


sub _line {
    my ($text, $offset) = @_;

    return 1 + (substr($text, 0, $offset) =~ tr/\n//);
}

sub _each_line {
    my ($text, $bad, $rule, $message) = @_;

    my $n = 0;

    return map { [ $_->[0], $rule, $message ] }
           grep { $bad->($_->[1]) }
           map { [ ++$n, $_ ] } split /\n/, $text;
}


# What holds for every file.

sub _tabs {
    my ($name, $text) = @_;

    return if $name =~ m{(?:^|/)Makefile$|\.mk$};
    return _each_line($text, sub { $_[0] =~ /\t/ }, 'tab',
                      'a tab: indent with four blanks');
}

sub _blanks {
    my ($text) = @_;

    return _each_line($text, sub { $_[0] =~ /[ \t\r]$/ }, 'trailing-blank',
                      'blanks at the end of the line');
}

sub _last_line {
    my ($text) = @_;

    return if $text eq '' || $text =~ /[^\n]\n\z/;
    return [ _line($text, length $text), 'last-line',
             'end the file with one newline' ];
}

sub _paths {
    my ($text) = @_;

    # put together, for this file is checked too
    my $paths = join '|', map { "/$_/" } 'wo' . 'rk', 'ho' . 'me/\w+',
                                          'ro' . 'ot';

    return _each_line($text, sub { $_[0] =~ m~(?<![\w.*/\])\}])(?:$paths)\w*~ },
                      'machine-path', 'a path of one machine only');
}

sub _words {
    my ($name, $text) = @_;

    my @words = (@retired, $name =~ m{(?:^|/)src/} ? @retired_in_code : ());

    return map {
        my ($word, $instead) = @$_;

        _each_line($text, sub { $_[0] =~ $word }, 'retired-word',
                   "a word of our own: $instead");
    } @words;
}


# C.  $code is the text without what comments, strings and preprocessor lines
# hold: blanks are in their place, so offsets stay what they were.

sub _c {
    my ($name, $text) = @_;

    my $bare = _without_comments($text);
    my $code = _without_preprocessor($bare);
    my @functions = _functions($code);

    my @found = (
        _subject($text), _line_comments($text), _braces($bare),
        _else_after_return($bare), _names($code, \@functions),
        _apart($text, $code, \@functions), _labels($code, \@functions),
    );

    # a test is a list of sentences: it may be long
    return @found if $name !~ m{(?:^|/)src/};

    return (
        @found, _columns($text), _file_length($text),
        _lengths($text, \@functions), _calls($name, $bare),
    );
}


sub _blank {
    my ($piece) = @_;

    return $piece =~ s/[^\n]/ /gr;
}

sub _without_comments {
    my ($text) = @_;

    $text =~ s{(/\*.*?\*/|//[^\n]*)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')}
              { defined $1 ? _blank($1)
                           : '"' . _blank(substr $2, 1, -1) . '"' }gse;

    return $text;
}

sub _without_preprocessor {
    my ($bare) = @_;

    $bare =~ s/^([ \t]*#(?:[^\n]*\\\n)*[^\n]*)/_blank($1)/gem;

    return $bare;
}


# Definitions of functions: name, its offset, and those of its braces.

sub _functions {
    my ($code) = @_;

    my (@functions, $depth, $open);
    $depth = 0;

    while ($code =~ /([{}])/g) {
        my $at = $-[0];

        if ($1 eq '}') {
            $depth-- if $depth > 0;

            if ($depth == 0 && @functions && !defined $functions[-1]{end}) {
                $functions[-1]{end} = $at;
            }

            next;
        }

        next if $depth++ > 0;

        # a brace behind a closing parenthesis opens a function, and the
        # parenthesis that belongs to it stands behind the function's name
        my $before = substr $code, 0, $at;

        next if $before !~ /(\w+)\s*(\((?:[^()]++|(?2))*\))\s*\z/;

        push @functions, { name => $1, at => $-[1], begin => $at };
    }

    return grep { defined $_->{end} } @functions;
}


sub _columns {
    my ($text) = @_;

    my $limit = $columns;

    return _each_line($text, sub {
        my $line = $_[0];
        utf8::decode($line);
        length $line > $limit;
    }, 'columns', "longer than $limit columns");
}

sub _subject {
    my ($text) = @_;

    return if $text =~ m{\A/\*(?:(?!\*/).)*\w}s;
    return [ 1, 'subject', 'begin with a comment that names the file\'s '
                           . 'subject' ];
}

sub _file_length {
    my ($text) = @_;

    my $lines = $text =~ tr/\n//;

    return if $lines <= $file_lines;
    return [ $lines, 'file-length', "$lines lines, more than $file_lines: "
                                    . 'two subjects?' ];
}

sub _line_comments {
    my ($text) = @_;

    # strings may hold //, and so may the other kind of comment
    $text =~ s{(/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')}
              { _blank($1) }gse;

    return _each_line($text, sub { $_[0] =~ m{//} }, 'line-comment',
                      '// comment: write /* … */');
}


sub _braces {
    my ($bare) = @_;

    my @found;
    my $gap = qr/(?:\s|\\\n|(?<=\n)[ \t]*\#[^\n]*\n)*/;

    while ($bare =~ /(?<![#\w])(?<!# )\b(if|for|while|else)\b/g) {
        my ($word, $at) = ($1, $-[0]);
        my $rest = substr $bare, $+[0];

        if ($word eq 'else') {
            next if $rest =~ /\A$gap(?:\{|if\b)/;

        } else {
            next if $rest !~ s/\A$gap(\((?:[^()]++|(?1))*\))//;
            my $condition = $1;
            next if $rest =~ /\A$gap\{/;

            # do { … } while (…);  a macro leaves the semicolon to its user
            next if $word eq 'while'
                    && ($rest =~ /\A$gap;/ || $condition eq '(0)')
                    && substr($bare, 0, $at) =~ /\}$gap\z/;
        }

        push @found, [ _line($bare, $at), 'braces',
                       "$word without braces" ];
    }

    return @found;
}


sub _else_after_return {
    my ($bare) = @_;

    my @found;

    # of an if that has no "else if" before it: there both arms are siblings
    while ($bare =~ /(\})?\s*(?<![#\w])(?<!else )\bif\s*
                     (\((?:[^()]++|(?2))*\))\s*
                     \{((?:[^{}]++|(\{(?:[^{}]++|(?4))*\}))*)\}
                     \s*else\s*\{/gx)
    {
        my ($body, $end) = ($3, $+[0]);

        pos($bare) = $-[3];
        next if $body !~ /\b(?:return|continue|break|goto)\b[^;{}]*;\s*\z/;

        push @found, [ _line($bare, $end), 'else-after-return',
                       'else after a return: the rest can stand to the left'
                     ];
    }

    return @found;
}


sub _calls {
    my ($name, $bare) = @_;

    my $core = $name =~ m{(?:^|/)src/jwt/};
    my %banned = %calls;

    %banned = (%banned, %waits) if $name !~ m{(?:^|/)src/cli/};

    if ($core) {
        %banned = (%banned, %core_calls);
        %banned = (%banned, %core_memory) if $name !~ $owns_memory;
        delete $banned{strtod} if $name =~ $reads_numbers;
    }

    my @found;

    # a member (x->open, x.read) is no call of the library's
    while ($bare =~ /(?<![\w.>])([A-Za-z_]\w*)\s*\(/g) {
        next if !exists $banned{$1};
        push @found, [ _line($bare, $-[1]), 'banned-call',
                       "$1(): $banned{$1}" ];
    }

    return @found;
}


sub _names {
    my ($code, $functions) = @_;

    return map { [ _line($code, $_->{at}), 'name-at-line-start',
                   "$_->{name}: a definition's name begins its line" ] }
           grep { $_->{at} > 0 && substr($code, $_->{at} - 1, 1) ne "\n" }
           @$functions;
}


# Two blank lines before a function and its comment, and two behind it; where
# the preprocessor is at work one is enough, as in nginx.

sub _apart {
    my ($text, $code, $functions) = @_;

    my @lines = split /\n/, $text, -1;
    my @code = split /\n/, $code, -1;
    my @found;

    for my $f (@$functions) {

        # up from the name: its return type, then comments with no more than
        # one blank line between
        my $n = _line($code, $f->{at}) - 1;

        $n-- while $n > 0 && $code[$n - 1] =~ /\S/
                   && $code[$n - 1] !~ /[;}]\s*$/;

        while ($n > 0) {
            my $up = $n;

            $up-- if $lines[$up - 1] eq '' && $up > 1
                     && $lines[$up - 2] =~ m{\*/\s*$};
            last if $lines[$up - 1] !~ m{\*/\s*$};

            $up-- while $up > 0 && $lines[$up - 1] !~ m{^\s*/\*};
            last if $code[$up - 1] =~ /\S/;
            $n = $up - 1;
        }

        my $blank = 0;
        $blank++ while $n - $blank > 0 && $lines[$n - $blank - 1] eq '';

        my $above = $n - $blank > 0 ? $lines[$n - $blank - 1] : '';

        push @found, [ $n + 1, 'two-blank-lines',
                       "$f->{name}: two blank lines before it" ]
            if $blank != 2 && $above ne '' && $above !~ /^#|\\$/;

        $n = _line($code, $f->{end});
        $blank = 0;
        $blank++ while $n + $blank < $#lines && $lines[$n + $blank] eq '';

        my $below = $lines[$n + $blank] // '';

        push @found, [ $n, 'two-blank-lines',
                       "$f->{name}: two blank lines behind it" ]
            if $blank != 2 && $below ne '' && $below !~ /^#/;
    }

    # one gap may be both behind a function and before one
    my %seen;
    return grep { !$seen{"$_->[0] $_->[2]"}++ } @found;
}


sub _lengths {
    my ($text, $functions) = @_;

    my @found;

    for my $f (@$functions) {
        my $body = substr $text, $f->{begin}, $f->{end} - $f->{begin};
        my $lines = ($body =~ tr/\n//) - 1;

        next if $lines <= $function_lines;

        # the comment right above the return type
        my $above = substr $text, 0, $f->{at};
        next if $above =~ m{/\* long: \S(?:(?!\*/).)*\*/\n(?:[^\n;\}]+\n)?\z}s;

        push @found, [ _line($text, $f->{at}), 'function-length',
                       "$f->{name}: $lines lines, more than "
                       . "$function_lines: cut it, or say why in a comment "
                       . '/* long: … */ right above' ];
    }

    return @found;
}


sub _labels {
    my ($code, $functions) = @_;

    my @found;

    for my $f (@$functions) {
        my $body = substr $code, $f->{begin}, $f->{end} - $f->{begin};
        my @labels = $body =~ /^\s*(?!default\b)(\w+):\s*$/mg;

        push @found, [ _line($code, $f->{at}), 'labels',
                       "$f->{name}: more than one label: @labels" ]
            if @labels > 1;
    }

    return @found;
}


1;
