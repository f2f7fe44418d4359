#!/usr/bin/python3
"""Compares `roiflow eval --losses` of an FCN with torch's cross entropy on a set made by `roiflow synth`.

    compare_fcn_losses.py --kind fcn8s --weights random.pth                       makes random weights
    compare_fcn_losses.py --kind fcn8s --weights random.pth --data shapes.h5 --losses losses.json

Images go one at a time, as they are. Prints both values of each loss and the largest relative difference of an
image; exit code 1 if one of them is above --tolerance.
"""

import argparse
import json
import sys

import torch
from torch.nn import functional

from fcn import STRIDES, normalised, tiny_fcn
from synth_dataset import SynthDataset
from weights import load_weights


def make_weights(kind, path):
    torch.manual_seed(5)
    model = tiny_fcn(kind)
    for name, parameter in model.named_parameters():
        if name.startswith("score_"):  # zero in a new network, which would test nothing
            torch.nn.init.normal_(parameter, std=0.3)
    torch.save(model.state_dict(), path)


def losses_of(model, image, truth, ignore):
    with torch.no_grad():
        scores = model(normalised(image)[None])
    target = torch.from_numpy(truth).long()[None]
    mean, total = (float(functional.cross_entropy(scores, target, ignore_index=ignore, reduction=reduction))
                   for reduction in ("mean", "sum"))
    return {"loss_pixel": mean, "loss_pixel_sum": total, "sum": mean}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", required=True, choices=STRIDES)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--data")
    parser.add_argument("--losses")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.losses:
        make_weights(arguments.kind, arguments.weights)
        return

    with open(arguments.losses) as file:
        ours = json.load(file)
    data = SynthDataset(arguments.data)
    if ours["images"]["ok"] != len(data):
        sys.exit(f"{arguments.losses}: {ours['images']} but the data set has {len(data)} images")
    model = tiny_fcn(arguments.kind).eval()
    model.load_state_dict(load_weights(arguments.weights))
    theirs = [losses_of(model, data.image(index), data.label_map(index), data.ignore_label)
              for index in range(len(data))]
    good = True
    for name in theirs[0]:
        expected = sum(losses[name] for losses in theirs) / len(theirs)
        found = ours["losses"][name]
        mean = abs(found - expected) / abs(expected)
        worst = max(abs(row[name] - losses[name]) / abs(losses[name])
                    for row, losses in zip(ours["per_image"], theirs))
        good = good and max(mean, worst) <= arguments.tolerance
        print(f"{name:18} {found:14.8f} {expected:14.8f} {mean:9.1e} {worst:11.1e}")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
