# A token is refused from the moment that it is revoked, and no other one is.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
use JSON::PP qw/ encode_json /;
use NJWT::Process qw/ patience wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;
use Time::HiRes qw/ sleep time /;


my $s = NJWT::Scenario->new;
my $keys = $s->write_file('keys.json', jwks('k1'));
my $file = $s->write_file('revoked.json', '[]');

my %config = (
    workers => 4,
    issuers => <<"    END",
        jwt_issuer timesheets {
            issuer \@ISSUER\@; audience \@AUDIENCE\@; jwks_file $keys;
            revocation sub azp jti /https:~1~1example.com~1sid;
            revocation_file $file;
        }
    END
    server => <<'    END',
        location /t      { jwt timesheets; root @CONTENT@; }
        location /revoke { allow 127.0.0.1; deny all;
                           jwt_revoke_handler timesheets; }
        location /status { jwt_status json; allow 127.0.0.1; deny all; }
    END
);

$s->start(%config);

my $now = int time;

sub post {
    my ($body, %more) = @_;

    return $s->request(path => '/revoke', method => 'POST',
        body => ref $body ? encode_json($body) : $body, %more);
}

sub status_of { $s->get('/t', token => $_[0])->{status} }

# Every worker must say so: more requests than there are workers.

sub is_revoked {
    my ($token, $what) = @_;

    is_deeply [ map { status_of($token) } 1 .. 12 ], [ (401) x 12 ], $what;
}

sub is_good {
    my ($token, $what) = @_;

    is_deeply [ map { status_of($token) } 1 .. 12 ], [ (200) x 12 ], $what;
}

my $one = token(sub => 'auth0|1', iat => $now - 60, jti => 'a');
my $other = token(sub => 'auth0|2', iat => $now - 60, jti => 'b');

is_good($one, 'a token before it is revoked');

my $answer = post({ claim => 'sub', value => 'auth0|1' });
is $answer->{status}, 200, 'an entry is taken';

is_revoked($one, 'the token is revoked at once, in all workers');
is_good($other, '... and one of another subject is not');

my $log = join '', $s->log_lines(qr/revoked/);
like $log, qr/\[info\].*jwt refused: revoked,/, 'the log names the verdict';
like $log, qr/\[notice\].*jwt_issuer "timesheets": a request revoked tokens by 1 entry,.*POST/,
    '... and the request that revoked';

is_good(token(sub => 'auth0|1', iat => $now + 4, exp => $now + 600),
        'a token that was issued later passes');

# what was cached as verified, and a path with escapes

my $sid = token(sub => 'x', iat => $now - 9,
                'https://example.com/sid' => 's1');
my $sid2 = token(sub => 'x', iat => $now - 9,
                 'https://example.com/sid' => 's2');

is_good($sid, 'a session');
is post([ { claim => '/https:~1~1example.com~1sid', value => 's1',
            before => $now } ])->{status}, 200, 'an array is taken';
is_revoked($sid, 'the session is revoked');
is_good($sid2, '... and another is not');

# iat up to before, no leeway, fractions

post({ claim => 'sub', value => 'edge', before => $now - 100 });
is_revoked(token(sub => 'edge', iat => $now - 100), 'iat is before');
is_good(token(sub => 'edge', iat => $now - 99), '... a second later it passes');
is_good(token(sub => 'edge', iat => $now - 99.5),
        '... and half a second later, too');
is_revoked(token(sub => 'edge', iat => undef),
           'a token without iat is revoked by any entry that names it');
is_good(token(sub => 'edge2', iat => undef), '... and no other is');

# the later before counts

post({ claim => 'sub', value => 'edge', before => $now - 200 });
is_revoked(token(sub => 'edge', iat => $now - 100),
           'an earlier entry for the same value takes nothing back');

# until

post({ claim => 'sub', value => 'past', before => $now - 5,
       until => $now - 1 });
is_good(token(sub => 'past', iat => $now - 9), 'an entry of the past is none');

# bad input

for (
    [ 'no JSON', 'x' ],
    [ 'nothing', '' ],
    [ 'a number', '1' ],
    [ 'an unknown claim', { claim => 'iss', value => 'a' } ],
    [ 'another spelling of a claim', { claim => '/sub', value => 'a' } ],
    [ 'no claim', { value => 'a' } ],
    [ 'no value', { claim => 'sub' } ],
    [ 'a value that is no string', '{"claim":"sub","value":1}' ],
    [ 'another member', { claim => 'sub', value => 'a', x => 1 } ],
    [ 'a duplicate member', '{"claim":"sub","claim":"sub","value":"a"}' ],
    [ 'a before that is no number',
      { claim => 'sub', value => 'a', before => 'x' } ],
    [ 'a before in milliseconds',
      { claim => 'sub', value => 'auth0|2', before => time * 1000 } ],
    [ 'an until in milliseconds',
      { claim => 'sub', value => 'auth0|2', until => time * 1000 } ],
    [ 'an until before 1970', { claim => 'sub', value => 'a', until => -1 } ],
    [ 'more than one text', '{"claim":"sub","value":"a"},"x":{}' ],
    [ 'a body that is too long', '[' . ' ' x 65536 . ']' ],
    [ 'a wrong one of two',
      [ { claim => 'sub', value => 'auth0|2' }, { claim => 'sub' } ] ],
) {
    my ($what, $body) = @$_;
    my $answer = post($body);

    is $answer->{status}, 400, "$what: 400";
    unlike $answer->{body}, qr/auth0/, '... and no echo';
}

is_good($other, 'of an array with a wrong entry nothing is taken');

# a body whose length nobody says before it

sub chunked {
    my ($body) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1:' . $s->port)
        or die "connect: $!";

    print $socket "POST /revoke HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
        (map { sprintf "%x\r\n%s\r\n", length, $_ } $body =~ /(.{1,5000})/gs),
        "0\r\n\r\n";

    local $/;
    return scalar <$socket>;
}

{
    my $entry = '[{"claim":"sub","value":"chunks"}';
    my $pad = 65536 - length "$entry]";
    my $token = token(sub => 'chunks', iat => $now - 60);

    like chunked($entry . ' ' x ($pad + 1) . ']'),
        qr{^HTTP/1.1 400 .*the body is longer than 64k}s,
        'chunks of more than 64k';
    is_good($token, '... revoke nothing');
    like chunked($entry . ' ' x $pad . ']'), qr/^HTTP\/1.1 200 /,
        'chunks of 64k';
    is_revoked($token, '... do');
}

is $s->get('/revoke')->{status}, 405, 'GET is no method of it';

# A page of another site posts with all that its visitor's browser has, his
# address and his password among them, as long as it doesn't say that this is
# JSON; a program has no origin.

for my $origin ('https://evil.example', 'null') {
    for my $type (undef, 'text/plain', 'application/x-www-form-urlencoded',
                  'multipart/form-data; boundary=application/json',
                  'application/jsonp', 'application/jso')
    {
        my $answer = post({ claim => 'sub', value => 'auth0|2' },
            headers => { Origin => $origin,
                         defined $type ? ('Content-Type' => $type) : () });

        is $answer->{status}, 400, "of $origin as " . ($type // 'nothing');
        like $answer->{body}, qr{must be application/json}, '... says why';
    }
}

is_good($other, 'what another page posts revokes nothing');

for my $type ('application/json', 'Application/JSON; charset=utf-8') {
    is post({ claim => 'sub', value => 'page' }, headers =>
            { Origin => 'https://admin.example', 'Content-Type' => $type })
        ->{status}, 200, "a page may post $type: its browser has asked";
}

is post({ claim => 'sub', value => 'form' },
        headers => { 'Content-Type' => 'application/x-www-form-urlencoded' })
    ->{status}, 200, 'what curl says without -H is none of a page';

# the file, in place and renamed over

sub write_in_place {
    open my $fh, '>', $file or die "$file: $!";
    print $fh $_[0];
    close $fh or die "$file: $!";
}

my $filed = token(sub => 'filed', iat => $now - 60);

is_good($filed, 'a token that no file names');
write_in_place(encode_json([ { claim => 'sub', value => 'filed',
                               before => $now } ]));
wait_until { status_of($filed) == 401 } 3, 'a file that is written in place is read again';
pass 'a file that is written in place is read again';
is_revoked($filed, '... for all workers');

$s->mark_log;
write_in_place('[{"claim":"sub"');
$s->wait_for_log(qr/revocation_file.*its last good content stays in force/, 5);
is_revoked($filed, 'the last good file stays');

my $new = $s->write_file('new.json', encode_json([
    { claim => 'sub', value => 'other', before => $now } ]));
rename $new, $file or die "rename: $!";
wait_until { status_of($filed) == 200 } 3, 'what the file no longer names is revoked no more';
pass 'what the file no longer names is revoked no more';
is_revoked(token(sub => 'other', iat => $now - 1),
           '... and what it names is');
is_revoked($one, 'what came by a request stays');

# of two entries for one value, one of the file and one of a request, the later
# before and the later until count, as of two of one kind

{
    my $soon = int(time + 3 * patience());
    my @old = map { token(sub => "both-$_", iat => $now - 60) } 1, 2;
    my $older = token(sub => 'both-1', iat => $now - 2000);

    post([ { claim => 'sub', value => 'both-1', before => $now - 1000 },
           { claim => 'sub', value => 'both-2', before => $now,
             until => $soon } ]);
    write_in_place(encode_json([
        { claim => 'sub', value => 'both-1', before => $now, until => $soon },
        { claim => 'sub', value => 'both-2', before => $now - 1000 },
        { claim => 'sub', value => 'both-3', before => $now, until => $soon },
    ]));
    my $alone = token(sub => 'both-3', iat => $now - 60);
    wait_until { status_of($alone) == 401 } 3, 'the file is read';
    is_revoked($_, 'the later before counts') for @old;

    sleep 0.1 while time < $soon + 1;
    is_revoked($_, '... until the later until') for @old;
    is_good($alone, '... and no longer');

    # after what is over was looked for, and a reload

    sleep 11;
    is_revoked($_, '... still') for @old;
    ok $s->reload(%config), 'a reload';
    is_revoked($_, '... and after a reload') for @old;

    write_in_place('[{"claim":"sub","value":"both-4","before":1e9}]');
    wait_until { status_of($old[0]) == 200 } 3, 'the file is read';
    is_revoked($older, 'of one that the file names no more the other stays');
    is_good($old[1], '... which may be over');
}

write_in_place(encode_json([ { claim => 'sub', value => 'other',
                               before => $now } ]));

# a reload, and workers that are killed

ok $s->reload(%config), 'a reload';
is_revoked($one, 'a reload keeps what is revoked');
is_good($other, '... and revokes nothing else');

for my $pid ($s->worker_pids) {
    $s->kill_worker($pid);
}

is_revoked($one, 'so do workers that were killed');
is_good($other, '... and nothing else');

# what -t says

for (
    [ 'an unknown issuer', 'timesheets;', 'nobody;', qr/has "revocation"/ ],
) {
    my ($what, $from, $to, $says) = @$_;
    (my $server = $config{server}) =~ s/handler \Q$from/handler $to/;
    my ($ok, $words) = $s->check(%config, server => $server);

    ok !$ok, "$what is an error";
    like $words, $says, '... which says what to write';
}

{
    (my $server = $config{server}) =~ s/allow 127.0.0.1; deny all;\s+jwt_rev/jwt_rev/;
    my ($ok, $words) = $s->check(%config, server => $server);

    ok $ok, 'an open handler is no error';
    like $words, qr/\[warn\].*lets everybody revoke.*"jwt_require_scope"/,
        '... but a warning, and a token alone is no advice';

    ($ok, $words) = $s->check(%config);
    unlike $words, qr/lets everybody revoke/, 'a guarded one is none';

    for (
        [ 'jwt timesheets;', 0 ],
        [ 'jwt timesheets; jwt_mode optional;', 1 ],
        [ 'jwt timesheets; jwt_mode report;', 1 ],
        [ 'auth_basic here; auth_basic_user_file none;', 0 ],
        [ 'auth_basic off;', 1 ],

        # whom no rule names nginx lets in
        [ 'allow 127.0.0.1;', 1 ],
        [ 'allow all; deny all;', 1 ],
        [ 'allow all;', 1 ],
        [ 'deny 10.0.0.0/8;', 1 ],
        [ 'allow ::1; allow unix:;', 1 ],
        [ 'allow unix:;', 1 ],
        [ 'allow 127.0.0.1; allow ::1; deny all;', 0 ],
        [ 'deny all;', 0 ],
        [ 'deny 10.0.0.1; allow 10.0.0.0/8; deny 0.0.0.0/0;', 0 ],
        [ 'allow unix:; deny all;', 0 ],
    ) {
        my ($guard, $open) = @$_;

        ($ok, $words) = $s->check(%config,
            server => $server =~ s/jwt_revoke_handler/$guard $&/r);
        is +($words =~ /lets everybody revoke/ ? 1 : 0), $open, $guard;
    }
}

# a handler that is never asked

for (
    [ 'jwt_revoke_handler timesheets', 'return 200;', 'jwt_revoke_handler' ],
    [ 'jwt_revoke_handler timesheets', 'if ($arg_a) { return 204; }',
      'jwt_revoke_handler' ],
    [ 'jwt timesheets; jwt_revoke_handler timesheets', 'return 301 /x;',
      'jwt_revoke_handler' ],
    [ 'jwt_logout_handler timesheets client=a', 'return 200 ok;',
      'jwt_logout_handler' ],
    [ 'jwt_revoke_handler timesheets', 'if ($arg_a) { return 403; }', '' ],
    [ 'jwt_revoke_handler timesheets', '', '' ],
    [ 'jwt_logout_handler timesheets client=a', '', '' ],
) {
    my ($handler, $return, $named) = @$_;
    my ($ok, $words) = $s->check(%config, server => "location /h {\n"
        . "allow 127.0.0.1; deny all;\n$handler;\n$return\n}\n");

    ok $ok, "$handler; $return";
    my @said = $words =~ /\[warn\].*location "\/h" has "(\w+)" and "return \d+", which answers before the handler is asked, so nothing is revoked: take it out in .*\.conf:\d+/g;
    is "@said", $named, $named ? '... is a warning' : '... is none';
}

# names of claims

for (
    [ 'sub azp', undef ],
    [ '/a,b', undef ],
    [ '/$sub', undef ],
    [ 'a b c d e f g h', undef ],
    [ 'sub,azp', 'sub,azp' ],
    [ 'sub, azp', 'sub,' ],
    [ '$sub', '\$sub' ],
    [ 'sub $jwt_claim_azp', '\$jwt_claim_azp' ],
) {
    my ($claims, $wrong) = @$_;
    my ($ok, $words) = $s->check(%config,
        issuers => $config{issuers} =~ s/revocation sub.*?;/revocation $claims;/r
            =~ s/revocation_file.*?;//r);

    is $ok ? 1 : 0, $wrong ? 0 : 1, "revocation $claims;";
    like $words, qr/"revocation" of jwt_issuer "timesheets" names "$wrong": write the names of claims, with blanks between, as in "revocation sub azp;" in .*\.conf:\d+/,
        '... says what to write' if $wrong;
}

for (
    [ 'revocation a b c d e f g h i;', qr/names 9 claims: write 8 at most/ ],
    [ 'revocation sub azp sub;', qr/names "sub" twice: write it once/ ],
    [ 'revocation sub /a~;', qr/names "\/a~", which is no claim: write/ ],
    [ 'revocation sub; revocation_file none.json;',
      qr/"revocation_file" ".*none\.json" .* can't be opened \(.*No such file.*\): write a JSON array/ ],
    [ 'revocation sub; revocation_file /;', qr/is no regular file: write/ ],
) {
    my ($lines, $why) = @$_;
    my ($ok, $words) = $s->check(%config,
        issuers => $config{issuers} =~ s/revocation sub.*?;/$lines/r
            =~ s/revocation_file \Q$file\E;//r);

    ok !$ok, $lines;
    like $words, $why, '... says why';
}

{
    (my $server = $config{server}) =~ s/allow 127.0.0.1; deny all;\s+jwt_rev/jwt_rev/;

    for ([ on => 0 ], [ optional => 1 ]) {
        my ($verify, $open) = @$_;
        my (undef, $words) = $s->check(%config, server => $server
            . "ssl_verify_client $verify; ssl_client_certificate \@FIXTURES\@/tls-ca.pem;");

        is +($words =~ /lets everybody revoke/ ? 1 : 0), $open,
            "ssl_verify_client $verify";
    }
}

for ([ '0', 0 ], [ '999ms', 0 ], [ '1s', 1 ]) {
    my ($keep, $good) = @$_;
    (my $issuers = $config{issuers}) =~ s/revocation sub/revocation_keep $keep; $&/;
    my ($ok, $words) = $s->check(%config, issuers => $issuers);

    is $ok, $good, "revocation_keep $keep";
    like $words, qr/"revocation_keep".*less than a second: write.*\.conf:\d/,
        '... says what to write' if !$good;
}

write_in_place('[{"claim":"sub","value":"a"}]');
{
    my ($ok, $words) = $s->check(%config);

    ok !$ok, 'before is required in a file';
    like $words, qr/entry 1 \(line 1\) of "revocation_file".*has no "before"/,
        '... and -t says so';
}

# one that JavaScript wrote, and one that an editor of Windows wrote

write_in_place('[{"claim":"sub","value":"a","before":1764000000000}]');
{
    my ($ok, $words) = $s->check(%config);

    ok !$ok, 'a before in milliseconds is an error';
    like $words, qr/entry 1 \(line 1\) of "revocation_file".*"before" in milliseconds, not in seconds: write \{.*"before":1764000000\}/,
        '... which says what to write';
}
write_in_place("\xef\xbb\xbf[]");
ok +($s->check(%config))[0], 'a byte order mark before the entries is ignored';

write_in_place('[]');

# a zone that is full is coarse

$s->stop;
$s->start(%config, http => 'jwt_revocation_zone zone=r:64k;', workers => 1);

my $late = token(sub => 'nobody', iat => int(time) + 4, exp => time + 600);
my $early = token(sub => 'nobody', iat => int(time) - 60);

is_good($early, 'before the zone is full');

for my $part (1 .. 4) {
    is post([ map { { claim => 'jti', value => "$part-$_" } } 1 .. 400 ])
        ->{status}, 200, 'entries are taken';
}

is_revoked($early, 'a full zone revokes all tokens up to now');
is_good($late, '... and none that is issued later');
ok scalar($s->log_lines(qr/\[error\].*has no room/)), 'and logs an error';

# ... for as long as what found no room would have been there

$s->stop;
$s->start(%config, http => 'jwt_revocation_zone zone=r:64k;', workers => 1,
    issuers => $config{issuers} =~ s/revocation sub/revocation_keep 2s; $&/r);

post([ map { { claim => 'jti', value => "$_" } } $_ * 500 .. $_ * 500 + 499 ])
    for 1 .. 3;
is_revoked($early, 'a full zone');
wait_until { status_of($early) == 200 } 5, 'it is no more so';
is_good($early, 'until what found no room would be over');

$s->stop;
done_testing;
