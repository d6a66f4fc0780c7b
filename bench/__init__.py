"""What is fast, measured: ``python -m bench``, or ``bin/bench``, which installs what it needs."""
