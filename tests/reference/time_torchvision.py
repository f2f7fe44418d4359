#!/usr/bin/python3
"""Times torchvision's maskrcnn_resnet50_fpn on the GPU (or the CPU), as fairly as we know.

    time_torchvision.py data.h5 --device cuda --precision f16 --batch 8 --channels-last
    time_torchvision.py val2017/ --device cuda --weights maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth --images 500

Prints images/s of three spans, each the median of --repeat passes over all images, and at the end
one line of JSON:

    network     images on the device to 28 x 28 masks on the device; the transform (resize, normalise,
                pad) included
    end_to_end  encoded images in memory to boxes, scores, labels and full-size masks on the host
    with_rle    the same, and COCO run lengths of every mask; only where pycocotools is there

Fair means: a pass to warm up (and to let cuDNN choose its algorithms), images decoded ahead by
--decoders threads, pinned memory, float made of bytes on the device, no gradient bookkeeping; on the
CPU what bench_torchvision.py does. Full work for the heads even with random weights (full_models.py);
their counts are printed. f16 and bf16 are autocast, which torchvision's operators know; what leads to
boxes and scores is widened to float32 first, since batched_nms overflows in float16.

Runs with torch 1.13 and torchvision 0.14, and with torch 2.x; needs h5py only for files of ours.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import importlib.util
import json
import os
import pathlib
import platform
import statistics
import sys
import time

from bench_torchvision import ProposalCount, loaded_blas, restart_with_tuned_malloc

PICTURE_ENDINGS = (".jpg", ".jpeg", ".png")
REDUCED = {"f16": "float16", "bf16": "bfloat16"}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", help="a roiflow data set, or a folder of JPEG and PNG files")
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--precision", default="f32", choices=("f32", "tf32", "f16", "bf16"))
    parser.add_argument("--batch", type=int, default=1, help="images in one call")
    parser.add_argument("--images", type=int, help="only the first so many")
    parser.add_argument("--weights", help=".pth or model file; default: random by --seed")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--min-size", type=int, default=800, help="pixels of the shorter side")
    parser.add_argument("--max-size", type=int, default=1333)
    parser.add_argument("--repeat", type=int, default=5, help="passes that are timed")
    parser.add_argument("--warmup", type=int, default=1, help="passes before")
    parser.add_argument("--channels-last", action="store_true", help="weights and batches as NHWC")
    parser.add_argument("--compile", action="store_true", help="torch.compile of backbone and FPN")
    parser.add_argument("--decoders", type=int, default=min(16, os.cpu_count() or 1),
                        help="threads that decode images ahead")
    parser.add_argument("--threads", type=int, help="torch's own, on the CPU")
    arguments = parser.parse_args()
    if arguments.device == "cpu" and arguments.precision in ("tf32", "f16"):
        parser.error(f"--precision {arguments.precision} needs --device cuda")
    if min(arguments.batch, arguments.repeat, arguments.decoders) < 1:
        parser.error("--batch, --repeat and --decoders must be 1 or more")
    return arguments


def read_images(path, limit):
    """The encoded images' bytes."""
    if os.path.isdir(path):
        names = sorted(name for name in pathlib.Path(path).rglob("*")
                       if name.suffix.lower() in PICTURE_ENDINGS)
        blobs = [name.read_bytes() for name in names[:limit]]
    else:
        from image_blob import encoded_images
        blobs = encoded_images(path, limit)
    if not blobs:
        raise SystemExit(f"{path}: no images (one of {', '.join(PICTURE_ENDINGS)} was expected)")
    return blobs


def widen(value):
    """float32 instead of half precision, in any nesting of lists, tuples and dicts."""
    if isinstance(value, (list, tuple)):
        return type(value)(widen(item) for item in value)
    if isinstance(value, dict):
        return type(value)((name, widen(item)) for name, item in value.items())
    return value.float() if hasattr(value, "is_floating_point") and value.is_floating_point() else value


def widen_what_leads_to_boxes(model):
    """Scores, offsets, anchors and pooled regions in float32; convolutions stay as they are.

    Anchors take their type from the feature maps, of which they need nothing but the shape.
    """
    def shape_only(_, inputs):
        images, features = inputs
        return images, [level.new_empty(1).float().expand(level.shape) for level in features]

    heads = model.roi_heads
    for module in (model.rpn.head, heads.box_predictor, heads.mask_predictor):
        module.register_forward_hook(lambda _, inputs, outputs: widen(outputs))
    for module in (heads.box_roi_pool, heads.mask_roi_pool):
        module.register_forward_pre_hook(lambda _, inputs: (widen(inputs[0]), *inputs[1:]))
    model.rpn.anchor_generator.register_forward_pre_hook(shape_only)


class Detector:
    """torchvision's Mask R-CNN on a device, in two steps: up to the small masks, and pasting them."""

    def __init__(self, model, arguments):
        import torch
        self.torch, self.device = torch, arguments.device
        self.format = torch.channels_last if arguments.channels_last else torch.contiguous_format
        self.reduced = getattr(torch, REDUCED.get(arguments.precision, ""), None)
        self.model = model.to(self.device).to(memory_format=self.format)
        if self.reduced:
            widen_what_leads_to_boxes(self.model)
        if arguments.compile:
            if not hasattr(torch, "compile"):
                raise SystemExit(f"--compile needs torch 2, found {torch.__version__}")
            self.model.backbone = torch.compile(self.model.backbone)
        self.proposals = ProposalCount(self.model)

    def upload(self, pictures):
        """uint8 [height, width, 3] each, to float [3, height, width] from 0 to 1 on the device."""
        tensors = [self.torch.from_numpy(picture) for picture in pictures]
        if self.device == "cuda":
            tensors = [tensor.pin_memory().to(self.device, non_blocking=True) for tensor in tensors]
        return [tensor.permute(2, 0, 1).float() / 255 for tensor in tensors]

    def network(self, images):
        """What roi_heads gives for each image, and the sizes that it refers to."""
        precision = (self.torch.autocast(self.device, dtype=self.reduced) if self.reduced
                     else contextlib.nullcontext())
        batch, _ = self.model.transform(images)
        batch.tensors = batch.tensors.contiguous(memory_format=self.format)
        with precision:
            features = self.model.backbone(batch.tensors)
            proposals, _ = self.model.rpn(batch, features)
            found, _ = self.model.roi_heads(features, proposals, batch.image_sizes)
        return found, batch.image_sizes

    def results(self, pictures):
        """Detections of each image on the host; masks as uint8 [n, height, width]."""
        found, sizes = self.network(self.upload(pictures))
        full_sizes = [picture.shape[:2] for picture in pictures]
        found = self.model.transform.postprocess(found, sizes, full_sizes)
        for detections in found:
            detections["masks"] = (detections["masks"][:, 0] > 0.5).to(self.torch.uint8)
        return [{name: tensor.cpu().numpy() for name, tensor in detections.items()}
                for detections in found]

    def wait(self):
        if self.device == "cuda":
            self.torch.cuda.synchronize()


def batches(items, size):
    """Lists of `size` items, the last one shorter."""
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def decoded(blobs, pool, ahead):
    """Pictures in order; at most `ahead` of them are decoded before they are asked for."""
    from image_blob import decode
    waiting = collections.deque()
    for blob in blobs:
        waiting.append(pool.submit(decode, blob))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def run_lengths(masks):
    """COCO's compressed text of each mask."""
    import numpy as np
    from pycocotools import mask
    return mask.encode(np.asfortranarray(masks.transpose(1, 2, 0))) if len(masks) else []


class Passes:
    """One pass over all images for each span."""

    def __init__(self, detector, blobs, arguments):
        self.detector, self.blobs, self.batch = detector, blobs, arguments.batch
        self.pool = concurrent.futures.ThreadPoolExecutor(arguments.decoders)
        self.ahead = 2 * arguments.batch + arguments.decoders
        self.on_device = None
        self.proposals, self.detections, self.run_length_bytes = 0, 0, 0

    def pictures(self):
        return batches(decoded(self.blobs, self.pool, self.ahead), self.batch)

    def sizes(self):
        return collections.Counter("x".join(map(str, picture.shape[1::-1]))
                                   for batch in self.pictures() for picture in batch)

    def network(self):
        if self.on_device is None:
            self.on_device = [self.detector.upload(batch) for batch in self.pictures()]
        for images in self.on_device:
            self.detector.network(images)

    def end_to_end(self):
        self.detections = sum(len(image["labels"]) for batch in self.pictures()
                              for image in self.detector.results(batch))

    def with_rle(self):
        self.run_length_bytes = sum(len(text["counts"]) for batch in self.pictures()
                                    for image in self.detector.results(batch)
                                    for text in run_lengths(image["masks"]))


def seconds_of(span, detector, arguments):
    """Seconds of each timed pass."""
    seconds = []
    for number in range(arguments.warmup + arguments.repeat):
        detector.wait()
        started = time.perf_counter()
        span()
        detector.wait()
        if number >= arguments.warmup:
            seconds.append(time.perf_counter() - started)
    return seconds


def build_model(arguments):
    from full_models import build_full_model, randomize
    model = build_full_model("mask_rcnn_r50_fpn", arguments.min_size, arguments.max_size)
    if not arguments.weights:
        return randomize(model, arguments.seed)
    from weights import load_weights
    model.load_state_dict(load_weights(arguments.weights))
    return model


def processor():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
        return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")),
                    platform.machine())


def settings(arguments):
    """What the figures depend on."""
    import torch
    import torchvision
    cuda = arguments.device == "cuda"
    return {
        **vars(arguments), "weights": arguments.weights or "random", "model": "maskrcnn_resnet50_fpn",
        "device_name": torch.cuda.get_device_name() if cuda else processor(),
        "threads": torch.get_num_threads(), "torch": torch.__version__,
        "torchvision": torchvision.__version__, "cuda": torch.version.cuda if cuda else None,
        "cudnn": torch.backends.cudnn.version() if cuda else None,
        "peak_device_bytes": torch.cuda.max_memory_allocated() if cuda else None,
        "blas": loaded_blas(), "python": platform.python_version()}


def main():
    arguments = parse_arguments()
    if arguments.device == "cpu":
        restart_with_tuned_malloc()
    import torch
    if arguments.device == "cuda" and not torch.cuda.is_available():
        raise SystemExit("--device cuda: torch finds no GPU; --device cpu runs without")
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = arguments.precision == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = arguments.precision == "tf32"

    blobs = read_images(arguments.data, arguments.images)
    detector = Detector(build_model(arguments), arguments)
    with torch.inference_mode():
        passes = Passes(detector, blobs, arguments)
        spans = {"network": passes.network, "end_to_end": passes.end_to_end}
        if importlib.util.find_spec("pycocotools"):
            spans["with_rle"] = passes.with_rle
        else:
            print("with_rle    skipped: no pycocotools in this Python", file=sys.stderr)
        sizes, seconds = passes.sizes(), {}
        for name, span in spans.items():
            seconds[name] = seconds_of(span, detector, arguments)
            print(f"{name:<12}{len(blobs) / statistics.median(seconds[name]):9.2f} images/s", flush=True)
            if name == "network":
                passes.on_device = None
    print(json.dumps({
        "images_per_second": {name: len(blobs) / statistics.median(values)
                              for name, values in seconds.items()},
        "seconds": seconds, "sizes": dict(sizes), "images_timed": len(blobs),
        "proposals_of_last": detector.proposals.last, "detections": passes.detections,
        "run_length_bytes": passes.run_length_bytes or None, **settings(arguments)}))


if __name__ == "__main__":
    main()
