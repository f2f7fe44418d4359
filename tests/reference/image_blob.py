"""The encoded images of any roiflow data set (io/FORMAT.md), and their decoding."""

import io

import numpy as np
from PIL import Image


def encoded_images(path, limit=None):
    """The image files' bytes, in the order of the data set."""
    import h5py
    with h5py.File(path) as file:
        if file.attrs["format"] not in ("roiflow-dataset", b"roiflow-dataset"):
            raise SystemExit(f"{path}: a roiflow data set was expected, found format "
                             f"{file.attrs['format']!r}")
        images = file["images"]
        rows = zip(images["offset"][:limit], images["size"][:limit])
        return [images["bytes"][start:start + size].tobytes() for start, size in rows]


def decode(encoded):
    """uint8 [height, width, 3], RGB."""
    return np.array(Image.open(io.BytesIO(encoded)).convert("RGB"))
