#!/usr/bin/python3
"""Golden values for stages/preprocess, made with torchvision's GeneralizedRCNNTransform (written for
Debian 12: torch 1.13, torchvision 0.14.1).

    make_preprocess_golden.py                     -> tests/golden/preprocess
    make_preprocess_golden.py --seed 7 --out DIR  -> other random images, for comparing at large

cases.npy     [cases, 9] height width min_size max_size size_divisible | resized h w | padded h w
d2go_cases.npy, d2go_samples.npy   the same of mode d2go, which has no max_size: torch's interpolate with
              align_corners=True in front of the subtraction, blue first
samples.npy   [cases, 400] values of the output at positions that the test computes too
pillow_cases.npy, pillow_pixels.npy   height width, new height new width; Pillow's bytes, one after
              the other, of images from stream seed * 1000 + 500 + case
sizes.npy     [shapes, 6] height width min_size max_size | resized h w
Images are hash noise (hash_noise.py): pixel values floor(256 * u) of stream seed * 1000 + case.
"""
import argparse
import os

import numpy as np
import torch
from PIL import Image
from torchvision.models.detection.transform import GeneralizedRCNNTransform

from hash_noise import hash_noise

CASES = [  # height width min_size max_size size_divisible
    (61, 47, 24, 40, 8),  # down
    (13, 17, 24, 40, 8),  # up
    (24, 40, 24, 40, 8),  # as it is
    (1, 37, 24, 40, 8),  # one row
    (38, 1, 24, 40, 8),  # one column
    (1, 1, 24, 40, 8),
    (2, 3, 24, 40, 1),  # no padding
    (7, 90, 24, 40, 32),  # very long, limited by max_size
    (480, 640, 800, 1333, 32),
    (333, 500, 800, 1333, 32),
    (900, 200, 800, 1333, 32),  # limited by max_size
    (1200, 1600, 800, 1333, 32),  # down
    (30, 2000, 800, 1333, 32),  # very long
]
SAMPLES = 400
PILLOW_CASES = [  # height width, new height new width
    (13, 17, 24, 31),  # up
    (61, 47, 24, 18),  # down
    (40, 30, 40, 17),  # along x only
    (40, 30, 11, 30),  # along y only
    (9, 9, 9, 9),  # as it is
    (1, 37, 5, 20),
    (7, 90, 3, 160),  # down and up
    (120, 160, 2, 3),  # far down
]


def transform(min_size, max_size, divisible):
    return GeneralizedRCNNTransform(
        min_size, max_size, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], size_divisible=divisible
    ).eval()


def run_case(case, stream):
    height, width, min_size, max_size, divisible = case
    noise = hash_noise(stream, height * width * 3)
    pixels = np.floor(noise * np.float32(256)).astype(np.uint8).reshape(height, width, 3)
    image = torch.from_numpy(pixels).permute(2, 0, 1).to(torch.float32).div(255)  # as ToTensor
    with torch.no_grad():
        images, _ = transform(min_size, max_size, divisible)([image])
    out = images.tensors[0].permute(1, 2, 0).contiguous().numpy()
    flat = out.reshape(-1)
    positions = (np.arange(SAMPLES, dtype=np.int64) * flat.size) // SAMPLES
    # A stride that is a multiple of 3 would look at one channel only.
    positions = np.minimum(positions + np.arange(SAMPLES) % 3, flat.size - 1)
    return [*case, *images.image_sizes[0], *out.shape[:2]], flat[positions]


D2GO_MEAN = (103.53, 116.28, 123.675)


def run_d2go_case(case, stream):
    height, width, min_size = case
    noise = hash_noise(stream, height * width * 3)
    pixels = np.floor(noise * np.float32(256)).astype(np.float32).reshape(height, width, 3)
    image = torch.from_numpy(pixels[:, :, ::-1].transpose(2, 0, 1).copy())[None]
    scale = float(min_size) / min(height, width)
    size = [int(np.floor(float(side) * scale)) for side in (height, width)]
    out = torch.nn.functional.interpolate(image, size, mode="bilinear", align_corners=True)[0]
    out = (out - torch.tensor(D2GO_MEAN)[:, None, None]).permute(1, 2, 0).contiguous().numpy()
    flat = out.reshape(-1)
    positions = (np.arange(SAMPLES, dtype=np.int64) * flat.size) // SAMPLES
    positions = np.minimum(positions + np.arange(SAMPLES) % 3, flat.size - 1)
    return [*case, *size], flat[positions]


D2GO_CASES = [(61, 47, 24), (13, 17, 24), (24, 40, 24), (1, 37, 24), (480, 640, 320), (427, 640, 320)]


def run_sizes(count):
    rng = np.random.default_rng(1)
    rows = []
    for i in range(count):
        min_size, max_size = [(800, 1333), (600, 1000), (192, 320)][i % 3]
        height, width = (int(v) for v in rng.integers(20, 700, 2))
        image = torch.zeros(1, height, width)
        normalise_nothing = GeneralizedRCNNTransform(min_size, max_size, [0.0], [1.0])
        resized, _ = normalise_nothing.eval().resize(image)
        rows.append([height, width, min_size, max_size, *resized.shape[-2:]])
    return rows


def pillow_pixels(case, stream):
    height, width, new_height, new_width = case
    noise = hash_noise(stream, height * width * 3)
    pixels = np.floor(noise * np.float32(256)).astype(np.uint8).reshape(height, width, 3)
    resized = Image.fromarray(pixels).resize((new_width, new_height), Image.BILINEAR)
    return np.asarray(resized).reshape(-1)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--out", default=os.path.join(here, "..", "golden", "preprocess"))
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    done = [run_case(case, args.seed * 1000 + i) for i, case in enumerate(CASES)]
    save = lambda name, values, kind: np.save(os.path.join(args.out, name), np.array(values, kind))
    save("cases.npy", [case for case, _ in done], np.int32)
    save("samples.npy", [samples for _, samples in done], np.float32)
    save("pillow_cases.npy", PILLOW_CASES, np.int32)
    save("pillow_pixels.npy", np.concatenate([pillow_pixels(case, args.seed * 1000 + 500 + i)
                                              for i, case in enumerate(PILLOW_CASES)]), np.uint8)
    d2go = [run_d2go_case(case, args.seed * 1000 + 100 + i) for i, case in enumerate(D2GO_CASES)]
    save("d2go_cases.npy", [case for case, _ in d2go], np.int32)
    save("d2go_samples.npy", [samples for _, samples in d2go], np.float32)
    save("sizes.npy", run_sizes(300), np.int32)
    save("seed.npy", [args.seed], np.int32)


main()
