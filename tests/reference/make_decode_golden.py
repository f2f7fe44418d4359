#!/usr/bin/python3
"""Small image files of every kind and what Pillow reads from them (written for Debian 12: Pillow 9.4 on
libjpeg-turbo 2.1). Truth for stages/decode.

    make_decode_golden.py        -> tests/golden/decode: NAME.jpg or NAME.png and NAME.npy

NAME.npy is Image.open(...).convert("RGB") as [height, width, 3] bytes. 16-bit gray is the exception:
there Pillow clips at 255, and the high byte is stored instead. label_*.npy are [height, width] values.
"""
import io
import os
import struct
import zlib

import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "golden", "decode")
HEIGHT, WIDTH = 19, 23


def picture(height=HEIGHT, width=WIDTH):
    """A colourful gradient with an edge: smooth enough for JPEG, sharp enough to show upsampling."""
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack([x * 255 // width, y * 255 // height, (x * y * 7) % 256], 2).astype(np.uint8)
    rgb[5:11, 8:15] = (250, 20, 30)
    return Image.fromarray(rgb)


def save(name, image, **options):
    path = os.path.join(OUT, name)
    image.save(path, **options)
    store(path)


def store(path, expected=None):
    if expected is None:
        expected = np.asarray(Image.open(path).convert("RGB"))
    np.save(os.path.splitext(path)[0] + ".npy", expected.astype(np.uint8))


def png(name, values, depth, colour_type, extra=b"", adam7=False):
    """A PNG that Pillow cannot write: any bit depth, optionally interlaced."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour_type]
    height, width = values.shape[:2]
    values = values.reshape(height, width, channels)

    def rows(part):
        for row in part:
            if depth == 16:
                yield b"\0" + row.astype(">u2").tobytes()
            elif depth == 8:
                yield b"\0" + row.astype(np.uint8).tobytes()
            else:
                bits = ((row.reshape(-1, 1) >> np.arange(depth - 1, -1, -1)) & 1).astype(np.uint8)
                yield b"\0" + np.packbits(bits.reshape(-1)).tobytes()

    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    parts = [values[y::dy, x::dx] for y, x, dy, dx in passes] if adam7 else [values]
    data = b"".join(b"".join(rows(part)) for part in parts if part.size)

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, int(adam7))
    path = os.path.join(OUT, name)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra)
        file.write(chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))
    return path, chunk


def palette_chunks(colours, alpha=None):
    _, chunk = png("unused.png", np.zeros((1, 1), np.uint8), 8, 0)
    os.remove(os.path.join(OUT, "unused.png"))
    out = chunk(b"PLTE", np.asarray(colours, np.uint8).tobytes())
    return out + (chunk(b"tRNS", bytes(alpha)) if alpha else b"")


def jpegs():
    rgb = picture()
    for subsampling, name in enumerate(["444", "422", "420"]):
        save(f"baseline_{name}.jpg", rgb, quality=85, subsampling=subsampling)
    save("progressive_420.jpg", rgb, quality=85, progressive=True)
    save("progressive_444.jpg", rgb, quality=60, progressive=True, subsampling=0)
    save("gray.jpg", rgb.convert("L"), quality=85)
    save("cmyk.jpg", rgb.convert("CMYK"), quality=90)
    save("one_pixel.jpg", picture(1, 1), quality=90)
    save("one_row.jpg", picture(1, 37), quality=90)
    exif = Image.Exif()
    exif[0x0112] = 6
    save("orientation_6.jpg", rgb, quality=85, exif=exif.tobytes())


def pngs():
    rgb = picture()
    save("rgb.png", rgb)
    rgba = rgb.convert("RGBA")
    rgba.putalpha(rgb.convert("L"))
    save("rgba.png", rgba)
    save("gray_8.png", rgb.convert("L"))
    save("gray_alpha.png", rgba.convert("LA"))
    save("bilevel.png", rgb.convert("1"))
    save("palette.png", rgb.quantize(37))
    save("transparent.png", rgb, transparency=(250, 20, 30))
    rng = np.random.default_rng(5)
    for depth in (2, 4):
        path, _ = png(f"gray_{depth}.png", rng.integers(0, 2**depth, (HEIGHT, WIDTH)), depth, 0)
        store(path)
    colours = rng.integers(0, 256, (4, 3))
    path, _ = png("palette_2.png", rng.integers(0, 4, (HEIGHT, WIDTH)), 2, 3,
                  palette_chunks(colours, [0, 100, 255]))
    store(path)
    wide = rng.integers(0, 65536, (HEIGHT, WIDTH, 3))
    path, _ = png("rgb_16.png", wide, 16, 2)
    store(path)
    path, _ = png("gray_16.png", wide[..., 0], 16, 0)
    store(path, np.repeat(wide[..., :1] >> 8, 3, 2))
    path, _ = png("interlaced.png", np.asarray(rgb), 8, 2, adam7=True)
    store(path)
    path, _ = png("interlaced_1.png", rng.integers(0, 2, (HEIGHT, WIDTH)), 1, 0, adam7=True)
    store(path)


def label_maps():
    rng = np.random.default_rng(6)
    labels = rng.integers(0, 5, (HEIGHT, WIDTH))
    labels[3:6] = 255
    path, _ = png("label_gray.png", labels, 8, 0)
    store(path, labels)
    path, _ = png("label_palette.png", labels, 8, 3, palette_chunks(rng.integers(0, 256, (256, 3))))
    store(path, labels)
    labels = rng.integers(0, 16, (HEIGHT, WIDTH))
    path, _ = png("label_palette_4.png", labels, 4, 3, palette_chunks(rng.integers(0, 256, (16, 3))))
    store(path, labels)


os.makedirs(OUT, exist_ok=True)
jpegs()
pngs()
label_maps()
