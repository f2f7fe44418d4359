#!/usr/bin/python3
"""Trains the tiny Mask R-CNN that ships with the program, on images that `roiflow synth` made.

    roiflow synth --images 4000 --seed 1001 -o train.h5
    tests/reference/train_tiny_mask_rcnn.py --data train.h5 --minutes 60 -o tiny.pth
    roiflow import tiny.pth --model configs/tiny_mask_rcnn.ini --precision f16 \\
        -o configs/tiny_mask_rcnn.h5

training.py says how a run is resumed.
"""

import argparse

import torch

from synth_dataset import SynthDataset
from tiny_model import build_tiny_mask_rcnn
from training import Run, add_arguments, detection_batch, make_optimizer
from weights import load_weights

SCALES = (208, 240, 224)  # short sides to train at; the last one is that of inference
BOX_HEAD_RATE = 0.125  # of the rate of the rest: with 3136 inputs its units die at the full rate
MASK_EVERY = 2  # the mask head learns easily and costs much: it is trained on every other batch


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_arguments(parser, rate=1e-3, decay=0.02)
    parser.add_argument("--start", help="weights of an earlier run to begin with (box head apart)")
    return parser.parse_args()


def exported(model):
    """The state_dict without batch norm's batch counters: names as in maskrcnn_resnet50_fpn."""
    return {name: tensor.clone() for name, tensor in model.state_dict().items()
            if not name.endswith("num_batches_tracked")}


def load_all_but_box_head(model, path):
    """Takes over what an earlier run learnt; box head and box predictor begin afresh."""
    weights = {name: tensor for name, tensor in load_weights(path).items() if ".box_" not in name}
    left_out = model.load_state_dict(weights, strict=False)
    if left_out.unexpected_keys:
        raise SystemExit(f"{path}: has weights of another model: {left_out.unexpected_keys[0]}")


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    data = SynthDataset(arguments.data)
    model = build_tiny_mask_rcnn(SCALES).train()
    if arguments.start:
        load_all_but_box_head(model, arguments.start)
    heads, mask_roi_pool = model.roi_heads, model.roi_heads.mask_roi_pool

    def losses_of(step):
        heads.mask_roi_pool = None if step % MASK_EVERY else mask_roi_pool
        return model(*detection_batch(data, arguments.seed, step, arguments.batch))

    optimizer = make_optimizer(model, arguments.decay,
                               lambda name: BOX_HEAD_RATE if ".box_head." in name else 1.0)
    Run(arguments, model, optimizer, losses_of, lambda: exported(model)).train()


if __name__ == "__main__":
    main()
