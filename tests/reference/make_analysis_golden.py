#!/usr/bin/env python3
"""Truth for stages/analysis, from pycocotools' match records and plain numpy formulas.

    make_analysis_golden.py CASES.json -o F.json

CASES.json is made by make_eval_golden.py; tests/golden/analysis.json belongs to
tests/golden/evaluation.json. For each case and type it holds the per-class table, the operating
points, right / wrong / missed of every image, AP under several conventions, the range of AP over all
orders of equal scores (by trying them all), AP under renumbered images, and AP of resampled images
(by evaluating the resampled data set). Doubles are C99 hexadecimals.
"""

import argparse
import contextlib
import copy
import io
import itertools
import json
import math
import random
from fractions import Fraction

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

EPSILON = np.spacing(1)
SEED, SAMPLES = 7, 3          # of the resampled data sets
MOST_ORDERS = 2000            # of equal scores that are tried


def run(ground_truth, results, kind, params, change=lambda p: None):
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints as it goes
        truth = COCO()
        truth.dataset = copy.deepcopy(ground_truth)
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(copy.deepcopy(results)), kind)
        evaluation.params.maxDets = list(params["max_detections"])
        evaluation.params.useCats = int(params["use_categories"])
        change(evaluation.params)
        evaluation.evaluate()
        evaluation.accumulate()
    return evaluation


class Matches:
    """Everything of one class, all sizes, in the order of accumulation: flags [T, D]."""

    def __init__(self, evaluation, k, keep=None):
        p = evaluation.params
        images, areas = len(p.imgIds), len(p.areaRng)
        self.wanted, self.images = 0, {}
        scores, right, ignored, where = [], [], [], []
        for i, image in enumerate(p.imgIds):
            e = evaluation.evalImgs[(k * areas) * images + i]
            if e is None:
                continue
            wanted = int(np.sum(np.asarray(e["gtIgnore"]) == 0))
            self.wanted += wanted
            self.images[image] = wanted
            for d, score in enumerate(e["dtScores"]):
                if keep is not None and e["dtIds"][d] not in keep:
                    continue
                scores.append(score)
                right.append(e["dtMatches"][:, d] != 0)
                ignored.append(e["dtIgnore"][:, d].astype(bool))
                where.append(image)
        order = np.argsort(-np.array(scores), kind="mergesort") if scores else []
        t = len(p.iouThrs)
        self.scores = np.array(scores)[order] if scores else np.zeros(0)
        right = np.array(right)[order].T if scores else np.zeros((t, 0), bool)
        self.ignored = np.array(ignored)[order].T if scores else np.zeros((t, 0), bool)
        self.where = [where[i] for i in order]
        self.right = right & ~self.ignored
        self.wrong = ~right & ~self.ignored


def curve(matches, t, epsilon=EPSILON):
    tp = np.cumsum(matches.right[t]).astype(float)
    fp = np.cumsum(matches.wrong[t]).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = tp / (fp + tp + epsilon)
    return np.nan_to_num(precision), tp / matches.wanted


def envelope(precision):
    return np.maximum.accumulate(precision[::-1])[::-1]


def sampled(matches, t, recalls, epsilon=EPSILON, enveloped=True):
    precision, recall = curve(matches, t, epsilon)
    if enveloped:
        precision = envelope(precision)
    else:  # what is ignored has no precision of its own
        keep = ~matches.ignored[t]
        precision, recall = precision[keep], recall[keep]
    at = np.searchsorted(recall, recalls, side="left")
    return np.array([precision[i] if i < len(precision) else 0.0 for i in at])


def eleven_points(matches, t):
    precision, recall = curve(matches, t, 0)
    keep = ~matches.ignored[t]
    total = 0.0
    for i in range(11):
        reached = precision[keep & (recall >= i / 10)]
        total += (reached.max() if len(reached) else 0.0) / 11
    return total


def area(matches, t):
    precision, recall = curve(matches, t, 0)
    keep = ~matches.ignored[t]
    r = np.concatenate(([0.0], recall[keep], [1.0]))
    p = envelope(np.concatenate(([0.0], precision[keep], [0.0])))
    at = np.flatnonzero(r[1:] != r[:-1])
    return float(np.sum((r[at + 1] - r[at]) * p[at + 1]))


def trapezoids(matches, t):
    precision, recall = curve(matches, t, 0)
    keep = ~matches.ignored[t]
    r = np.concatenate(([0.0], recall[keep], [1.0]))
    p = envelope(np.concatenate(([1.0], precision[keep], [0.0])))
    x = np.linspace(0, 1, 101)
    y = np.interp(x, r, p)
    return float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2))


def three(cell, classes, thresholds):
    """AP, AP50, AP75; cell(k, t) is an array or number, or None if it is left out."""
    def mean(ts):
        by_threshold = [[c for c in (cell(k, t) for k in classes) if c is not None] for t in ts]
        # as pycocotools averages [T, R, K]
        values = [np.stack([np.atleast_1d(c) for c in row], axis=-1).ravel()
                  for row in by_threshold if row]
        return float(np.mean(np.concatenate(values))).hex() if values else (-1.0).hex()
    return [mean(range(thresholds)), mean([0]), mean([5])]


def conventions(evaluation, plain, matches):
    p = evaluation.params
    classes, T = range(len(matches)), len(p.iouThrs)
    have = [m.wanted > 0 for m in matches]

    def of(function):
        return three(lambda k, t: function(matches[k], t) if have[k] else None, classes, T)

    def absent_as_zero(k, t):
        if have[k]:
            return sampled(matches[k], t, p.recThrs)
        return np.zeros(len(p.recThrs)) if (~matches[k].ignored[t]).any() else None

    plain_matches = [Matches(plain, k) for k in classes]
    images = {}
    for d in evaluation.cocoDt.dataset["annotations"]:
        if d["category_id"] in evaluation.cocoGt.getCatIds():
            images.setdefault(d["image_id"], []).append(d)
    best = set()
    for found in images.values():
        if not p.useCats:
            found = sorted(found, key=lambda d: d["category_id"])
        found = sorted(found, key=lambda d: -d["score"])
        best |= {d["id"] for d in found[:p.maxDets[-1]]}
    limited = [Matches(evaluation, k, best) for k in classes]
    return {
        "pycocotools": of(lambda m, t: sampled(m, t, p.recThrs)),
        "without epsilon": of(lambda m, t: sampled(m, t, p.recThrs, 0)),
        "plain grids": three(lambda k, t: sampled(plain_matches[k], t, plain.params.recThrs)
                             if have[k] else None, classes, T),
        "absent classes as 0": three(absent_as_zero, classes, T),
        "limit per image": three(lambda k, t: sampled(limited[k], t, p.recThrs)
                                 if have[k] else None, classes, T),
        "no envelope": of(lambda m, t: sampled(m, t, p.recThrs, enveloped=False)),
        "11 points": of(eleven_points),
        "area": of(area),
        "trapezoids": of(trapezoids)}


def best_point(scores, right, wrong, wanted):
    """Score, precision, recall, F1 of the best threshold on raw counts."""
    best = None
    for score in sorted(set(scores), reverse=True) if wanted else []:
        kept = np.array(scores) >= score
        tp, fp = int(np.sum(right[kept])), int(np.sum(wrong[kept]))
        if tp + fp == 0:
            continue
        f1 = Fraction(2 * tp, tp + fp + wanted)
        if best is None or f1 > best[0]:
            best = (f1, score, tp / (tp + fp), tp / wanted)
    if best is None:
        return [-1.0] * 4
    return [best[1], best[2], best[3], float(best[0])]


def orders(matches, recalls):
    """Lowest and highest AP over all orders of equal scores, or None if there are too many."""
    groups = [list(g) for _, g in itertools.groupby(range(len(matches.scores)),
                                                    key=lambda i: matches.scores[i])]
    columns = [tuple(matches.right[:, i]) + tuple(matches.wrong[:, i])
               for i in range(len(matches.scores))]
    count = 1
    for group in groups:
        if len(group) > 8:
            return None
        count *= math.factorial(len(group))
        if count > 50 * MOST_ORDERS:
            return None
    choices = [sorted(set(itertools.permutations([columns[i] for i in g]))) for g in groups]
    if math.prod(len(c) for c in choices) > MOST_ORDERS:
        return None
    T, low, high = len(matches.right), None, None
    for choice in itertools.product(*choices):
        flags = np.array([column for group in choice for column in group], bool).T
        other = copy.copy(matches)
        other.right, other.wrong = (flags[:T], flags[T:]) if len(flags) else (
            matches.right, matches.wrong)
        other.ignored = ~other.right & ~other.wrong
        cells = np.stack([sampled(other, t, recalls) for t in range(T)])
        ap = float(np.mean(cells))
        low = (ap, cells) if low is None or ap < low[0] else low
        high = (ap, cells) if high is None or ap > high[0] else high
    return low, high


def nested(matches):
    """True if what is right at a threshold is right at all lower ones."""
    return all((matches.right[t + 1] <= matches.right[t]).all() and
               (matches.ignored[t + 1] == matches.ignored[t]).all()
               for t in range(len(matches.right) - 1))


def headline(evaluation, ts=slice(None)):
    values = evaluation.eval["precision"][ts, :, :, 0, -1]
    values = values[values > -1]
    return float(np.mean(values)).hex() if len(values) else (-1.0).hex()


def class_values(evaluation, k, ts=slice(None)):
    values = evaluation.eval["precision"][ts, :, k, 0, -1]
    values = values[values > -1]
    return float(np.mean(values)).hex() if len(values) else (-1.0).hex()


def renumbered(case, kind):
    """AP with image ids in other orders."""
    out, rng = [], random.Random(3)
    images = [i["id"] for i in case["ground_truth"]["images"]]
    for _ in range(4):
        new = dict(zip(images, rng.sample(range(1, 10 ** 6), len(images))))
        truth, results = copy.deepcopy(case["ground_truth"]), copy.deepcopy(case["results"])
        for image in truth["images"]:
            image["id"] = new[image["id"]]
        for record in truth["annotations"] + results:
            record["image_id"] = new[record["image_id"]]
        out.append(headline(run(truth, results, kind, case["params"])))
    return out


def mixed(value):
    """SplitMix64's output for this state."""
    m = (1 << 64) - 1
    value = (value + 0x9E3779B97F4A7C15) & m
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & m
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & m
    return value ^ (value >> 31)


def draws(seed, sample, images):
    key = mixed(mixed(seed) ^ sample)
    return [((mixed(key ^ i) >> 32) * images) >> 32 for i in range(images)]


def resampled(case, kind):
    """AP, AP50 and the classes' AP of data sets of drawn images, each copy an image of its own."""
    ids = sorted(i["id"] for i in case["ground_truth"]["images"])
    seen = set()
    for r in case["results"]:  # copies of equal scores in one image would interleave
        key = (r["image_id"], r["category_id"] if case["params"]["use_categories"] else 0,
               r["score"])
        if key in seen:
            return None
        seen.add(key)
    if any(a["id"] == 0 for a in case["ground_truth"]["annotations"]):
        return None
    out = []
    for sample in range(SAMPLES):
        truth = {"images": [], "annotations": [], "categories": case["ground_truth"]["categories"]}
        results = []
        for new, at in enumerate(sorted(draws(SEED, sample, len(ids)))):
            for image in case["ground_truth"]["images"]:
                if image["id"] == ids[at]:
                    truth["images"].append({**image, "id": new + 1})
            for a in case["ground_truth"]["annotations"]:
                if a["image_id"] == ids[at]:
                    truth["annotations"].append(
                        {**a, "id": len(truth["annotations"]) + 1, "image_id": new + 1})
            results += [{**r, "image_id": new + 1} for r in case["results"]
                        if r["image_id"] == ids[at]]
        if not results:
            return None
        # which keys the first record has decides the kind of the file
        if ("bbox" in results[0]) != ("bbox" in case["results"][0]):
            return None
        e = run(truth, results, kind, case["params"])
        out.append([headline(e), headline(e, slice(0, 1))] +
                   [class_values(e, k) for k in range(e.eval["precision"].shape[2])])
    return out


def described(case, kind):
    params = case["params"]
    evaluation = run(case["ground_truth"], case["results"], kind, params)

    def plain_grids(p):
        p.iouThrs = np.array([0.5 + 0.05 * i for i in range(10)])
        p.recThrs = np.array([i / 100 for i in range(101)])
    plain = run(case["ground_truth"], case["results"], kind, params, plain_grids)
    K = evaluation.eval["precision"].shape[2]
    matches = [Matches(evaluation, k) for k in range(K)]
    everything = [s for m in matches for s in m.scores]
    join = lambda part: np.concatenate([getattr(m, part)[0] for m in matches])
    overall = best_point(everything, join("right"), join("wrong"), sum(m.wanted for m in matches))
    points = [best_point(list(m.scores), m.right[0], m.wrong[0], m.wanted) for m in matches]

    images = {i: [0, 0, 0] for i in evaluation.params.imgIds}
    for m, point in zip(matches, points):
        start = overall[0] if point[3] < 0 and overall[3] >= 0 else 0 if point[3] < 0 else point[0]
        for i, score in enumerate(m.scores):
            if score >= start:
                images[m.where[i]][0] += int(m.right[0, i])
                images[m.where[i]][1] += int(m.wrong[0, i])
        for image, wanted in m.images.items():
            images[image][2] += wanted
    for counts in images.values():
        counts[2] -= counts[0]

    tried = [orders(m, evaluation.params.recThrs) if m.wanted else None for m in matches]
    classes = []
    for k, m in enumerate(matches):
        classes.append({
            "ap": [class_values(evaluation, k), class_values(evaluation, k, slice(0, 1)),
                   class_values(evaluation, k, slice(5, 6))],
            "counts": [m.wanted, int(np.sum(~m.ignored[0])), int(np.sum(m.right[0]))],
            "best": [v.hex() for v in map(float, points[k])],
            "nested": bool(nested(m)),
            "orders": tried[k] and [tried[k][0][0].hex(), tried[k][1][0].hex()]})
    whole = None
    if all(t is not None for t, m in zip(tried, matches) if m.wanted) and any(tried):
        whole = [float(np.mean(np.stack([t[end][1] for t in tried if t], axis=-1))).hex()
                 for end in (0, 1)]
    return {"classes": classes, "overall": [float(v).hex() for v in overall],
            "images": {str(i): v for i, v in images.items()}, "orders": whole,
            "renumbered": renumbered(case, kind),
            "conventions": conventions(evaluation, plain, matches),
            "resampled": resampled(case, kind)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cases")
    parser.add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()
    with open(arguments.cases, encoding="ascii") as file:
        cases = json.load(file)
    lines = [json.dumps({"name": c["name"], "seed": SEED,
                         **{kind: described(c, kind) for kind in ("bbox", "segm")}})
             for c in cases]
    with open(arguments.output, "w", encoding="ascii") as file:
        file.write("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
