#!/usr/bin/python3
"""A COCO-val2017-sized evaluation set, made from a seed: for measuring evaluators, not detectors.

    make_eval_set.py --out DIR [--images 5000] [--boxes-per-image 146] [--masks-per-image 145] [--seed 1]

writes truth.json (80 categories, about 7.2 objects an image, 1 % crowds, polygons and run lengths),
boxes.json (about 730,000 detections) and masks.json (about 725,000). Needs numpy only.

Of the detections about a third lie near an object of their image and the rest anywhere; scores are
skewed towards 0, as detectors' are. Numbers are float32 widened to double, as `tolist()` of a detector
writes them. Sizes follow COCO's: 41 % small, 34 % medium, 25 % large. Masks are blobs (ellipses with a
wavy border), column-major run lengths in the COCO API's text, so an object of w columns has about
2 w + 1 runs. The same seed gives the same bytes.
"""

import argparse
import json
import os

import numpy as np

CATEGORIES = [i for i in range(1, 91) if i not in (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)]
SIZES = [(480, 640), (640, 480), (427, 640), (640, 427), (500, 375), (375, 500), (612, 612)]


def f32(values):
    return np.asarray(values, np.float32).astype(np.float64)


def rle_text(runs):
    """The COCO API's compressed counts: five bits a character, from the fourth run on differences."""
    out = []
    for i, run in enumerate(runs):
        x = run - runs[i - 2] if i > 2 else run
        more = True
        while more:
            c = x & 31
            x >>= 5
            more = x != (-1 if c & 16 else 0)
            out.append(chr(48 + (c | 32 if more else c)))
    return "".join(out)


def blob_runs(box, height, width, wave):
    """Run lengths of an ellipse in the box whose border waves; never empty."""
    x, y, w, h = box
    x0, x1 = int(max(0, np.floor(x))), int(min(width, np.ceil(x + w)))
    if x1 <= x0:
        x0 = min(max(0, x0), width - 1)
        x1 = x0 + 1
    columns = np.arange(x0, x1)
    u = np.clip((columns + 0.5 - (x + w / 2)) / max(w / 2, 0.5), -0.999, 0.999)
    half = h / 2 * np.sqrt(1 - u * u) * (1 + 0.12 * np.sin(wave[0] * u + wave[1]))
    middle = y + h / 2 + 0.06 * h * np.sin(wave[2] * u + wave[3])
    top = np.clip(np.round(middle - half), 0, height - 1).astype(np.int64)
    bottom = np.clip(np.round(middle + half), top + 1, height).astype(np.int64)
    ends = np.empty(2 * len(columns), np.int64)
    ends[0::2] = columns * height + top
    ends[1::2] = columns * height + bottom
    runs = np.diff(ends, prepend=0, append=height * width)
    runs = runs.tolist()
    merged = runs[:1]
    for i in range(1, len(runs)):  # a column that is full to the edge joins the next: a run of 0
        if runs[i] == 0 and 0 < i < len(runs) - 1:
            runs[i + 1] += merged.pop()
            continue
        merged.append(runs[i])
    if merged[-1] == 0:
        merged.pop()
    return merged, int((bottom - top).sum())


def object_boxes(rng, count, height, width):
    """COCO's mixture of small, medium and large, inside the image."""
    kind = rng.choice(3, count, p=[0.41, 0.34, 0.25])
    low, high = np.array([4.0, 32, 96])[kind], np.array([32.0, 96, 400])[kind]
    side = low * (high / low) ** rng.random(count)
    aspect = np.exp(rng.normal(0, 0.4, count))
    w = np.minimum(side * aspect, width * 0.98)
    h = np.minimum(side / aspect, height * 0.98)
    return np.stack([rng.random(count) * (width - w), rng.random(count) * (height - h), w, h], 1)


def polygon(box, rng):
    x, y, w, h = box
    corners = int(rng.integers(8, 40))
    angle = np.sort(rng.random(corners)) * 2 * np.pi
    radius = 0.5 * (0.8 + 0.2 * rng.random(corners))
    points = np.stack([x + w / 2 + w * radius * np.cos(angle), y + h / 2 + h * radius * np.sin(angle)], 1)
    return np.round(points, 2).reshape(-1).tolist()


def truth_of_image(rng, image, first_id):
    height, width = image["height"], image["width"]
    count = min(60, int(rng.geometric(1 / 7.2)))
    boxes = np.round(object_boxes(rng, count, height, width), 2)
    categories = rng.choice(CATEGORIES, max(1, min(4, count)), replace=False)
    records = []
    for i, box in enumerate(boxes):
        crowd = int(rng.random() < 0.01)
        record = {"id": first_id + i, "image_id": image["id"],
                  "category_id": int(categories[i % len(categories)] if rng.random() < 0.8
                                     else rng.choice(CATEGORIES)),
                  "bbox": box.tolist(), "area": round(float(0.7 * box[2] * box[3]), 4), "iscrowd": crowd}
        if crowd:
            runs, area = blob_runs(box, height, width, rng.random(4) * 6)
            record["segmentation"] = {"counts": runs, "size": [height, width]}
            record["area"] = area
        else:
            record["segmentation"] = [polygon(box, rng)]
        records.append(record)
    return records


def detections_of_image(rng, image, objects, count):
    """[count] boxes (float32), categories and scores: a third near objects, with errors of all sizes."""
    height, width = image["height"], image["width"]
    boxes = object_boxes(rng, count, height, width)
    categories = rng.choice(CATEGORIES, count)
    scores = rng.beta(0.6, 4, count)
    near = rng.integers(0, len(objects), count // 3)
    truth = np.array([objects[i]["bbox"] for i in near])
    error = rng.normal(0, 1, (len(near), 4)) * (0.02 + 0.25 * rng.random((len(near), 1)) ** 2)
    moved = truth + error * np.tile(truth[:, 2:], 2)
    moved[:, 2:] = np.maximum(moved[:, 2:], 1)
    boxes[:len(near)] = moved
    own = rng.random(len(near)) < 0.8
    categories[:len(near)] = np.where(own, [objects[i]["category_id"] for i in near], categories[:len(near)])
    scores[:len(near)] = rng.beta(1.5, 1.5, len(near))
    order = np.argsort(-scores, kind="stable")
    return f32(boxes[order]), categories[order], f32(scores[order])


class ListFile:
    """One JSON array, written record by record."""

    def __init__(self, path):
        self.file, self.count = open(path, "w"), 0
        self.file.write("[")

    def append(self, records):
        if records:
            self.file.write((", " if self.count else "") + ", ".join(json.dumps(r) for r in records))
            self.count += len(records)

    def close(self):
        self.file.write("]")
        self.file.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--boxes-per-image", type=float, default=146)
    parser.add_argument("--masks-per-image", type=float, default=145)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    os.makedirs(arguments.out, exist_ok=True)
    ids = np.sort(rng.choice(600000, arguments.images, replace=False)) + 1
    images, annotations = [], []
    boxes, masks = (ListFile(os.path.join(arguments.out, name)) for name in ("boxes.json", "masks.json"))
    for image_id in ids.tolist():
        height, width = SIZES[int(rng.integers(len(SIZES)))]
        image = {"id": image_id, "file_name": f"{image_id:012d}.jpg", "height": height, "width": width}
        objects = truth_of_image(rng, image, len(annotations) + 1)
        images.append(image)
        annotations += objects
        for file, mean in ((boxes, arguments.boxes_per_image), (masks, arguments.masks_per_image)):
            found, categories, scores = detections_of_image(rng, image, objects, int(rng.poisson(mean)))
            records = []
            for box, category, score in zip(found, categories.tolist(), scores.tolist()):
                record = {"image_id": image_id, "category_id": category}
                if file is boxes:
                    record["bbox"] = box.tolist()
                else:
                    runs, _ = blob_runs(box, height, width, rng.random(4) * 6)
                    record["segmentation"] = {"size": [height, width], "counts": rle_text(runs)}
                record["score"] = score
                records.append(record)
            file.append(records)
    boxes.close()
    masks.close()
    with open(os.path.join(arguments.out, "truth.json"), "w") as file:
        json.dump({"images": images, "annotations": annotations,
                   "categories": [{"id": i, "name": f"class {i}"} for i in CATEGORIES]}, file)
    print(f"{len(images)} images, {len(annotations)} objects, {boxes.count} boxes, {masks.count} masks")


if __name__ == "__main__":
    main()
