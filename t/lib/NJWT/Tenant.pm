package NJWT::Tenant;

# What a scenario asks of the tenant.
#
#   my $tenant = NJWT::Tenant->start(dir => $dir);
#   $tenant->url, ->jwks_uri, ->issuer, ->audience
#   $tenant->rotate; $tenant->revoke; $tenant->revoke('k1');
#   $tenant->fault(mode => 'hang'); $tenant->fault(mode => 'none');
#   $tenant->fetches                 how often the key set was asked for
#   $tenant->stats                   all that it counts
#   $tenant->token(key => 'next')    a token to order (POST /admin/token)
#   $tenant->stop; $tenant->resume   out of reach, and back, with new keys
#
# It is the demo's own tenant, a process of its own, with the fixture keys:
# k1 is current, k2 next, k3 the one after that, so token(-key => 'k1') of
# NJWT::Token is as good as its own tokens.  tls => 1 serves it with
# t/keys/tls-cert.pem; config => the text of a Deploy CLI file instead of the
# demo's, whose clients are in credentials(); issuer => another "iss".

use strict;
use warnings;

use Carp qw/ croak /;
use File::Basename qw/ dirname /;
use File::Spec;
use JSON::PP qw/ decode_json encode_json /;
use NJWT::Client;
use NJWT::Process qw/ ports /;
use NJWT::Token ();


my $root = File::Spec->rel2abs(dirname(__FILE__) . '/../../..');
my $program = "$root/conf-examples/timesheets/tenant.py";


sub start {
    my ($class, %args) = @_;

    my ($port, $tls_port) = ports(2);

    my $self = bless {
        dir  => $args{dir} // croak('dir: where may the tenant write?'),
        port => $port,
        tls  => $args{tls},
        config => $args{config},
        issuer => $args{issuer},
        pool => $args{pool} // [ qw/ k1 k2 k3 / ],
    }, $class;

    open my $out, '>', "$self->{dir}/pool.json" or croak "pool.json: $!";
    print $out NJWT::Token::private_jwks(@{ $self->{pool} });
    close $out;

    return $self->resume;
}


sub resume {
    my ($self) = @_;

    my $keys = "$root/t/keys";

    # /usr/bin/python3 is Debian's, which has the libraries; another one may
    # come first on PATH
    my @command = ('/usr/bin/python3', '-B', $program,
        '--port' => $self->{port}, '--issuer' => $self->issuer,
        '--key-pool' => "$self->{dir}/pool.json",
        '--access-log' => "$self->{dir}/tenant.log");

    if (defined $self->{config}) {
        open my $out, '>', "$self->{dir}/tenant.yaml" or croak "tenant.yaml: $!";
        print $out $self->{config};
        close $out;

        push @command, '--config' => "$self->{dir}/tenant.yaml",
                       '--credentials' => "$self->{dir}/credentials.json";
    }

    push @command, '--tls-cert' => "$keys/tls-cert.pem",
                   '--tls-key' => "$keys/tls-key.pem" if $self->{tls};

    $self->{process} = NJWT::Process->start(
        name    => 'tenant',
        command => \@command,
        output  => "$self->{dir}/tenant.out",
        env     => { TENANT_ADMIN_SECRET => 'test' },
        ready   => sub {
            return NJWT::Process::answers($self->{port})
                   && (!defined $self->{config}
                       || -s "$self->{dir}/credentials.json");
        },
    );

    return $self;
}

sub stop {
    return $_[0]{process}->stop;
}


sub url {
    my ($self) = @_;

    return ($self->{tls} ? 'https' : 'http') . "://127.0.0.1:$self->{port}/";
}

sub jwks_uri {
    return $_[0]->url . '.well-known/jwks.json';
}

sub issuer {
    return $_[0]{issuer} // NJWT::Token::issuer();
}

sub audience {
    return NJWT::Token::audience();
}

sub credentials {
    my ($self) = @_;

    open my $in, '<', "$self->{dir}/credentials.json"
        or croak "credentials.json: $!";
    local $/;

    return decode_json(scalar <$in>);
}


sub admin {
    my ($self, $method, $path, $order) = @_;

    # the gate under test speaks TLS; for the admin calls curl will do
    my $response = NJWT::Client::request(
        port    => $self->{port},
        tls     => $self->{tls},
        method  => $method,
        path    => "/admin/$path",
        headers => { 'X-Admin-Secret' => 'test' },
        defined $order ? (body => encode_json($order)) : (),
    );

    croak "tenant: /admin/$path: $response->{status} $response->{body}"
        if $response->{status} != 200;

    return decode_json($response->{body});
}

sub rotate {
    return $_[0]->admin(POST => 'keys/rotate', {});
}

sub revoke {
    my ($self, $kid) = @_;

    return $self->admin(POST => 'keys/revoke',
                        defined $kid ? { kid => $kid } : {});
}

sub fault {
    my ($self, %order) = @_;

    return $self->admin(POST => 'fault', \%order);
}

sub stats {
    return $_[0]->admin(GET => 'stats');
}

sub fetches {
    return $_[0]->stats->{requests}{jwks};
}

sub in_flight {
    return $_[0]->stats->{in_flight}{jwks};
}

sub token {
    my ($self, %order) = @_;

    return $self->admin(POST => 'token', \%order)->{access_token};
}


1;
