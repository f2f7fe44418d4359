#!/usr/bin/python3
"""Writes what a network of label maps computes, step by step, into one HDF5 file for the parity tests.

    make_fcn_dump.py --model fcn8s --seed 5 -o parity.h5 --state-dict parity.pth
    make_fcn_dump.py --model tiny_fcn8s --weights configs/tiny_fcn8s.h5 --golden \\
        -o tests/golden/tiny_fcn8s.h5

Models: the paper's on VGG-16 (fcn.py: 21 classes, padding 100, scales of the skips 0.01 and 0.0001), the tiny ones
(6 classes), torchvision's fcn_resnet50 and fcn_resnet101 (21 classes). All see the picture at its own size,
RGB / 255 normalised by ImageNet's mean and deviation.

Root attributes: format "roiflow-fcn-parity", version, model, seed, classes, batch_norm_eps, libraries, and for the VGG
ones stride, fc6_kernel, padding, pool4_scale, pool3_scale, crop_pool4, crop_pool3, crop_last. One group an
image, /images/0, /images/1, ... (the last one shows nothing), with attribute `name`; float32 where
nothing else is said, channels last:

  image          uint8 [H,W,3]
  input          [H,W,3]    normalised; not if --golden
  features/NAME  [h,w,C]    pool3, pool4, pool5, fc7; torchvision: layer4; not if --golden
  scores/NAME    [h,w,K]    score_fr, score_pool4, fuse_pool4, score_pool3, fuse_pool3 as far as the model has
                            them; torchvision: classifier
  upsampled      [H,W,K]    the scores of every pixel; not if --golden
  labels         uint8 [H,W]: the class of the highest score, the lower one of equals
  unsure         int64 [n]: indices into labels (row by row) of pixels whose two highest scores differ by less
                 than 1e-4 of the picture's largest magnitude of a score; these labels may differ
"""

import argparse

import h5py
import numpy as np
import torch
import torchvision
from torchvision.models import segmentation

from fcn import STRIDES, Fcn, normalised, tiny_fcn, vgg16_fcn
from full_models import randomize_segmenter
from make_parity_dump import batch_norm_eps, channels_last
from sample_images import blank_image, shapes_image
from weights import load_weights

SHAPES = ((96, 128), (131, 97), (64, 200), (33, 47), (160, 128))  # height, width
GOLDEN_SHAPES = ((32, 48), (45, 36), (31, 70), (64, 64))
BLANK_SHAPE = (40, 56)
CALIBRATION_SHAPE = (160, 192)
UNSURE = 1e-4
FEW_CLASSES = 3  # the random models must see more on every picture of 64 pixels and more
TORCHVISION = ("fcn_resnet50", "fcn_resnet101")
KEPT_FEATURES = ("pool3", "pool4", "pool5", "fc7")
VGG_ATTRIBUTES = ("stride", "fc6_kernel", "padding", "pool4_scale", "pool3_scale")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True,
                        choices=(*STRIDES, *TORCHVISION, *("tiny_" + kind for kind in STRIDES)))
    parser.add_argument("--weights", help=".pth or model file; otherwise random by --seed")
    parser.add_argument("-o", "--out", required=True, help="HDF5 file to write")
    parser.add_argument("--state-dict", help="also write the weights there (.pth)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--golden", action="store_true", help="few, small pictures; compressed")
    return parser.parse_args()


def make_model(name, weights, seed):
    if name in TORCHVISION:
        model = getattr(segmentation, name)(weights=None, weights_backbone=None, num_classes=21)
    elif name.startswith("tiny_"):
        model = tiny_fcn(name.removeprefix("tiny_"))
    else:
        model = vgg16_fcn(name)
    model.eval()
    if weights:
        model.load_state_dict(load_weights(weights))
    else:
        picture = shapes_image(*CALIBRATION_SHAPE, seed)
        randomize_segmenter(model, normalised(picture)[None], seed)
    return model


def steps_of(model, images):
    """Features and scores by name, and the scores of every pixel."""
    if isinstance(model, Fcn):
        features = model.features(images)
        return ({name: features[name] for name in KEPT_FEATURES}, model.score_maps(images),
                model(images))
    layer4 = model.backbone(images)["out"]
    return {"layer4": layer4}, {"classifier": model.classifier(layer4)}, model(images)["out"]


def trace(model, image, golden):
    """Everything that the model computes for one image, by the names in the head of this file."""
    images = normalised(image)[None]
    features, scores, upsampled = steps_of(model, images)
    best = upsampled[0].topk(2, dim=0).values
    unsure = (best[0] - best[1]) < UNSURE * upsampled.abs().max()
    labels = channels_last(upsampled)[0].argmax(-1).astype(np.uint8)  # numpy: the first of equals
    values = {"image": image, "labels": labels, "unsure": np.flatnonzero(unsure.numpy())}
    values.update({f"scores/{name}": channels_last(map_)[0] for name, map_ in scores.items()})
    if not golden:
        values.update({f"features/{name}": channels_last(map_)[0]
                       for name, map_ in features.items()})
        values["input"], values["upsampled"] = (channels_last(map_)[0]
                                                for map_ in (images, upsampled))
    return values


def pictures(arguments):
    """Name and pixels of every image; the last one is blank."""
    content = {"shapes": 3, "largest": 0.4} if arguments.golden else {}
    for height, width in GOLDEN_SHAPES if arguments.golden else SHAPES:
        yield f"shapes {height}x{width}", shapes_image(height, width, arguments.seed, **content)
    yield "blank {}x{}".format(*BLANK_SHAPE), blank_image(*BLANK_SHAPE)


def write_attributes(file, model, arguments):
    file.attrs["format"], file.attrs["version"] = "roiflow-fcn-parity", 1
    file.attrs["model"], file.attrs["seed"] = arguments.model, arguments.seed
    file.attrs["batch_norm_eps"] = batch_norm_eps(model)
    file.attrs["libraries"] = f"torch {torch.__version__} torchvision {torchvision.__version__}"
    if isinstance(model, Fcn):
        for name in VGG_ATTRIBUTES:
            file.attrs[name] = getattr(model, name)
        for name, offset in zip(("pool4", "pool3", "last"), model.crop_offsets()):
            file.attrs["crop_" + name] = offset


def main():
    arguments = parse_arguments()
    model = make_model(arguments.model, arguments.weights, arguments.seed)
    if arguments.state_dict:
        torch.save({name: tensor for name, tensor in model.state_dict().items()
                    if not name.endswith("num_batches_tracked")}, arguments.state_dict)
    with torch.inference_mode(), h5py.File(arguments.out, "w", libver="v110") as file:
        write_attributes(file, model, arguments)
        for index, (name, image) in enumerate(pictures(arguments)):
            values = trace(model, image, arguments.golden)
            group = file.create_group(f"images/{index}")
            group.attrs["name"] = name
            for key, value in values.items():
                packing = {"compression": 9, "shuffle": True} if arguments.golden else {}
                group.create_dataset(key, data=value, **(packing if value.nbytes > 2048 else {}))
            file.attrs["classes"] = next(value.shape[-1] for key, value in values.items()
                                         if key.startswith("scores/"))
            classes = len(np.unique(values["labels"]))
            print(f"{name}: {classes} classes, {len(values['unsure'])} unsure pixels")
            if not arguments.weights and min(values["labels"].shape) >= 64:
                assert classes > FEW_CLASSES, \
                    f"{name}: {classes} classes with seed {arguments.seed}; try another --seed"


if __name__ == "__main__":
    main()
