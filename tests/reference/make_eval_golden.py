#!/usr/bin/env python3
"""Truth for stages/evaluate, from pycocotools: small data sets, each with its stats.

    make_eval_golden.py -o cases.json                  # purpose-made cases of boxes and masks
    make_eval_golden.py --semantics -o cases.json      # more: the quirks of the reference by name,
                                                       # the user's grids, keypoints
    make_eval_golden.py --fuzz N --seed S -o F.json    # N random ones
    make_eval_golden.py --fuzz-keypoints N -o F.json   # N random ones of keypoints
    make_eval_golden.py --around RESULTS.json -o F.json  # truth made up around given keypoints

tests/golden/evaluation.json and evaluation_semantics.json are made by the first two; tests run the
others where pycocotools is installed. Doubles are written as C99 hexadecimals; arrays (precision, recall, scores) as the
CRC-32 of their little-endian bytes in C order. A score of null is NaN.
"""

import argparse
import contextlib
import copy
import io
import json
import os
import random
import zlib

# exp() of the C library instead of numpy's own vector version, which differs in the last bit.
os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", "AVX512F AVX512CD AVX512_SKX AVX512_CLX "
                      "AVX512_CNL AVX512_ICL")

# pylint: disable=wrong-import-position
import numpy as np
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

SIZE = 200  # height and width of every image, unless a case says otherwise
POINTS = 17  # keypoints of a person


def rectangle(box):
    x, y, w, h = box
    return [[x, y, x + w, y, x + w, y + h, x, y + h]]


def mask_of(box, size=SIZE):
    """The compressed run lengths of a box, on its own image size."""
    rle = coco_mask.frPyObjects(np.array([box], dtype=float), size, size)[0]
    return {"size": rle["size"], "counts": rle["counts"].decode("ascii")}


class Case:
    """One data set and its detections; `truth` and `found` add to them."""

    def __init__(self, name, images=(1,), categories=(1,), size=SIZE, kinds=("bbox", "segm"),
                 **params):
        self.name = name
        self.kinds = kinds
        self.params = {"max_detections": [20] if kinds == ("keypoints",) else [1, 10, 100],
                       "use_categories": True, **params}
        self.ground_truth = {
            "images": [{"id": i, "file_name": f"{i}.jpg", "height": size, "width": size}
                       for i in images],
            "categories": [{"id": c, "name": f"class {c}"} for c in categories],
            "annotations": []}
        self.results = []

    def truth(self, box, image=1, category=1, crowd=0, **more):
        segmentation = rectangle(box)
        if crowd:
            rle = mask_of(box)
            plain = coco_mask.decode(rle).ravel(order="F")
            changes = np.flatnonzero(np.diff(np.concatenate(([0], plain, [1 - plain[-1]]))))
            segmentation = {"size": rle["size"],
                            "counts": np.diff(np.concatenate(([0], changes))).tolist()}
        self.ground_truth["annotations"].append(
            {"id": len(self.ground_truth["annotations"]) + 1, "image_id": image,
             "category_id": category, "bbox": list(box), "area": box[2] * box[3],
             "iscrowd": crowd, "segmentation": segmentation, **more})
        return self

    def found(self, box, score, image=1, category=1, **more):
        record = {"image_id": image, "category_id": category, "bbox": list(box), "score": score}
        record.update(more)
        self.results.append({k: v for k, v in record.items() if v is not None or k == "score"})
        return self

    def person(self, box, points, image=1, category=1, crowd=0, **more):
        """A ground truth with keypoints; [x, y, v] each."""
        flat = [float(v) for point in points for v in point]
        visible = sum(1 for point in points if point[2] > 0)
        return self.truth(box, image, category, crowd,
                          **{"keypoints": flat, "num_keypoints": visible, **more})

    def pose(self, points, score, image=1, category=1, **more):
        """A result of keypoints, without a box unless one is given."""
        flat = [float(v) for point in points for v in point]
        return self.found((0, 0, 0, 0), score, image, category,
                          **{"bbox": None, "keypoints": flat, **more})

    def masks_only(self):
        """The same results with masks and without boxes."""
        for record in self.results:
            record["segmentation"] = mask_of(record.pop("bbox"))
        return self

    def evaluated(self, kind):
        """The COCOeval after accumulate."""
        truth, params = COCO(), self.params
        results = copy.deepcopy(self.results)
        for record in results:
            if record["score"] is None:
                record["score"] = float("nan")
        with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints as it goes
            truth.dataset = copy.deepcopy(self.ground_truth)
            truth.createIndex()
            evaluation = COCOeval(truth, truth.loadRes(results), kind)
            evaluation.params.maxDets = list(params["max_detections"])
            evaluation.params.useCats = int(params["use_categories"])
            if "iou_thresholds" in params:
                evaluation.params.iouThrs = np.array(params["iou_thresholds"])
            if "recall_thresholds" in params:
                evaluation.params.recThrs = np.array(params["recall_thresholds"])
            if "area_ranges" in params:
                evaluation.params.areaRngLbl = [label for label, _, _ in params["area_ranges"]]
                evaluation.params.areaRng = [[low, high] for _, low, high in params["area_ranges"]]
            evaluation.evaluate()
            evaluation.accumulate()
        return evaluation

    def expected(self, kind):
        evaluation = self.evaluated(kind)
        with contextlib.redirect_stdout(io.StringIO()):
            if kind == "keypoints" or len(self.params["max_detections"]) >= 3:
                evaluation.summarize()
        arrays = {name: zlib.crc32(np.ascontiguousarray(evaluation.eval[name], "<f8").tobytes())
                  for name in ("precision", "recall", "scores")}
        return {"stats": [float(value).hex() for value in evaluation.stats], "crc32": arrays}

    def described(self):
        return {"name": self.name, "params": self.params, "ground_truth": self.ground_truth,
                "results": self.results,
                "expected": {kind: self.expected(kind) for kind in self.kinds}}


def pose_in(box, visibility=2, shift=0.0):
    """17 points spread over a box, moved to the right by `shift`."""
    x, y, w, h = box
    return [[round(x + w * (i * 5 % POINTS) / POINTS + shift, 2), round(y + h * i / POINTS, 2),
             visibility] for i in range(POINTS)]


def keypoint_cases():
    box, keypoints = (20.0, 20.0, 60.0, 90.0), {"kinds": ("keypoints",)}
    yield Case("keypoints: a perfect pose", **keypoints).person(box, pose_in(box)).pose(
        pose_in(box), 0.9)
    ladder = Case("keypoints: poses further and further away", images=range(1, 13), **keypoints)
    for image in range(1, 13):
        ladder.person(box, pose_in(box), image).pose(pose_in(box, shift=image * 0.9),
                                                     1 - image / 20, image)
    yield ladder
    few = [[x, y, 2 if i in (0, 5, 11) else 0] for i, (x, y, _) in enumerate(pose_in(box))]
    moved = [[x + (3 if i % 2 else 40), y, 1] for i, (x, y, _) in enumerate(pose_in(box))]
    yield Case("keypoints: only annotated points count", **keypoints).person(box, few).pose(
        moved, 0.9)
    many = [[x, y, 1 if i % 3 else 2] for i, (x, y, _) in enumerate(pose_in(box))]
    yield Case("keypoints: hidden points count as visible ones", **keypoints).person(
        box, many).pose(pose_in(box, shift=2), 0.9)
    none = pose_in(box, visibility=0)
    yield Case("keypoints: an object without any is ignored", **keypoints).person(
        (100, 100, 50, 80), pose_in((100, 100, 50, 80))).person(box, none).pose(
            pose_in((100, 100, 50, 80)), 0.9).pose(pose_in(box, shift=5), 0.8).pose(
                pose_in((0, 0, 150, 199)), 0.7).pose(pose_in(box, shift=100), 0.6)
    yield Case("keypoints: num_keypoints decides, not the points", **keypoints).person(
        box, pose_in(box), num_keypoints=0).person((100, 100, 50, 80), none, num_keypoints=3).pose(
            pose_in(box), 0.9).pose(pose_in((100, 100, 50, 80)), 0.8)
    yield Case("keypoints: a crowd absorbs any number", **keypoints).person(
        box, pose_in(box), crowd=1).person((100, 100, 50, 80), pose_in((100, 100, 50, 80))).pose(
            pose_in(box), 0.9).pose(pose_in(box, shift=1), 0.8).pose(
                pose_in((100, 100, 50, 80), shift=1), 0.7)
    yield Case("keypoints: classes taken as one find nothing", use_categories=False,
               **keypoints).person(box, pose_in(box)).pose(pose_in(box), 0.9)
    yield Case("keypoints: other limits than 20", max_detections=[1, 10], **keypoints).person(
        box, pose_in(box)).pose(pose_in(box), 0.9)
    crowded = Case("keypoints: more poses than the limit", **keypoints).person(box, pose_in(box))
    for i in range(30):
        crowded.pose(pose_in(box, shift=30 - i), round(0.3 + (i * 7 % 30) / 60, 3))
    yield crowded
    sizes = Case("keypoints: no small objects, medium and large ones", **keypoints)
    for i, side in enumerate((20.0, 32.0, 60.0, 96.0, 120.0)):
        square = (i * 10.0, i * 10.0, side, side)
        sizes.person(square, pose_in(square)).pose(pose_in(square, shift=side / 40), 0.9 - i / 10)
    yield sizes
    yield Case("keypoints: the area of a result with a box is the box's", **keypoints).person(
        box, pose_in(box)).pose(pose_in(box), 0.9, bbox=list(box)).pose(
            pose_in((0, 0, 150, 150)), 0.95, bbox=[0, 0, 10, 10])


def user_grids():
    box = (10.0, 10.0, 40.0, 40.0)
    ten = [(f, 10.0, 40.0, 40.0) for f in (10.0, 12.5, 15.0, 17.5, 20.0)]

    def shifted(name, **params):
        case = Case(name, images=range(1, 6), **params)
        for image, other in enumerate(ten, 1):
            case.truth(box, image).found(other, 1 - image / 10, image).found(
                (100, 100, 30, 30), 1 - image / 9, image)
        return case

    yield shifted("IoU threshold of exactly 1", iou_thresholds=[0.5, 1.0])
    yield shifted("IoU thresholds of the user, unsorted", iou_thresholds=[0.75, 0.3, 0.5, 0.9])
    yield shifted("IoU thresholds that miss 0.5 and 0.75 by a bit",
                  iou_thresholds=[0.5000000000000001, 0.7500000000000001])
    yield shifted("IoU threshold of 0 takes what does not overlap", iou_thresholds=[0.0, 0.5])
    yield shifted("64 IoU thresholds", iou_thresholds=[i / 64 for i in range(64)])
    yield shifted("recall thresholds: nothing after the first that is not reached",
                  recall_thresholds=[0.0, 0.4, 1.0, 0.2, 0.6])
    yield shifted("recall thresholds below 0 and above 1", recall_thresholds=[-0.5, 0.2, 1.5])
    yield shifted("area ranges of the user, with other labels",
                  area_ranges=[["all", 0, 1e10], ["tiny", 0, 1599], ["this", 1600, 1600],
                               ["small", 900, 1600], ["none", 5, 4], ["large", 2000, 1e10]])
    yield shifted("no range called all", area_ranges=[["everything", 0, 1e10]])
    yield shifted("two limits: arrays without stats", max_detections=[1, 5])
    yield shifted("five limits", max_detections=[1, 2, 3, 50, 100])


def quirks():
    box = (10.0, 10.0, 40.0, 40.0)
    yield Case("ignore in a file is overwritten by iscrowd").truth(box, ignore=1).truth(
        (80, 80, 40, 40), ignore=1).found(box, 0.9).found((120, 10, 40, 40), 0.8)
    yield Case("unmatched outside the range is ignored").truth((0, 0, 31, 31)).found(
        (100, 100, 50, 50), 0.9).found((0, 0, 31, 31), 0.8).found((50, 50, 120, 120), 0.7)
    yield Case("boxes that touch do not overlap").truth(box).found((50, 10, 40, 40), 0.9).found(
        (10, 50, 40, 40), 0.8).found((49, 10, 40, 40), 0.7)
    yield Case("widths have no plus 1", iou_thresholds=[0.5, 1 / 3, 0.34]).truth(
        (0, 0, 20, 20)).found((10, 0, 20, 20), 0.9)
    yield Case("a real object is kept though an ignored one overlaps more").truth(
        (12, 12, 40, 40)).truth((10, 10, 41, 41), crowd=1).found((10, 10, 41, 41), 0.9).found(
            (11, 11, 41, 41), 0.8)
    yield Case("taken objects leave the next best").truth((10, 10, 40, 40)).truth(
        (14, 10, 40, 40)).truth((18, 10, 40, 40)).found((13, 10, 40, 40), 0.9).found(
            (13, 10, 40, 40), 0.8).found((13, 10, 40, 40), 0.7).found((13, 10, 40, 40), 0.6)
    zero = {"size": [SIZE, SIZE], "counts": coco_mask.frPyObjects(
        {"size": [SIZE, SIZE], "counts": [2010, 0, 0, 40, 160, 40, 150, 0, SIZE * SIZE - 2400]},
        SIZE, SIZE)["counts"].decode("ascii")}
    yield Case("runs of length 0 in masks").truth((10, 10, 2, 40)).found(
        (0, 0, 1, 1), 0.9, bbox=None, segmentation=zero).found(
            (0, 0, 1, 1), 0.8, bbox=None, segmentation=mask_of((10, 10, 2, 40)))
    ring = [[10, 10, 50, 10, 50, 50, 10, 50], [60, 60, 90, 60, 75, 90]]
    yield Case("boxes of masks overlap and their pixels do not").truth(
        (10, 10, 80, 80), segmentation=ring).found(
            (0, 0, 1, 1), 0.9, bbox=None, segmentation=mask_of((52, 10, 8, 8))).found(
                (0, 0, 1, 1), 0.8, bbox=None, segmentation=mask_of((10, 10, 50, 42)))
    yield Case("a segmentation of one box as a polygon").truth(box).found(
        box, 0.9, segmentation=[[10, 10, 50, 10, 50, 50]]).found(
            (100, 10, 5, 5), 0.8, segmentation=[[1, 1, 50, 10, 30, 50], [80, 80, 99, 80, 90, 99]])
    yield Case("NaN scores come last", images=(1, 2, 3), kinds=("bbox",)).truth(box, 1).truth(
        box, 2).truth(box, 3).found(box, None, 1).found(box, 0.5, 2).found(
            (99, 99, 30, 30), -0.5, 2).found(box, None, 3).found((99, 99, 30, 30), 0.7, 3)
    yield Case("a score of -0 equals 0", images=(1, 2, 3)).truth(box, 1).truth(box, 2).truth(
        box, 3).found((99, 99, 30, 30), -0.0, 1).found(box, 0.0, 1).found(box, 0.0, 2).found(
            (99, 99, 30, 30), -0.0, 2).found((99, 99, 20, 20), 0.0, 3).found(box, -0.0, 3)
    limit = Case("the limit holds for each class and image", images=(1, 2), categories=(1, 2),
                 max_detections=[1, 2, 100])
    for image in (1, 2):
        for category in (1, 2):
            limit.truth(box, image, category).truth((100, 100, 40, 40), image, category)
            for score, where in ((0.9, (150, 10, 30, 30)), (0.8, box), (0.7, (100, 100, 40, 40))):
                limit.found(where, score - image / 100 - category / 1000, image, category)
    yield limit
    order = Case("one class for all: classes in the order of their ids", categories=(9, 4, 2),
                 use_categories=False)
    for category in (9, 4, 2):
        order.truth((10 + category, 10, 40, 40), category=category).found(
            (10, 10, 40, 40), 0.5, category=category)
    yield order
    yield Case("negative ids of objects", kinds=("bbox",)).truth(box, id=-3).truth(
        (80, 80, 40, 40), id=-1).found(box, 0.9).found((80, 80, 40, 40), 0.8)
    scores = Case("scores are those of the detection that reaches the recall", images=range(1, 8))
    for image in range(1, 8):
        scores.truth(box, image).found(box, (image * 3 % 7) / 10, image).found(
            (99, 99, 50, 50), (image * 5 % 7) / 10, image)
    yield scores


def purpose_made():
    box = (10.0, 10.0, 40.0, 40.0)
    yield Case("perfect").truth(box).found(box, 0.9)
    yield Case("masks only").truth(box).truth((100, 100, 50, 60)).found(
        (12, 10, 40, 40), 0.9).found((100, 98, 50, 60), 0.8).masks_only()
    yield Case("box key in mask results changes the area").truth((10, 10, 30, 30)).found(
        (10, 10, 30, 30), 0.9, segmentation=mask_of((10, 10, 30, 30))).found(
            (0, 0, 150, 150), 0.95, segmentation=mask_of((60, 60, 20, 20)))
    yield Case("crowd absorbs any number").truth(box).truth((80, 80, 100, 100), crowd=1).found(
        (90, 90, 20, 20), 0.9).found((120, 120, 30, 30), 0.8).found(box, 0.7).found(
            (85, 85, 90, 90), 0.6).found((0, 150, 20, 20), 0.5)
    yield Case("crowd only").truth(box, crowd=1).found(box, 0.9).found((20, 20, 5, 5), 0.3)
    yield Case("equal overlap: the last is taken").truth((0, 0, 20, 20)).truth(
        (20, 0, 20, 20)).truth((10, 0, 20, 20)).found((10, 0, 20, 20), 0.9).found(
            (10, 0, 20, 20), 0.9).found((5, 0, 20, 20), 0.9).found((15, 0, 20, 20), 0.9)
    yield Case("equal scores over images", images=(7, 3, 5)).truth(box, 7).truth(box, 3).truth(
        box, 5).found(box, 0.5, 7).found((90, 90, 9, 9), 0.5, 5).found(box, 0.5, 3).found(
            (90, 90, 9, 9), 0.5, 3).found(box, 0.5, 5)
    borders = Case("area borders belong to both ranges")
    for i, (side, other) in enumerate(((32, 32), (96, 96), (32, 31.9), (32, 32.1))):
        borders.truth((i * 2, i * 3, side, other)).found((i * 2, i * 3, side, other), 0.9 - i / 10)
    yield borders
    yield Case("matched outside the range stays right").truth((0, 0, 33, 32)).found(
        (0, 0, 31, 32), 0.9).found((0, 0, 31, 32), 0.8).found((100, 0, 40, 40), 0.7)
    many = Case("more detections than the limit").truth(box)
    for i in range(120):
        many.found((i % 50, i % 37, 40, 40), round(0.2 + (i * 37 % 101) / 200, 3))
    yield many
    yield Case("other limits", max_detections=[1, 2, 3]).truth(box).truth((60, 60, 40, 40)).found(
        box, 0.3).found((60, 60, 40, 40), 0.2).found((0, 0, 9, 9), 0.9).found((5, 5, 9, 9), 0.8)
    yield Case("an image without anything", images=(1, 2)).truth(box).found(box, 0.9)
    yield Case("objects without detections", images=(1, 2), categories=(1, 2)).truth(box).truth(
        box, 2, 2).found(box, 0.9)
    yield Case("detections without objects", images=(1, 2), categories=(1, 2, 3)).truth(box).found(
        box, 0.9, 2).found(box, 0.8, 1, 2).found(box, 0.7)
    yield Case("unknown category").truth(box).truth(box, category=9).found(
        box, 0.9, category=9).found(box, 0.8)
    yield Case("an annotation with id 0").truth(box, id=0).truth((80, 80, 40, 40)).found(
        box, 0.9).found(box, 0.8).found((80, 80, 40, 40), 0.7)
    recall = Case("seven of ten", images=range(1, 11))
    for image in range(1, 11):
        recall.truth(box, image)
        if image <= 7:
            recall.found(box, 1 - image / 16, image)
    yield recall
    yield Case("one category for all", categories=(2, 1), use_categories=False).truth(
        box, category=1).truth((12, 12, 40, 40), category=2).found(box, 0.9, category=2).found(
            (12, 12, 40, 40), 0.9, category=1).found((50, 50, 40, 40), 0.3, category=7)
    yield Case("masks of another size").truth(box).truth((100, 100, 50, 50)).found(
        box, 0.9, bbox=None, segmentation=mask_of(box, 100)).found(
            (100, 100, 50, 50), 0.8, bbox=None, segmentation=mask_of((100, 100, 50, 50)))
    yield Case("boxes outside the image and empty ones").truth((-10, -10, 50, 50)).truth(
        (190, 190, 40, 40)).found((-12, -9, 50, 50), 0.9).found((190, 190, 40, 40), 0.8).found(
            (50, 50, 0, 0), 0.7).found((500, 500, 10, 10), 0.6)


def near(rng, box, spread):
    return [box[0] + rng.gauss(0, spread), box[1] + rng.gauss(0, spread),
            max(0.1, box[2] + rng.gauss(0, spread)), max(0.1, box[3] + rng.gauss(0, spread))]


def random_case(rng, number):
    images = rng.sample(range(1, 999), rng.randint(1, 6))
    categories = rng.sample(range(1, 99), rng.randint(1, 4))
    case = Case(f"random {number}", images, categories, use_categories=rng.random() < 0.85,
                max_detections=rng.choice(([1, 10, 100], [1, 10, 100], [1, 3, 5])))
    scores = [rng.random() for _ in range(rng.choice((3, 1000)))]  # few: many ties
    for image in images:
        for _ in range(rng.choice((0, 1, 3, 8))):
            side = rng.choice((12, 40, 110))
            box = [rng.uniform(0, 150), rng.uniform(0, 150), rng.uniform(1, side),
                   rng.uniform(1, side)]
            category = rng.choice(categories)
            case.truth(box, image, category, crowd=int(rng.random() < 0.15))
            for _ in range(rng.choice((0, 1, 1, 2, 5))):
                case.found(near(rng, box, rng.choice((0, 1, 3, 9))), rng.choice(scores), image,
                           category if rng.random() < 0.9 else rng.choice(categories))
    if not case.results:
        case.found((1, 1, 9, 9), 0.5, images[0], categories[0])
    if rng.random() < 0.5:
        case.masks_only()
    return case


def random_person(rng, case, image, category):
    side = rng.choice((20, 60, 120))
    box = [rng.uniform(0, 150), rng.uniform(0, 150), rng.uniform(5, side), rng.uniform(5, side)]
    whole = rng.random() < 0.5  # coordinates are integers in most files
    visible = rng.choice((0.0, 0.2, 0.7, 1.0))
    points = [[rng.uniform(box[0], box[0] + box[2]), rng.uniform(box[1], box[1] + box[3]),
               rng.choice((1, 2)) if rng.random() < visible else 0] for _ in range(POINTS)]
    if whole:
        points = [[round(x), round(y), v] for x, y, v in points]
    case.person(box, points, image, category, crowd=int(rng.random() < 0.1))
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        spread = rng.choice((0, 0.01, 0.03, 0.1)) * box[2]
        case.pose([[x + rng.gauss(0, spread), y + rng.gauss(0, spread), 1] for x, y, _ in points],
                  rng.choice((rng.random(), 0.5)), image, category)


def random_keypoint_case(rng, number):
    images = rng.sample(range(1, 999), rng.randint(1, 8))
    categories = rng.sample(range(1, 9), rng.choice((1, 1, 2)))
    case = Case(f"random keypoints {number}", images, categories, kinds=("keypoints",),
                max_detections=rng.choice(([20], [20], [2, 20])))
    for image in images:
        for _ in range(rng.choice((0, 1, 3, 8))):
            random_person(rng, case, image, rng.choice(categories))
    if not case.results:
        case.pose(pose_in((5, 5, 50, 50)), 0.5, images[0], categories[0])
    return case


def truth_around(path, rng):
    """Real poses, with a ground truth made up by moving some of them."""
    with open(path, encoding="utf-8") as file:
        results = [r for r in json.load(file) if r["category_id"] == 1]
    images = sorted({r["image_id"] for r in results})
    case = Case("truth around real poses", images, kinds=("keypoints",), size=640)
    case.results = results
    for record in results:
        if rng.random() < 0.4:
            continue
        flat = record["keypoints"]
        points = list(zip(flat[0::3], flat[1::3]))
        xs, ys = [x for x, _ in points], [y for _, y in points]
        box = [min(xs), min(ys), max(1.0, max(xs) - min(xs)), max(1.0, max(ys) - min(ys))]
        spread = rng.choice((0.0, 0.02, 0.05)) * box[2]
        visible = rng.choice((0.0, 0.6, 1.0))
        case.person(box, [[round(x + rng.gauss(0, spread)), round(y + rng.gauss(0, spread)),
                           2 if rng.random() < visible else 0] for x, y in points],
                    record["image_id"], crowd=int(rng.random() < 0.02))
    return case


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fuzz", type=int, help="so many random cases instead")
    parser.add_argument("--fuzz-keypoints", type=int, help="so many random cases of keypoints")
    parser.add_argument("--semantics", action="store_true", help="the quirks by name")
    parser.add_argument("--around", help="results of keypoints to make a truth around")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    if arguments.around:
        cases = [truth_around(arguments.around, rng)]
    elif arguments.semantics:
        cases = [*quirks(), *user_grids(), *keypoint_cases()]
    elif arguments.fuzz_keypoints:
        cases = (random_keypoint_case(rng, number) for number in range(arguments.fuzz_keypoints))
    else:
        cases = (purpose_made() if arguments.fuzz is None else
                 (random_case(rng, number) for number in range(arguments.fuzz)))
    with open(arguments.output, "w", encoding="ascii") as file:
        file.write("[\n" + ",\n".join(json.dumps(case.described()) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
