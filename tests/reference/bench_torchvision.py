#!/usr/bin/python3
"""Times torchvision's Mask R-CNN or Faster R-CNN, ResNet-50-FPN, on the CPU, as fairly as we know.

    bench_torchvision.py --images 5 --threads 2
    bench_torchvision.py --data data.h5 --weights model.h5

Prints one JSON object: {"seconds_per_image": median, "seconds": [...], "images": .., "threads": ..,
"proposals": .., "detections": .., versions, settings}.

Fair means: an optimised BLAS (libopenblas0-openmp; Debian's default reference BLAS is six times
slower), memory that is kept instead of being returned to the system after every image (the
MALLOC_ variables below, without which it is a quarter slower), frozen batch norm, no gradient
bookkeeping, one image to warm up for every shape. Full work for the heads: 1000 proposals and 100
detections, which is why unseeing random weights would not do (see full_models.py); the counts are
printed beside the time. With --data an image's time includes its JPEG decoding.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time

MALLOC = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(8 << 30),
    "MALLOC_TOP_PAD_": str(64 << 20),
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default="mask_rcnn_r50_fpn",
                        choices=("mask_rcnn_r50_fpn", "faster_rcnn_r50_fpn"))
    parser.add_argument("--data", help="data set whose images to use; default: drawn pictures")
    parser.add_argument("--weights", help=".pth or model file; default: random by --seed")
    parser.add_argument("--images", type=int, default=5, help="how many are timed")
    parser.add_argument("--height", type=int, default=800, help="of the drawn pictures")
    parser.add_argument("--width", type=int, default=1088)
    parser.add_argument("--min-size", type=int, default=800)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=5)
    return parser.parse_args()


def restart_with_tuned_malloc():
    """glibc reads these variables when a program starts, so it has to start again."""
    if any(os.environ.get(name) != value for name, value in MALLOC.items()):
        os.environ.update(MALLOC)
        os.execv(sys.executable, [sys.executable, *sys.argv])


def loaded_blas():
    """The BLAS library that this process really uses."""
    with open("/proc/self/maps", encoding="ascii", errors="replace") as maps:
        names = {os.path.realpath(line.split()[-1]) for line in maps if "blas" in line.lower()}
    return sorted(os.path.basename(name) for name in names)


def pictures(arguments):
    """Calls that yield one image each, as uint8 [height, width, 3]."""
    if not arguments.data:
        from sample_images import shapes_image
        images = [shapes_image(arguments.height, arguments.width, seed)
                  for seed in range(arguments.images)]
        return [lambda image=image: image for image in images]
    from image_blob import decode, encoded_images
    return [lambda blob=blob: decode(blob)
            for blob in encoded_images(arguments.data, arguments.images)]


class ProposalCount:
    """How many proposals the network last handed to the heads."""

    def __init__(self, model):
        self.last = 0
        model.rpn.register_forward_hook(self)

    def __call__(self, module, inputs, outputs):
        self.last = len(outputs[0][0])


def measure(model, images, as_input):
    """Seconds, proposals and detections of every image; each shape is seen once before."""
    import torch
    proposals = ProposalCount(model)
    seconds, counts, seen = [], [], set()
    with torch.inference_mode():
        for image in images:
            shape = image().shape
            if shape not in seen:
                model([as_input(image())])
                seen.add(shape)
            started = time.perf_counter()
            found = model([as_input(image())])[0]
            if "masks" in found:
                found["masks"] = found["masks"] > 0.5
            seconds.append(time.perf_counter() - started)
            counts.append((proposals.last, len(found["labels"])))
    return seconds, counts


def main():
    arguments = parse_arguments()
    restart_with_tuned_malloc()
    import torch
    import torchvision
    from full_models import as_input, build_full_model, randomize
    from weights import load_weights
    torch.set_num_threads(arguments.threads)
    model = build_full_model(arguments.model, arguments.min_size)
    if arguments.weights:
        model.load_state_dict(load_weights(arguments.weights))
    else:
        randomize(model, arguments.seed)
    seconds, counts = measure(model, pictures(arguments), as_input)
    print(json.dumps({
        "seconds_per_image": statistics.median(seconds), "seconds": seconds,
        "images": len(seconds), "threads": arguments.threads, "model": arguments.model,
        "proposals": [count[0] for count in counts], "detections": [count[1] for count in counts],
        "min_size": arguments.min_size, "data": arguments.data or
        f"drawn {arguments.height}x{arguments.width}", "weights": arguments.weights or "random",
        "torch": torch.__version__, "torchvision": torchvision.__version__,
        "blas": loaded_blas(), "malloc": MALLOC, "python": platform.python_version(),
    }, indent=1))


if __name__ == "__main__":
    main()
