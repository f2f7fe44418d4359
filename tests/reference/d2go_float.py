#!/usr/bin/python3
"""The D2Go models of ../shared/data/weights as plain float32 PyTorch: dequantised weights, no int8 arithmetic.

    d2go_float.py MODEL.pt --golden DIR            compares with the goldens of the int8 engine
    d2go_float.py MODEL.pt --coco DIR --split val  COCO results and AP (needs pycocotools), seconds a image
    d2go_float.py ... --engine int8                the TorchScript itself (qnnpack) instead of this file
    d2go_float.py MODEL.pt --golden DIR --write OUT   intermediates and results of the goldens' images, .npy

The network as its TorchScript spells it: FBNetV3-A trunk of inverted-residual blocks, one feature map of
stride 16, a region proposal network with 15 anchors a cell, RoIAlign ("aligned"), a box head of four
blocks and global average pooling, and, where the file has one, a mask head of five blocks. Only the
names of the modules tell whether a block has a first 1x1 convolution (pw) and a residual (res_conn).
"""
import argparse
import json
import math
import pathlib
import time

import numpy
import torch
import torch.nn.functional as functional
import torchvision

DELTA_LIMIT = math.log(1000.0 / 16)
MEAN = (103.53, 116.28, 123.675)  # blue, green, red; the deviation is 1
SHORT_SIDE = 320.0
STRIDE = 16


def load(path):
    """The script module, and its inner detector."""
    torch.backends.quantized.engine = "qnnpack"
    script = torch.jit.load(str(path))
    inner = script.model.model
    return script, inner.model if hasattr(inner, "model") else inner


class Network:
    """Weights by module path. `taps` keeps every named intermediate."""

    def __init__(self, detector):
        self.modules = dict(detector.named_modules())
        self.anchors = getattr(detector.proposal_generator.anchor_generator.cell_anchors, "0")
        self.has_masks = "roi_heads.mask_head" in self.modules
        self.taps = {}

    def convolution(self, name, x, relu=False):
        packed = self.modules[name]._packed_params
        weight, bias = packed.unpack()
        x = functional.conv2d(x, weight.dequantize(), bias, packed.stride(), packed.padding(),
                              packed.dilation(), packed.groups())
        return functional.relu(x) if relu else x

    def linear(self, name, x):
        weight, bias = self.modules[name]._packed_params._weight_bias()
        return functional.linear(x, weight.dequantize(), bias)

    def block(self, name, x):
        """pw 1x1 + ReLU, [nearest upsampling], dw depthwise, pwl 1x1, [+ input]; no other activation."""
        y = self.convolution(name + ".pw.conv", x, True) if name + ".pw" in self.modules else x
        if name + ".upsample" in self.modules:
            y = functional.interpolate(y, scale_factor=2.0, mode="nearest")
        y = self.convolution(name + ".pwl.conv", self.convolution(name + ".dw.conv", y))
        return x + y if name + ".res_conn" in self.modules else y

    def blocks(self, prefix, x):
        names = [n for n in self.modules
                 if n.startswith(prefix) and n[len(prefix):].startswith("fbnetv2_") and
                 "." not in n[len(prefix):]]
        for name in names:
            if name + ".dw" in self.modules:
                x = self.block(name, x)
            else:
                x = self.convolution(name + ".conv", x, True)
            self.taps[name] = x
        return x

    def trunk(self, x):
        for stage in range(4):
            x = self.blocks(f"backbone.body.trunk{stage}.", x)
        return x

    def proposals(self, features, height, width):
        head = "proposal_generator.rpn_head."
        x = self.blocks(head + "rpn_feature.0.", features)
        logits = self.convolution(head + "rpn_regressor.cls_logits", x)
        deltas = self.convolution(head + "rpn_regressor.bbox_pred", x)
        self.taps.update(rpn_logits=logits, rpn_deltas=deltas)
        rows, columns = features.shape[-2:]
        y, x = torch.meshgrid(torch.arange(rows) * float(STRIDE), torch.arange(columns) * float(STRIDE),
                              indexing="ij")
        shifts = torch.stack([x, y, x, y], -1).reshape(-1, 1, 4)
        anchors = (shifts + self.anchors).reshape(-1, 4)
        scores = logits.permute(0, 2, 3, 1).flatten()
        deltas = deltas.view(-1, 4, rows, columns).permute(2, 3, 0, 1).reshape(-1, 4)
        boxes = clip(decode(anchors, deltas, (1, 1, 1, 1)), height, width)
        scores, order = scores.sort(descending=True)
        scores, boxes = scores[:1000], boxes[order[:1000]]
        valid = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        scores, boxes = scores[valid], boxes[valid]
        return boxes[torchvision.ops.nms(boxes, scores, 0.7)[:30]]

    def detections(self, features, proposals, height, width):
        pooled = torchvision.ops.roi_align(features, [proposals], (6, 6), 1 / STRIDE, 0, True)
        x = self.blocks("roi_heads.box_head.roi_box_conv.0.", pooled).mean((2, 3))
        logits = self.linear("roi_heads.box_predictor.cls_score", x)
        deltas = self.linear("roi_heads.box_predictor.bbox_pred", x)
        self.taps.update(proposals=proposals, box_pooled=pooled, class_logits=logits, box_deltas=deltas)
        classes = logits.shape[1] - 1  # the background is the last
        boxes = decode(proposals[:, None].expand(-1, classes, -1).reshape(-1, 4),
                       deltas.reshape(-1, 4), (10, 10, 5, 5))
        boxes = clip(boxes, height, width).reshape(-1, classes, 4)
        scores = logits.softmax(-1)[:, :-1]
        chosen = (scores > 0.05).nonzero()
        boxes, scores, labels = boxes[chosen[:, 0], chosen[:, 1]], scores[scores > 0.05], chosen[:, 1]
        keep = torchvision.ops.batched_nms(boxes, scores, labels, 0.5)[:100]
        return boxes[keep], scores[keep], labels[keep]

    def masks(self, features, boxes, labels):
        """[detections, 28, 28] probabilities of the detected class."""
        pooled = torchvision.ops.roi_align(features, [boxes], (14, 14), 1 / STRIDE, 0, True)
        x = self.blocks("roi_heads.mask_head.feature_extractor.0.", pooled)
        logits = self.convolution("roi_heads.mask_head.predictor.mask_fcn_logits", x)
        self.taps.update(mask_pooled=pooled, mask_logits=logits)
        return logits[torch.arange(len(labels)), labels].sigmoid()

    def run(self, image):
        """`image`: BGR uint8 [height, width, 3]. Boxes in its pixels, labels from 0."""
        x, scale = resize(torch.from_numpy(image.transpose(2, 0, 1).copy()).float())
        x = x - torch.tensor(MEAN)[:, None, None]
        self.taps = {"input": x}
        height, width = x.shape[-2:]
        features = self.trunk(x[None])
        self.taps["features"] = features
        boxes, scores, labels = self.detections(features, self.proposals(features, height, width),
                                                height, width)
        result = {"boxes": boxes / scale, "scores": scores, "labels": labels}
        if self.has_masks:
            result["masks"] = self.masks(features, boxes, labels)
        return result


def resize(image):
    """Short side to 320, no limit on the long one; corners aligned; sizes rounded down."""
    scale = SHORT_SIDE / min(image.shape[-2:])
    size = [math.floor(extent * scale) for extent in image.shape[-2:]]
    return functional.interpolate(image[None], size, mode="bilinear", align_corners=True)[0], scale


def decode(boxes, deltas, weights):
    sizes = boxes[:, 2:] - boxes[:, :2]
    centres = boxes[:, :2] + 0.5 * sizes
    deltas = deltas / torch.tensor(weights, dtype=torch.float32)
    centres = deltas[:, :2] * sizes + centres
    sizes = deltas[:, 2:].clamp(max=DELTA_LIMIT).exp() * sizes
    return torch.cat([centres - 0.5 * sizes, centres + 0.5 * sizes], 1)


def clip(boxes, height, width):
    limits = torch.tensor([width, height, width, height], dtype=torch.float32)
    return torch.minimum(boxes.clamp(min=0), limits)


def paste(mask, box, height, width):
    """detectron2's paste: the mask's pixel centres, zero outside; a boolean image."""
    x0, y0, x1, y1 = (float(v) for v in box)
    y = ((torch.arange(height) + 0.5 - y0) / (y1 - y0) * 2 - 1)[:, None].expand(height, width)
    x = ((torch.arange(width) + 0.5 - x0) / (x1 - x0) * 2 - 1)[None].expand(height, width)
    grid = torch.stack([x, y], -1)[None].float()
    return functional.grid_sample(mask[None, None], grid, align_corners=False)[0, 0] >= 0.5


def make_engine(args):
    script, detector = load(args.model)
    coco = script.coco_idx
    network = Network(detector)

    def run_float(image):
        result = network.run(image)
        result["labels"] = coco[result["labels"]]
        return result

    def run_int8(image):
        x = torch.from_numpy(image.transpose(2, 0, 1).copy()).float() / 255
        result = script([x])[1][0]
        if "masks" in result:
            result["masks"] = result["masks"][:, 0]
        return result

    return network, run_int8 if args.engine == "int8" else run_float


def compare_with_golden(engine, folder):
    worst_box, worst_score = 0.0, 0.0
    for path in sorted(folder.glob("*_input_bgr_u8_hwc.npy")):
        stem = path.name.split("_")[0]
        golden = {key: torch.from_numpy(numpy.load(folder / f"{stem}_{key}.npy"))
                  for key in ("boxes", "scores", "labels")}
        found = engine(numpy.load(path))
        overlaps = torchvision.ops.box_iou(golden["boxes"], found["boxes"])
        for i in (golden["scores"] > 0.5).nonzero().flatten().tolist():
            same = found["labels"] == golden["labels"][i]
            match = int((overlaps[i] * same).argmax())
            box = float((golden["boxes"][i] - found["boxes"][match]).abs().max())
            score = float((golden["scores"][i] - found["scores"][match]).abs())
            worst_box, worst_score = max(worst_box, box), max(worst_score, score)
            print(f"{stem} label {int(golden['labels'][i]):2d} score {float(golden['scores'][i]):.4f} "
                  f"-> {float(found['scores'][match]):.4f} ({score:.4f})  box off by {box:.2f} px  "
                  f"IoU {float(overlaps[i, match]):.3f}")
    print(f"worst: box {worst_box:.2f} px, score {worst_score:.4f}")


def write(network, engine, golden, output):
    """Everything as float32, class numbers and pasted masks too; maps are [channels, height, width]."""
    output.mkdir(parents=True, exist_ok=True)
    for path in sorted(golden.glob("*_input_bgr_u8_hwc.npy")):
        result = engine(numpy.load(path))
        named = {key: network.taps[key].squeeze(0) for key in
                 ("input", "features", "rpn_logits", "rpn_deltas", "proposals")}
        named.update(class_logits=network.taps["class_logits"], box_deltas=network.taps["box_deltas"])
        named.update(result)
        if "masks" in result:
            size = numpy.load(path).shape[:2]
            named["pasted"] = torch.stack([paste(mask, box, *size) for mask, box in
                                           zip(result["masks"], result["boxes"])])
        for key, value in named.items():
            numpy.save(output / f"{path.name.split('_')[0]}_{key}.npy",
                       value.float().contiguous().numpy())


def evaluate(engine, folder, split, output):
    from PIL import Image
    from pycocotools import mask as run_lengths
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
    truth = COCO(str(folder / "annotations" / f"instances_{split}2017.json"))
    results, seconds = [], 0.0
    for image_id, record in truth.imgs.items():
        pixels = Image.open(folder / f"{split}2017" / record["file_name"]).convert("RGB")
        image = numpy.array(pixels)[:, :, ::-1]
        begin = time.perf_counter()
        found = engine(image)
        seconds += time.perf_counter() - begin
        for i, (x0, y0, x1, y1) in enumerate(found["boxes"].tolist()):
            results.append({"image_id": image_id, "category_id": int(found["labels"][i]),
                            "score": float(found["scores"][i]), "bbox": [x0, y0, x1 - x0, y1 - y0]})
            if "masks" in found:
                binary = paste(found["masks"][i], found["boxes"][i], *image.shape[:2])
                rle = run_lengths.encode(numpy.asfortranarray(binary.numpy().astype(numpy.uint8)))
                results[-1]["segmentation"] = {**rle, "counts": rle["counts"].decode()}
    if output:
        output.write_text(json.dumps(results))
    for kind in ("bbox", "segm") if "segmentation" in results[0] else ("bbox",):
        evaluation = COCOeval(truth, truth.loadRes(results), kind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
        print(f"{split} {kind} AP {evaluation.stats[0]:.4f}")
    print(f"{seconds / len(truth.imgs):.4f} seconds a image with {torch.get_num_threads()} threads")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--engine", choices=("float", "int8"), default="float")
    parser.add_argument("--golden", type=pathlib.Path)
    parser.add_argument("--coco", type=pathlib.Path)
    parser.add_argument("--split", default="val")
    parser.add_argument("--results", type=pathlib.Path, help="COCO results JSON of --coco")
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.set_grad_enabled(False)
    network, engine = make_engine(args)
    if args.write:
        write(network, engine, args.golden, args.write)
    elif args.golden:
        compare_with_golden(engine, args.golden)
    if args.coco:
        evaluate(engine, args.coco, args.split, args.results)


if __name__ == "__main__":
    main()
