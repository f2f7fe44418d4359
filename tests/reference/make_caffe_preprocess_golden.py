#!/usr/bin/env python3
"""Golden values for the mode "caffe" of stages/preprocess, made with numpy and OpenCV as the papers' own
programs do it: py-faster-rcnn's prep_im_for_blob and im_list_to_blob, and for min_size 0 the script infer.py
of FCN, which leaves images as large as they are.

    "$(tests/reference/cv2_python.sh)" tests/reference/make_caffe_preprocess_golden.py

caffe_cases.npy     [cases, 9] height width min_size max_size size_divisible | resized h w | padded h w
caffe_samples.npy   [cases, 400] values of the output at positions that the test computes too
Images are hash noise (hash_noise.py): pixel values floor(256 * u) of stream seed * 1000 + case, the seed being
that of make_preprocess_golden.py.
"""
import argparse
import os

import cv2
import numpy as np

from hash_noise import hash_noise

CASES = [  # height width min_size max_size size_divisible
    (61, 47, 24, 40, 8),  # down
    (13, 17, 24, 40, 8),  # up
    (24, 40, 24, 40, 8),  # as it is
    (23, 31, 0, 1000, 1),  # as it is, whatever its size
    (1, 37, 24, 40, 8),  # one row
    (38, 1, 24, 40, 8),  # one column
    (48, 80, 24, 60, 1),  # exactly half
    (7, 90, 24, 40, 1),  # very long, limited by max_size
    (375, 500, 600, 1000, 16),  # VOC
    (480, 640, 600, 1000, 1),
    (333, 500, 600, 1000, 1),
    (1200, 1603, 600, 1000, 1),  # down
]
SAMPLES = 400
SEED = 31
MEAN = np.array([[[102.9801, 115.9465, 122.7717]]])  # B, G, R


def prepared(image, min_size, max_size):
    """uint8 [h, w, 3] RGB -> float32 [h', w', 3] BGR without mean, and resized."""
    blob = image[:, :, ::-1].astype(np.float32, copy=True)
    blob -= MEAN
    if min_size == 0:
        return blob
    shorter, longer = min(blob.shape[:2]), max(blob.shape[:2])
    scale = float(min_size) / float(shorter)
    if np.round(scale * longer) > max_size:
        scale = float(max_size) / float(longer)
    return cv2.resize(blob, None, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)


def padded(blob, divisible):
    height, width = (-(-side // divisible) * divisible for side in blob.shape[:2])
    out = np.zeros((height, width, 3), np.float32)
    out[: blob.shape[0], : blob.shape[1]] = blob
    return out


def run_case(case, stream):
    height, width, min_size, max_size, divisible = case
    noise = hash_noise(stream, height * width * 3)
    image = np.floor(noise * np.float32(256)).astype(np.uint8).reshape(height, width, 3)
    blob = prepared(image, min_size, max_size)
    out = padded(blob, divisible)
    flat = out.reshape(-1)
    positions = (np.arange(SAMPLES, dtype=np.int64) * flat.size) // SAMPLES
    positions = np.minimum(positions + np.arange(SAMPLES) % 3, flat.size - 1)
    return [*case, *blob.shape[:2], *out.shape[:2]], flat[positions]


def main():
    # The wheels of PyPI may call Intel's library instead of OpenCV's own code; it does not round positions to
    # float32, which changes values by up to 0.003.
    cv2.ipp.setUseIPP(False)
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default=os.path.join(here, "..", "golden", "preprocess"))
    args = parser.parse_args()
    done = [run_case(case, SEED * 1000 + i) for i, case in enumerate(CASES)]
    save = lambda name, values, kind: np.save(os.path.join(args.out, name), np.array(values, kind))
    save("caffe_cases.npy", [case for case, _ in done], np.int32)
    save("caffe_samples.npy", [samples for _, samples in done], np.float32)


main()
