#!/usr/bin/perl

# Does each part of the demo do what it should?  The tests are in Python, as
# the parts are: t/demo/.

use strict;
use warnings;

use FindBin;


exec '/usr/bin/python3', "$FindBin::Bin/demo/tap.py",
    qw/ test_tenant test_admin test_backend test_job test_programs /
    or die "/usr/bin/python3: $!\n";
