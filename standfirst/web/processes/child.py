"""How each process of a site begins: it ends with its parent, has a name, and then runs its module.

python -m standfirst.web.processes.child PARENT_PID NICE django|plain NAME MODULE [ARGUMENT …]
"""

import ctypes
import os
import runpy
import signal
import sys

import setproctitle

from standfirst.web import cli

_PR_SET_PDEATHSIG = 1  # from Linux' <sys/prctl.h>


def end_with_parent(parent: int) -> None:
    """Have the kernel send this process SIGTERM when ``parent`` dies, however it dies. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the kernel was told
        os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Become the program that the command line names."""
    parent, nice, loads, name, module, *arguments = sys.argv[1:]
    end_with_parent(int(parent))
    os.nice(int(nice))
    setproctitle.setproctitle(f"standfirst: {name}")
    if loads == "django":
        cli.load_django()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
