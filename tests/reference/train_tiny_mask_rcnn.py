#!/usr/bin/python3
"""Trains the tiny Mask R-CNN that ships with the program, on images that `roiflow synth` made.

    roiflow synth --images 4000 --seed 1001 -o train.h5
    tests/reference/train_tiny_mask_rcnn.py --data train.h5 --minutes 60 -o tiny.pth
    roiflow import tiny.pth --model configs/tiny_mask_rcnn.ini --precision f16 \\
        -o configs/tiny_mask_rcnn.h5

What batch number i shows, mirrored how, depends on the seed and i alone, so a run that is resumed
(--resume) continues as if unbroken. With --steps the learning rate depends on i alone too; with
--minutes it follows the clock, for machines whose speed is not known beforehand. On a machine that
does other work too, OMP_WAIT_POLICY=passive keeps the threads from waiting busily.
"""

import argparse
import math
import os
import random
import time

import numpy as np
import torch

from synth_dataset import SynthDataset
from tiny_model import build_tiny_mask_rcnn
from weights import load_weights

SCALES = (208, 240, 224)  # short sides to train at; the last one is that of inference
WARM_UP = 0.03  # share of the run in which the learning rate rises
MAX_GRADIENT_NORM = 5.0
BOX_HEAD_RATE = 0.125  # of the rate of the rest: with 3136 inputs its units die at the full rate
MASK_EVERY = 2  # the mask head learns easily and costs much: it is trained on every other batch


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, help="HDF5 data set made by `roiflow synth`")
    parser.add_argument("-o", "--out", required=True, help="state_dict to write (.pth)")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int, help="batches to train on")
    length.add_argument("--minutes", type=float, help="time to train for, resumed time included")
    parser.add_argument("--resume", action="store_true", help="continue OUT.checkpoint if there")
    parser.add_argument("--start", help="weights of an earlier run to begin with (box head apart)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=8, help="images a batch (batch norm: >= 6)")
    parser.add_argument("--rate", type=float, default=1e-3, help="highest learning rate")
    parser.add_argument("--decay", type=float, default=0.02, help="weight decay")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def mirrored(image, boxes, masks, horizontal, vertical, diagonal):
    """Mirrors one example at up to three axes; a mirrored shape is still of its class."""
    height, width = image.shape[:2]
    boxes = boxes.copy()
    if horizontal:
        image, masks = image[:, ::-1], masks[:, :, ::-1]
        boxes[:, [0, 2]] = width - boxes[:, [2, 0]]
    if vertical:
        image, masks = image[::-1], masks[:, ::-1]
        boxes[:, [1, 3]] = height - boxes[:, [3, 1]]
    if diagonal:
        image, masks = image.transpose(1, 0, 2), masks.transpose(0, 2, 1)
        boxes = boxes[:, [1, 0, 3, 2]]
    return np.ascontiguousarray(image), boxes, np.ascontiguousarray(masks)


def make_batch(data, seed, step, size):
    """Batch number `step` as torchvision's detectors take it: list of images, list of targets.

    All its images lie the same way, landscape or portrait, so that little of it is padding.
    """
    chance = np.random.default_rng([seed, step])
    portrait = chance.random() < 0.5
    images, targets = [], []
    for index in chance.choice(len(data), size, replace=False):
        image = data.image(index)
        boxes, labels, masks = data.target(index)
        horizontal, vertical = chance.random(2) < 0.5
        diagonal = (image.shape[0] > image.shape[1]) != portrait
        image, boxes, masks = mirrored(image, boxes, masks, horizontal, vertical, diagonal)
        images.append(torch.from_numpy(image).permute(2, 0, 1).float() / 255)
        targets.append({"boxes": torch.from_numpy(boxes), "labels": torch.from_numpy(labels),
                        "masks": torch.from_numpy(masks)})
    return images, targets


def learning_rate(progress, highest):
    """Linear warm-up, then half a cosine to zero; `progress` runs from 0 to 1."""
    if progress < WARM_UP:
        return highest * max(progress / WARM_UP, 0.01)
    return highest * 0.5 * (1 + math.cos(math.pi * min(1, (progress - WARM_UP) / (1 - WARM_UP))))


def make_optimizer(model, decay):
    """AdamW; vectors (batch norm, biases) are not decayed, the box head learns more slowly."""
    groups = {}
    for name, parameter in model.named_parameters():
        factor = BOX_HEAD_RATE if ".box_head." in name else 1.0
        groups.setdefault((factor, decay if parameter.ndim > 1 else 0.0), []).append(parameter)
    return torch.optim.AdamW([{"params": parameters, "weight_decay": weight_decay, "factor": factor}
                              for (factor, weight_decay), parameters in groups.items()])


def write_atomically(value, path):
    torch.save(value, path + ".part")
    os.replace(path + ".part", path)


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


class Run:
    """Model, optimiser, and how far they have come."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.model = build_tiny_mask_rcnn(SCALES).train()
        self.optimizer = make_optimizer(self.model, arguments.decay)
        self.mask_roi_pool = self.model.roi_heads.mask_roi_pool
        if arguments.start:
            load_all_but_box_head(self.model, arguments.start)
        self.step, self.seconds = 0, 0.0
        self.checkpoint = arguments.out + ".checkpoint"
        if arguments.resume and os.path.exists(self.checkpoint):
            state = torch.load(self.checkpoint)
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.seconds = state["step"], state["seconds"]

    def progress(self):
        if self.arguments.steps:
            return self.step / self.arguments.steps
        return self.seconds / (60 * self.arguments.minutes)

    def train_one_batch(self, data):
        started = time.monotonic()
        torch.manual_seed(self.arguments.seed * 1_000_003 + self.step)  # samplers in the model
        random.seed(self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.progress(), self.arguments.rate) * group["factor"]
        images, targets = make_batch(data, self.arguments.seed, self.step, self.arguments.batch)
        heads = self.model.roi_heads
        heads.mask_roi_pool = None if self.step % MASK_EVERY else self.mask_roi_pool
        losses = self.model(images, targets)
        self.optimizer.zero_grad(set_to_none=True)
        sum(losses.values()).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), MAX_GRADIENT_NORM)
        self.optimizer.step()
        self.step += 1
        self.seconds += time.monotonic() - started
        return {name.replace("loss_", ""): float(loss) for name, loss in losses.items()}

    def save(self):
        write_atomically({"model": self.model.state_dict(),
                          "optimizer": self.optimizer.state_dict(),
                          "step": self.step, "seconds": self.seconds}, self.checkpoint)
        write_atomically(exported(self.model), self.arguments.out)


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    data = SynthDataset(arguments.data)
    run = Run(arguments)
    recent = []
    while run.progress() < 1:
        recent.append(run.train_one_batch(data))
        if run.step % 50 == 0:
            names = sorted({name for losses in recent for name in losses})
            means = {name: np.mean([losses[name] for losses in recent if name in losses])
                     for name in names}
            print(f"step {run.step} progress {run.progress():.3f} "
                  f"{run.step * arguments.batch / run.seconds:.2f} images/s "
                  f"loss {sum(means.values()):.3f} "
                  + " ".join(f"{name} {mean:.3f}" for name, mean in means.items()), flush=True)
            recent = []
        if run.step % 200 == 0:
            run.save()
    run.save()
    print(f"{run.step} batches of {arguments.batch} in {run.seconds / 60:.1f} minutes: "
          f"{arguments.out}")


if __name__ == "__main__":
    main()
