#!/usr/bin/python3
"""COCO AP, by torchvision and pycocotools, of a tiny model on a data set made by `roiflow synth`.

    evaluate_coco.py --data val.h5 --weights tiny.pth [--half]
    evaluate_coco.py --data val.h5 --weights configs/tiny_mask_rcnn.h5
    evaluate_coco.py --data val.h5 --model tiny_faster_rcnn --weights tiny_faster_rcnn.pth --half

Prints one JSON object: {"images": n, "bbox": {"AP": .., "AP50": .., ...}, "segm": {...}}; no "segm" for a model
without masks.
"""

import argparse
import contextlib
import io
import json
import sys

import numpy as np
import torch
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from synth_dataset import SynthDataset
from tiny_faster_rcnn import build_tiny_faster_rcnn
from tiny_model import build_tiny_mask_rcnn
from weights import load_weights

MODELS = {"tiny_mask_rcnn": build_tiny_mask_rcnn, "tiny_faster_rcnn": build_tiny_faster_rcnn}
NAMES = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")


def load_model(name, path, half):
    model = MODELS[name]()
    model.load_state_dict(load_weights(path, half))
    return model.eval()


def results_of(model, image, image_id, category_ids):
    """One image's detections as COCO results, box and mask (if there is one) in one record."""
    pixels = torch.from_numpy(image).permute(2, 0, 1).float() / 255
    with torch.inference_mode():
        found = model([pixels])[0]
    records = []
    for box, label, score in zip(found["boxes"], found["labels"], found["scores"]):
        x0, y0, x1, y1 = (float(value) for value in box)
        records.append({"image_id": image_id, "category_id": category_ids[int(label) - 1],
                        "score": float(score), "bbox": [x0, y0, x1 - x0, y1 - y0]})
    for record, mask in zip(records, found.get("masks", ())):
        pixels = np.asfortranarray(mask[0].numpy() > 0.5, dtype=np.uint8)
        record["segmentation"] = coco_mask.encode(pixels)
    return records


def evaluate(truth, results, image_ids, kind):
    coco = COCO()
    coco.dataset = truth
    coco.createIndex()
    if kind == "bbox":
        results = [{key: value for key, value in record.items() if key != "segmentation"}
                   for record in results]
    evaluation = COCOeval(coco, coco.loadRes(results), kind)
    evaluation.params.imgIds = image_ids
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return dict(zip(NAMES, (float(value) for value in evaluation.stats)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", choices=MODELS, default="tiny_mask_rcnn")
    parser.add_argument("--weights", required=True)
    parser.add_argument("--half", action="store_true",
                        help="round the weights to float16 first, as `import --precision f16`")
    parser.add_argument("--limit", type=int, help="only the first so many images")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    data = SynthDataset(arguments.data)
    model = load_model(arguments.model, arguments.weights, arguments.half)
    truth = data.as_coco()
    category_ids = [category["id"] for category in truth["categories"]]
    image_ids = [image["id"] for image in truth["images"]][:arguments.limit]
    results = []
    for index, image_id in enumerate(image_ids):
        results += results_of(model, data.image(index), image_id, category_ids)
        print(f"\r{index + 1}/{len(image_ids)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    kinds = ("bbox", "segm") if model.roi_heads.has_mask() else ("bbox",)
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints as it goes
        metrics = {kind: evaluate(truth, results, image_ids, kind) for kind in kinds}
    print(json.dumps({"images": len(image_ids), **metrics}, indent=1))


if __name__ == "__main__":
    main()
