"""The numbers with which ``standfirst`` ends, so that scripts and service managers can tell why."""

FINE = 0
FAILED = 1  # what was asked could not be done
USAGE = 2  # a wrong argument, no site in the folder, a setting that makes no sense
PORT_TAKEN = 3  # another program listens there
NOT_READY = 4  # no database, or one that is not migrated
ALREADY_RUNNING = 5  # this site is being served by another process
