#!/usr/bin/env python3
"""Truth for stages/masks, from pycocotools: run-length texts, polygons, boxes, overlaps.

    make_mask_golden.py [--polygons N] [--masks N] [--largest PIXELS] [--seed S] -o FILE.json

tests/golden/masks.json is made with the defaults; the test makes larger files of its own where
pycocotools is installed.
"""

import argparse
import json
import random

import numpy as np
from pycocotools import mask as coco_mask


def text(rle):
    return rle["counts"].decode("ascii")


def described(rle):
    """What every test of a mask compares."""
    return {"size": rle["size"], "counts": text(rle), "area": int(coco_mask.area(rle)),
            "bbox": [float(v) for v in coco_mask.toBbox(rle)]}


def random_ring(rng, height, width):
    kind = rng.randrange(6)
    corners = rng.randint(3, 12)
    reach = 1.0 if kind else 1.8  # kind 0 reaches outside the image
    ring = []
    for _ in range(corners):
        x, y = (rng.uniform(1 - reach, reach) * extent for extent in (width, height))
        if kind == 1:
            x, y = round(x), round(y)
        if kind == 2:
            x, y = round(x * 5) / 5 + 0.1, round(y * 5) / 5 - 0.1
        ring += [x, y]
        if kind == 3 and rng.random() < 0.4:
            ring += [x, y]  # a doubled vertex
    if kind == 4:
        ring = [ring[i % 2] if rng.random() < 0.5 else v for i, v in enumerate(ring)]  # slivers
    return ring


def polygon_cases(rng, count, largest):
    fixed = [([[1.0, 1.0, 3.0, 1.0, 3.0, 3.0, 1.0, 3.0]], 4, 4),
             ([[0.0, 0.0, 4.0, 0.0, 4.0, 4.0, 0.0, 4.0]], 4, 4),
             ([[-5.0, -5.0, 9.0, -5.0, 9.0, 9.0, -5.0, 9.0]], 4, 4),
             ([[2.0, 2.0, 2.0, 2.0, 2.0, 2.0]], 5, 5),
             ([[0.5, 0.5, 7.5, 0.5, 7.5, 2.5], [2.0, 1.0, 6.0, 1.0, 4.0, 6.0, 2.0, 1.0]], 8, 8)]
    for _ in range(count):
        height, width = rng.randint(1, largest), rng.randint(1, largest)
        fixed.append(([random_ring(rng, height, width) for _ in range(rng.choice((1, 1, 2, 3)))],
                      height, width))
    return [{"rings": rings, "size": [height, width],
             "mask": described(coco_mask.merge(coco_mask.frPyObjects(rings, height, width)))}
            for rings, height, width in fixed]


def box_cases(rng, count):
    cases = []
    for _ in range(count):
        height, width = rng.randint(1, 30), rng.randint(1, 30)
        box = [rng.uniform(-5, width), rng.uniform(-5, height), rng.uniform(0, width),
               rng.uniform(0, height)]
        rle = coco_mask.frPyObjects(np.array([box]), height, width)[0]
        cases.append({"box": box, "size": [height, width], "mask": described(rle)})
    return cases


def random_mask(rng, height, width):
    density = rng.choice((0.0, 0.05, 0.5, 0.95, 1.0))
    pixels = np.array([[rng.random() < density for _ in range(width)] for _ in range(height)])
    if rng.random() < 0.5:  # long runs
        pixels[:] = False
        y, x = rng.randrange(height), rng.randrange(width)
        pixels[y:y + rng.randint(1, height), x:x + rng.randint(1, width)] = True
    return pixels.astype(np.uint8)


def mask_cases(rng, count):
    cases = []
    for _ in range(count):
        height, width = rng.randint(1, 20), rng.randint(1, 20)
        pixels = random_mask(rng, height, width)
        cases.append({"pixels": "".join(map(str, pixels.ravel())),
                      "mask": described(coco_mask.encode(np.asfortranarray(pixels)))})
    return cases


def overlap_cases(rng, count):
    cases = []
    for _ in range(count):
        height, width = rng.randint(1, 24), rng.randint(1, 24)
        rles = [coco_mask.encode(np.asfortranarray(random_mask(rng, height, width)))
                for _ in range(2)]
        if rng.random() < 0.1:
            rles[1] = coco_mask.encode(np.asfortranarray(random_mask(rng, height + 1, width)))
        boxes = [[rng.uniform(0, 20), rng.uniform(0, 20), rng.uniform(0, 30), rng.uniform(0, 30)]
                 for _ in range(2)]
        case = {"masks": [described(rle) for rle in rles], "boxes": boxes}
        for crowd in (0, 1):
            of_masks = coco_mask.iou([rles[0]], [rles[1]], [crowd])
            of_boxes = coco_mask.iou([boxes[0]], [boxes[1]], [crowd])
            case["crowd" if crowd else "plain"] = [float(of_masks[0, 0]).hex(),
                                                   float(of_boxes[0, 0]).hex()]
        cases.append(case)
    return cases


def run_cases(rng, count):
    """Run lengths that no encoder writes: with runs of length 0 in their middle."""
    fixed = [[0, 0, 6], [6], [2, 0, 4], [0, 6], [0, 2, 0, 4], [3, 0, 0, 1, 2], [0, 0, 0, 6],
             [1, 1, 0, 1, 3], [5, 1, 0, 0, 0], [6, 0], [0, 6, 0, 0]]
    cases = []
    for runs in fixed + [None] * count:
        height, width = (2, 3) if runs else (rng.randint(1, 9), rng.randint(1, 9))
        if not runs:
            runs, left = [], height * width
            while left:
                runs.append(min(left, rng.choice((0, 0, 1, 2, 3, 9))))
                left -= runs[-1]
        rle = coco_mask.frPyObjects({"counts": runs, "size": [height, width]}, height, width)
        cases.append({"runs": runs, "mask": described(rle)})
    return cases


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--polygons", type=int, default=40)
    parser.add_argument("--masks", type=int, default=20)
    parser.add_argument("--largest", type=int, default=40, help="pixels of a polygon's image")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    golden = {"polygons": polygon_cases(rng, arguments.polygons, arguments.largest),
              "boxes": box_cases(rng, arguments.masks),
              "masks": mask_cases(rng, arguments.masks),
              "overlaps": overlap_cases(rng, arguments.masks),
              "runs": run_cases(rng, arguments.masks)}
    with open(arguments.output, "w", encoding="ascii") as file:
        lines = [f'"{name}": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]"
                 for name, cases in golden.items()]
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
