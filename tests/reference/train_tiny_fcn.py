#!/usr/bin/python3
"""Trains the tiny FCNs that ship with the program, on images that `roiflow synth` made.

    roiflow synth --images 4000 --seed 1001 -o train.h5
    tests/reference/train_tiny_fcn.py --kind trunk --data train.h5 --minutes 10 -o trunk.pth
    tests/reference/train_tiny_fcn.py --kind fcn32s --start trunk.pth.checkpoint ... -o fcn32s.pth
    tests/reference/train_tiny_fcn.py --kind fcn16s --start fcn32s.pth.checkpoint ... -o fcn16s.pth
    tests/reference/train_tiny_fcn.py --kind fcn8s --start fcn16s.pth.checkpoint ... -o fcn8s.pth

As in the paper the coarsest network comes first and the finer ones start with its weights and a new
skip layer of zeros. The paper's start with layers that were trained on ImageNet; ours with a trunk (an FCN-8s)
whose three scores learn, each for itself and without upsampling, the labels of the pixels that they lie on.

It trains with batch norm, which is folded into the convolutions that are written; so --start takes the
other run's checkpoint, where batch norm still is. training.py says how a run is resumed.
"""

import argparse

import numpy as np
import torch
from torch.nn import functional

from fcn import STRIDES, folded, normalised, tiny_fcn
from synth_dataset import SynthDataset
from training import Run, add_arguments, choose_batch, make_optimizer, mirrored

TRUNK_PADDING = 18  # less than the finished networks': the border is work, and nothing to learn from
TRUNK_SCALES = (0.5, 0.8)  # smaller pictures: more of them an hour, and whole shapes in sight of pool4
NO_BOXES = np.empty((0, 4), np.float32)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_arguments(parser, rate=3e-3, decay=0.02)
    parser.add_argument("--kind", required=True, choices=("trunk", *STRIDES))
    parser.add_argument("--start", help="checkpoint of the trunk or a coarser network")
    return parser.parse_args()


def make_batch(data, seed, step, size):
    """float [N,3,H,W], padded with zeros, and int64 [N,H,W], padded with the label to ignore."""
    images, labels = [], []
    for index, how in choose_batch(data, seed, step, size):
        image, _, label = mirrored(data.image(index), NO_BOXES, data.label_map(index)[None], *how)
        images.append(normalised(image))
        labels.append(torch.from_numpy(label[0]).long())
    height, width = (max(label.shape[axis] for label in labels) for axis in (0, 1))
    pictures = torch.zeros(size, 3, height, width)
    truth = torch.full((size, height, width), data.ignore_label)
    for index, (image, label) in enumerate(zip(images, labels)):
        h, w = label.shape
        pictures[index, :, :h, :w], truth[index, :h, :w] = image, label
    return pictures.contiguous(memory_format=torch.channels_last), truth


def resized(images, truth, scale):
    """The batch at `scale` times its size."""
    size = [round(scale * side) for side in truth.shape[1:]]
    small = functional.interpolate(images, size, mode="bilinear", antialias=True)
    labels = functional.interpolate(truth[:, None].float(), size, mode="nearest-exact")
    return small.contiguous(memory_format=torch.channels_last), labels[:, 0].long()


def load_start(model, path):
    """The layers that the earlier network has too; only skip layers may be new, or be left over."""
    found = model.load_state_dict(torch.load(path)["model"], strict=False)
    wrong = [name for name in found.missing_keys + found.unexpected_keys
             if not name.startswith("score_pool")]
    if wrong:
        raise SystemExit(f"{path}: is no checkpoint of the trunk or a coarser network: {wrong[0]}")


def labels_at(truth, grid, size, ignore):
    """[N,h,w]: the labels of the pixels that the scores [.,.,h,w] lie on, `ignore` outside."""
    step, first = grid
    rows, columns = ((step * torch.arange(count) + first).round().long() for count in size)
    inside = [(index >= 0) & (index < end) for index, end in zip((rows, columns), truth.shape[1:])]
    picked = truth[:, rows.clamp(0, truth.shape[1] - 1)][:, :, columns.clamp(0, truth.shape[2] - 1)]
    return torch.where(inside[0][:, None] & inside[1], picked, torch.tensor(ignore))


def trunk_losses(model, images, truth, ignore):
    return {name: functional.cross_entropy(
                scores, labels_at(truth, model.grids()[name], scores.shape[2:], ignore),
                ignore_index=ignore)
            for name, scores in model.own_scores(images).items()}


def pixel_loss(model, images, truth, ignore):
    return {"pixel": functional.cross_entropy(model(images), truth, ignore_index=ignore)}


def verified(model, images):
    """The folded weights, after a look at whether they compute the same."""
    plain = tiny_fcn(next(kind for kind, stride in STRIDES.items() if stride == model.stride))
    plain.load_state_dict(folded(model))
    plain.conv1_1.padding = model.conv1_1.padding
    with torch.inference_mode():
        scores, expected = (list(network.eval().own_scores(images).values())
                            for network in (plain, model))
        model.train()
    difference = max((a - b).abs().max().item() for a, b in zip(scores, expected))
    assert difference < 1e-2, f"folding batch norm moved a score by {difference}"
    print(f"folding batch norm moves no score by more than {difference:.1e}")
    return folded(model)


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    data = SynthDataset(arguments.data)
    is_trunk = arguments.kind == "trunk"
    kind, changes = ("fcn8s", {"padding": TRUNK_PADDING}) if is_trunk else (arguments.kind, {})
    model = tiny_fcn(kind, normalise=True, **changes).train()
    model.to(memory_format=torch.channels_last)
    if arguments.start:
        load_start(model, arguments.start)
    losses = trunk_losses if is_trunk else pixel_loss

    def losses_of(step):
        images, truth = make_batch(data, arguments.seed, step, arguments.batch)
        if is_trunk:
            scale = np.random.default_rng([arguments.seed, step, 1]).uniform(*TRUNK_SCALES)
            images, truth = resized(images, truth, scale)
        return losses(model, images, truth, data.ignore_label)

    probe = make_batch(data, arguments.seed, 0, 2)[0]
    Run(arguments, model, make_optimizer(model, arguments.decay), losses_of,
        lambda: verified(model, probe)).train()


if __name__ == "__main__":
    main()
