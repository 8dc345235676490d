package Sdk;

# How is Auth0's SDK for node asked and weighed as nginx is?
#
# express with express-oauth2-jwt-bearer, as sdk/ has it: one process on the
# worker's core.  Its packages are npm's, which make bench ROW=peers installs.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__);

use parent 'Side';

use Mint qw/ jwks /;
use NJWT::Process;
use NJWT::Token ();
use Side;


my $here = File::Basename::dirname(__FILE__);


sub fresh {
    my ($self) = @_;

    die "its packages aren't installed: make bench ROW=peers does that\n"
        if !-e "$Side::build/sdk/installed";

    $self->stop;

    local $ENV{NODE_ENV} = 'production';
    local $ENV{NODE_PATH} = "$Side::build/sdk/node_modules";

    $self->{process} = NJWT::Process->start(
        name    => 'node',
        command => [ 'taskset', '-c', $Side::cores[0], 'node',
                     "$here/sdk/server.js", $self->port, jwks(1),
                     NJWT::Token::issuer(), NJWT::Token::audience() ],
        output  => $self->scenario->dir . '/node.out',
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
