"""Runs stage programs side by side and prints how they compare. Knows nothing of what the stages do.

A stage program prints one line of JSON with "seconds" and "cpu_seconds" of the stage alone, or {"skipped": reason}. Programs
of one comparison run in turn, round after round, so that slow minutes of a shared machine meet all of them; a ratio is the
median over rounds of the quotient inside a round. "peak" is the resident set of the whole process, "foreign" the number of
processors that other programs kept busy meanwhile.
"""
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field


@dataclass
class Program:
    name: str
    argv: list  # "{round}" in an argument becomes the number of the round


@dataclass
class Run:
    line: dict
    peak_mb: float
    whole_cpu: float
    foreign: float


@dataclass
class Goal:
    """`ours` against `peer` by `metric` (a name in the line, or "peak"); without a peer `limit` is absolute."""

    text: str
    ours: str
    limit: float
    metric: str = "seconds"
    peer: str = None


@dataclass
class Comparison:
    title: str
    programs: list
    equal: list = field(default_factory=list)  # names in the lines that all programs must agree on
    goals: list = field(default_factory=list)
    shown: list = field(default_factory=list)  # further names in the lines to print
    rounds: int = None  # instead of the number given on the command line; the first program is ours


def busy_seconds():
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, irq, softirq, *_ = map(int, file.readline().split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def run_once(program, number=0):
    """Runs a program to its end; returns a Run, or a reason as text when it cannot be run."""
    argv = [word.replace("{round}", str(number)) for word in program.argv]
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", LC_ALL="C.UTF-8")
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        busy, begin = busy_seconds(), time.monotonic()
        try:
            process = subprocess.Popen(argv, stdout=out, stderr=err, env=environment)
        except OSError as error:
            return str(error)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = max(time.monotonic() - begin, 1e-3)
        own = usage.ru_utime + usage.ru_stime
        foreign = max(0.0, busy_seconds() - busy - own) / wall
        out.seek(0)
        err.seek(0)
        lines = out.read().decode().strip().splitlines()
        if process.returncode != 0:
            tail = err.read().decode(errors="replace").strip().splitlines()[-1:]
            return f"exit code {process.returncode}: {' '.join(tail)}"
    try:
        line = json.loads(lines[-1])
    except (IndexError, ValueError):
        # A program that is no stage program: its whole run is the stage.
        line = {"seconds": wall, "cpu_seconds": own}
    line.setdefault("seconds", wall)
    line.setdefault("cpu_seconds", own)
    if "skipped" in line:
        return line["skipped"]
    return Run(line, usage.ru_maxrss / 1024, own, foreign)


def median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def value(run, metric):
    return run.peak_mb if metric == "peak" else run.line[metric]


def paired(ours, peers, metric):
    return median([value(a, metric) / max(value(b, metric), 1e-9) for a, b in zip(ours, peers)])


class Report:
    """Prints comparisons as they are made and keeps the numbers for a file."""

    def __init__(self, rounds):
        self.rounds = rounds
        self.missed = []
        self.records = []

    def compare(self, comparison):
        print(f"\n{comparison.title}", flush=True)
        runs, skipped = self.run_rounds(comparison)
        for program in comparison.programs:
            if program.name in skipped:
                print(f"  {program.name:<34} SKIPPED: {skipped[program.name]}")
            else:
                self.print_program(program.name, runs[program.name], comparison.shown)
        self.print_ratios(comparison, runs)
        self.print_equality(comparison, runs)
        for goal in comparison.goals:
            self.print_goal(goal, runs)
        self.records.append(
            {
                "title": comparison.title,
                "skipped": skipped,
                "runs": {name: [dict(r.line, peak_mb=r.peak_mb, foreign=r.foreign) for r in rs] for name, rs in runs.items()},
            }
        )
        sys.stdout.flush()

    def run_rounds(self, comparison):
        runs = {program.name: [] for program in comparison.programs}
        skipped = {}
        for number in range(comparison.rounds or self.rounds):
            # Every other round backwards, so that none always runs after the same one.
            order = comparison.programs if number % 2 == 0 else comparison.programs[::-1]
            for program in order:
                if program.name in skipped:
                    continue
                result = run_once(program, number)
                if isinstance(result, str):
                    skipped[program.name] = result
                    runs.pop(program.name)
                else:
                    runs[program.name].append(result)
        return runs, skipped

    @staticmethod
    def print_program(name, runs, shown):
        walls = [run.line["seconds"] for run in runs]
        text = f"  {name:<34} {seconds(median(walls))} wall ({seconds(min(walls))} to {seconds(max(walls))})"
        text += f"  {seconds(median([run.line['cpu_seconds'] for run in runs]))} CPU  {median([run.peak_mb for run in runs]):7.0f} MB peak"
        text += f"  foreign {median([run.foreign for run in runs]):.1f}"
        for metric in shown:
            if metric in runs[0].line:
                text += f"  {metric} {median([run.line[metric] for run in runs]):.6g}"
        print(text)

    @staticmethod
    def print_ratios(comparison, runs):
        ours = comparison.programs[0].name
        if ours not in runs:
            return
        for peer in runs:
            if peer != ours:
                wall, cpu, peak = (
                    paired(runs[ours], runs[peer], metric) for metric in ("seconds", "cpu_seconds", "peak")
                )
                print(f"  {ours} / {peer}: {wall:.3f}x wall, {cpu:.3f}x CPU, {peak:.2f}x peak")

    def print_equality(self, comparison, runs):
        if not comparison.equal or len(runs) < 2:
            return
        seen = {name: {key: rs[0].line.get(key) for key in comparison.equal} for name, rs in runs.items()}
        first = next(iter(seen.values()))
        different = [name for name, keys in seen.items() if keys != first]
        if different:
            self.missed.append(f"{comparison.title}: results differ")
            print("  RESULTS DIFFER:")
            for name, keys in seen.items():
                print(f"    {name}: {keys}")
        else:
            print("  results equal: " + ", ".join(f"{key} {first[key]:,}" for key in comparison.equal))

    def print_goal(self, goal, runs):
        if goal.ours not in runs or (goal.peer and goal.peer not in runs):
            print(f"  goal {goal.text}: not measured")
            return
        if goal.peer:
            reached = paired(runs[goal.ours], runs[goal.peer], goal.metric)
            shown = f"{reached:.3f}x"
        else:
            reached = median([value(run, goal.metric) for run in runs[goal.ours]])
            shown = f"{reached:.4g}"
        met = reached <= goal.limit
        if not met:
            self.missed.append(f"{goal.text}: {shown}")
        print(f"  goal {goal.text}: {shown}  {'met' if met else 'MISSED'}")


def seconds(number):
    return f"{number:8.4f} s" if number < 0.1 else f"{number:8.3f} s"
