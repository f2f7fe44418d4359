"""What the training scripts share: the length of a run, its learning rate, mirroring, checkpoints.

What batch number i shows, mirrored how, depends on the seed and i alone, so a run that is resumed
(--resume) continues as if unbroken. With --steps the learning rate depends on i alone too; with
--minutes it follows the clock, for machines whose speed is not known beforehand. On a machine that
does other work too, OMP_WAIT_POLICY=passive keeps the threads from waiting busily.
"""

import math
import os
import random
import time

import numpy as np
import torch

WARM_UP = 0.03  # share of the run in which the learning rate rises
MAX_GRADIENT_NORM = 5.0


def add_arguments(parser, rate, decay):
    parser.add_argument("--data", required=True, help="HDF5 data set made by `roiflow synth`")
    parser.add_argument("-o", "--out", required=True, help="state_dict to write (.pth)")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int, help="batches to train on")
    length.add_argument("--minutes", type=float, help="time to train for, resumed time included")
    parser.add_argument("--resume", action="store_true", help="continue OUT.checkpoint if there")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=8, help="images a batch (batch norm: >= 6)")
    parser.add_argument("--rate", type=float, default=rate, help="highest learning rate")
    parser.add_argument("--decay", type=float, default=decay, help="weight decay")
    parser.add_argument("--threads", type=int, default=2)


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


def choose_batch(data, seed, step, size):
    """For batch number `step`: pairs of an image's index and how to mirror it.

    All its images lie the same way, landscape or portrait, so that little of it is padding.
    """
    chance = np.random.default_rng([seed, step])
    portrait = chance.random() < 0.5
    for index in chance.choice(len(data), size, replace=False):
        lies_portrait = data.images["height"][index] > data.images["width"][index]
        horizontal, vertical = chance.random(2) < 0.5
        yield index, (horizontal, vertical, lies_portrait != portrait)


def detection_batch(data, seed, step, size, with_masks=True):
    """Batch number `step` as torchvision's detectors take it: list of images, list of targets."""
    images, targets = [], []
    for index, how in choose_batch(data, seed, step, size):
        boxes, labels, masks = data.target(index, with_masks)
        image, boxes, masks = mirrored(data.image(index), boxes, masks, *how)
        images.append(torch.from_numpy(image).permute(2, 0, 1).float() / 255)
        targets.append({"boxes": torch.from_numpy(boxes), "labels": torch.from_numpy(labels)})
        if with_masks:
            targets[-1]["masks"] = torch.from_numpy(masks)
    return images, targets


def learning_rate(progress, highest):
    """Linear warm-up, then half a cosine to zero; `progress` runs from 0 to 1."""
    if progress < WARM_UP:
        return highest * max(progress / WARM_UP, 0.01)
    return highest * 0.5 * (1 + math.cos(math.pi * min(1, (progress - WARM_UP) / (1 - WARM_UP))))


def make_optimizer(model, decay, factor_of=lambda name: 1.0):
    """AdamW; vectors (batch norm, biases) are not decayed. A parameter learns at `factor_of` its name
    times the rate."""
    groups = {}
    for name, parameter in model.named_parameters():
        key = factor_of(name), decay if parameter.ndim > 1 else 0.0
        groups.setdefault(key, []).append(parameter)
    return torch.optim.AdamW([{"params": parameters, "weight_decay": weight_decay, "factor": factor}
                              for (factor, weight_decay), parameters in groups.items()])


def write_atomically(value, path):
    torch.save(value, path + ".part")
    os.replace(path + ".part", path)


class Run:
    """Model, optimiser, and how far they have come.

    losses_of(step): name -> loss of batch number `step`. exported(): the state_dict to write.
    """

    def __init__(self, arguments, model, optimizer, losses_of, exported):
        self.arguments, self.model, self.optimizer = arguments, model, optimizer
        self.losses_of, self.exported = losses_of, exported
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

    def train_one_batch(self):
        started = time.monotonic()
        torch.manual_seed(self.arguments.seed * 1_000_003 + self.step)  # samplers in the model
        random.seed(self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.progress(), self.arguments.rate) * group["factor"]
        losses = self.losses_of(self.step)
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
        write_atomically(self.exported(), self.arguments.out)

    def report(self, recent):
        names = sorted({name for losses in recent for name in losses})
        means = {name: np.mean([losses[name] for losses in recent if name in losses])
                 for name in names}
        print(f"step {self.step} progress {self.progress():.3f} "
              f"{self.step * self.arguments.batch / self.seconds:.2f} images/s "
              f"loss {sum(means.values()):.3f} "
              + " ".join(f"{name} {mean:.3f}" for name, mean in means.items()), flush=True)

    def train(self):
        recent = []
        while self.progress() < 1:
            recent.append(self.train_one_batch())
            if self.step % 50 == 0:
                self.report(recent)
                recent = []
            if self.step % 200 == 0:
                self.save()
        self.save()
        print(f"{self.step} batches of {self.arguments.batch} in {self.seconds / 60:.1f} minutes: "
              f"{self.arguments.out}")
