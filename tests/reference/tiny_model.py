"""The tiny Mask R-CNN for the synthetic shapes: torchvision's MaskRCNN on a narrow ResNet-FPN.

Same classes, same arithmetic and same state_dict names as maskrcnn_resnet50_fpn, so that the
shipped model runs through exactly the code that the big one does; only the widths differ.
configs/tiny_mask_rcnn.ini says the same numbers in the program's own language.
"""

from torch import nn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.mask_rcnn import MaskRCNN, MaskRCNNHeads, MaskRCNNPredictor
from torchvision.models.resnet import Bottleneck
from torchvision.ops import MultiScaleRoIAlign

CLASSES = 6  # background and five shapes
STEM = 32  # channels of the 7x7 convolution
PLANES = (16, 32, 64, 128)  # bottleneck widths; a stage puts out 4 times as many channels
BLOCKS = (2, 2, 2, 2)  # bottlenecks a stage
FPN_CHANNELS = 64
BOX_HIDDEN = 256
MASK_LAYERS = (64, 64, 64, 64)
MASK_HIDDEN = 64
MIN_SIZE = 224
MAX_SIZE = 320
ANCHOR_SIZES = ((16,), (32,), (64,), (128,), (256,))
ASPECT_RATIOS = (0.5, 1.0, 2.0)


class NarrowResNet(nn.Module):
    """torchvision's ResNet with a free stem width (there it is always 64)."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, STEM, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(STEM)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        channels = STEM
        for index, (planes, blocks) in enumerate(zip(PLANES, BLOCKS)):
            stage, channels = make_stage(channels, planes, blocks, stride=1 if index == 0 else 2)
            self.add_module(f"layer{index + 1}", stage)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


def make_stage(in_channels, planes, blocks, stride):
    """One ResNet stage; returns it and its number of output channels."""
    out_channels = planes * Bottleneck.expansion
    layers = []
    for block in range(blocks):
        step, downsample = (stride, nn.Sequential(
            nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False),
            nn.BatchNorm2d(out_channels))) if block == 0 else (1, None)
        layers.append(Bottleneck(in_channels, planes, step, downsample))
        in_channels = out_channels
    return nn.Sequential(*layers), out_channels


def build_tiny_mask_rcnn(min_size=MIN_SIZE, **overrides):
    """The model; `min_size` may be a tuple (training picks from it, inference takes the last)."""
    backbone = BackboneWithFPN(
        NarrowResNet(),
        return_layers={f"layer{stage}": str(stage - 1) for stage in (1, 2, 3, 4)},
        in_channels_list=[planes * Bottleneck.expansion for planes in PLANES],
        out_channels=FPN_CHANNELS,
    )
    levels = ["0", "1", "2", "3"]
    settings = dict(
        min_size=min_size,
        max_size=MAX_SIZE,
        rpn_anchor_generator=AnchorGenerator(ANCHOR_SIZES, (ASPECT_RATIOS,) * len(ANCHOR_SIZES)),
        rpn_pre_nms_top_n_train=300,
        rpn_post_nms_top_n_train=300,
        rpn_pre_nms_top_n_test=300,
        rpn_post_nms_top_n_test=200,
        box_roi_pool=MultiScaleRoIAlign(levels, output_size=7, sampling_ratio=2),
        box_head=TwoMLPHead(FPN_CHANNELS * 7 * 7, BOX_HIDDEN),
        box_predictor=FastRCNNPredictor(BOX_HIDDEN, CLASSES),
        box_batch_size_per_image=64,
        mask_roi_pool=MultiScaleRoIAlign(levels, output_size=14, sampling_ratio=2),
        mask_head=MaskRCNNHeads(FPN_CHANNELS, MASK_LAYERS, 1),
        mask_predictor=MaskRCNNPredictor(MASK_LAYERS[-1], MASK_HIDDEN, CLASSES),
    )
    settings.update(overrides)
    return MaskRCNN(backbone, **settings)
