#!/usr/bin/python3
"""Golden values for anchors, box coder, NMS, proposals, RoIAlign, RoI pooling, heads and mask pasting.

Made with torchvision's own classes (written for Debian 12: torch 1.13, torchvision 0.14.1):
    make_detection_golden.py                        -> tests/golden/detection
    make_detection_golden.py --seed 7 --out DIR     -> other random inputs, for comparing at large
Inputs that can be recomputed are not stored (hash_noise.py). Suppression per class or level is
torchvision's class-by-class form (_batched_nms_vanilla) whatever the number of boxes, except that its
last sort, which leaves the order of equal scores open, is made stable: the lower index first.
"""
import argparse
import os
from collections import OrderedDict

import numpy as np
import torch
import torchvision
from torchvision.models.detection import _utils, roi_heads, rpn, transform
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import MultiScaleRoIAlign, boxes as box_ops, roi_align, roi_pool

from hash_noise import hash_boxes, hash_noise

torch.set_num_threads(1)


def batched_nms(boxes, scores, labels, threshold):
    kept = box_ops._batched_nms_vanilla(boxes, scores, labels, threshold).sort()[0]
    return kept[scores[kept].sort(descending=True, stable=True)[1]]


box_ops.batched_nms = batched_nms

SIZES = ((32,), (64,), (128,), (256,), (512,))
RATIOS = ((0.5, 1.0, 2.0),) * 5


def halved(height, width, levels=5):
    """Grid sizes of P2 .. P6 for a padded input."""
    grids = []
    for stride in (4, 8, 16, 32, 64)[:levels]:
        grids.append((-(-height // stride), -(-width // stride)))
    return grids


class Golden:
    def __init__(self, seed, out):
        self.seed, self.out = seed, out
        os.makedirs(out, exist_ok=True)
        self.save("seed", np.int32([seed]))

    def save(self, name, values):
        np.save(os.path.join(self.out, name + ".npy"), np.ascontiguousarray(values))

    def noise(self, stream, shape, low, high):
        values = hash_noise(self.seed * 1000 + stream, int(np.prod(shape)), low, high)
        return torch.from_numpy(values.reshape(shape))

    def boxes(self, stream, count, height, width, largest):
        return torch.from_numpy(hash_boxes(self.seed * 1000 + stream, count, height, width, largest))


def anchors_for(height, width):
    images = ImageList(torch.zeros(1, 1, height, width), [(height, width)])
    generator = AnchorGenerator(SIZES, RATIOS)
    features = [torch.zeros(1, 1, h, w) for h, w in halved(height, width)]
    return generator, images, features


def anchors(g):
    generator, images, features = anchors_for(800, 1088)
    everything = generator(images, features)[0].numpy()
    g.save("anchor_cells", torch.stack(generator.cell_anchors).numpy().astype(np.int16))
    rows, start = [], 0
    for level, (h, w) in enumerate(halved(800, 1088)):
        count = 3 * h * w
        picked = (hash_noise(g.seed * 1000 + 1 + level, 40) * count).astype(np.int64)
        for index in [0, 1, 2, 3 * w, count - 1, *picked]:
            rows.append([level, index, *everything[start + index]])
        start += count
    g.save("anchor_samples", np.int32(rows))


def box_coder(g):
    references = g.boxes(10, 60, 600, 800, 300)
    deltas = g.noise(11, (60, 4), -3, 3)
    deltas[:4, 2:] = torch.tensor([[9.0, -30.0], [4.2, 4.1], [50.0, 50.0], [0.0, 0.0]])
    for name, weights in (("rpn", (1.0, 1.0, 1.0, 1.0)), ("box", (10.0, 10.0, 5.0, 5.0))):
        decoded = _utils.BoxCoder(weights).decode_single(deltas, references)
        g.save("decoded_" + name, decoded.numpy())


def nms(g):
    boxes = g.boxes(20, 400, 100, 100, 60)
    scores = torch.floor(g.noise(21, (400,), 0, 1) * 50) / 50  # many ties
    labels = torch.floor(g.noise(22, (400,), 0, 6)).to(torch.int64)
    for threshold in (0.3, 0.5, 0.7):
        kept = box_ops.nms(boxes, scores, threshold)
        g.save("nms_%d" % (10 * threshold), kept.numpy().astype(np.int16))
        kept = batched_nms(boxes, scores, labels, threshold)
        g.save("nms_per_class_%d" % (10 * threshold), kept.numpy().astype(np.int16))


def proposals(g, name, stream, padded, resized, top, min_size, score_threshold):
    generator, images, features = anchors_for(*padded)
    network = rpn.RegionProposalNetwork(
        generator, None, 0.7, 0.3, 256, 0.5, dict(training=top[0], testing=top[0]),
        dict(training=top[1], testing=top[1]), 0.7, score_threshold).eval()
    network.min_size = min_size
    logits, deltas, counts = [], [], []
    for level, (h, w) in enumerate(halved(*padded)):
        nhwc = g.noise(stream + 2 * level, (1, h, w, 3), -40, 3)
        logits.append(nhwc.permute(0, 3, 1, 2).contiguous())
        nhwc = g.noise(stream + 2 * level + 1, (1, h, w, 12), -0.6, 0.6)
        deltas.append(nhwc.permute(0, 3, 1, 2).contiguous())
        counts.append(3 * h * w)
    anchors = generator(images, features)
    objectness, regression = rpn.concat_box_prediction_layers(logits, deltas)
    decoded = network.box_coder.decode(regression, anchors).view(1, -1, 4)
    boxes, scores = network.filter_proposals(decoded, objectness, [resized], counts)
    g.save("proposals_%s_boxes" % name, boxes[0].numpy())
    g.save("proposals_%s_scores" % name, scores[0].numpy())


ODD_ROIS = [[0, 0, 264, 200], [30, 40, 30, 40], [50.5, 60.25, 51.25, 60.75], [263, 199, 264, 200],
            [-40, -30, -20, -10], [-60, -60, 400, 400], [100, 90, 60, 50], [260, 10, 900, 190]]


def region_align(g):
    channels = 8
    rois = torch.cat([torch.tensor(ODD_ROIS), g.boxes(40, 8, 200, 264, 250)])
    features = OrderedDict()
    for level, (h, w) in enumerate(halved(224, 288, 4)):
        nhwc = g.noise(41 + level, (1, h, w, channels), -1, 1)
        features[str(level)] = nhwc.permute(0, 3, 1, 2).contiguous()
    pool = MultiScaleRoIAlign(["0", "1", "2", "3"], 7, 2)
    out = pool(features, [rois], [(200, 264)])
    g.save("roi_align_pyramid", out.permute(0, 2, 3, 1).numpy())
    g.save("roi_align_scales", np.float32(pool.scales))
    levels = pool.map_levels([rois])
    g.save("roi_align_levels", levels.numpy().astype(np.int16))
    for name, samples, aligned in (("adaptive", 0, False), ("aligned", 2, True), ("aligned_adaptive", 0, True)):
        out = roi_align(features["1"], [rois], 3, 0.125, samples, aligned)
        g.save("roi_align_" + name, out.permute(0, 2, 3, 1).numpy())


def region_pool(g):
    rois = torch.cat([torch.tensor(ODD_ROIS), g.boxes(40, 8, 200, 264, 250)])
    nhwc = g.noise(42, (1, 28, 36, 8), -1, 1)  # level 1 of region_align
    features = nhwc.permute(0, 3, 1, 2).contiguous()
    for bins in (3, 7):
        out = roi_pool(features, [rois], bins, 0.125)
        g.save("roi_pool_%d" % bins, out.permute(0, 2, 3, 1).numpy())


def box_result(g, name, stream, count, classes, spread):
    heads = roi_heads.RoIHeads(None, None, None, 0.5, 0.5, 512, 0.25, None, 0.05, 0.5, 100).eval()
    logits = g.noise(stream, (count, classes), -spread, spread)
    deltas = g.noise(stream + 1, (count, 4 * classes), -2, 2)
    rois = g.boxes(stream + 2, count, 800, 1066, 400)
    boxes, scores, labels = heads.postprocess_detections(logits, deltas, [rois], [(800, 1066)])
    g.save("detections_%s_boxes" % name, boxes[0].numpy())
    g.save("detections_%s_scores" % name, scores[0].numpy())
    g.save("detections_%s_labels" % name, labels[0].numpy().astype(np.int16))
    original = transform.resize_boxes(boxes[0], (800, 1066), (427, 640))
    g.save("detections_%s_original" % name, original.numpy())


def mask_result(g):
    logits = g.noise(60, (6, 5, 5, 4), -8, 8)
    labels = torch.tensor([1, 3, 2, 1, 0, 3])
    chosen = roi_heads.maskrcnn_inference(logits.permute(0, 3, 1, 2).contiguous(), [labels])[0]
    g.save("mask_probabilities", chosen[:, 0].numpy())


def smooth_mask(g, stream, cells):
    """A blob with a ragged edge and holes, in steps of 1/255."""
    noise = g.noise(stream, (1, 1, cells + 4, cells + 4), 0, 1)
    noise = torch.nn.functional.avg_pool2d(noise, 5, 1)[0, 0]
    axis = (torch.arange(cells) + 0.5) / cells - 0.5
    radius = (axis[:, None] ** 2 + axis[None, :] ** 2).sqrt()
    values = torch.sigmoid(25 * (0.42 - radius) + 40 * (noise - 0.52))
    return (values * 255).round().to(torch.uint8)


def column_runs(mask):
    flat = mask.T.reshape(-1)
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], edges, [flat.size]]))
    return np.concatenate([[0], runs]) if flat[0] else runs


def paste(g):
    # cells, image height, image width, box
    cases = [(28, 90, 120, b) for b in g.boxes(70, 8, 90, 120, 100).tolist()]
    cases += [
        (28, 60, 80, [0, 0, 80, 60]), (28, 40, 40, [-20.5, -10.25, 70, 30]), (28, 50, 50, [10, 10, 11, 11]),
        (28, 50, 50, [20.3, 20.6, 20.3, 20.6]), (28, 50, 30, [5, 5, 7.5, 45]), (28, 64, 64, [0, 0, 28, 28]),
        (28, 64, 64, [10, 20, 37.9, 47.9]), (14, 70, 70, [3.2, 4.4, 60.1, 66.6]), (1, 20, 20, [2, 2, 8, 9]),
        (28, 1, 1, [0, 0, 1, 1]), (28, 200, 300, [10, 20, 280, 190]), (28, 300, 200, [0, 0, 200, 300])]
    meta, cells_out, runs_out, undecided = [], [], [], []
    for i, (cells, height, width, box) in enumerate(cases):
        mask = smooth_mask(g, 200 + i, cells)
        if cells == 1 or i == 9:
            mask = torch.full_like(mask, 255)
        box = torch.tensor([box], dtype=torch.float32)
        pasted = roi_heads.paste_masks_in_image((mask.float() / 255)[None, None], box, (height, width))[0, 0].numpy()
        near = np.flatnonzero(np.abs(pasted - 0.5).T.reshape(-1) < 1e-5)
        undecided += [[i, pixel] for pixel in near]
        runs = column_runs(pasted > 0.5)
        meta.append([cells, height, width, *box[0].tolist(), len(runs)])
        cells_out.append(mask.numpy().reshape(-1))
        runs_out.append(runs)
    g.save("paste_cases", np.float32(meta))
    g.save("paste_masks", np.concatenate(cells_out))
    # Pixels (case, column-major index) that rounding decides: within 1e-5 of the threshold.
    g.save("paste_undecided", np.int32(undecided).reshape(-1, 2))
    g.save("paste_runs", np.concatenate(runs_out).astype(np.int32))


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default=os.path.join(here, "..", "golden", "detection"))
    options = parser.parse_args()
    g = Golden(options.seed, options.out)
    anchors(g)
    box_coder(g)
    nms(g)
    proposals(g, "small", 30, (128, 160), (120, 150), (60, 150), 12.0, 0.2)
    proposals(g, "full", 50, (800, 1088), (800, 1066), (1000, 1000), 1e-3, 0.0)
    region_align(g)
    region_pool(g)
    box_result(g, "few", 80, 40, 5, 3)
    box_result(g, "many", 90, 1000, 91, 7)
    mask_result(g)
    paste(g)


if __name__ == "__main__":
    main()
