"""Times SciPy's SLSQP and cvxpy with Clarabel on the instances that the Rust example prints, and judges all three answers by
one evaluation of the objective, written here apart.

SLSQP gets the exact objective with its gradient, vectorised, linear constraints with their Jacobian, and several starts: one in
proportion to supply, others at random; the best answer counts, its time is that of all starts. cvxpy gets the concave envelope
of each venue's income (exact where it is concave, a chord across a kink) by tangents at 24 places, factors as a sum of squares:
the tightest convex form. Its time is that of a second `solve` of the same problem, compiled by the first: without stating or
compiling it, which ours is always timed with. The first one's is told as cvxpy_first_ms, and the ratio by that as first_ratio.
Times are of the processor, on one thread, so that others on the machine do not count. Its own speed moves by half within seconds:
ours and cvxpy's take turns, all instances in each, and the least of each counts. Ratios are medians over instances of what the faster
peer took by ours. Answers are scaled into the limits before they are judged.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

import cvxpy
import numpy
import scipy.optimize

STARTS = 5
TANGENTS = 24
TURNS = 10
SIZES = {10: (11, 1000), 50: (11, 500), 200: (9, 100)}


class Instance:
    def __init__(self, stated):
        field = lambda name: numpy.array([venue[name] for venue in stated["venues"]])
        self.money = stated["money"]
        self.supply, self.debt = field("supply") / self.money, field("debt") / self.money
        self.optimal, self.gentle, self.steep = field("optimal"), field("gentle"), field("steep")
        self.carry, self.keep = field("carry"), 1.0 - stated["reserve_factor"]
        self.most = stated["most"] / self.money
        lower = numpy.linalg.cholesky(numpy.array(stated["covariance"]))
        self.exposures = field("loadings") @ lower
        self.aversion = stated["aversion"] * self.money
        self.places = len(self.supply)
        caps = [cap for cap in stated["caps"] if cap["members"]]
        self.rows = numpy.zeros((1 + len(caps), self.places))
        self.rows[0] = 1.0
        for row, cap in enumerate(caps, 1):
            self.rows[row, cap["members"]] = 1.0
        self.bounds = numpy.array([1.0] + [cap["bound"] / self.money for cap in caps])

    def income(self, x):
        """Yearly income of each venue and its slope, charges taken off."""
        usage = self.debt / (self.supply + x)
        above = usage > self.optimal
        rate = numpy.where(
            above,
            self.gentle + self.steep * (usage - self.optimal) / (1 - self.optimal),
            self.gentle * usage / self.optimal,
        )
        slope = numpy.where(above, self.steep / (1 - self.optimal), self.gentle / self.optimal)
        earned = self.keep * rate * usage
        fall = -self.keep * (slope * usage + rate) * usage / (self.supply + x)
        return x * (earned - self.carry), earned + x * fall - self.carry

    def value(self, x):
        exposure = self.exposures.T @ x
        return self.income(x)[0].sum() - 0.5 * self.aversion * exposure @ exposure

    def slope(self, x):
        return self.income(x)[1] - self.aversion * self.exposures @ (self.exposures.T @ x)

    def inside(self, x):
        x = numpy.clip(x, 0.0, self.most)
        for row, bound in zip(self.rows, self.bounds):
            held = row @ x
            if held > bound:
                x = numpy.where(row > 0, x * (bound / held), x)
        return x


def slsqp(instance, seed):
    random = numpy.random.default_rng(seed)
    share = instance.supply / instance.supply.sum()
    starts = [share] + [random.dirichlet(numpy.ones(instance.places)) for _ in range(STARTS - 1)]
    rows = {
        "type": "ineq",
        "fun": lambda x: instance.bounds - instance.rows @ x,
        "jac": lambda x: -instance.rows,
    }
    best, begun, first = None, time.process_time(), None
    for start in starts:
        found = scipy.optimize.minimize(
            lambda x: -instance.value(x),
            instance.inside(start),
            jac=lambda x: -instance.slope(x),
            bounds=[(0.0, instance.most)] * instance.places,
            constraints=[rows],
            method="SLSQP",
            options={"maxiter": 500, "ftol": 1e-12},
        )
        value = instance.value(instance.inside(found.x))
        best = value if best is None else max(best, value)
        first = first or (time.process_time() - begun) * 1e3
    return best, (time.process_time() - begun) * 1e3, first


def envelope(instance):
    """Slopes and intercepts of lines above each venue's income: tangents where its concave envelope is the income itself, and
    the chord across a kink."""
    grid = numpy.linspace(0.0, instance.most, 4001)
    slopes, intercepts = [], []
    values = numpy.array([instance.income(numpy.full(instance.places, x))[0] for x in grid])
    for place in range(instance.places):
        hull = []
        for point in zip(grid, values[:, place]):
            while len(hull) > 1:
                (a, fa), (b, fb) = hull[-2:]
                if (fb - fa) * (point[0] - a) > (point[1] - fa) * (b - a):
                    break
                hull.pop()
            hull.append(point)
        hull = numpy.array(hull)
        lines = numpy.diff(hull[:, 1]) / numpy.diff(hull[:, 0])
        chosen = numpy.unique(numpy.linspace(0, len(lines) - 1, TANGENTS).round().astype(int))
        widest = numpy.argmax(numpy.diff(hull[:, 0]))
        chosen = numpy.unique(numpy.append(chosen, widest))
        slopes.append(lines[chosen])
        intercepts.append(hull[chosen, 1] - lines[chosen] * hull[chosen, 0])
    return slopes, intercepts


def convex(instance, slopes, intercepts):
    x = cvxpy.Variable(instance.places, bounds=[0.0, instance.most])
    earned = cvxpy.Variable(instance.places)
    place = numpy.concatenate([numpy.full(len(lines), at) for at, lines in enumerate(slopes)])
    above = cvxpy.multiply(numpy.concatenate(slopes), x[place]) + numpy.concatenate(intercepts)
    risk = 0.5 * instance.aversion * cvxpy.sum_squares(instance.exposures.T @ x)
    limits = [earned[place] <= above, instance.rows @ x <= instance.bounds]
    problem = cvxpy.Problem(cvxpy.Maximize(cvxpy.sum(earned) - risk), limits)
    spent = []
    for _ in range(2):
        begun = time.process_time()
        problem.solve(solver=cvxpy.CLARABEL)
        spent.append((time.process_time() - begun) * 1e3)
    first, again = spent
    return instance.value(instance.inside(x.value)), min(first, again), first


def solved(example, places, number, repeats):
    printed = subprocess.run([example, str(places), str(number), str(repeats)], check=True, capture_output=True)
    return json.loads(printed.stdout)


class Compared:
    """One instance, answered by all three; it is an error where our answer breaks a limit or tells another income."""

    def __init__(self, stated, number):
        self.instance, self.nodes = Instance(stated), stated["ours"]["nodes"]
        answer = numpy.array(stated["ours"]["amounts"]) / self.instance.money
        self.value = self.instance.value(answer)
        over = self.instance.rows @ answer - self.instance.bounds
        broken = max(0.0, over.max(), (answer - self.instance.most).max(), -answer.min())
        income = stated["ours"]["income"] / self.instance.money
        if broken > 1e-9 or abs(self.value - income) > 1e-9:
            sys.exit(f"instance {number}: limits broken by {broken}, {income} told, {self.value} found")
        self.lines = envelope(self.instance)
        self.best, self.slsqp_ms, self.start_ms = slsqp(self.instance, number)
        self.ours, self.again, self.first = [], [], []

    def take_turns(self, ours_ms):
        value, again_ms, first_ms = convex(self.instance, *self.lines)
        self.best = max(self.best, value)
        for times, spent in ((self.ours, ours_ms), (self.again, again_ms), (self.first, first_ms)):
            times.append(spent)

    def is_beaten(self):
        return self.best > self.value + 1e-9

    def row(self):
        ours_ms, again_ms, first_ms = min(self.ours), min(self.again), min(self.first)
        return {
            "ours_ms": ours_ms,
            "slsqp_ms": self.slsqp_ms,
            "slsqp_start_ms": self.start_ms,
            "cvxpy_ms": again_ms,
            "cvxpy_first_ms": first_ms,
            "ratio": min(self.slsqp_ms, again_ms) / ours_ms,
            "first_ratio": min(self.slsqp_ms, first_ms) / ours_ms,
            "nodes": self.nodes,
            "better_by_bps": (self.value - self.best) * 1e4,
        }


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("example")
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--instances", type=int)
    given = arguments.parse_args()
    table, worse = {}, 0
    for places, (count, repeats) in SIZES.items():
        numbers = range(given.instances or count)
        told = [Compared(solved(given.example, places, number, 0), number) for number in numbers]
        for _ in range(TURNS):
            for number, compared in enumerate(told):
                compared.take_turns(solved(given.example, places, number, repeats)["ours"]["ms"])
        worse += sum(compared.is_beaten() for compared in told)
        rows = [compared.row() for compared in told]
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        row = {name: round(statistics.median(column), 4) for name, column in columns.items()}
        row.update((name, round(row[name], 1)) for name in ("ratio", "first_ratio"))
        row["better_by_bps"] = round(min(columns["better_by_bps"]), 6)
        table[str(places)] = row
    if given.json:
        print(json.dumps(table))
    else:
        for places, row in table.items():
            print(f"{places} venues: " + ", ".join(f"{name} {value}" for name, value in row.items()))
    sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
