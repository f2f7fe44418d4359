"""Reads a data set file with h5py alone, by io/FORMAT.md, and compares it with its source.

    check_dataset.py data.h5 annotations.json IMAGE_DIR

Exit code 0: every image (bytes included), annotation and category is what the JSON says.
"""
import json
import os
import sys

import h5py
import numpy as np


def row(group, i):
    """Row i of a ragged column."""
    first, end = group["offset"][i : i + 2]
    return group["data"][first:end]


def text(group, i):
    return bytes(row(group, i)).decode("utf-8")


def with_extra(record, extra):
    return {**record, **(json.loads(extra) if extra else {})}


def segmentation(group, m):
    kind = group["kind"][m]
    height, width = (int(v) for v in group["size"][m])
    if kind == 1:
        first, end = group["ring_offset"][m : m + 2]
        return [row(group["rings"], r).tolist() for r in range(first, end)]
    if kind == 2:
        return {"size": [height, width], "counts": row(group["runs"], m).tolist()}
    if kind == 3:
        return {"size": [height, width], "counts": text(group["text"], m)}
    return None


def annotation(group, m, image_id):
    record = {
        "id": int(group["id"][m]),
        "image_id": image_id,
        "category_id": int(group["category_id"][m]),
        "bbox": group["bbox"][m].tolist(),
        "area": float(group["area"][m]),
        "iscrowd": int(group["iscrowd"][m]),
    }
    if group["difficult"][m]:
        record["difficult"] = 1
    mask = segmentation(group["segmentation"], m)
    if mask is not None:
        record["segmentation"] = mask
    return with_extra(record, text(group["extra"], m))


def main(data, source, folder):
    with open(source) as file:
        expected = json.load(file)
    of_image = {image["id"]: [] for image in expected["images"]}
    for record in expected["annotations"]:
        of_image[record["image_id"]].append(record)
    with h5py.File(data, "r") as file:
        assert file.attrs["format"] == "roiflow-dataset" and file.attrs["version"] == 1
        images, annotations = file["images"], file["annotations"]
        assert len(images["id"]) == len(expected["images"])
        assert len(annotations["id"]) == len(expected["annotations"])
        assert annotations["bbox"].dtype == np.float64
        for i, image in enumerate(expected["images"]):
            found = {
                "id": int(images["id"][i]),
                "file_name": text(images["file_name"], i),
                "width": int(images["width"][i]),
                "height": int(images["height"][i]),
            }
            assert with_extra(found, text(images["extra"], i)) == image, (i, image)
            first, size = images["offset"][i], images["size"][i]
            with open(os.path.join(folder, image["file_name"]), "rb") as encoded:
                assert bytes(images["bytes"][first : first + size]) == encoded.read(), (i, image)
            first, end = images["annotation_offset"][i : i + 2]
            assert (annotations["image"][first:end] == i).all()
            records = [annotation(annotations, m, image["id"]) for m in range(first, end)]
            assert records == of_image[image["id"]], (i, image)
        categories = file["categories"]
        for i, category in enumerate(expected["categories"]):
            found = {"id": int(categories["id"][i]), "name": text(categories["name"], i)}
            if text(categories["supercategory"], i):
                found["supercategory"] = text(categories["supercategory"], i)
            assert with_extra(found, text(categories["extra"], i)) == category, (i, category)
        extra = bytes(file["extra"][:]).decode("utf-8")
        known = ("images", "annotations", "categories")
        assert json.loads(extra or "{}") == {k: v for k, v in expected.items() if k not in known}


main(*sys.argv[1:])
