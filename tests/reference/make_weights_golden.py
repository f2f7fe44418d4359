#!/usr/bin/python3
"""Writes the small weight files under tests/golden/weights (torch 1.13; run once, kept).

    /usr/bin/python3 tests/reference/make_weights_golden.py tests/golden/weights

Every tensor holds ramp(count) = 0.25 * i - 1 for element i in its own order, except where noted, so
that the test knows the values by formula. All are exact in float16 and bfloat16. The files of 8-bit
layers are the exception: script_quantised_values.pth says what torch dequantises them to.
"""
import argparse
import collections
import json
import pathlib
import struct
import sys

import torch


def ramp(*shape, dtype=torch.float32):
    count = 1
    for extent in shape:
        count *= extent
    return (torch.arange(count, dtype=torch.float32) * 0.25 - 1).reshape(shape).to(dtype)


def tensors():
    shared = ramp(2, 3, 1, 2)
    transposed = ramp(4, 3).t().contiguous().t()  # values of ramp(4, 3), strides (1, 4)
    wide = torch.zeros(3, 8)
    wide[1:, ::2] = ramp(2, 4)
    return collections.OrderedDict([
        ("f32.weight", shared),
        ("tied.weight", shared),                     # the same storage twice
        ("f16", ramp(5, dtype=torch.float16)),
        ("bf16", ramp(4, dtype=torch.bfloat16)),
        ("f64", ramp(3, dtype=torch.float64)),
        ("i64", torch.tensor(42)),                   # a scalar: shape ()
        ("u8", torch.arange(4, dtype=torch.uint8)),  # 0 1 2 3
        ("transposed", transposed),
        ("slice", wide[1:, ::2]),                    # offset 8, strides (8, 2)
        ("empty", torch.zeros(0, 3)),
        ("bn.num_batches_tracked", torch.tensor(7)),
        ("rpn.head.conv.weight", ramp(1)),           # renamed by torchvision 0.13
    ])


def safetensors(path, named):
    dtypes = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16",
              torch.float64: "F64", torch.int64: "I64", torch.uint8: "U8"}
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in named.items():
        flat = tensor.contiguous()
        raw = (flat.view(torch.int16) if flat.dtype == torch.bfloat16 else flat).numpy().tobytes()
        header[name] = {"dtype": dtypes[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


class Inner(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", ramp(3))
        self.scale = torch.nn.Parameter(ramp(2))  # no zero_point beside it: a weight like others
        self.sizes = [1, 2, 3]

    def forward(self, x):
        return x + self.mean.sum() * self.sizes[0]


class Outer(torch.nn.Module):
    """Plain numbers in nested modules; `twin` is `inner` once more."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(2, 3, 2)
        with torch.no_grad():
            self.conv.weight.copy_(ramp(3, 2, 2, 2))
            self.conv.bias.copy_(ramp(3))
        self.inner = Inner()
        self.twin = self.inner

    def forward(self, x):
        return self.twin(self.inner(self.conv(x)))


class Sum(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.add = torch.ao.nn.quantized.QFunctional()
        self.add.scale, self.add.zero_point = 0.375, 9

    def forward(self, a, b):
        return self.add.add(a, b)


class Quantised(torch.nn.Module):
    """Layers of 8-bit integers, with every way of storing their scales."""

    def __init__(self):
        super().__init__()
        quantised = torch.ao.nn.quantized
        self.quant = quantised.Quantize(0.5, 64, torch.quint8)
        self.conv = torch.nn.intrinsic.quantized.ConvReLU2d(2, 3, 2)
        weight = torch.quantize_per_channel(
            ramp(3, 2, 2, 2), torch.tensor([0.1, 0.03, 0.07], dtype=torch.float64),
            torch.tensor([0, 0, 0]), 0, torch.qint8)
        self.conv.set_weight_bias(weight, ramp(3))
        self.conv.scale, self.conv.zero_point = 0.25, 3
        self.plain = quantised.Conv2d(3, 1, 1, bias=False)
        self.plain.set_weight_bias(
            torch.quantize_per_tensor(ramp(1, 3, 1, 1), 0.2, -5, torch.qint8), None)
        self.fc = quantised.Linear(1, 2)
        self.fc.set_weight_bias(
            torch.quantize_per_channel(ramp(2, 1), torch.tensor([0.3, 0.4], dtype=torch.float64),
                                       torch.tensor([0, 0]), 0, torch.qint8), ramp(2))
        self.fc.scale, self.fc.zero_point = 0.125, 7
        self.sum = Sum()
        self.dequant = quantised.DeQuantize()

    def forward(self, x):
        x = self.plain(self.conv(self.quant(x)))
        x = self.sum(x, x)
        return self.dequant(self.fc(x.mean((2, 3))))

    def values(self):
        """What torch itself makes of the integers."""
        named = {}
        for name, layer in (("conv", self.conv), ("plain", self.plain), ("fc", self.fc)):
            weight, bias = layer._weight_bias()
            named[name + ".weight"] = weight.dequantize()
            if bias is not None:
                named[name + ".bias"] = bias.detach()
            per_channel = weight.qscheme() == torch.per_channel_affine
            named[name + ".scales"] = (weight.q_per_channel_scales() if per_channel
                                       else torch.tensor([weight.q_scale()]))
            named[name + ".zero_points"] = (weight.q_per_channel_zero_points() if per_channel
                                            else torch.tensor([weight.q_zero_point()]))
        return named


def scripts(folder):
    torch.backends.quantized.engine = "qnnpack"
    torch.jit.save(torch.jit.script(Outer().eval()), str(folder / "script_float.pt"))
    module = Quantised().eval()
    traced = torch.jit.trace(module, torch.zeros(1, 2, 4, 4))
    torch.jit.save(traced, str(folder / "script_quantised.pt"))
    torch.save(module.values(), folder / "script_quantised_values.pth")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    named = tensors()
    torch.save(named, folder / "tensors_zip.pth")
    torch.save(named, folder / "tensors_protocol4.pth", pickle_protocol=4)
    torch.save(named, folder / "tensors_legacy.pth", _use_new_zipfile_serialization=False)
    safetensors(folder / "tensors.safetensors", named)
    layer = torch.nn.Linear(2, 1)
    with torch.no_grad():
        layer.weight.copy_(ramp(1, 2))
        layer.bias.copy_(ramp(1))
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.5, momentum=0.9)
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    with torch.no_grad():
        layer.weight.copy_(ramp(1, 2))
        layer.bias.copy_(ramp(1))
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [1, 2])
    torch.save({"model": layer.state_dict(), "optimizer": optimizer.state_dict(),
                "lr_scheduler": schedule.state_dict(), "epoch": 3,
                "args": argparse.Namespace(lr=0.5, device="cuda")}, folder / "checkpoint.pth")
    torch.save({"scale": torch.nn.Parameter(ramp(3))}, folder / "parameter.pth")
    scripts(folder)


if __name__ == "__main__":
    main()
