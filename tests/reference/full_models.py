"""The full-size detectors with random, healthy weights.

torchvision's own: maskrcnn_resnet50_fpn, fasterrcnn_resnet50_fpn, both `_v2`, and the first two on ResNet-101;
detectors.py puts together those that torchvision has only the parts of: VGG-16 and ResNet-50-C4.

Plain random weights make a detector whose scores are all alike, which tests nothing. Here every
normalisation and every prediction layer is calibrated, in the order of execution, on one picture:
activations have about unit variance at any depth, scores and classes differ from box to box, there
are many detections, and none on a blank picture. The names of the state_dict are torchvision's.
"""

import math

import torch
from torch import nn
from torchvision.models.detection import (FasterRCNN, MaskRCNN, fasterrcnn_resnet50_fpn_v2,
                                          maskrcnn_resnet50_fpn_v2)
from torchvision.models.detection._utils import overwrite_eps
from torchvision.models.detection.faster_rcnn import FastRCNNConvFCHead
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
from torchvision.ops.misc import FrozenBatchNorm2d

from detectors import c4_faster_rcnn, vgg16_faster_rcnn
from sample_images import blank_image, shapes_image

CLASSES = {"faster_rcnn_vgg16": 21}  # PASCAL VOC's, as in the paper; all others know COCO's
COCO_CLASSES = 91
# Of batch norm where it is not 1e-5, as configs/*.ini say: torchvision sets 0 with its published weights.
BATCH_NORM_EPS = {"mask_rcnn_r50_fpn": 0.0, "faster_rcnn_r50_fpn": 0.0}
CALIBRATION_SIZE = 256
# Layer (end of its name): mean and standard deviation that its output shall have. The last two
# layers of the chain decide how much a rounding in a feature moves a score: with 0.3 and 2.5 two
# float32 programs differ by up to 1.4e-4 at the end, though each layer agrees to 5e-6.
TARGETS = {
    "rpn.head.cls_logits": (-1.0, 2.0),
    "rpn.head.bbox_pred": (0.0, 0.15),
    "box_predictor.cls_score": (0.0, 1.8),
    "box_predictor.bbox_pred": (0.0, 1.0),
    "mask_predictor.mask_fcn_logits": (0.0, 3.0),
    # FCN: with 1 the classes of neighbouring pixels would be nearly a draw
    "score_fr": (0.0, 2.0),
    "score_pool4": (0.0, 2.0),
    "score_pool3": (0.0, 2.0),
    "classifier.4": (0.0, 2.0),
}
# With four convolutions in the box head of `_v2` the roundings of a proposal count more.
CALMER_SCORES = 1.2  # instead of 1.8, of box_predictor.cls_score
# A comparison to 1e-4 needs a network that does not multiply rounding errors. Random ones do, block
# after block; trained ones have small residual branches, and variances over a whole data set:
BRANCH_GAIN = 0.2  # scale of the last normalisation of a residual branch
MEAN_AS_VARIANCE = 0.25  # part of a channel's squared mean (over one picture) taken as variance
BACKGROUND_ON_BLANK = 40.0  # how much the background's logit rises from picture to blank


def as_input(image):
    return torch.from_numpy(image).permute(2, 0, 1).float() / 255


def on_fpn(detector, resnet):
    def build(classes, **settings):
        backbone = resnet_fpn_backbone(backbone_name=resnet, weights=None, trainable_layers=5)
        return detector(backbone, classes, **settings)
    return build


def version_2(build_torchvision):
    def build(classes, **settings):
        return build_torchvision(weights=None, weights_backbone=None, num_classes=classes,
                                 **settings)
    return build


KINDS = {
    "mask_rcnn_r50_fpn": on_fpn(MaskRCNN, "resnet50"),
    "faster_rcnn_r50_fpn": on_fpn(FasterRCNN, "resnet50"),
    "faster_rcnn_r101_fpn": on_fpn(FasterRCNN, "resnet101"),
    "mask_rcnn_r101_fpn": on_fpn(MaskRCNN, "resnet101"),
    "mask_rcnn_r50_fpn_v2": version_2(maskrcnn_resnet50_fpn_v2),
    "faster_rcnn_r50_fpn_v2": version_2(fasterrcnn_resnet50_fpn_v2),
    "faster_rcnn_r50_c4": c4_faster_rcnn,
    "faster_rcnn_vgg16": vgg16_faster_rcnn,
}


def build_full_model(kind, min_size=800, max_size=1333, **settings):
    """The architecture with untrained weights, in inference mode."""
    model = KINDS[kind](CLASSES.get(kind, COCO_CLASSES), min_size=min_size, max_size=max_size,
                        **settings)
    if kind in BATCH_NORM_EPS:
        overwrite_eps(model, BATCH_NORM_EPS[kind])
    return model.eval()


def calibrate_batch_norm(module, inputs, random, gain):
    """Statistics near those of the actual input; mild random scale (about `gain`) and shift."""
    x = inputs[0]
    mean = x.mean((0, 2, 3))
    variance = x.var((0, 2, 3)) + MEAN_AS_VARIANCE * mean**2 + 1e-3

    def noise():
        return torch.randn(mean.shape, generator=random)

    module.running_mean.copy_(mean + 0.2 * variance.sqrt() * noise())
    module.running_var.copy_(variance * torch.exp(0.3 * noise()))
    module.weight.copy_(gain * (1 + 0.2 * noise()))
    module.bias.copy_(0.1 * noise())


def calibrate_output(module, output, mean, deviation):
    """Scales and shifts a layer so that every output channel has this mean and deviation."""
    channel = 1 if output.ndim == 4 else output.ndim - 1
    axes = [axis for axis in range(output.ndim) if axis != channel]
    old_mean = output.mean(axes)
    scale = deviation / (output - old_mean.view([-1 if a == channel else 1
                                                 for a in range(output.ndim)])).std().item()
    module.weight.mul_(scale)
    module.bias.mul_(scale).add_(mean - old_mean * scale)


class Calibration:
    """Hooks that set each layer once, just when the calibration picture first reaches it."""

    def __init__(self, model, random):
        self.random, self.done, self.handles = random, set(), []
        self.targets = dict(TARGETS)
        if any(isinstance(module, FastRCNNConvFCHead) for module in model.modules()):
            self.targets["box_predictor.cls_score"] = (0.0, CALMER_SCORES)
        for name, module in model.named_modules():
            if isinstance(module, (FrozenBatchNorm2d, nn.BatchNorm2d)):
                self.handles.append(module.register_forward_pre_hook(self.before(name)))
            elif isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)) \
                    and module.bias is not None:
                self.handles.append(module.register_forward_hook(self.after(name)))

    def before(self, name):
        def hook(module, inputs):
            if name not in self.done:
                self.done.add(name)
                calibrate_batch_norm(module, inputs, self.random,
                                     BRANCH_GAIN if name.endswith("bn3") else 0.8)
        return hook

    def after(self, name):
        def hook(module, inputs, output):
            if name in self.done or output.numel() == 0:
                return None
            self.done.add(name)
            mean, deviation = next((target for end, target in self.targets.items()
                                    if name.endswith(end)), (0.0, 1.0))
            calibrate_output(module, output, mean, deviation)
            return type(module).forward(module, *inputs)
        return hook

    def remove(self):
        for handle in self.handles:
            handle.remove()


def draw_weights(model, random):
    """Plain random weights and biases, as a start for the calibration."""
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            fan_in = module.weight[0].numel()
            module.weight.normal_(0, math.sqrt(2 / fan_in), generator=random)
            if module.bias is not None:
                module.bias.normal_(0, 0.05, generator=random)


def mean_box_feature(model, image):
    """What the box head makes of the picture's proposals, on average."""
    seen = []
    handle = model.roi_heads.box_head.register_forward_hook(lambda *hook: seen.append(hook[2]))
    model([as_input(image)])
    handle.remove()
    return seen[0].mean(0)


def randomize_segmenter(model, inputs, seed):
    """Gives a network of label maps random weights that depend on `seed`. inputs: [1,3,H,W]."""
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        draw_weights(model, random)
        calibration = Calibration(model, random)
        model(inputs)
        calibration.remove()


def randomize(model, seed):
    """Gives the detector `model` random weights that depend on `seed`; see the head of this file."""
    random = torch.Generator().manual_seed(seed)
    transform, sizes = model.transform, model.transform.min_size
    transform.min_size = (CALIBRATION_SIZE,)
    with torch.no_grad():
        draw_weights(model, random)
        calibration = Calibration(model, random)
        picture = shapes_image(CALIBRATION_SIZE, 320, seed)
        model([as_input(picture)])
        calibration.remove()
        on_picture = mean_box_feature(model, picture)
        towards_blank = mean_box_feature(model, blank_image(CALIBRATION_SIZE, 320)) - on_picture
        direction = towards_blank * (BACKGROUND_ON_BLANK / towards_blank.square().sum())
        scores = model.roi_heads.box_predictor.cls_score
        scores.weight[0] += direction
        scores.bias[0] -= direction @ on_picture
    transform.min_size = sizes
    return model
