#!/usr/bin/perl

# Does the demo as a whole, with nginx and the module?  See t/demo/test_demo.py.

use strict;
use warnings;

use FindBin;


exec '/usr/bin/python3', "$FindBin::Bin/demo/tap.py",
    qw/ test_demo /
    or die "/usr/bin/python3: $!\n";
