#!/usr/bin/env python3
"""The twelve numbers of pycocotools for files on disk, one hexadecimal double a line.

    coco_stats.py GROUND_TRUTH.json RESULTS.json bbox|segm
"""

import contextlib
import io
import sys

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def main():
    truth_path, results_path, kind = sys.argv[1:]
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints as it goes
        truth = COCO(truth_path)
        evaluation = COCOeval(truth, truth.loadRes(results_path), kind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    for value in evaluation.stats:
        print(float(value).hex())


if __name__ == "__main__":
    main()
