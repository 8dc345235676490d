# jwt_status json has all that a token is judged by: what jwt-explain needs,
# so that it judges as this nginx does.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use NJWT::Scenario;
use NJWT::Token qw/ :all /;
use Test::More;


my $s = NJWT::Scenario->new;

$s->write_file('concealed-keys.json', jwks('k1'));

my $http = <<'END';
    jwt_issuer strict {
        issuer       https://strict/;
        audience     a;
        jwks_file    @DIR@/concealed-keys.json;
        leeway       1500ms;
        max_age      2h;
        profile      rfc9068;
        scope_claim  permissions /realm/roles;
    }
    server {
        listen       127.0.0.1:@PORT2@;
        listen       unix:@DIR@/concealed.sock;
        server_name  api.example.com *.example.org ~^(?<x>a|b)\.test$;
        location ~ ^/a { jwt strict; }
        location /outer {
            jwt strict;
            location ~* \.JPG$ { }
            location /outer/in { location = /outer/in/side { } }
        }
        location @named { jwt off; }
    }
END

my $locations = <<'END';
    location = /status { jwt_status json; allow all; }
    location ^~ /first {
        jwt strict;
        jwt_token bearer $cookie_token;
        jwt_max_token_size 3000;
    }
    location /usual { jwt timesheets; }
END

$s->start(workers => 1, http => $http, server => $locations);

my $body = $s->get('/status')->{body};
my $status = JSON::PP->new->utf8->decode($body);

my %issuer = map { ($_->{name} => $_) } @{ $status->{issuers} };

# members of a location, by its name
sub shown {
    my ($name, @members) = @_;

    my ($location) = grep { $_->{location} eq $name }
                     @{ $status->{locations} };

    return [ @{ $location // {} }{@members} ];
}


is_deeply [ @{ $issuer{strict} }{qw/ leeway max_age profile scope_claims /} ],
    [ 1.5, 7200, 'rfc9068', [ qw{ permissions /realm/roles } ] ],
    'by what an issuer\'s tokens are judged';
is_deeply [ @{ $issuer{timesheets} }{qw/ leeway max_age profile
                                         scope_claims /} ],
    [ 5, undef, 'any', ['scope'] ], 'and by what where nothing is said';

ok !$issuer{timesheets}{source_has_query}, 'the source is all of it';
ok !$issuer{strict}{source_has_query}, 'and a file has no query';

is_deeply [ map { [ @$_{qw/ number names listen /} ] }
            @{ $status->{servers} } ],
    [ [ 1, [ 'api.example.com', '*.example.org', '~^(?<x>a|b)\.test$' ],
        [ '127.0.0.1:' . $s->port(2), 'unix:' ] ],
      [ 2, [ '' ], [ '127.0.0.1:' . $s->port ] ] ],
    'the servers' or diag explain $status->{servers};

my @members = qw/ server_number match path depth /;

is_deeply shown('= /status', @members), [ 2, 'exact', '/status', 1 ], 'exact';
is_deeply shown('^~ /first', @members), [ 2, 'prefix_first', '/first', 1 ],
    'a prefix before regular expressions';
is_deeply shown('/usual', @members), [ 2, 'prefix', '/usual', 1 ], 'a prefix';
is_deeply shown('~ ^/a', @members), [ 1, 'regex', '^/a', 1 ],
    'a regular expression';
is_deeply shown('/outer ~* \.JPG$', @members),
    [ 1, 'regex_caseless', '\.JPG$', 2 ], 'one inside another location';
is_deeply shown('= /outer/in/side', @members),
    [ 1, 'exact', '/outer/in/side', 3 ], 'three levels down';
is_deeply shown('@named', @members), [ 1, 'named', '@named', 1 ], 'named';
is_deeply shown('', @members), [ 1, 'server', '', 0 ], 'the server\'s level';

is_deeply shown('^~ /first', qw/ token max_token_size /),
    [ [ 'bearer', '$cookie_token' ], 3000 ], 'where the token is taken from';
is_deeply shown('/usual', qw/ token max_token_size /),
    [ ['bearer'], 8192 ], 'and where nothing is said';

unlike $body, qr/concealed/, 'no path of a file';

$s->reload(issuer => 'jwks_uri @JWKS_URI@?concealed;');
$body = $s->get('/status')->{body};
$status = JSON::PP->new->utf8->decode($body);

is_deeply [ map { $_->{name} } grep { $_->{source_has_query} }
            @{ $status->{issuers} } ], ['timesheets'],
    'that the source has a query is shown';
unlike $body, qr/concealed/, 'but not which';

is_deeply [ map { $_->{names} } @{ $status->{servers} } ],
    [ [ 'api.example.com', '*.example.org', '~^(?<x>a|b)\.test$' ], [''] ],
    'the servers are still there after a reload';

is_deeply [ $s->errors ], [], 'nginx has nothing to complain of';
$s->stop;

done_testing;
