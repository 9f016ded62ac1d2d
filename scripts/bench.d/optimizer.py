"""Times SciPy's SLSQP and cvxpy with Clarabel on the instances that the Rust example prints, and judges all three answers by
one evaluation of the objective, written here apart.

SLSQP gets the exact objective with its gradient, vectorised, linear constraints with their Jacobian, and several starts: one in
proportion to supply, others at random; the best answer counts, its time is that of all starts. cvxpy gets the concave envelope
of each venue's income (exact where it is concave, a chord across a kink) by tangents at 24 places, factors as a sum of squares:
the tightest convex form. Its time is that of a second `solve` of the same problem, compiled by the first: without stating or
compiling it, which ours is always timed with. The first one's is told as cvxpy_first_ms, and the ratio by that as first_ratio.
Times are of the processor, on one thread, so that others on the machine do not count. Answers are scaled into the limits before
they are judged.
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
SIZES = {10: (11, 2000), 50: (11, 500), 200: (9, 100)}


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


def convex(instance):
    slopes, intercepts = envelope(instance)
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


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("example")
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--instances", type=int)
    given = arguments.parse_args()
    table, worse = {}, 0
    for places, (count, repeats) in SIZES.items():
        count = given.instances or count
        printed = subprocess.run([given.example, str(places), str(count), str(repeats)], check=True, capture_output=True)
        ours, several, single, cone, compiled, nodes, gain = [], [], [], [], [], [], []
        for number, stated in enumerate(json.loads(printed.stdout)):
            instance = Instance(stated)
            answer = numpy.array(stated["ours"]["amounts"]) / instance.money
            value = instance.value(answer)
            broken = max(0.0, (instance.rows @ answer - instance.bounds).max(), (answer - instance.most).max(), -answer.min())
            told = stated["ours"]["income"] / instance.money
            if broken > 1e-9 or abs(value - told) > 1e-9:
                sys.exit(f"{places} venues, instance {number}: limits broken by {broken}, {told} told, {value} found")
            slow, slow_ms, first_ms = slsqp(instance, number)
            if number == 0:
                convex(instance)
            wide, wide_ms, cold_ms = convex(instance)
            worse += max(slow, wide) > value + 1e-9
            ours.append(stated["ours"]["ms"])
            nodes.append(stated["ours"]["nodes"])
            for times, spent in ((several, slow_ms), (single, first_ms), (cone, wide_ms), (compiled, cold_ms)):
                times.append(spent)
            gain.append((value - max(slow, wide)) * 1e4)
        middle = {name: statistics.median(times) for name, times in
                  (("ours_ms", ours), ("slsqp_ms", several), ("slsqp_start_ms", single), ("cvxpy_ms", cone),
                   ("cvxpy_first_ms", compiled))}
        row = {name: round(value, 4) for name, value in middle.items()}
        row["ratio"] = round(min(middle["slsqp_ms"], middle["cvxpy_ms"]) / middle["ours_ms"], 1)
        row["first_ratio"] = round(min(middle["slsqp_ms"], middle["cvxpy_first_ms"]) / middle["ours_ms"], 1)
        row["nodes"] = statistics.median(nodes)
        row["better_by_bps"] = round(min(gain), 6)
        table[str(places)] = row
    if given.json:
        print(json.dumps(table))
    else:
        for places, row in table.items():
            print(f"{places} venues: " + ", ".join(f"{name} {value}" for name, value in row.items()))
    sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
