package Haproxy;

# How is haproxy asked and weighed as nginx is?
#
#   my $side = Haproxy->new(rules => '…', answer => '…', backend => $port);
#   Haproxy::verify($public)                 rules: the signature
#   Haproxy::verify($public) . Haproxy::claims()
#
# One thread on the worker's core; backend: a port that requests go on to,
# otherwise they are answered.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use parent 'Side';

use NJWT::Process;
use NJWT::Token ();
use Side;


my ($binary) = grep { -x } map { "$_/haproxy" } split(/:/, $ENV{PATH} // ''),
    '/usr/sbin';
my $scope = 'read:timesheets';


# What the manual says to do: the algorithm first, then the signature.

sub verify {
    my ($public) = @_;

    return <<"    END";
    acl rs256 var(txn.alg) -m str RS256
    acl signed var(txn.bearer),jwt_verify(txn.alg,"$public") 1

    http-request set-var(txn.bearer) http_auth_bearer
    http-request set-var(txn.alg) var(txn.bearer),jwt_header_query('\$.alg')
    http-request deny deny_status 401 unless rs256 signed
    END
}

sub claims {
    my $iss = NJWT::Token::issuer();
    my $aud = NJWT::Token::audience();
    my $exp = q{var(txn.bearer),jwt_payload_query('$.exp','int')};

    return <<"    END";
    acl over var(txn.exp),sub(txn.now) lt 0
    acl iss var(txn.bearer),jwt_payload_query('\$.iss') -m str $iss
    acl aud var(txn.bearer),jwt_payload_query('\$.aud') -m str $aud
    acl scope var(txn.bearer),jwt_payload_query('\$.scope') -m sub $scope

    http-request set-var(txn.now) date()
    http-request set-var(txn.exp) $exp
    http-request deny deny_status 401 if over
    http-request deny deny_status 401 unless iss aud
    http-request deny deny_status 403 unless scope
    END
}


sub _text {
    my ($self) = @_;

    my $port = $self->port;
    my ($answer, $backend) = ('http-request return status 200'
        . ' content-type text/plain string ok', '');

    ($answer, $backend) = ('default_backend b',
            "backend b\n    http-reuse always\n"
            . "    server s 127.0.0.1:$self->{backend}\n")
        if $self->{backend};

    return <<"    END" . $backend;
global
    nbthread 1
    maxconn 4096

defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s

frontend f
    bind 127.0.0.1:$port
$self->{rules}
    $answer

    END
}


sub fresh {
    my ($self) = @_;

    die "there is no haproxy here\n" if !$binary;

    $self->stop;

    my $file = $self->scenario->write_file('haproxy.cfg', $self->_text);

    $self->{process} = NJWT::Process->start(
        name    => 'haproxy',
        command => [ 'taskset', '-c', $Side::cores[0], $binary, '-db',
                     '-f', $file ],
        output  => $self->scenario->dir . '/haproxy.out',
        ready   => sub { NJWT::Process::answers($self->port) },
    );

    return $self->favour;
}

sub stop {
    my ($self) = @_;

    $self->{process}->stop('TERM') if $self->{process};
    delete $self->{process};

    return;
}

sub pids {
    return $_[0]{process}->pid;
}


1;
