"""What every peer script does: it sets a network up, says so, and then simulates a stretch for each line that it reads.

Lines on standard output are JSON. First {"setup": seconds from the start of the process, "dt": seconds, "synapses": n}, or {"missing": reason} when
the peer does not know the workload or is not installed. Then for each line read {"steps": n, "seconds": wall, "user": processor time or null, "rate": spikes per
second and cell or null}. The user time is left out (null) where it would hold more than the steps.
"""
import json
import os
import resource
import sys
import time

_out = os.fdopen(os.dup(1), "w")  # other output of libraries and compilers goes to standard error
os.dup2(2, 1)
_start = time.time()


def say(**what):
    print(json.dumps(what), file=_out, flush=True)


def missing(reason):
    say(missing=reason)
    sys.exit(0)


def user():
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def serve(dt, synapses, run):
    """run() simulates a stretch and returns (steps, seconds, user, rate)."""
    say(setup=time.time() - _start, dt=dt, synapses=int(synapses))
    for _ in sys.stdin:
        steps, seconds, used, rate = run()
        say(steps=int(steps), seconds=seconds, user=used, rate=rate)
