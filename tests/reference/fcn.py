"""FCN-32s, FCN-16s and FCN-8s on VGG-style networks, as the paper's Caffe models compute them.

Long, Shelhamer, Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015. Tensors have
the names of the paper's layers: conv1_1 .. conv5_3, fc6, fc7, score_fr, score_pool4, score_pool3. The
upsampling layers are fixed to bilinear interpolation and have no tensors. `vgg16_fcn` is the network of the
paper, `tiny_fcn` the narrow one that ships for the images of `roiflow synth`.

Geometry. Every layer maps the pixel i of its output to the coordinate a * i + b of the image, pixel centres at
whole numbers (Caffe's coord_map does the same). With padding P at the first 3x3 convolution, K x K weights
in fc6 and 2x2 pools of stride 2,
  pool number n   a = 2^n, b = (2^n - 1) / 2 - (P - 1)
  fc6 .. score    a = 32,  b = 32 (K - 1) / 2 + 31 / 2 - (P - 1)         since fc6 has no padding
A bilinear upsampling by s (transposed convolution, kernel 2s, stride s) goes from (a, b) to (a / s, b - a (2s - 1)
/ (2s)), since its output s * i + s - 1/2 lies on its input i. To put a finer layer (a, b) onto a coarser one's
upsampling (a, c), crop it by (c - b) / a pixels at the top and the left; to put an upsampling (1, c) onto the image,
crop it by -c. For P = 100, K = 7 that is what the paper's files say: 19, 27, 31 for the images, 5 and 9 for the
skips. In general the skips' crops are K - 2 and 2 K - 5, whatever P; the last crops are
  P - 16 K + 31 (32s), P - 16 K + 39 (16s), P - 16 K + 43 (8s),
which have to be 0 or more. K >= 4 and P >= 16 K - 31 suit an image of any size that leaves fc6 K rows and columns (for
P = 50, K = 5: 31 pixels); with K = 3 the crop of pool3 can reach one row too far down.
"""

import math

import torch
from torch import nn
from torch.nn import functional

from tiny_model import CLASSES

MEAN = (0.485, 0.456, 0.406)  # R, G, B in 0 .. 1, as torchvision's models take them
STD = (0.229, 0.224, 0.225)
STRIDES = {"fcn32s": 32, "fcn16s": 16, "fcn8s": 8}
VGG16 = dict(convs=(2, 2, 3, 3, 3), channels=(64, 128, 256, 512, 512), hidden=4096, fc6_kernel=7,
             padding=100)
TINY = dict(convs=(1, 2, 3, 3, 2), channels=(8, 24, 48, 96, 128), hidden=112, fc6_kernel=5,
            padding=50)


def bilinear_kernel(stride):
    """[2s, 2s]: the weights of bilinear interpolation between pixels `stride` apart."""
    distance = (torch.arange(2 * stride, dtype=torch.float64) - (stride - 0.5)).abs() / stride
    return torch.outer(1 - distance, 1 - distance).float()


def upsampled(scores, stride):
    channels = scores.shape[1]
    kernel = bilinear_kernel(stride).expand(channels, 1, -1, -1).contiguous()
    return functional.conv_transpose2d(scores, kernel, stride=stride, groups=channels)


def cropped(tensor, like, offset):
    """The part of `tensor` of the height and width of `like` that begins at `offset`."""
    height, width = like.shape[-2:]
    if offset < 0 or min(tensor.shape[-2] - height, tensor.shape[-1] - width) < offset:
        raise ValueError(f"{list(tensor.shape)} has no part of {height} x {width} at {offset}")
    return tensor[..., offset:offset + height, offset:offset + width]


class Fcn(nn.Module):
    """`normalise`: batch norm after every layer with ReLU, for training; see `folded`."""

    def __init__(self, stride, classes, convs, channels, hidden, fc6_kernel, padding,
                 pool4_scale=1.0, pool3_scale=1.0, normalise=False):
        super().__init__()
        self.stride, self.padding, self.normalise = stride, padding, normalise
        self.fc6_kernel, self.pool4_scale, self.pool3_scale = fc6_kernel, pool4_scale, pool3_scale
        self.stages, inputs = [], 3
        for stage, (count, outputs) in enumerate(zip(convs, channels), 1):
            names = [f"conv{stage}_{number}" for number in range(1, count + 1)]
            for name in names:
                self.add_layer(name, inputs, outputs, 3, padding if name == "conv1_1" else 1)
                inputs = outputs
            self.stages.append(names)
        self.add_layer("fc6", inputs, hidden, fc6_kernel, 0)
        self.add_layer("fc7", hidden, hidden, 1, 0)
        self.score_fr = nn.Conv2d(hidden, classes, 1)
        if stride <= 16:
            self.score_pool4 = nn.Conv2d(channels[3], classes, 1)
        if stride <= 8:
            self.score_pool3 = nn.Conv2d(channels[2], classes, 1)
        for name, module in self.named_children():
            if isinstance(module, nn.Conv2d):
                if name.startswith("score_"):
                    nn.init.zeros_(module.weight)  # as in the paper: a new skip changes nothing
                else:
                    nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                nn.init.zeros_(module.bias)
        self.names = [name for name, module in self.named_children()
                      if isinstance(module, nn.Conv2d)]

    def add_layer(self, name, inputs, outputs, kernel, padding):
        self.add_module(name, nn.Conv2d(inputs, outputs, kernel, padding=padding))
        if self.normalise:
            self.add_module(name + "_bn", nn.BatchNorm2d(outputs))

    def apply_layer(self, name, x):
        x = getattr(self, name)(x)
        return functional.relu(getattr(self, name + "_bn")(x) if self.normalise else x,
                               inplace=True)

    def crop_offsets(self):
        """Of pool4, of pool3, of the last upsampling; see the head of this file."""
        kernel = self.fc6_kernel
        last = {32: 31, 16: 39, 8: 43}[self.stride] - 16 * kernel + self.padding
        return kernel - 2, 2 * kernel - 5, last

    def grids(self):
        """Name: (a, b), where pixel i of the own scores lies in the image: at a * i + b."""
        shift = 1 - self.padding
        return {"score_fr": (32, 16 * (self.fc6_kernel - 1) + 15.5 + shift),
                "score_pool4": (16, 7.5 + shift), "score_pool3": (8, 3.5 + shift)}

    def features(self, images):
        """Name: [N,C,h,w] of pool1 .. pool5 and fc7. images: float [N,3,H,W], normalised."""
        x, features = images, {}
        for stage, names in enumerate(self.stages, 1):
            for name in names:
                x = self.apply_layer(name, x)
            x = features[f"pool{stage}"] = functional.max_pool2d(x, 2, 2, ceil_mode=True)
        features["fc7"] = self.apply_layer("fc7", self.apply_layer("fc6", x))
        return features

    def own_scores(self, images):
        """Name: [N,C,h,w], what score_fr, score_pool4 and score_pool3 make of their features."""
        features = self.features(images)
        maps = {"score_fr": self.score_fr(features["fc7"])}
        if self.stride <= 16:
            maps["score_pool4"] = self.score_pool4(features["pool4"] * self.pool4_scale)
        if self.stride <= 8:
            maps["score_pool3"] = self.score_pool3(features["pool3"] * self.pool3_scale)
        return maps

    def score_maps(self, images):
        """Name: [N,C,h,w], all scores before the last upsampling; the last one is what is upsampled."""
        maps = self.own_scores(images)
        of_pool4, of_pool3, _ = self.crop_offsets()
        if self.stride <= 16:
            coarse = upsampled(maps["score_fr"], 2)
            maps["fuse_pool4"] = coarse + cropped(maps["score_pool4"], coarse, of_pool4)
        if self.stride <= 8:
            coarse = upsampled(maps["fuse_pool4"], 2)
            maps["fuse_pool3"] = coarse + cropped(maps["score_pool3"], coarse, of_pool3)
        return maps

    def forward(self, images):
        """float [N,C,H,W]: a score of every class for every pixel."""
        maps = list(self.score_maps(images).values())
        return cropped(upsampled(maps[-1], self.stride), images, self.crop_offsets()[-1])


def vgg16_fcn(kind, classes=21, pool4_scale=0.01, pool3_scale=0.0001):
    """The paper's networks; the scales are those of its "at once" training."""
    return Fcn(STRIDES[kind], classes, pool4_scale=pool4_scale, pool3_scale=pool3_scale, **VGG16)


def tiny_fcn(kind, normalise=False, **changes):
    """`kind` is fcn32s, fcn16s or fcn8s."""
    return Fcn(STRIDES[kind], CLASSES, normalise=normalise, **{**TINY, **changes})


def folded(model):
    """state_dict of the same function (in inference mode) without batch norm."""
    state = {}
    for name in model.names:
        layer, norm = getattr(model, name), getattr(model, name + "_bn", None)
        weight, bias = layer.weight.detach().double(), layer.bias.detach().double()
        if norm is not None:
            scale = norm.weight.detach().double() / (norm.running_var.double() + norm.eps).sqrt()
            weight = weight * scale.view(-1, 1, 1, 1)
            bias = (bias - norm.running_mean.double()) * scale + norm.bias.detach().double()
        state[name + ".weight"], state[name + ".bias"] = weight.float(), bias.float()
    return state


def normalised(image):
    """uint8 [H,W,3] RGB -> float [3,H,W], as torchvision's models want it."""
    pixels = torch.from_numpy(image).permute(2, 0, 1).float() / 255
    return (pixels - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
