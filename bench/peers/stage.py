"""What the peers' stage programs share: one line of JSON, with the seconds of the stage alone."""
import json
import resource
import sys
import time


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Stopwatch:
    def __init__(self):
        self.wall = time.perf_counter()
        self.cpu = cpu_seconds()

    def stop(self):
        return {"seconds": time.perf_counter() - self.wall, "cpu_seconds": cpu_seconds() - self.cpu}


def print_line(line):
    print(json.dumps(line))


def skip(reason):
    print_line({"skipped": reason})
    sys.exit(0)


def median(values):
    values = sorted(values)
    return values[len(values) // 2]
