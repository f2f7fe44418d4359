#!/usr/bin/env python3
"""Selective Search of roiflow beside OpenCV's, and its graph segmentation beside scikit-image's.

    compare_selective_search.py BUILD/bin DATA [--mode fast] [--height 0] [--images 100] [--check]

DATA is a folder with JPEGImages/*.jpg and Annotations/*.xml of PASCAL VOC. Prints recall (share of the annotated
objects, difficult ones too, that some box overlaps with IoU >= 0.5) among the first 500, 1000, 2000 and all boxes,
boxes and seconds of processor time an image, both programs on one thread, in turns, in this run. Then agreement with
scikit-image's felzenszwalb on ten images: numbers of segments, adjusted Rand index, variation of information in bits.
Its Gaussian is narrower (3 instead of 4 pixels for sigma 0.8) and mirrors the image at its border; "same filter" gives
it values smoothed by scipy the way roiflow does it, and then both partitions are to be the same.

--check ends with 1 if roiflow's recall at 2000 boxes is more than 0.03 below OpenCV's, or if a segmentation's adjusted
Rand index is below 0.9, or below 0.9999 with the same filter.
Needs cv2 with ximgproc, scikit-image and numpy: tests/reference/selective_peers_python.sh prints a Python with these.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter
from skimage.metrics import variation_of_information
from skimage.segmentation import felzenszwalb

COUNTS = (500, 1000, 2000, None)


def annotated_boxes(path):
    """[objects, 4] x0 y0 x1 y1 with exclusive ends; VOC counts from 1 and includes the last pixel."""
    boxes = [[float(item.find("bndbox").findtext(key)) for key in ("xmin", "ymin", "xmax", "ymax")]
             for item in ElementTree.parse(path).iter("object")]
    return np.array(boxes).reshape(-1, 4) - (1, 1, 0, 0)


def overlaps(objects, boxes):
    low = np.maximum(objects[:, None, :2], boxes[None, :, :2])
    high = np.minimum(objects[:, None, 2:], boxes[None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=2)

    def area(b):
        return np.prod(b[:, 2:] - b[:, :2], axis=1)

    return shared / (area(objects)[:, None] + area(boxes)[None] - shared)


class Recall:
    def __init__(self, name):
        self.name, self.objects, self.images, self.boxes, self.seconds = name, 0, 0, 0, 0.0
        self.found, self.best = dict.fromkeys(COUNTS, 0), dict.fromkeys(COUNTS, 0.0)

    def add(self, objects, boxes, seconds):
        self.objects, self.images = self.objects + len(objects), self.images + 1
        self.boxes, self.seconds = self.boxes + len(boxes), self.seconds + seconds
        table = np.c_[np.zeros(len(objects)), overlaps(objects, boxes)]
        for count in COUNTS:
            best = table[:, :None if count is None else count + 1].max(axis=1)
            self.found[count] += int((best >= 0.5).sum())
            self.best[count] += best.sum()

    def at(self, count):
        return self.found[count] / self.objects

    def row(self):
        cells = " ".join(f"{self.at(c):8.4f} {self.best[c] / self.objects:6.3f}" for c in COUNTS)
        return f"{self.name:28} {cells} {self.boxes / self.images:8.0f} {self.seconds / self.images:9.3f}"


def opencv_boxes(path, mode, height):
    image = cv2.imread(str(path))
    scale = 1.0
    start = time.process_time()
    if height:
        scale = image.shape[0] / height
        image = cv2.resize(image, (max(1, round(image.shape[1] / scale)), height), interpolation=cv2.INTER_AREA)
    search = cv2.ximgproc.segmentation.createSelectiveSearchSegmentation()
    search.setBaseImage(image)
    {"single": search.switchToSingleStrategy, "fast": search.switchToSelectiveSearchFast,
     "quality": search.switchToSelectiveSearchQuality}[mode]()
    found = np.asarray(search.process(), dtype=float).reshape(-1, 4)
    seconds = time.process_time() - start
    found[:, 2:] += found[:, :2]
    return found, seconds, scale


def our_output(program, *arguments):
    text = subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True).stdout
    return json.loads(text)


def our_boxes(program, path, mode, height):
    found = our_output(program, "boxes", mode, height, 0, 0, path)
    return np.array(found["boxes"], dtype=float).reshape(-1, 4), found["seconds"]


def with_long_sides(boxes, shortest):
    return boxes[np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) >= shortest - 1e-3]


def compare_recall(program, data, images, mode, height):
    header = " ".join(f"{'recall' if c is None else f'r@{c}':>8} {'IoU':>6}" for c in COUNTS)
    print(f"mode {mode}, {'original size' if not height else f'height {height}'}, {len(images)} images")
    print(f"{'':28} {header} {'boxes':>8} {'s/image':>9}")
    opencv, opencv_large = Recall("OpenCV"), Recall("OpenCV, sides >= 20")
    ours, ours_large = Recall("roiflow"), Recall("roiflow, sides >= 20")
    for path in images:
        objects = annotated_boxes(data / "Annotations" / f"{path.stem}.xml")
        boxes, seconds, scale = opencv_boxes(path, mode, height)
        opencv.add(objects, boxes * scale, seconds)
        opencv_large.add(objects, with_long_sides(boxes, 20) * scale, seconds)
        boxes, seconds = our_boxes(program, path, mode, height)
        ours.add(objects, boxes, seconds)
        ours_large.add(objects, with_long_sides(boxes, 20 * scale), seconds)
    for row in opencv, opencv_large, ours, ours_large:
        print(row.row(), flush=True)
    print(f"({ours.objects} objects; IoU: mean of the best overlap of each; sides in pixels of the working image)")
    return opencv, ours_large


def compare_segments(program, images):
    print(f"\n{'sigma 0.8, k 100, min size 100':31} {'segments':>9} {'skimage':>8} {'Rand':>7} {'VI bits':>8} {'s':>7}"
          f" {'skimage':>8}   same filter: {'skimage':>8} {'Rand':>7}")
    agree = True
    for path in images:
        ours = our_output(program, "segments", 0.8, 100, 100, path)
        image = cv2.imread(str(path))[:, :, ::-1]
        labels = np.array(ours["labels"]).reshape(image.shape[:2])
        start = time.process_time()
        theirs = felzenszwalb(image, scale=100, sigma=0.8, min_size=100)
        seconds = time.process_time() - start
        smooth = gaussian_filter(image.astype(float), (0.8, 0.8, 0), mode="nearest", truncate=5)
        same = felzenszwalb(smooth / 255, scale=100, sigma=0, min_size=100)
        rand, same_rand = adjusted_rand(labels, theirs), adjusted_rand(labels, same)
        information = sum(variation_of_information(theirs, labels))
        agree &= rand >= 0.9 and same_rand >= 0.9999
        print(f"{path.name:31} {ours['segments']:9} {theirs.max() + 1:8} {rand:7.4f} {information:8.3f}"
              f" {ours['seconds']:7.3f} {seconds:8.3f}   {'':12} {same.max() + 1:8} {same_rand:7.4f}", flush=True)
    return agree


def adjusted_rand(a, b):
    """Hubert and Arabie 1985."""
    pairs = np.zeros((a.max() + 1, b.max() + 1), dtype=np.int64)
    np.add.at(pairs, (a.ravel(), b.ravel()), 1)

    def choose2(n):
        return float((n.astype(float) * (n - 1) / 2).sum())

    both, first, second = choose2(pairs), choose2(pairs.sum(1)), choose2(pairs.sum(0))
    expected = first * second / (a.size * (a.size - 1) / 2)
    return (both - expected) / ((first + second) / 2 - expected) if first + second > 2 * expected else 1.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--mode", default="fast", choices=("single", "fast", "quality"))
    parser.add_argument("--height", type=int, default=0, help="working height in pixels; 0: the image's")
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    cv2.setRNGSeed(0)
    program = options.bin / "selective_search_boxes"
    images = sorted((options.data / "JPEGImages").glob("*.jpg"))[:options.images]
    opencv, ours = compare_recall(program, options.data, images, options.mode, options.height)
    agree = compare_segments(program, images[:10])
    if options.check and (not images or ours.at(2000) < opencv.at(2000) - 0.03 or not agree):
        sys.exit("FAILED: recall at 2000 boxes, or the segments, are further away than they may be")


if __name__ == "__main__":
    main()
