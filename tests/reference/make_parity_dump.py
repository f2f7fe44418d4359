#!/usr/bin/python3
"""Writes what a detector of torchvision's computes, step by step, into one HDF5 file for the parity tests.

    make_parity_dump.py --model mask_rcnn_r50_fpn --min-size 320 --seed 5 -o parity.h5 \\
        --state-dict parity.pth
    make_parity_dump.py --model tiny --weights configs/tiny_mask_rcnn.h5 --golden --min-size 32 \\
        --rois 1 -o tests/golden/tiny_mask_rcnn.h5

Root attributes: format "roiflow-parity", version, model, min_size, max_size, seed, batch_norm_eps,
classes, libraries. One group an image, /images/0, /images/1, ... (the last one shows nothing), with
attribute `name`; float32 where nothing else is said, channels last:

  image                uint8 [H,W,3]
  input                [h,w,3]                 resized, normalised, padded; attributes of the group
                                               `resized_height`, `resized_width`: without padding
  features/LEVEL       [h,w,C]                 LEVEL 0 (finest) .. 4 ("pool"); only 0 without a pyramid
  rpn/objectness/LEVEL [h,w,A]                 logits
  rpn/deltas/LEVEL     [h,w,4A]                anchor by anchor dx dy dw dh
  proposals            [R,4], proposal_scores [R]          x0 y0 x1 y1, resized pixels
  box/pooled           [r,7,7,C]               ([r,14,14,C] for C4) of the first r = min(R, --rois) proposals
  box/class_logits     [R,K], box/deltas [R,4K]
  detections/boxes_resized [N,4], boxes [N,4] (original pixels), scores [N], labels int64 [N]
  masks/pooled         [n,14,14,C]             of the first n = min(N, --rois) detections
  masks/logits, masks/probabilities [N,28,28]  of the detection's own class; no logits if --golden
  masks/runs           uint32, masks/run_offsets int64 [N+1]: column-major run lengths of the
                       pasted masks, background first; detection i has runs[offsets[i]:offsets[i+1]]
  masks/unsure         int64, masks/unsure_offsets [N+1]: column-major indices of the pixels whose
                       probability is within 1e-5 of 0.5, which may differ
There is no group `masks` without a mask head or without detections.
"""

import argparse
from collections import OrderedDict

import h5py
import numpy as np
import torch
import torchvision
from torchvision.models.detection.roi_heads import paste_masks_in_image

from full_models import KINDS, as_input, build_full_model, randomize
from sample_images import BLANK_SHAPE, GOLDEN_SHAPES, PARITY_SHAPES, blank_image, shapes_image
from tiny_faster_rcnn import build_tiny_faster_rcnn
from tiny_model import build_tiny_mask_rcnn
from weights import load_weights

TINY = {"tiny": build_tiny_mask_rcnn, "tiny_faster_rcnn": build_tiny_faster_rcnn}
FEW_DETECTIONS = 20  # the random models must find more on every picture but the blank one
UNSURE = 1e-5


def channels_last(tensor):
    return tensor.permute(0, 2, 3, 1).contiguous().numpy()


def column_major_runs(mask):
    """Run lengths of a boolean [H,W] array, down the columns, background first."""
    pixels = mask.T.ravel()
    ends = np.append(np.flatnonzero(pixels[1:] != pixels[:-1]) + 1, pixels.size)
    runs = np.diff(ends, prepend=0)
    return np.concatenate(([0], runs) if pixels[0] else (runs,)).astype(np.uint32)


def joined(parts, dtype):
    offsets = np.cumsum([0] + [len(part) for part in parts], dtype=np.int64)
    return (np.concatenate(parts) if parts else np.empty(0)).astype(dtype), offsets


def run_proposals(model, images, features):
    """The region proposal network: per-level outputs, then proposals and their scores."""
    rpn = model.rpn
    levels = list(features.values())
    objectness, deltas = rpn.head(levels)
    anchors = rpn.anchor_generator(images, levels)
    counts = [level[0].numel() for level in objectness]
    flat = [torch.cat([level.permute(0, 2, 3, 1).reshape(1, -1, width) for level in part], 1)
            for part, width in ((objectness, 1), (deltas, 4))]
    decoded = rpn.box_coder.decode(flat[1].reshape(-1, 4), anchors).view(1, -1, 4)
    proposals, scores = rpn.filter_proposals(decoded, flat[0].reshape(-1, 1), images.image_sizes,
                                             counts)
    values = {"proposals": proposals[0].numpy(), "proposal_scores": scores[0].numpy()}
    for level, (logits, moves) in enumerate(zip(objectness, deltas)):
        values[f"rpn/objectness/{level}"] = channels_last(logits)[0]
        values[f"rpn/deltas/{level}"] = channels_last(moves)[0]
    return proposals, values


def run_box_head(model, images, features, proposals, rois):
    heads = model.roi_heads
    pooled = heads.box_roi_pool(features, proposals, images.image_sizes)
    logits, deltas = heads.box_predictor(heads.box_head(pooled))
    boxes, scores, labels = heads.postprocess_detections(logits, deltas, proposals,
                                                         images.image_sizes)
    return boxes, labels[0], {
        "box/pooled": channels_last(pooled[:rois]),
        "box/class_logits": logits.numpy(), "box/deltas": deltas.numpy(),
        "detections/boxes_resized": boxes[0].numpy(),
        "detections/scores": scores[0].numpy(), "detections/labels": labels[0].numpy()}


def run_mask_head(model, images, features, boxes, labels, rois):
    heads = model.roi_heads
    pooled = heads.mask_roi_pool(features, boxes, images.image_sizes)
    logits = heads.mask_predictor(heads.mask_head(pooled))
    own = logits[torch.arange(len(labels)), labels]
    return own.sigmoid(), {"masks/pooled": channels_last(pooled[:rois]),
                           "masks/logits": own.numpy(),
                           "masks/probabilities": own.sigmoid().numpy()}


def paste(probabilities, boxes, size):
    pasted = paste_masks_in_image(probabilities[:, None], boxes, size)[:, 0].numpy()
    runs, offsets = joined([column_major_runs(mask > 0.5) for mask in pasted], np.uint32)
    unsure, unsure_offsets = joined(
        [np.flatnonzero(abs(mask.T.ravel() - 0.5) < UNSURE) for mask in pasted], np.int64)
    return {"masks/runs": runs, "masks/run_offsets": offsets,
            "masks/unsure": unsure, "masks/unsure_offsets": unsure_offsets}


def trace(model, image, rois):
    """Everything that the model computes for one image, by the names in the head of this file."""
    size = image.shape[:2]
    images, _ = model.transform([as_input(image)])
    features = model.backbone(images.tensors)
    if isinstance(features, torch.Tensor):
        features = OrderedDict([("0", features)])
    values = {"image": image, "input": channels_last(images.tensors)[0]}
    values.update({f"features/{level}": channels_last(feature)[0]
                   for level, feature in enumerate(features.values())})
    proposals, found = run_proposals(model, images, features)
    values.update(found)
    boxes, labels, found = run_box_head(model, images, features, proposals, rois)
    values.update(found)
    detections = [{"boxes": boxes[0], "labels": labels}]
    detections = model.transform.postprocess(detections, images.image_sizes, [size])
    values["detections/boxes"] = detections[0]["boxes"].numpy()
    if model.roi_heads.has_mask() and len(labels):
        probabilities, found = run_mask_head(model, images, features, boxes, labels, rois)
        values.update(found)
        values.update(paste(probabilities, detections[0]["boxes"], size))
    whole = model([as_input(image)])[0]  # the pieces above must add up to the model itself
    for name in ("boxes", "labels", "scores"):
        assert np.array_equal(whole[name].numpy(), values[f"detections/{name}"]), name
    return values, images.image_sizes[0]


def write_image(group, name, values, resized, golden):
    if golden:
        values.pop("masks/logits", None)
    group.attrs["name"] = name
    group.attrs["resized_height"], group.attrs["resized_width"] = resized
    for key, value in values.items():
        packing = {"compression": 9, "shuffle": True} if golden and value.nbytes > 2048 else {}
        group.create_dataset(key, data=value, **packing)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True, choices=(*TINY, *KINDS))
    parser.add_argument("--weights", help=".pth or model file; otherwise random by --seed")
    parser.add_argument("-o", "--out", required=True, help="HDF5 file to write")
    parser.add_argument("--state-dict", help="also write the weights there (.pth)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--min-size", type=int, help="short side; default: the model's own")
    parser.add_argument("--proposals", type=int, help="of a picture; default: the model's own")
    parser.add_argument("--rois", type=int, default=32, help="regions whose pooled features go in")
    parser.add_argument("--golden", action="store_true", help="few, small pictures; compressed")
    return parser.parse_args()


def make_model(arguments):
    settings = {"min_size": arguments.min_size} if arguments.min_size else {}
    if arguments.proposals:
        settings["rpn_post_nms_top_n_test"] = arguments.proposals
    if arguments.model in TINY:
        torch.manual_seed(arguments.seed)
        model = TINY[arguments.model](**settings).eval()
    else:
        model = build_full_model(arguments.model, **settings)
    if arguments.weights:
        model.load_state_dict(load_weights(arguments.weights))
    elif arguments.model in KINDS:
        randomize(model, arguments.seed)
    return model


def batch_norm_eps(model):
    return next((module.eps for module in model.modules() if hasattr(module, "running_var")), 0.0)


def pictures(arguments):
    """Name and pixels of every image; the last one is blank."""
    shapes = GOLDEN_SHAPES if arguments.golden else PARITY_SHAPES
    content = {"shapes": 3, "largest": 0.4} if arguments.golden else {}
    for height, width in shapes:
        yield f"shapes {height}x{width}", shapes_image(height, width, arguments.seed, **content)
    height, width = GOLDEN_SHAPES[0] if arguments.golden else BLANK_SHAPE
    yield f"blank {height}x{width}", blank_image(height, width)


def main():
    arguments = parse_arguments()
    model = make_model(arguments)
    if arguments.state_dict:
        torch.save({name: tensor for name, tensor in model.state_dict().items()
                    if not name.endswith("num_batches_tracked")}, arguments.state_dict)
    with torch.inference_mode(), h5py.File(arguments.out, "w", libver="v110") as file:
        file.attrs["format"], file.attrs["version"] = "roiflow-parity", 1
        file.attrs["model"], file.attrs["seed"] = arguments.model, arguments.seed
        file.attrs["min_size"] = model.transform.min_size[-1]
        file.attrs["max_size"] = model.transform.max_size
        file.attrs["classes"] = model.roi_heads.box_predictor.cls_score.out_features
        file.attrs["batch_norm_eps"] = batch_norm_eps(model)
        file.attrs["pre_nms_top_n"] = model.rpn.pre_nms_top_n()
        file.attrs["post_nms_top_n"] = model.rpn.post_nms_top_n()
        file.attrs["libraries"] = f"torch {torch.__version__} torchvision {torchvision.__version__}"
        for index, (name, image) in enumerate(pictures(arguments)):
            values, resized = trace(model, image, arguments.rois)
            write_image(file.create_group(f"images/{index}"), name, values, resized,
                        arguments.golden)
            found = len(values["detections/labels"])
            print(f"{name}: {len(values['proposals'])} proposals, {found} detections")
            if arguments.model in KINDS and not arguments.weights:
                assert found == 0 if name.startswith("blank") else found > FEW_DETECTIONS, \
                    f"{name}: {found} detections with seed {arguments.seed}; try another --seed"


if __name__ == "__main__":
    main()
