#!/usr/bin/python3
"""What Pillow reads from image files: one line each on stdout, tab-separated.

    pillow_pixels.py LIST      LIST: a file with one path a line

    ok       width  height  Adler-32 of the RGB bytes  mode of the file
    refused  reason
"""
import sys
import warnings
import zlib

from PIL import Image

warnings.simplefilter("ignore")
Image.MAX_IMAGE_PIXELS = 100_000_000


def describe(path):
    try:
        with Image.open(path, formats=["JPEG", "PNG"]) as image:
            mode = image.mode
            rgb = image.convert("RGB")
            checksum = zlib.adler32(rgb.tobytes())
            return f"ok\t{rgb.width}\t{rgb.height}\t{checksum}\t{mode}"
    except Exception as error:  # Pillow's plug-ins raise all kinds
        return "refused\t" + type(error).__name__


with open(sys.argv[1], encoding="utf-8") as names:
    for name in names:
        print(describe(name.rstrip("\n")))
