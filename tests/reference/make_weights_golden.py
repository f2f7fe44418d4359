#!/usr/bin/python3
"""Writes the small weight files under tests/golden/weights (torch 1.13; run once, kept).

    /usr/bin/python3 tests/reference/make_weights_golden.py tests/golden/weights

Every tensor holds ramp(count) = 0.25 * i - 1 for element i in its own order, except where noted, so
that the test knows the values by formula. All are exact in float16 and bfloat16.
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


if __name__ == "__main__":
    main()
