#!/usr/bin/python3
"""What Pillow reads from image files: one line each on stdout, tab-separated.

    pillow_pixels.py LIST      LIST: a file with one path a line

    ok       width  height  Adler-32 of the RGB bytes, as stored and turned upright by EXIF  mode of the file
    refused  reason

16-bit gray, which Pillow clips when it converts to RGB, is brought to 8 bits by its high byte instead.
"""
import sys
import warnings
import zlib

import numpy as np
from PIL import Image, ImageOps

warnings.simplefilter("ignore")
Image.MAX_IMAGE_PIXELS = 100_000_000


def orientation_of(image):
    try:
        return image.getexif().get(0x0112, 1)
    except Exception:  # damaged EXIF
        return 1


def describe(path):
    try:
        with Image.open(path, formats=["JPEG", "PNG"]) as image:
            mode = image.mode
            if mode.startswith("I"):
                high = (np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8)
                rgb = Image.fromarray(high).convert("RGB")
            else:
                rgb = image.convert("RGB")
            upright = rgb
            if orientation_of(image) != 1:
                upright = ImageOps.exif_transpose(image).convert("RGB")
            sums = [zlib.adler32(pixels.tobytes()) for pixels in (rgb, upright)]
            return f"ok\t{rgb.width}\t{rgb.height}\t{sums[0]}\t{sums[1]}\t{mode}"
    except Exception as error:  # Pillow's plug-ins raise all kinds
        return "refused\t" + type(error).__name__


with open(sys.argv[1], encoding="utf-8") as names:
    for name in names:
        print(describe(name.rstrip("\n")))
