#!/usr/bin/python3
"""Mean IU and its like of the tiny FCNs on a data set made by `roiflow synth`, by FCN's formulas.

    evaluate_fcn.py --data val.h5 --kind fcn8s --weights fcn8s.pth [--half]

Prints one JSON object; semantic_reference.py has the formulas.
"""

import argparse
import json

import numpy as np
import torch

from fcn import STRIDES, normalised, tiny_fcn
from semantic_reference import fcn
from synth_dataset import SynthDataset
from tiny_model import CLASSES
from weights import load_weights


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--kind", required=True, choices=STRIDES)
    parser.add_argument("--weights", required=True, help=".pth or model file")
    parser.add_argument("--half", action="store_true",
                        help="round the weights to float16 first, as `import --precision f16`")
    parser.add_argument("--limit", type=int, help="only the first so many images")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    data = SynthDataset(arguments.data)
    model = tiny_fcn(arguments.kind).eval()
    model.load_state_dict(load_weights(arguments.weights, arguments.half))
    truth, predicted = [], []
    with torch.inference_mode():
        for index in range(len(data))[:arguments.limit]:
            scores = model(normalised(data.image(index))[None])[0]
            predicted.append(scores.argmax(0).numpy().ravel())
            truth.append(data.label_map(index).ravel())
    metrics = fcn(np.concatenate(truth), np.concatenate(predicted), CLASSES, data.ignore_label)
    print(json.dumps({"images": len(truth), **{
        name: [round(float.fromhex(item), 4) for item in value] if isinstance(value, list)
        else round(float.fromhex(value), 4) for name, value in metrics.items()}}))


if __name__ == "__main__":
    main()
