# A nonce of ours is asked for, given, renewed, and valid only for its time:
# jwt_dpop_nonce. Proofs are signed by CryptX.

use strict;
use warnings;

use lib 't/lib';

use NJWT::Process qw/ patience /;
use NJWT::Proof qw/ :all /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use List::Util qw/ min /;
use Test::More;
use Time::HiRes qw/ sleep time /;


my ($old, $new) = ('o' x 32, 'n' x 40);

# A host with a gate of its own.

sub host {
    my ($s, $nonce) = @_;

    return (
        workers => 2,
        http    => $nonce,
        issuers => proof_issuer($s),
        server => <<'    END',
        server_name      api.example.com;
        root             @CONTENT@;
        jwt_dpop_origin  https://api.example.com;
        add_header       X-Verdict $jwt_verdict always;

        location /t      { jwt timesheets; jwt_binding dpop; }
        location /scope  { jwt timesheets; jwt_binding dpop;
                           jwt_require_scope other; try_files /t =404; }
        location /max    { jwt timesheets; jwt_binding dpop;
                           expires 1h; try_files /t =404; }
        location /report { jwt timesheets; jwt_binding dpop; jwt_mode report;
                           jwt_require_scope other; try_files /t =404; }
        location /any    { satisfy any; allow all; jwt timesheets;
                           jwt_binding dpop; try_files /t =404; }
    END
    );
}

my $me = client();
my $token = bound($me);

sub ask {
    my ($s, $path, %over) = @_;

    return $s->request(path => $path, headers => {
        Authorization => "DPoP $token",
        DPoP => delete $over{-proof}
                // proof($me, $token, "https://api.example.com$path", %over) });
}

# Verdict, is there a nonce, Cache-Control.

sub answer {
    my ($r) = @_;
    my $h = $r->{headers};

    return join ' ', $r->{status}, $h->{'x-verdict'} // '',
        defined $h->{'dpop-nonce'} ? 'nonce' : '-',
        $h->{'cache-control'} // '-';
}


my $s = NJWT::Scenario->new;
my $key_file = $s->write_file('nonce.keys', "$new\r\n\n$old\n");

# the time of a nonce: what is asked in half of it must be answered in it
my $life = int(10 * min(patience(), 4));
my %config = host($s, "jwt_dpop_nonce ${life}s;");

$s->start(%config);

my $first = ask($s, '/t');
my $nonce = $first->{headers}{'dpop-nonce'};
my $made = time;

is answer($first), '401 dpop_nonce_needed nonce no-store',
    'a proof without a nonce is refused, and given one';
like $first->{headers}{'www-authenticate'},
    qr/^Bearer realm="timesheets", DPoP algs="ES256", error="use_dpop_nonce"/,
    '... with the error that clients know';
like $nonce, qr/^[\w-]{54}$/, '... which is a plain text';

is answer(ask($s, '/t', nonce => $nonce)), '200 ok - -',
    'with it the proof is good, and the answer as ever';
is answer(ask($s, '/max', nonce => $nonce)), '200 ok - max-age=3600',
    '... as its location has it';
is answer(ask($s, '/t', nonce => $nonce, iat => time - 3600)), '200 ok - -',
    'it is enough for a client whose clock is an hour behind';
is answer(ask($s, '/t', nonce => $nonce, iat => time + 3600)), '200 ok - -',
    '... or ahead';
is answer(ask($s, '/t', nonce => $nonce, iat => undef)),
    '401 dpop_proof_invalid - no-store', '... but "iat" must be there';

for (['another text', 'x'], ['none', ''],
     ['one with a letter changed',
      $nonce =~ s/^(.{20})(.)/$1 . ($2 eq 'A' ? 'B' : 'A')/er],
     ['one that says it is younger',
      $nonce =~ s/^(.{9})(.)/$1 . ($2 eq 'g' ? 'h' : 'g')/er])
{
    is answer(ask($s, '/t', nonce => $_->[1])),
        '401 dpop_nonce_needed nonce no-store', "$_->[0] is none of ours";
}

is answer(ask($s, '/t', nonce => 7)), '401 dpop_proof_invalid - no-store',
    'nor is a number';
is answer(ask($s, '/report')), '200 dpop_nonce_needed - -',
    'in report mode nobody is asked for one';
is answer(ask($s, '/any')), '200 dpop_nonce_needed - -',
    'nor where another module allows';

my $proof = proof($me, $token, 'https://api.example.com/t', nonce => $nonce);
is answer(ask($s, '/t', -proof => $proof)), '200 ok - -', 'a proof is good';

# past half its time

# the first one of all was dated a second ahead
sleep $made + $life / 2 + 2.5 - time;

my $r = ask($s, '/t', nonce => $nonce);
is answer($r), '200 ok nonce no-store', 'past half its time another is given';
my $next = $r->{headers}{'dpop-nonce'};
isnt $next, $nonce, '... a new one';

like answer(ask($s, '/max', nonce => $nonce)),
    qr/^200 ok nonce (?=.*no-store)/, '... which nobody keeps';
is answer(ask($s, '/scope', nonce => $nonce)),
    '403 insufficient_scope nonce no-store', '... with a refusal, too';
is answer(ask($s, '/report', nonce => $nonce)),
    '200 insufficient_scope nonce no-store', '... and in report mode';
is answer(ask($s, '/t', -proof => $proof)),
    '401 dpop_proof_replayed nonce no-store', '... to who replays';
is answer(ask($s, '/t', nonce => $nonce, jti => undef)),
    '401 dpop_proof_invalid nonce no-store', '... whatever else is wrong';
is answer(ask($s, '/any', nonce => $nonce)), '200 ok nonce no-store',
    '... where another module allows as well';

is answer(ask($s, '/t', nonce => $next)), '200 ok - -', 'the new one is good';

# past all of it

sleep $made + $life + 2.5 - time;

is answer(ask($s, '/t', nonce => $nonce)),
    '401 dpop_nonce_needed nonce no-store', 'past its time it is good no more';
is answer(ask($s, '/t', nonce => $next, -proof => $proof)),
    '401 dpop_nonce_needed nonce no-store', 'nor is a proof that has it';

# over a reload

my $kept = ask($s, '/t')->{headers}{'dpop-nonce'};
$s->reload;
is answer(ask($s, '/t', nonce => $kept)), '200 ok - -',
    'one from before a reload is good';

$config{http} = 'jwt_dpop_nonce 60s;';
$s->reload(%config);
is answer(ask($s, '/t', nonce => $kept)),
    '401 dpop_nonce_needed nonce no-store',
    'a longer time begins as if with a start';

# Keys of a file, for several hosts

my $other = NJWT::Scenario->new;
my $other_file = $other->write_file('nonce.keys', "$old\n");

$config{http} = "jwt_dpop_nonce 60s key_file=$key_file;";
is $s->reload(%config), 1, 'the keys of a file';

# a nonce of the second of the start is one of before it
$other->start(host($other, "jwt_dpop_nonce 60s key_file=$other_file;"));
sleep 2.1;

my $theirs = ask($other, '/t')->{headers}{'dpop-nonce'};
my $ours = ask($s, '/t')->{headers}{'dpop-nonce'};

is answer(ask($s, '/t', nonce => $theirs)), '200 ok - -',
    'the nonce of a host with the second key is good here';
is answer(ask($s, '/t', nonce => $ours)), '200 ok - -', '... as is our own';
is answer(ask($other, '/t', nonce => $theirs)), '200 ok - -', '... and theirs';
is answer(ask($other, '/t', nonce => $ours)),
    '401 dpop_nonce_needed nonce no-store',
    'the first key makes nonces, and who lacks it takes none';

for (['short', 'x' x 31 . "\n", qr/shorter than 32 characters/],
     ['short-second', "$new\nshort\n", qr/shorter than 32 characters/],
     ['empty', "\n\n", qr/there is no key in/],
     ['large', 'x' x 65537, qr/is too large/])
{
    my ($name, $text, $like) = @$_;
    my $file = $s->write_file("$name.keys", $text);

    my ($good, $said) = $s->check(%config,
        http => "jwt_dpop_nonce 60s key_file=$file;");
    is $good, 0, "a file of keys that is $name is an error";
    like $said, qr/$like.* in \S+check\.conf:\d+/s, '... that says so';
}

mkdir $s->dir . '/folder' or die "mkdir: $!";

for (['not there', $s->dir . '/nobody'], ['a folder', $s->dir . '/folder']) {
    my ($good, $said) = $s->check(%config,
        http => "jwt_dpop_nonce 60s key_file=$_->[1];");
    is $good, 0, "a file of keys that is $_->[0] is an error";
    like $said, qr/"\Q$_->[1]\E" in "jwt_dpop_nonce" can't be read/,
        '... that names it';
}

for (['jwt_dpop_nonce off key_file=x;', qr/takes a time and/],
     ['jwt_dpop_nonce 5m file=x;', qr/takes a time and/],
     ['jwt_dpop_nonce 5m key_file=;', qr/takes a time and/],
     ['jwt_dpop_nonce 0;', qr/invalid time/],
     ['jwt_dpop_nonce soon;', qr/invalid time/],
     ['jwt_dpop_nonce 5m; jwt_dpop_nonce 6m;', qr/is duplicate/])
{
    my ($good, $said) = $s->check(%config, http => $_->[0]);
    like "$good $said", qr/^0 .*$_->[1]/s, "nginx -t: $_->[0]";
}

unlink $key_file or die "$!";
is $s->reload, 0, 'where the file has gone a reload is refused';
is answer(ask($s, '/t', nonce => $theirs)), '200 ok - -',
    '... and nothing has changed';

is_deeply [ grep { !/nonce\.keys/ } $s->errors ], [],
    'nginx has nothing to complain of';
is_deeply [ $other->errors ], [], '... on no host';

$_->stop for $s, $other;
done_testing;
