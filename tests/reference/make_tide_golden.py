#!/usr/bin/env python3
"""Truth for the error breakdown of stages/analysis, from tidecv 1.0.1.

    make_tide_golden.py CASES.json -o F.json         cases of make_eval_golden.py
    make_tide_golden.py --truth GT.json --results DT.json --type bbox -o F.json

tests/golden/tide.json belongs to tests/golden/evaluation.json. tide_python.sh prints an interpreter
that has tidecv. Each case and type has AP, the six main errors, the two special ones (in tidecv's
points of 0 .. 100, C99 hexadecimals) and the counts of the main ones. A number is null where tidecv
divides by zero because a repair leaves nothing; a whole type is null where the case is not for tidecv:
one category for all, other limits than 100, or a category that the ground truth does not list.
"""

import argparse
import json
import pathlib
import tempfile

import tidecv
from tidecv import TIDE, datasets
from tidecv.quantify import TIDERun

MODES = {"bbox": TIDE.BOX, "segm": TIDE.MASK}


def value(function):
    try:
        return float(function()).hex()
    except ZeroDivisionError:
        return None


def breakdown(truth, results, kind):
    # tidecv takes images in the order of the file; among equal scores that decides
    truth = {**truth, "images": sorted(truth["images"], key=lambda image: image["id"])}
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder) / name for name in ("gt.json", "dt.json")]
        for path, content in zip(paths, (truth, results)):
            path.write_text(json.dumps(content), encoding="ascii")
        gt, dt = datasets.COCO(str(paths[0])), datasets.COCOResult(str(paths[1]))
    try:
        run = TIDERun(gt, dt, 0.5, 0.1, MODES[kind], gt.max_dets)
    except ZeroDivisionError:
        return None
    return {"ap": run.ap.hex(),
            "main": [value(lambda: run.fix_main_errors(error_types=[e])[e])
                     for e in TIDE._error_types],
            "counts": [len(run.error_dict[e]) for e in TIDE._error_types],
            "special": [value(lambda: run.fix_special_errors()[e])
                        for e in TIDE._special_error_types]}


def case_breakdown(case, kind):
    known = {c["id"] for c in case["ground_truth"]["categories"]}
    used = {r["category_id"] for r in case["ground_truth"]["annotations"] + case["results"]}
    if not case["params"]["use_categories"] or case["params"]["max_detections"][-1] != 100 \
            or not used <= known:
        return None
    truth, results = case["ground_truth"], case["results"]
    if kind == "segm":  # where a result has no mask, pycocotools takes its box
        if any("segmentation" not in r for r in results):
            return None
    elif any("bbox" not in r for r in results):
        return None
    return breakdown(truth, results, kind)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cases", nargs="?")
    parser.add_argument("--truth")
    parser.add_argument("--results")
    parser.add_argument("--type", choices=list(MODES))
    parser.add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()
    assert tidecv.__version__ == "1.0.1", tidecv.__version__
    if arguments.truth:
        truth, results = (json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
                          for path in (arguments.truth, arguments.results))
        lines = [breakdown(truth, results, arguments.type)]
    else:
        with open(arguments.cases, encoding="ascii") as file:
            lines = [{"name": c["name"], **{kind: case_breakdown(c, kind) for kind in MODES}}
                     for c in json.load(file)]
    with open(arguments.output, "w", encoding="ascii") as file:
        file.write("[\n" + ",\n".join(map(json.dumps, lines)) + "\n]\n")


if __name__ == "__main__":
    main()
