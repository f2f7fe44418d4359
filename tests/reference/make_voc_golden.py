#!/usr/bin/env python3
"""PASCAL VOC average precision by the published rules, written for numpy and without any code of ours.

    make_voc_golden.py -o tests/golden/voc.json [--seed N]        (needs numpy)

The rules are those of VOCevaldet.m and VOCap.m (VOCdevkit 2007 and 2012) and of py-faster-rcnn's voc_eval.py:
every class is one list of detections over all images, sorted once. numpy's stable sort stands for MATLAB's,
and MATLAB's 0:0.1:1 is built from both ends, as MathWorks describes the colon operator.

The file: cases with objects [class, xmin, ymin, xmax, ymax, difficult] and detections [class, score, xmin, ymin,
xmax, ymax] for every image, and under "expected" for every rule the AP of each class (null: it has no object that
counts) and their mean. `evaluate` is imported by compare_voc_peers.py.
"""
import argparse
import json

import numpy as np

MATLAB_GRID = [k * 0.1 for k in range(5)] + [(0 + 1) / 2] + [1 - k * 0.1 for k in range(4, -1, -1)]
NUMPY_GRID = list(np.arange(0.0, 1.1, 0.1))


def overlaps(box, boxes):
    """VOC's inclusive corners: +1 everywhere; the order of operations of voc_eval.py."""
    width = np.maximum(np.minimum(boxes[:, 2], box[2]) - np.maximum(boxes[:, 0], box[0]) + 1.0, 0.0)
    height = np.maximum(np.minimum(boxes[:, 3], box[3]) - np.maximum(boxes[:, 1], box[1]) + 1.0, 0.0)
    common = width * height
    union = (
        (box[2] - box[0] + 1.0) * (box[3] - box[1] + 1.0)
        + (boxes[:, 2] - boxes[:, 0] + 1.0) * (boxes[:, 3] - boxes[:, 1] + 1.0)
        - common
    )
    return np.where(common > 0, common / union, -np.inf)


def curve(images, label, threshold, strictly):
    """recall, precision after each detection (NaN where nothing counted yet), number of objects."""
    truth = []
    for image in images:
        rows = [o for o in image["objects"] if o[0] == label]
        truth.append(
            (np.array([o[1:5] for o in rows], float), [bool(o[5]) for o in rows], [False] * len(rows))
        )
    found = [(i, d) for i, image in enumerate(images) for d in image["detections"] if d[0] == label]
    scores = np.array([d[1] for _, d in found], float)
    right, wrong = np.zeros(len(found)), np.zeros(len(found))
    for at, place in enumerate(np.argsort(-scores, kind="stable")):
        i, detection = found[place]
        boxes, difficult, taken = truth[i]
        best, j = -np.inf, -1
        if len(boxes):
            values = overlaps(detection[2:6], boxes)
            best, j = np.max(values), np.argmax(values)
        if best > threshold if strictly else best >= threshold:
            if difficult[j]:
                continue
            (wrong if taken[j] else right)[at] = 1
            taken[j] = True
        else:
            wrong[at] = 1
    right, wrong = np.cumsum(right), np.cumsum(wrong)
    objects = sum((not d) for _, difficult, _ in truth for d in difficult)
    with np.errstate(invalid="ignore", divide="ignore"):
        return right / objects, right / (wrong + right), objects


def ap_07(recall, precision, grid):
    total = 0.0
    for t in grid:
        reached = precision[recall >= t]
        reached = reached[~np.isnan(reached)]  # MATLAB's max passes over NaN
        total = total + (np.max(reached) if len(reached) else 0.0) / 11
    return total


def ap_10(recall, precision):
    r = np.concatenate(([0.0], recall, [1.0]))
    p = np.concatenate(([0.0], np.nan_to_num(precision), [0.0]))
    for i in range(p.size - 1, 0, -1):
        p[i - 1] = np.maximum(p[i - 1], p[i])
    steps = np.where(r[1:] != r[:-1])[0]
    return np.sum((r[steps + 1] - r[steps]) * p[steps + 1])


def evaluate(images, labels, threshold, strictly, metric):
    aps = []
    for label in labels:
        recall, precision, objects = curve(images, label, threshold, strictly)
        if objects == 0:
            aps.append(None)
        elif metric == "voc10":
            aps.append(float(ap_10(recall, precision)))
        else:
            aps.append(float(ap_07(recall, precision, MATLAB_GRID if metric == "voc07" else NUMPY_GRID)))
    present = [ap for ap in aps if ap is not None]
    return aps, float(np.mean(present)) if present else None


def random_images(rng, count, labels, fractions, difficult, ties):
    """Small images, so that boxes meet often; many overlaps are exactly one half by construction."""
    images = []
    for _ in range(count):
        objects, detections = [], []
        for _ in range(rng.integers(0, 7)):
            x, y = rng.integers(1, 40, 2)
            w, h = 2 * rng.integers(2, 15, 2)
            box = [float(x), float(y), float(x + w - 1), float(y + h - 1)]
            if fractions:
                box = [float(np.float32(v + d)) for v, d in zip(box, rng.random(4))]
            label = int(rng.choice(labels))
            objects.append([label, *box, int(rng.random() < difficult)])
            for _ in range(rng.integers(0, 4)):
                moved = list(box)
                kind = rng.random()
                if kind < 0.25:
                    moved[2] = box[0] + w / 2 - 1  # the left half: overlap 1/2
                elif kind < 0.8:
                    moved = [v + float(s) for v, s in zip(box, rng.integers(-3, 4, 4))]
                if moved[2] < moved[0] or moved[3] < moved[1]:
                    continue
                score = float(rng.integers(1, 8)) / 8 if ties else float(rng.random())
                detections.append([label if rng.random() < 0.9 else int(rng.choice(labels)), score, *moved])
        rng.shuffle(detections)
        images.append({"objects": objects, "detections": [list(d) for d in detections]})
    for image in images:
        for detection in image["detections"]:
            detection[0] = int(detection[0])
    return images


def cases(seed):
    rng = np.random.default_rng(seed)
    yield "whole pixels", [1, 2, 3], random_images(rng, 40, [1, 2, 3], False, 0.2, False)
    yield "tied scores", [1, 2], random_images(rng, 40, [1, 2], False, 0.2, True)
    yield "fractions of pixels", [1, 2, 3], random_images(rng, 40, [1, 2, 3], True, 0.2, False)
    yield "all difficult", [1], random_images(rng, 10, [1], False, 1.1, False)
    yield "a class without objects", [1, 2, 9], random_images(rng, 20, [1, 2], False, 0.3, False)
    yield "ten objects", [1], [
        {"objects": [[1, 10.0 * k + 1, 1.0, 10.0 * k + 10, 10.0, 0] for k in range(10)],
         "detections": [[1, (20 - k) / 20, 10.0 * k + 1, 1.0, 10.0 * k + 10, 10.0] for k in range(7)]}]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--seed", type=int, default=20101)
    arguments = parser.parse_args()
    out = []
    for name, labels, images in cases(arguments.seed):
        expected = []
        for threshold in (0.5, 0.3, 0.75):
            for strictly in (False, True):
                for metric in ("voc07", "voc07 numpy", "voc10"):
                    aps, mean = evaluate(images, labels, threshold, strictly, metric)
                    expected.append({"iou_threshold": threshold, "strictly": strictly, "metric": metric,
                                     "ap": aps, "map": mean})
        out.append({"name": name, "labels": labels, "images": images, "expected": expected})
    with open(arguments.output, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in out) + "\n]\n")


if __name__ == "__main__":
    main()
