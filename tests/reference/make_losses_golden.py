#!/usr/bin/python3
"""Golden values for the losses: torchvision's own training-mode functions on small cases.

Written for Debian 12: torch 1.13, torchvision 0.14.1.
    make_losses_golden.py                           -> tests/golden/losses
    make_losses_golden.py --seed 7 --out DIR        -> other random inputs, for comparing at large
Network outputs are hash_noise.py's and not stored. torch's random samples are: the test feeds them in.
"""
import argparse
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from torchvision.models.detection import _utils, roi_heads, rpn, transform
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList

from hash_noise import hash_boxes, hash_noise

torch.set_num_threads(1)

HEIGHT, WIDTH = 64, 96
GRIDS = [(16, 24), (8, 12), (4, 6), (2, 3), (1, 2)]
SIZES, RATIOS = ((8,), (16,), (32,), (64,), (128,)), ((0.5, 1.0, 2.0),) * 5
CLASSES, CELLS = 4, 7


class Golden:
    def __init__(self, seed, out):
        self.seed, self.out = seed, out
        os.makedirs(out, exist_ok=True)

    def noise(self, stream, shape, low, high):
        values = hash_noise(self.seed * 1000 + stream, int(np.prod(shape)), low, high)
        return torch.from_numpy(values.reshape(shape))

    def boxes(self, stream, count, height, width, largest):
        return torch.from_numpy(hash_boxes(self.seed * 1000 + stream, count, height, width, largest))

    def save(self, name, cases):
        with open(os.path.join(self.out, name + ".json"), "w") as f:
            f.write("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")


def numbers(tensor):
    """float32 as the shortest decimals that read back to the same bits."""
    return [float(str(v)) for v in tensor.detach().numpy().astype(np.float32).reshape(-1)]


def integers(tensor):
    return [int(v) for v in tensor.reshape(-1)]


def value(loss):
    """JSON has no infinity and no NaN."""
    return float(loss) if bool(torch.isfinite(loss)) else str(float(loss))


def run_lengths(values):
    """[value, how often, value, how often, ...]"""
    runs = []
    for v in integers(values):
        if runs and runs[-2] == v:
            runs[-1] += 1
        else:
            runs += [v, 1]
    return runs


# --- RPN ---------------------------------------------------------------------------------------------

def anchors():
    images = ImageList(torch.zeros(1, 1, HEIGHT, WIDTH), [(HEIGHT, WIDTH)])
    return AnchorGenerator(SIZES, RATIOS)(images, [torch.zeros(1, 1, h, w) for h, w in GRIDS])


def network_outputs(g, stream):
    logits, deltas = [], []
    for level, (h, w) in enumerate(GRIDS):
        logits.append(g.noise(stream + 2 * level, (1, h, w, 3), -4, 4).permute(0, 3, 1, 2).contiguous())
        deltas.append(g.noise(stream + 2 * level + 1, (1, h, w, 12), -0.6, 0.6).permute(0, 3, 1, 2).contiguous())
    return rpn.concat_box_prediction_layers(logits, deltas)


def rpn_case(g, name, stream, truth, batch=256, fraction=0.5):
    network = rpn.RegionProposalNetwork(None, None, 0.7, 0.3, batch, fraction, {}, {}, 0.7)
    objectness, deltas = network_outputs(g, stream)
    boxes = anchors()
    seen, draw = [], network.fg_bg_sampler
    network.fg_bg_sampler = lambda labels: seen.append(draw(labels)) or seen[0]
    labels, matched = network.assign_targets_to_anchors(boxes, [{"boxes": truth}])
    targets = network.box_coder.encode(matched, boxes)
    objectness_loss, box_loss = network.compute_loss(objectness, deltas, labels, targets)
    positive, negative = (torch.where(mask[0])[0] for mask in seen[0])
    matches = torch.full_like(labels[0], -1, dtype=torch.int64)
    if len(truth):
        matches = network.proposal_matcher(network.box_similarity(truth, boxes[0]))
    return {"name": name, "stream": stream, "truth": numbers(truth), "batch": batch, "fraction": fraction,
            "matches": run_lengths(matches), "labels": run_lengths(labels[0].to(torch.int64)),
            "positive": integers(positive), "negative": integers(negative),
            "objectness": value(objectness_loss), "box": value(box_loss)}


def rpn_cases(g):
    empty = torch.zeros((0, 4))
    some = g.boxes(1, 5, HEIGHT, WIDTH, 60)
    flat = [[0, 0, 96, 2]]  # its best anchors overlap it little
    at_thresholds = [[-16, -16, 16, 6.4], [-16, -16, 16, -6.4], [-8, -8, 8, 3.2]]
    between = [[22, 22, 34, 34], [30, 26, 42, 38]]  # the same overlap with several anchors
    g.save("rpn", [
        rpn_case(g, "five objects", 10, some),
        rpn_case(g, "a small batch", 30, some, 16),
        rpn_case(g, "more objects than fit the batch", 30, some, 6, 0.5),
        rpn_case(g, "a batch that takes in everything", 10, some, 1000000),
        rpn_case(g, "many objects", 50, g.boxes(2, 40, HEIGHT, WIDTH, 40)),
        rpn_case(g, "no object", 70, empty),
        rpn_case(g, "a flat object", 90, torch.tensor(flat, dtype=torch.float32)),
        rpn_case(g, "overlaps at the thresholds", 110, torch.tensor(at_thresholds)),
        rpn_case(g, "equal overlaps", 130, torch.tensor(between, dtype=torch.float32)),
        rpn_case(g, "the same object twice", 150, torch.cat([some[:2], some[:2]])),
        rpn_case(g, "an object that overlaps no anchor", 170,
                 torch.tensor([[900.0, 900, 950, 950], [20, 20, 50, 50]])),
        rpn_case(g, "an object without area", 190, torch.tensor([[40.0, 40, 40, 40], [20, 20, 50, 50]])),
        rpn_case(g, "negatives only", 210, some, 64, 0.0),
    ])


# --- box head ----------------------------------------------------------------------------------------

def box_case(g, name, stream, proposals, truth, labels, batch=512, fraction=0.25):
    heads = roi_heads.RoIHeads(None, None, None, 0.5, 0.5, batch, fraction, None, 0.05, 0.5, 100)
    target = [{"boxes": truth, "labels": torch.tensor(labels, dtype=torch.int64)}]
    seen, draw = [], heads.fg_bg_sampler
    heads.fg_bg_sampler = lambda labels: seen.append((list(labels), draw(labels))) or seen[0][1]
    chosen, matched, chosen_labels, regression = heads.select_training_samples([proposals], target)
    candidate_labels, (positive, negative) = seen[0][0][0], seen[0][1]
    count = len(chosen[0])
    logits = g.noise(stream, (count, CLASSES), -5, 5)
    deltas = g.noise(stream + 1, (count, 4 * CLASSES), -3, 3)
    classifier, box = roi_heads.fastrcnn_loss(logits, deltas, chosen_labels, regression)
    return {"name": name, "stream": stream, "proposals": numbers(proposals), "truth": numbers(truth),
            "truth_labels": labels, "batch": batch, "fraction": fraction,
            "candidate_labels": integers(candidate_labels),
            "positive": integers(torch.where(positive[0])[0]), "negative": integers(torch.where(negative[0])[0]),
            "boxes": numbers(chosen[0]), "labels": integers(chosen_labels[0]), "matches": integers(matched[0]),
            "classifier": value(classifier), "box": value(box)}


def box_cases(g):
    truth = g.boxes(301, 4, 200, 264, 120)
    labels = [1, 3, 2, 1]
    near = (truth.repeat(4, 1) + g.noise(302, (16, 4), -15, 15)).clamp(min=0)
    proposals = torch.cat([g.boxes(303, 24, 200, 264, 150), near])
    far = torch.tensor([[210.0, 150, 260, 190], [200, 140, 240, 180]])
    halves = torch.tensor([[0.0, 0, 10, 5], [0, 0, 10, 4.99], [0, 0, 5, 10], [0, 0, 20, 10], [5, 0, 15, 10]])
    square = torch.tensor([[0.0, 0, 10, 10]])
    g.save("box", [
        box_case(g, "four objects", 310, proposals, truth, labels),
        box_case(g, "a small batch", 312, proposals, truth, labels, 12),
        box_case(g, "no object", 314, proposals, torch.zeros((0, 4)), []),
        box_case(g, "all proposals are background", 316, far, truth[:0].new_tensor([[0, 0, 50, 60]]), [2]),
        box_case(g, "no proposal", 318, proposals[:0], truth, labels),
        box_case(g, "no proposal and no object", 320, proposals[:0], truth[:0], []),
        box_case(g, "overlaps at the threshold", 322, halves, square, [3]),
        box_case(g, "the same object twice, of two classes", 324, near, truth[[0, 0, 1]], [1, 2, 3]),
        box_case(g, "an object without area", 326, far, torch.tensor([[30.0, 30, 30, 30]]), [1]),
        box_case(g, "an object without area before one with", 330, far,
                 torch.tensor([[30.0, 30, 30, 30], [20, 20, 60, 60]]), [1, 2]),
        box_case(g, "no positives wanted", 328, proposals, truth, labels, 16, 0.0),
    ])


def encoded(g):
    boxes, references = g.boxes(340, 40, 600, 800, 300), g.boxes(341, 40, 600, 800, 300)
    references[0] = torch.tensor([10.0, 10, 10, 20])  # no width
    boxes[1] = torch.tensor([5.0, 5, 5, 5])
    for name, weights in (("rpn", (1.0,) * 4), ("box", (10.0, 10.0, 5.0, 5.0))):
        deltas = _utils.BoxCoder(weights).encode_single(boxes, references)
        np.save(os.path.join(g.out, "encoded_%s.npy" % name), deltas.numpy())


# --- mask head ---------------------------------------------------------------------------------------

def column_runs(mask):
    flat = mask.T.reshape(-1)
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], edges, [flat.size]]))
    return [int(r) for r in (np.concatenate([[0], runs]) if flat[0] else runs)]


def blob(g, stream, height, width):
    """A filled ellipse with speckles."""
    y, x = np.mgrid[0:height, 0:width] + 0.5
    a, b, c, d = g.noise(stream, (4,), 0.2, 0.8).numpy()
    inside = ((y / height - a) / (0.5 * c)) ** 2 + ((x / width - b) / (0.5 * d)) ** 2 < 1
    speckles = g.noise(stream + 1, (height, width), 0, 1).numpy() < 0.05
    return (inside ^ speckles).astype(np.uint8)


def mask_case(g, name, stream, original, min_size, max_size, boxes, matches, labels):
    masks = np.stack([blob(g, stream + 10 + 2 * i, *original) for i in range(2)])
    image, target = transform._resize_image_and_masks(
        torch.zeros(3, *original), float(min_size), float(max_size), {"masks": torch.from_numpy(masks)})
    resized = target["masks"]
    truth_labels = torch.tensor(labels)
    index = torch.tensor(matches, dtype=torch.int64)
    logits = g.noise(stream, (len(matches), CELLS, CELLS, CLASSES), -6, 6).permute(0, 3, 1, 2).contiguous()
    loss = roi_heads.maskrcnn_loss(logits, [boxes], [resized], [truth_labels], [index])
    targets = torch.zeros(0, CELLS, CELLS)
    if len(matches):
        targets = roi_heads.project_masks_on_boxes(resized, boxes, index, CELLS)
    return {"name": name, "stream": stream, "original": list(original), "resized": list(image.shape[-2:]),
            "runs": [column_runs(m) for m in masks], "resized_runs": [column_runs(m) for m in resized.numpy()],
            "boxes": numbers(boxes), "matches": matches, "truth_labels": labels,
            "targets": numbers(targets), "loss": value(loss)}


def mask_cases(g):
    def regions(stream, count, original, scale):
        return g.boxes(stream, count, original[0] * scale, original[1] * scale, original[0] * scale)
    odd = torch.tensor([[0.0, 0, 60, 40], [10.2, 10.4, 10.6, 10.5], [3, 3, 4, 50], [0.5, 0.5, 7.5, 7.5]])
    g.save("mask", [
        mask_case(g, "the same size", 400, (40, 60), 40, 999, regions(401, 5, (40, 60), 1.0), [0, 1, 1, 0, 1], [2, 3]),
        mask_case(g, "enlarged", 430, (31, 47), 53, 999, regions(431, 3, (31, 47), 1.7), [1, 0, 1], [1, 3]),
        mask_case(g, "reduced, limited by the longer side", 460, (50, 61), 40, 37, regions(461, 3, (50, 61), 0.6), [0, 0, 1], [3, 1]),
        mask_case(g, "odd boxes", 490, (40, 60), 40, 999, odd, [0, 1, 0, 1], [1, 1]),
        mask_case(g, "twice the size", 520, (20, 30), 40, 999, regions(521, 2, (20, 30), 2.0), [1, 0], [1, 2]),
        mask_case(g, "no object", 550, (20, 30), 40, 999, torch.zeros((0, 4)), [], [1, 2]),
    ])


# --- per pixel ---------------------------------------------------------------------------------------

def pixel_cases(g):
    cases = []
    for name, stream, pixels, classes, spread, ignored in (
            ("a fifth ignored", 600, 180, 5, 4.0, 0.2), ("nothing ignored", 602, 100, 21, 10.0, 0.0),
            ("large logits", 604, 60, 3, 900.0, 0.1), ("everything ignored", 606, 10, 3, 4.0, 2.0),
            ("one class", 608, 10, 1, 4.0, 0.1)):
        logits = g.noise(stream, (pixels, classes), -spread, spread)
        labels = torch.floor(g.noise(stream + 1, (pixels,), 0, classes)).to(torch.int64).clamp(max=classes - 1)
        labels[g.noise(stream + 2, (pixels,), 0, 1) < ignored] = 255
        mean = F.cross_entropy(logits, labels, ignore_index=255)
        total = F.cross_entropy(logits, labels, ignore_index=255, reduction="sum")
        cases.append({"name": name, "stream": stream, "classes": classes, "spread": spread,
                      "labels": integers(labels), "mean": value(mean), "sum": value(total)})
    g.save("pixel", cases)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default=os.path.join(here, "..", "golden", "losses"))
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    g = Golden(options.seed, options.out)
    np.save(os.path.join(g.out, "seed.npy"), np.int32([options.seed]))
    encoded(g)
    rpn_cases(g)
    box_cases(g)
    mask_cases(g)
    pixel_cases(g)


if __name__ == "__main__":
    main()
