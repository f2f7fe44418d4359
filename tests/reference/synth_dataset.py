"""Reads a data set that `roiflow synth` made (io/FORMAT.md says what is where) with h5py."""

import io

import h5py
import numpy as np
from PIL import Image

from image_blob import decode, encoded_images

TEXT = 3  # annotations/segmentation/kind: compressed run lengths, which is what synth writes


def runs_from_text(text):
    """The COCO API's compressed `counts` text (bytes) as a list of run lengths."""
    runs, value, shift = [], 0, 0
    for character in text:
        bits = character - 48
        value |= (bits & 0x1F) << shift
        shift += 5
        if not bits & 0x20:  # the last character of this number
            if bits & 0x10:
                value -= 1 << shift
            runs.append(value + runs[-2] if len(runs) > 2 else value)
            value, shift = 0, 0
    return runs


def mask_from_runs(runs, height, width):
    """[height, width] uint8 from column-major run lengths, background first."""
    values = np.zeros(len(runs), np.uint8)
    values[1::2] = 1
    return np.repeat(values, runs).reshape(width, height).T


def strings(group):
    data, offset = group["data"][:].tobytes(), group["offset"][:]
    return [data[start:end] for start, end in zip(offset[:-1], offset[1:])]


class SynthDataset:
    """Images are decoded when first asked for and kept."""

    def __init__(self, path):
        self.encoded = encoded_images(path)
        with h5py.File(path) as file:
            images, annotations = file["images"], file["annotations"]
            self.images = {name: images[name][:] for name in ("id", "width", "height")}
            self.annotations = {name: annotations[name][:]
                                for name in ("id", "category_id", "bbox", "area", "iscrowd")}
            if (annotations["segmentation/kind"][:] != TEXT).any():
                raise SystemExit(f"{path}: has polygons or no masks; was it made by `synth`?")
            self.masks = strings(annotations["segmentation/text"])
            self.first = images["annotation_offset"][:]
            self.category_ids = file["categories/id"][:].tolist()
            self.label_pngs = strings(file["label_maps/png"])
            self.ignore_label = int(file["label_maps"].attrs["ignore_label"])
            self.category_names = [name.decode() for name in strings(file["categories/name"])]
        self.decoded, self.decoded_labels = {}, {}

    def __len__(self):
        return len(self.encoded)

    def image(self, index):
        """uint8 [height, width, 3], RGB."""
        if index not in self.decoded:
            self.decoded[index] = decode(self.encoded[index])
        return self.decoded[index]

    def label_map(self, index):
        """uint8 [height, width]: 0 background, category ids, ignore_label."""
        if index not in self.decoded_labels:
            png = Image.open(io.BytesIO(self.label_pngs[index]))
            self.decoded_labels[index] = np.array(png)
        return self.decoded_labels[index]

    def target(self, index, with_masks=True):
        """What to train on: boxes float32 [n,4] x0 y0 x1 y1, labels int64 [n] from 1 on, and masks
        uint8 [n,height,width], or [0,height,width]. Crowds are left out."""
        height, width = self.images["height"][index], self.images["width"][index]
        rows = [row for row in range(self.first[index], self.first[index + 1])
                if not self.annotations["iscrowd"][row]]
        boxes = self.annotations["bbox"][rows].reshape(-1, 4).astype(np.float32)
        boxes[:, 2:] += boxes[:, :2]
        labels = [self.category_ids.index(self.annotations["category_id"][row]) + 1
                  for row in rows]
        masks = np.zeros((len(rows) if with_masks else 0, height, width), np.uint8)
        for mask, row in zip(masks, rows):
            mask[:] = mask_from_runs(runs_from_text(self.masks[row]), height, width)
        return boxes, np.array(labels, np.int64), masks

    def as_coco(self):
        """The whole truth as the COCO API's dictionary, crowds included."""
        images = [{"id": int(self.images["id"][index]), "width": int(self.images["width"][index]),
                   "height": int(self.images["height"][index])} for index in range(len(self))]
        annotations = []
        for image, start, end in zip(images, self.first[:-1], self.first[1:]):
            for row in range(start, end):
                annotations.append({
                    "id": int(self.annotations["id"][row]), "image_id": image["id"],
                    "category_id": int(self.annotations["category_id"][row]),
                    "bbox": self.annotations["bbox"][row].tolist(),
                    "area": float(self.annotations["area"][row]),
                    "iscrowd": int(self.annotations["iscrowd"][row]),
                    "segmentation": {"size": [image["height"], image["width"]],
                                     "counts": self.masks[row].decode()}})
        categories = [{"id": id_, "name": name}
                      for id_, name in zip(self.category_ids, self.category_names)]
        return {"images": images, "annotations": annotations, "categories": categories}
