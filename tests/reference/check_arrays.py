#!/usr/bin/env python3
"""Compares arrays files with pycocotools, bit by bit.

    check_arrays.py CASES.json FOLDER

CASES.json is as make_eval_golden.py writes it; FOLDER holds <number of the case>.<type>.h5. Prints how
many files were equal, or fails with the first difference.
"""

import json
import os
import sys

import h5py

from make_eval_golden import Case


def text(column, row):
    return bytes(column["data"][column["offset"][row]:column["offset"][row + 1]]).decode()


def check(path, case, kind):
    evaluation = case.evaluated(kind)
    with h5py.File(path) as file:
        assert file.attrs["format"] == "roiflow-arrays" and file.attrs["version"] == 1
        assert file.attrs["iou_type"] == kind
        for name in ("precision", "scores", "recall"):
            found, expected = file[name][()], evaluation.eval[name]
            assert found.dtype == "<f8" and found.shape == expected.shape, (path, name, found.shape)
            assert found.tobytes() == expected.tobytes(), (path, name)
        params, axes = evaluation.params, file["parameters"]
        assert list(file["category_ids"]) == list(params.catIds), path
        assert axes["iou_thresholds"][()].tobytes() == params.iouThrs.tobytes(), path
        assert axes["recall_thresholds"][()].tobytes() == params.recThrs.tobytes(), path
        assert list(axes["max_detections"]) == list(params.maxDets), path
        assert axes["area_ranges"][()].tolist() == [list(r) for r in params.areaRng], path
        labels = [text(axes["area_labels"], a) for a in range(len(params.areaRngLbl))]
        assert labels == params.areaRngLbl, path


def main():
    cases_path, folder = sys.argv[1:]
    with open(cases_path, encoding="ascii") as file:
        cases = json.load(file)
    checked = 0
    for number, described in enumerate(cases):
        case = Case(described["name"])
        case.params, case.results = described["params"], described["results"]
        case.ground_truth = described["ground_truth"]
        for kind in described["expected"]:
            check(os.path.join(folder, f"{number}.{kind}.h5"), case, kind)
            checked += 1
    print(checked)


if __name__ == "__main__":
    main()
