"""The tiny Faster R-CNN for the synthetic shapes: the path of the VGG-16 one with narrow layers.

One level of stride 8, nine anchors a position, RoI max pooling, fc6 and fc7. The convolutions are as many
and as wide as those of the first four stages of the tiny FCNs, whose trunk the training begins with.
configs/tiny_faster_rcnn.ini says the same numbers in the program's own language.
"""

from detectors import vgg_faster_rcnn
from fcn import TINY
from tiny_model import CLASSES

STAGES = 4
CONVS, CHANNELS = TINY["convs"][:STAGES], TINY["channels"][:STAGES]
MIN_SIZE = 224
MAX_SIZE = 320
ANCHOR_SIZES = (32, 72, 160)
ROI_BINS = 6
HIDDEN = 128


def build_tiny_faster_rcnn(min_size=MIN_SIZE, **overrides):
    """The model; `min_size` may be a tuple (training picks from it, inference takes the last)."""
    settings = dict(
        min_size=min_size,
        max_size=MAX_SIZE,
        rpn_pre_nms_top_n_train=600,
        rpn_post_nms_top_n_train=300,
        rpn_pre_nms_top_n_test=600,
        rpn_post_nms_top_n_test=200,
        rpn_fg_iou_thresh=0.6,
        box_batch_size_per_image=128,
        box_positive_fraction=0.5,
    )
    settings.update(overrides)
    return vgg_faster_rcnn(CLASSES, CONVS, CHANNELS, ANCHOR_SIZES, ROI_BINS, HIDDEN, **settings)


def names_of_trunk():
    """(name in the FCN, name in the detector) of every convolution of the trunk."""
    index = 0
    for stage, count in enumerate(CONVS, 1):
        for number in range(1, count + 1):
            yield f"conv{stage}_{number}", f"backbone.features.{index}"
            index += 2  # the convolution and its ReLU
        index += 1  # the pooling
