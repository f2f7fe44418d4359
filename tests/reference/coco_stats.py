#!/usr/bin/env python3
"""Prints the twelve numbers of pycocotools as a JSON list: coco_stats.py GT.json DT.json bbox|segm"""

import contextlib
import json
import sys

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

truth_path, results_path, iou_type = sys.argv[1:]
with contextlib.redirect_stdout(open("/dev/null", "w")):
    truth = COCO(truth_path)
    evaluation = COCOeval(truth, truth.loadRes(results_path), iou_type)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
print(json.dumps([float(value) for value in evaluation.stats]))
