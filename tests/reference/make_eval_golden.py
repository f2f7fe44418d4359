#!/usr/bin/env python3
"""Truth for stages/evaluate, from pycocotools: small data sets, each with its twelve numbers.

    make_eval_golden.py -o cases.json                 # the purpose-made cases
    make_eval_golden.py --fuzz N --seed S -o F.json   # N random ones instead

tests/golden/evaluation.json is made by the first line; the test runs the second where pycocotools
is installed. Doubles are written as C99 hexadecimals; arrays (precision, recall, scores) as the
CRC-32 of their little-endian bytes in C order.
"""

import argparse
import contextlib
import copy
import io
import json
import random
import zlib

import numpy as np
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

SIZE = 200  # height and width of every image, unless a case says otherwise


def rectangle(box):
    x, y, w, h = box
    return [[x, y, x + w, y, x + w, y + h, x, y + h]]


def mask_of(box, size=SIZE):
    """The compressed run lengths of a box, on its own image size."""
    rle = coco_mask.frPyObjects(np.array([box], dtype=float), size, size)[0]
    return {"size": rle["size"], "counts": rle["counts"].decode("ascii")}


class Case:
    """One data set and its detections; `truth` and `found` add to them."""

    def __init__(self, name, images=(1,), categories=(1,), size=SIZE, **params):
        self.name = name
        self.params = {"max_detections": [1, 10, 100], "use_categories": True, **params}
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
        self.results.append({k: v for k, v in record.items() if v is not None})
        return self

    def masks_only(self):
        """The same results with masks and without boxes."""
        for record in self.results:
            record["segmentation"] = mask_of(record.pop("bbox"))
        return self

    def expected(self, kind):
        truth, params = COCO(), self.params
        with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints as it goes
            truth.dataset = copy.deepcopy(self.ground_truth)
            truth.createIndex()
            evaluation = COCOeval(truth, truth.loadRes(copy.deepcopy(self.results)), kind)
            evaluation.params.maxDets = list(params["max_detections"])
            evaluation.params.useCats = int(params["use_categories"])
            evaluation.evaluate()
            evaluation.accumulate()
            evaluation.summarize()
        arrays = {name: zlib.crc32(np.ascontiguousarray(evaluation.eval[name], "<f8").tobytes())
                  for name in ("precision", "recall", "scores")}
        return {"stats": [float(value).hex() for value in evaluation.stats], "crc32": arrays}

    def described(self):
        return {"name": self.name, "params": self.params, "ground_truth": self.ground_truth,
                "results": self.results,
                "expected": {kind: self.expected(kind) for kind in ("bbox", "segm")}}


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


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fuzz", type=int, help="so many random cases instead")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    cases = (purpose_made() if arguments.fuzz is None else
             (random_case(rng, number) for number in range(arguments.fuzz)))
    with open(arguments.output, "w", encoding="ascii") as file:
        file.write("[\n" + ",\n".join(json.dumps(case.described()) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
