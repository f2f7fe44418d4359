#!/usr/bin/env python3
"""Other people's PASCAL VOC evaluators against the rules of make_voc_golden.py, where their conventions coincide.

    compare_voc_peers.py [SEED...]      exit code 1: one of them disagrees; 77: none of them is installed

PyPI's packages, and how each is brought to VOC's rule:
  mmeval                    overlap >= threshold; +1 by use_legacy_coordinate; difficult objects as bboxes_ignore.
                            AP is float32, its eleven points are numpy's.
  mean-average-precision    overlap > threshold; +1. It counts difficult objects among those to be found, so it gets
                            images without them. AP is float32.
  object-detection-metrics  overlap >= threshold; no +1, so it gets xmax + 1 and ymax + 1; it knows no difficult
                            objects. Its sums run from left to right, its eleven points are numpy.linspace(0, 1, 11).
Recall and precision after every detection must be equal to the last bit, AP within the arithmetic named above. Scores are
distinct, because all of them sort unstably, and so are a detection's two largest overlaps: they differ in which of equal
ones counts.
"""
import sys

import numpy as np

from make_voc_golden import NUMPY_GRID, ap_07, ap_10, curve, overlaps, random_images

LABELS = [0, 1, 2]
GRID = list(np.linspace(0, 1, 11))
FLOAT32, SUMS = 1e-7, 1e-14


def arrays(rows):
    return np.array(rows, float).reshape(-1, 6)


def without_ties(images):
    """Leaves out detections whose best overlap belongs to two objects of their class."""
    for image in images:
        kept = []
        for detection in image["detections"]:
            boxes = np.array([o[1:5] for o in image["objects"] if o[0] == detection[0]], float).reshape(-1, 4)
            values = np.sort(overlaps(detection[2:6], boxes)) if len(boxes) else np.zeros(0)
            if len(values) < 2 or values[-1] > values[-2]:
                kept.append(detection)
        image["detections"] = kept
    return images


def mmeval(images, eleven_points):
    from mmeval import VOCMeanAP

    measure = VOCMeanAP(iou_thrs=0.5, num_classes=len(LABELS), use_legacy_coordinate=True, nproc=0, classwise=True,
                        eval_mode="11points" if eleven_points else "area")
    predictions, truths = [], []
    for image in images:
        d, o = arrays(image["detections"]), arrays(image["objects"])
        hard = o[:, 5] == 1
        predictions.append({"bboxes": d[:, 2:6], "scores": d[:, 1], "labels": d[:, 0].astype(int)})
        truths.append({"bboxes": o[~hard, 1:5], "labels": o[~hard, 0].astype(int),
                       "bboxes_ignore": o[hard, 1:5], "labels_ignore": o[hard, 0].astype(int)})
    rows = measure(predictions=predictions, groundtruths=truths)["classwise_result"]
    return [(row["recalls"][0, 0], row["precisions"][0, 0], row["ap"][0, 0]) for row in rows]


def mean_average_precision(images, eleven_points):
    from mean_average_precision import MetricBuilder

    measure = MetricBuilder.build_evaluation_metric("map_2d", async_mode=False, num_classes=len(LABELS))
    for image in images:
        d, o = arrays(image["detections"]), arrays(image["objects"])
        measure.add(d[:, [2, 3, 4, 5, 0, 1]], np.column_stack((o[:, [1, 2, 3, 4, 0]], np.zeros((len(o), 2)))))
    rows = measure.value(iou_thresholds=0.5, recall_thresholds=np.array(NUMPY_GRID) if eleven_points else None)[0.5]
    return [(rows[k]["recall"], rows[k]["precision"], rows[k]["ap"]) for k in LABELS]


def object_detection_metrics(images, eleven_points):
    from podm.metrics import BoundingBox, MethodAveragePrecision, get_pascal_voc_metrics

    def boxes(key, at, score):
        return [BoundingBox.of_bbox(i, int(r[0]), r[at], r[at + 1], r[at + 2] + 1, r[at + 3] + 1, score(r))
                for i, image in enumerate(images) for r in image[key]]

    method = MethodAveragePrecision
    rows = get_pascal_voc_metrics(
        boxes("objects", 1, lambda r: None), boxes("detections", 2, lambda r: r[1]), 0.5,
        method.ElevenPointsInterpolation if eleven_points else method.AllPointsInterpolation)
    return [(rows[k].recall, rows[k].precision, rows[k].ap) for k in LABELS]


PEERS = [  # name, function, its comparison is >, it knows difficult objects, recalls, tolerance of AP
    ("mmeval", mmeval, False, True, NUMPY_GRID, FLOAT32),
    ("mean-average-precision", mean_average_precision, True, False, NUMPY_GRID, FLOAT32),
    ("object-detection-metrics", object_detection_metrics, False, False, GRID, SUMS),
]


def compare(peer, seed):
    """Largest difference in AP, and whether all recalls and precisions are equal."""
    name, function, strictly, difficult, grid, tolerance = peer
    rng = np.random.default_rng(seed)
    images = without_ties(random_images(rng, 60, LABELS, False, 0.2 if difficult else 0, False))
    largest, equal = 0.0, True
    for eleven_points in (False, True):
        for label, (recall, precision, ap) in zip(LABELS, function(images, eleven_points)):
            r, p, _ = curve(images, label, 0.5, strictly)
            equal = equal and np.array_equal(r, recall) and np.array_equal(np.nan_to_num(p), precision)
            expected = ap_07(r, p, grid) if eleven_points else ap_10(r, p)
            largest = max(largest, abs(float(ap) - float(expected)))
    print(f"  {name:25} recall and precision {'equal' if equal else 'DIFFER'}, AP within {largest:.1e}")
    return equal and largest <= tolerance


def main():
    seeds = [int(s) for s in sys.argv[1:]] or [1, 2, 3]
    installed, agree = [], True
    for peer in PEERS:
        try:
            peer[1]([{"objects": [[k, 1, 1, 9, 9, 0] for k in LABELS],
                      "detections": [[k, 0.5, 1, 1, 9, 9] for k in LABELS]}], False)
            installed.append(peer)
        except ImportError as error:
            print(f"SKIPPED voc_peers: {peer[0]}: {error}")
    for seed in seeds:
        print("seed", seed)
        for peer in installed:
            agree = compare(peer, seed) and agree
    sys.exit(77 if not installed else 0 if agree else 1)


if __name__ == "__main__":
    main()
