"""Faster R-CNN on one feature level, from torchvision's parts: VGG with RoI max pooling, and ResNet-C4.

torchvision ships neither, but its FasterRCNN takes any backbone, pooling and head. The names of the
tensors follow torchvision: backbone.features.N as in vgg16().features, backbone.body.layer3, and so on.
"""

from torch import nn
from torchvision.models import resnet50
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.ops import MultiScaleRoIAlign, roi_pool
from torchvision.ops.misc import FrozenBatchNorm2d

ASPECT_RATIOS = ((0.5, 1.0, 2.0),)
VGG16 = dict(convs=(2, 2, 3, 3, 3), channels=(64, 128, 256, 512, 512))


class VggFeatures(nn.Module):
    """Stages of 3x3 convolutions with ReLU, a 2x2 max pooling between them (not behind the last)."""

    def __init__(self, convs, channels):
        super().__init__()
        layers, inputs = [], 3
        for count, outputs in zip(convs, channels):
            layers += [nn.MaxPool2d(2, 2)] if layers else []
            for _ in range(count):
                layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(inplace=True)]
                inputs = outputs
        self.features, self.out_channels = nn.Sequential(*layers), inputs
        self.stride = 2 ** (len(convs) - 1)

    def forward(self, images):
        return self.features(images)


class RoiMaxPool(nn.Module):
    """torchvision's roi_pool on the only level, called as a MultiScaleRoIAlign."""

    def __init__(self, bins, stride):
        super().__init__()
        self.bins, self.scale = bins, 1 / stride

    def forward(self, features, boxes, image_shapes):
        (level,) = features.values()
        return roi_pool(level, boxes, self.bins, self.scale)


def vgg_faster_rcnn(classes, convs, channels, anchor_sizes, bins, hidden, **settings):
    """The path of the Faster R-CNN paper: one level, RoI max pooling, fc6 and fc7."""
    backbone = VggFeatures(convs, channels)
    model = FasterRCNN(
        backbone,
        rpn_anchor_generator=AnchorGenerator((anchor_sizes,), ASPECT_RATIOS),
        box_head=TwoMLPHead(backbone.out_channels * bins * bins, hidden),
        box_predictor=FastRCNNPredictor(hidden, classes),
        **settings)
    model.roi_heads.box_roi_pool = RoiMaxPool(bins, backbone.stride)  # FasterRCNN only takes RoIAlign
    return model


def vgg16_faster_rcnn(classes, **settings):
    return vgg_faster_rcnn(classes, anchor_sizes=(128, 256, 512), bins=7, hidden=4096, **VGG16,
                           **settings)


class C4Backbone(nn.Module):
    """ResNet up to its third residual layer, of stride 16."""

    out_channels = 1024

    def __init__(self, resnet):
        super().__init__()
        self.body = IntermediateLayerGetter(resnet, {"layer3": "0"})

    def forward(self, images):
        return self.body(images)


class C4Head(nn.Module):
    """ResNet's last residual layer on the pixels of every region, then their mean."""

    def __init__(self, resnet):
        super().__init__()
        self.layer4 = resnet.layer4

    def forward(self, pooled):
        return self.layer4(pooled).mean((2, 3))


def c4_faster_rcnn(classes, **settings):
    resnet = resnet50(weights=None, norm_layer=FrozenBatchNorm2d)
    return FasterRCNN(
        C4Backbone(resnet),
        rpn_anchor_generator=AnchorGenerator(((32, 64, 128, 256, 512),), ASPECT_RATIOS),
        box_roi_pool=MultiScaleRoIAlign(["0"], output_size=14, sampling_ratio=2),
        box_head=C4Head(resnet),
        box_predictor=FastRCNNPredictor(2048, classes),
        **settings)
