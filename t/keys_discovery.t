# A discovered source of keys is as well guarded as a configured one.
#
# Each way to fail has a jwt_issuer block: its document is at
# /NAME/.well-known/openid-configuration, its keys are at /NAME_keys/.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP qw/ encode_json /;
use NJWT::Origin qw/ answer /;
use NJWT::Process qw/ wait_until /;
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $s = NJWT::Scenario->new;
my $dir = $s->dir;
my $url = 'http://127.0.0.1:' . $s->port(2);

mkdir "$dir/origin" or die "$dir/origin: $!\n";

my %moved = (status => '302 Found', Location => '/good/');

sub document {
    my ($name, %change) = @_;

    # a byte order mark before it is ignored
    my $mark = $name eq 'marked' ? "\xef\xbb\xbf" : '';
    my %document = (issuer => "$url/$name",
                    jwks_uri => "$url/${name}_keys/", %change);

    delete @document{ grep { !defined $document{$_} } keys %document };

    return answer($mark . encode_json(\%document));
}

my $check = qr/, check the discovery document;/;
my $no_https = qr/: its "jwks_uri" is no https URL$check/;

# what goes wrong, of the document or of the keys, and what is said of it

my %fault = (
    missing   => [ answer('', status => '404 No'),
                   qr/: status 404, check the URL;/ ],
    moved     => [ answer('', %moved),
                   qr/: status 302, redirects are not followed/ ],
    hang      => [ undef, qr/: .*timed out/ ],
    html      => [ answer('<html>'), qr/: not a JSON object$check/ ],
    marked    => [ answer("\xef\xbb\xbf[]"), qr/: not a JSON object$check/ ],
    other     => [ document('good'),
                   qr/: its "issuer" isn't the first.*$check/ ],
    slash     => [ document('slash', issuer => "$url/slash/"),
                   qr/: its "issuer" isn't the first.*$check/ ],
    nowhere   => [ document('nowhere', jwks_uri => undef),
                   qr/: no "jwks_uri" in it$check/ ],
    number    => [ document('number', jwks_uri => 1),
                   qr/: no "jwks_uri" in it$check/ ],
    plain     => [ document('plain', jwks_uri => 'http://example.com/'),
                   $no_https ],
    file      => [ document('file', jwks_uri => 'file:///etc/passwd'),
                   $no_https ],
    user      => [ document('user', jwks_uri => 'https://a:b@localhost/'),
                   $no_https ],
    relative  => [ document('relative', jwks_uri => '/good_keys/'),
                   $no_https ],
    long      => [ document('long', jwks_uri => "$url/" . 'a' x 5000),
                   qr/: its "jwks_uri" is too long$check/ ],

    keys_missing => [ answer('', status => '404 No'),
                      qr/: status 404, check/ ],
    keys_moved   => [ answer('', %moved), qr/: status 302, redirects are not/ ],
    keys_hang    => [ undef, qr/: .*timed out/ ],
    keys_none    => [ answer('{"keys":[]}'), qr/: no usable key in it/ ],
);

my @all = sort keys %fault;

my $origin = NJWT::Origin->start(
    dir => "$dir/origin", port => $s->port(2), bare => $s->port(3),
    good => sub {
        return $_[0] =~ /_keys$/ ? answer(jwks('k1', 'k2'))
                                 : document($_[0]);
    },
    faults => { map { (/^keys/ ? "${_}_keys" : $_) => $fault{$_}[0] } @all },
);

sub verdict {
    my ($name) = @_;

    return $s->verdict("/gate/$name", token => token(iss => "$url/$name"));
}

sub failures {
    my ($name) = @_;

    return $s->log_lines(qr/\[error\].*"$name": keys can't be fetched/);
}

sub fails_once {
    my ($name) = @_;

    my $from = $name =~ /^keys/ ? "$url/${name}_keys/"
               : "$url/$name/.well-known/openid-configuration";
    my @lines = failures($name);

    is scalar @lines, 1, "$name: one line";
    like $lines[0], qr/from "\Q$from\E"$fault{$name}[1]/,
        "$name: it says where, and what";

    return;
}

sub tries {
    my ($n) = @_;

    my %before = map { $_ => $origin->asked($_) } @all;

    wait_until { !grep { $origin->asked($_) < $before{$_} + $n } @all } 20,
        "$n fetches each";

    return;
}


$origin->break;
$s->start(
    issuers => join('', map { <<"END" } @all),
    jwt_issuer $_ {
        issuer     $url/$_;
        audience   \@AUDIENCE\@;
        discovery  on;
        jwks_refresh  1s; jwks_cooldown  1s; jwks_wait 0;
        jwks_timeout  1s;
    }
END
    server => "add_header X-Verdict \$jwt_verdict always;\n"
        . join('', map { "location /gate/$_ { jwt $_; "
                         . "alias \@CONTENT\@/t; }\n" } @all),
);


subtest 'what fails at the start brings no keys' => sub {
    wait_until { !grep { !failures($_) } @all } 10, 'each fails';
    tries(1);
    is_deeply [ grep { verdict($_) ne '503 keys_unavailable' } @all ], [],
        'no gate opens';
    fails_once($_) for @all;
    is $origin->asked('good') + $origin->asked('good_keys'), 0,
        'nobody is led elsewhere';
};


subtest 'a good document leads to the keys' => sub {
    $s->mark_log;
    $origin->mend;
    wait_until { !grep { verdict($_) ne '200 ok' } @all } 10, 'gates open';
    is_deeply [ map { failures($_) } @all ], [], 'and no failure';
};


subtest 'what fails later takes none away' => sub {
    $s->mark_log;
    $origin->break;
    wait_until { !grep { !failures($_) } @all } 10, 'each fails';
    tries(1);
    is_deeply [ grep { verdict($_) ne '200 ok' } @all ], [],
        'gates stay open';
    fails_once($_) for @all;
};


is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
ok $s->stop, 'and ends when asked';

done_testing;
