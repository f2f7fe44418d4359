#!/usr/bin/python3
"""Compares `roiflow eval --losses` with torchvision's training mode on a set made by `roiflow synth`.

    compare_losses.py --data shapes.h5 --weights configs/tiny_mask_rcnn.h5 --losses losses.json

The batches must take in every anchor and every proposal (--rpn-batch and --box-batch larger than there
are): then nothing is random on either side. Batch norm is frozen, images go one at a time, and proposals
are as many as in configs/tiny_mask_rcnn.ini. Prints both values of each loss and the largest relative
difference of an image; exit code 1 if a mean differs by more than --tolerance or an image by more than
--image-tolerance.
"""

import argparse
import json
import sys

import torch

from synth_dataset import SynthDataset
from tiny_model import build_tiny_mask_rcnn
from weights import load_weights

EVERYTHING = 10 ** 7


def load_model(path):
    model = build_tiny_mask_rcnn(
        rpn_batch_size_per_image=EVERYTHING, box_batch_size_per_image=EVERYTHING,
        rpn_pre_nms_top_n_train=300, rpn_post_nms_top_n_train=200)
    model.load_state_dict(load_weights(path))
    model.eval()  # batch norm frozen, no augmentation
    model.rpn.training = model.roi_heads.training = True  # of these modules alone, not of their children
    return model


def losses_of(model, pixels, target):
    image = torch.from_numpy(pixels).permute(2, 0, 1).float() / 255
    boxes, labels, masks = (torch.from_numpy(part) for part in target)
    images, targets = model.transform([image], [{"boxes": boxes, "labels": labels, "masks": masks}])
    with torch.no_grad():
        features = model.backbone(images.tensors)
        proposals, losses = model.rpn(images, features, targets)
        losses.update(model.roi_heads(features, proposals, images.image_sizes, targets)[1])
    return {name: float(value) for name, value in losses.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--losses", required=True)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--image-tolerance", type=float, default=1e-3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)

    with open(arguments.losses) as file:
        ours = json.load(file)
    data = SynthDataset(arguments.data)
    if ours["images"]["ok"] != len(data):
        sys.exit(f"{arguments.losses}: {ours['images']} but the data set has {len(data)} images")
    model = load_model(arguments.weights)
    theirs = [losses_of(model, data.image(index), data.target(index)) for index in range(len(data))]
    for losses in theirs:
        losses["sum"] = sum(losses.values())
    if set(theirs[0]) != set(ours["losses"]):
        sys.exit(f"expected the losses {sorted(theirs[0])}, found {sorted(ours['losses'])}")

    good = True
    print(f"{'':18} {'roiflow':>12} {'torchvision':>12} {'relative':>9} {'worst image':>11}")
    for name in theirs[0]:
        expected = sum(losses[name] for losses in theirs) / len(theirs)
        found = ours["losses"][name]
        mean = abs(found - expected) / abs(expected)
        worst = max(abs(row[name] - losses[name]) / max(abs(losses[name]), 1e-6)
                    for row, losses in zip(ours["per_image"], theirs))
        good = good and mean <= arguments.tolerance and worst <= arguments.image_tolerance
        print(f"{name:18} {found:12.8f} {expected:12.8f} {mean:9.1e} {worst:11.1e}")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
