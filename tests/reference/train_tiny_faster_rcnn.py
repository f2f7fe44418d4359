#!/usr/bin/python3
"""Trains the tiny Faster R-CNN that ships with the program, on images that `roiflow synth` made.

    roiflow synth --images 4000 --seed 1001 -o train.h5
    tests/reference/train_tiny_faster_rcnn.py --trunk trunk.pth --data train.h5 --minutes 30 -o tiny.pth

--trunk: weights of a tiny FCN (train_tiny_fcn.py), whose convolutions it begins with. training.py says
how a run is resumed.
"""

import argparse

import torch

from synth_dataset import SynthDataset
from tiny_faster_rcnn import build_tiny_faster_rcnn, names_of_trunk
from training import Run, add_arguments, detection_batch, make_optimizer
from weights import load_weights

SCALES = (208, 240, 224)  # short sides to train at; the last one is that of inference
SLOW = {"backbone.": 0.5, "roi_heads.box_head.": 0.5}  # their rates, of the rate of the rest


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_arguments(parser, rate=1e-3, decay=0.02)
    parser.add_argument("--trunk", help="weights of a tiny FCN to take the convolutions from")
    parser.add_argument("--start", help="weights of an earlier run to begin with")
    return parser.parse_args()


def rate_factor(name):
    return next((factor for prefix, factor in SLOW.items() if name.startswith(prefix)), 1.0)


def load_trunk(model, path):
    trunk = load_weights(path)
    weights = {f"{to}.{part}": trunk[f"{source}.{part}"]
               for source, to in names_of_trunk() for part in ("weight", "bias")}
    left_out = model.load_state_dict(weights, strict=False)
    assert not left_out.unexpected_keys
    assert not any(name.startswith("backbone.") for name in left_out.missing_keys)


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    data = SynthDataset(arguments.data)
    model = build_tiny_faster_rcnn(SCALES).train()
    if arguments.trunk:
        load_trunk(model, arguments.trunk)
    if arguments.start:
        model.load_state_dict(load_weights(arguments.start))

    def losses_of(step):
        return model(*detection_batch(data, arguments.seed, step, arguments.batch,
                                      with_masks=False))

    Run(arguments, model, make_optimizer(model, arguments.decay, rate_factor), losses_of,
        lambda: {name: tensor.clone() for name, tensor in model.state_dict().items()}).train()


if __name__ == "__main__":
    main()
