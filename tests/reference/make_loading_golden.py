#!/usr/bin/python3
"""What pycocotools makes of odd, but readable, annotation and results files, case by case.

    python=$(tests/reference/pycocotools_python.sh)
    $python tests/reference/make_loading_golden.py tests/golden/evaluation_loading.json

Every case is the two texts, the comparison, and what pycocotools 2.0.11 does with them: its numbers and
the CRC-32 of its three arrays, or the name of the exception. One seedless list: no random numbers.
"""

import contextlib
import io
import json
import os
import sys
import tempfile
import zlib

import numpy as np
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

IMAGES = [{"id": 7, "height": 60, "width": 80}, {"id": 3, "height": 60, "width": 80}]
CATEGORIES = [{"id": 5, "name": "five"}, {"id": 2, "name": "two"}]
SQUARE = [[10, 10, 30, 10, 30, 30, 10, 30]]


def annotation(id, image=7, category=5, box=(10, 10, 20, 20), **more):
    return {"id": id, "image_id": image, "category_id": category, "bbox": list(box),
            "area": box[2] * box[3], "iscrowd": 0, "segmentation": SQUARE, **more}


def found(score, image=7, category=5, **more):
    return {"image_id": image, "category_id": category, "score": score, **more}


def without(record, *members):
    return {key: value for key, value in record.items() if key not in members}


def rle(x, y, w, h, height=60, width=80):
    mask = np.zeros((height, width), np.uint8, order="F")
    mask[y:y + h, x:x + w] = 1
    code = coco_mask.encode(mask)
    return {"size": [height, width], "counts": code["counts"].decode()}


def runs(x, y, w, h, height=60, width=80):
    pixels = np.zeros((height, width), np.uint8)
    pixels[y:y + h, x:x + w] = 1
    counts, value, run = [], 0, 0
    for pixel in pixels.T.reshape(-1).tolist():
        if pixel != value:
            counts.append(run)
            run, value = 0, pixel
        run += 1
    return {"size": [height, width], "counts": counts + [run]}


def person(x, y, step, visibility=2):
    points = []
    for i in range(17):
        points += [x + step * (i % 5), y + step * (i // 5), visibility]
    return points


def truth(annotations, images=IMAGES, categories=CATEGORIES, **more):
    return {**more, "images": images, "annotations": annotations, "categories": categories}


NEAR = {"bbox": [11, 10, 20, 20]}
FAR = {"bbox": [40, 30, 10, 10]}
TWO = [annotation(1), annotation(2, image=3, box=(5, 5, 30, 40))]
TWO_FOUND = [found(.9, **NEAR), found(.8, image=3, bbox=[5, 6, 30, 40]), found(.7, **FAR)]


def cases():
    yield "plain", "bbox", truth(TWO), TWO_FOUND
    # which annotations count, and in which order
    yield ("duplicated_id_last_wins_twice", "bbox",
           truth([annotation(1), annotation(1, box=(40, 30, 10, 10)), annotation(2, image=3)]), TWO_FOUND)
    yield ("duplicated_id_across_images", "bbox",
           truth([annotation(1), annotation(4), annotation(1, image=3, box=(5, 5, 30, 40))]), TWO_FOUND)
    yield ("duplicated_id_of_a_category_that_is_not_there", "bbox",
           truth([annotation(1, category=99), annotation(1), annotation(2, image=3)]), TWO_FOUND)
    yield ("duplicated_id_last_of_an_image_that_is_not_there", "bbox",
           truth([annotation(1), annotation(1, image=99), annotation(2, image=3)]), TWO_FOUND)
    ties = [found(.5, **FAR), found(.5, **NEAR), found(.5, image=3, **FAR), found(.5, image=3, **NEAR)]
    yield ("images_ascend_whatever_the_file_says", "bbox",
           truth([annotation(1), annotation(2, image=3, category=2)]), ties)
    yield "file_order_decides_ties", "bbox", truth([annotation(1), annotation(2)]), [
        found(.5, **NEAR), found(.5, bbox=[10, 10, 20, 20]), found(.5, bbox=[10, 10, 20, 20])]
    yield ("duplicated_image_last_size_counts", "segm",
           truth(TWO, images=[{"id": 7, "height": 20, "width": 20}] + IMAGES), TWO_FOUND)
    yield ("annotations_of_unknown_images_are_dropped", "bbox",
           truth(TWO + [annotation(9, image=99)]), TWO_FOUND)
    yield ("annotations_of_unknown_categories_are_dropped", "bbox",
           truth(TWO + [annotation(9, category=99)]), TWO_FOUND)
    yield ("results_of_unknown_categories_are_dropped", "bbox", truth(TWO),
           [found(.99, category=99, **NEAR)] + TWO_FOUND)
    yield "results_of_unknown_images", "bbox", truth(TWO), TWO_FOUND + [found(.5, image=99, **NEAR)]
    yield "annotation_id_0", "bbox", truth([annotation(0), annotation(2, image=3)]), TWO_FOUND
    yield "no_annotations", "bbox", truth([]), TWO_FOUND
    yield "empty_results", "bbox", truth(TWO), []
    yield "results_are_no_list", "bbox", truth(TWO), {}
    # by which member the results are completed
    mask = {"segmentation": rle(10, 10, 20, 18)}
    yield "box_area_even_for_masks", "segm", truth(TWO), [
        found(.9, bbox=[10, 10, 60, 50], **mask), found(.8, image=3, bbox=[1, 1, 60, 50], **mask)]
    yield "mask_area_without_box", "segm", truth(TWO), [found(.9, **mask), found(.8, image=3, **mask)]
    yield ("boxes_of_masks", "bbox", truth([annotation(1, area=350), annotation(2, image=3)]),
           [found(.9, **mask), found(.8, image=3, **mask)])
    yield "own_box_of_a_later_mask", "bbox", truth(TWO), [
        found(.9, **mask), found(.8, image=3, bbox=[5, 6, 30, 40], **mask)]
    yield "first_box_empty", "segm", truth(TWO), [
        found(.9, bbox=[], **mask), found(.8, image=3, bbox=[1, 1, 60, 50], **mask)]
    yield "later_box_missing", "bbox", truth(TWO), [found(.9, **NEAR), found(.8, image=3, **mask)]
    yield "later_mask_missing", "segm", truth(TWO), [found(.9, **mask), found(.8, image=3, **NEAR)]
    yield "boxes_as_masks", "segm", truth(TWO), TWO_FOUND
    yield "a_mask_among_boxes", "segm", truth(TWO), TWO_FOUND + [found(.95, bbox=[0, 0, 9, 9], **mask)]
    yield "polygons_with_boxes", "segm", truth(TWO), [
        found(.9, bbox=[10, 10, 20, 20], segmentation=[[11, 10, 30, 11, 29, 30, 12, 30]])]
    yield "polygons_without_boxes", "segm", truth(TWO), [found(.9, segmentation=SQUARE)]
    yield "runs_with_boxes", "segm", truth(TWO), [
        found(.9, bbox=[10, 10, 20, 20], segmentation=runs(10, 11, 20, 20))]
    yield "runs_without_boxes", "segm", truth(TWO), [found(.9, segmentation=runs(10, 11, 20, 20))]
    yield "captions", "bbox", truth(TWO), [{"image_id": 7, "caption": "a square"}]
    yield "nothing_to_compare", "bbox", truth(TWO), [found(.9)]
    yield "score_missing", "bbox", truth(TWO), [without(found(.9, **NEAR), "score")]
    yield "score_text", "bbox", truth(TWO), [found("0.5", **NEAR)]
    yield "box_of_three", "bbox", truth(TWO), [found(.9, bbox=[1, 2, 3])]
    yield "box_null", "bbox", truth(TWO), [found(.9, bbox=None)]
    # members of annotations
    yield ("ignore_is_overwritten", "bbox",
           truth([annotation(1, ignore=1), annotation(2, image=3, ignore=1)]), TWO_FOUND)
    yield "crowd_true", "bbox", truth([annotation(1, iscrowd=True), TWO[1]]), TWO_FOUND
    yield "crowd_2", "bbox", truth([annotation(1, iscrowd=2), TWO[1]]), TWO_FOUND
    yield "area_missing", "bbox", truth([without(annotation(1), "area")]), TWO_FOUND
    yield "iscrowd_missing", "bbox", truth([without(annotation(1), "iscrowd")]), TWO_FOUND
    yield "bbox_missing", "bbox", truth([without(annotation(1), "bbox")]), TWO_FOUND
    yield "id_missing", "bbox", truth([without(annotation(1), "id")]), TWO_FOUND
    yield "segmentation_missing", "segm", truth([without(annotation(1), "segmentation")]), TWO_FOUND
    yield ("segmentation_not_needed", "bbox",
           truth([without(annotation(1), "segmentation"), TWO[1]]), TWO_FOUND)
    yield ("size_not_needed_for_boxes", "bbox", truth(TWO, images=[{"id": 7}, {"id": 3}]), TWO_FOUND)
    yield "size_needed_for_polygons", "segm", truth(TWO, images=[{"id": 7}, {"id": 3}]), TWO_FOUND
    yield ("area_is_not_recomputed", "bbox",
           truth([annotation(1, area=2000), annotation(2, image=3, area=10000)]), TWO_FOUND)
    yield "negative_sizes", "bbox", truth(
        [annotation(1, box=(30, 30, -20, -20)), TWO[1]]), TWO_FOUND + [found(.6, bbox=[31, 31, -20, -20])]
    # masks of annotations
    several = [[10, 10, 20, 10, 20, 30, 10, 30], [18, 10, 30, 10, 30, 30, 18, 30]]
    masks = [found(.9, **mask), found(.8, image=3, **mask), found(.7, segmentation=rle(2, 2, 5, 5))]
    for name, shape in (
            ("several_polygons", several),
            ("later_polygon_of_two_points", [several[0], [30, 30, 40, 40]]),
            ("polygon_with_a_number_too_many", [[10, 10, 30, 10, 30, 30, 10, 30, 5]]),
            ("polygon_of_five_numbers", [[10, 10, 30, 30, 7]]),
            ("polygon_that_crosses_itself", [[10, 10, 30, 30, 30, 10, 10, 30]]),
            ("polygon_outside", [[100, 100, 130, 100, 130, 130, 100, 130]]),
            ("polygon_half_outside", [[-20.5, -10, 30, -10, 30, 30, -20.5, 30]]),
            ("box_as_polygon", [[10, 10, 30, 30]]),
            ("polygon_of_one_point", [[10, 10]]),
            ("no_polygon", []),
            ("runs", runs(10, 10, 20, 20)),
            ("runs_zero_first", runs(0, 0, 20, 20)),
            ("text", rle(10, 10, 20, 20)),
            ("size_of_another_image", rle(5, 5, 20, 20, 40, 40)),
            ("size_swapped", rle(10, 10, 20, 20, 80, 60)),
            ("segmentation_null", None)):
        yield "truth_" + name, "segm", truth([annotation(1, segmentation=shape)]), masks
    # keypoints
    people = [annotation(1, keypoints=person(10, 10, 4), num_keypoints=17),
              annotation(2, image=3, keypoints=person(5, 5, 6), num_keypoints=17),
              annotation(3, image=3, keypoints=person(5, 5, 6, 0), num_keypoints=0)]
    points = [found(.9, keypoints=person(11, 10, 4)), found(.8, image=3, keypoints=person(5, 6.5, 6)),
              found(.7, keypoints=person(40, 20, 3))]
    yield "keypoints", "keypoints", truth(people), points
    yield ("keypoints_area_of_the_box", "keypoints", truth(people),
           [{**point, "bbox": [0, 0, 70, 50]} for point in points])
    yield ("keypoints_with_large_area", "keypoints",
           truth([{**one, "area": 2000} for one in people]),
           [found(.9, keypoints=person(11, 10, 12)), found(.8, image=3, keypoints=person(1, 1, 14))])
    yield "keypoints_boxes", "bbox", truth(people), points
    yield "keypoints_of_16", "keypoints", truth(people), [found(.9, keypoints=person(11, 10, 4)[:48])]
    yield ("num_keypoints_missing", "keypoints",
           truth([without(people[0], "num_keypoints"), people[1]]), points)
    yield "keypoints_missing", "keypoints", truth([without(people[0], "keypoints")]), points
    # JSON itself: texts
    yield "float_ids", "bbox", truth(TWO), json.dumps(TWO_FOUND).replace('_id": 7', '_id": 7.0').replace(
        '_id": 5', '_id": 5e0')
    yield "escaped_names", "bbox", json.dumps(truth(TWO)).replace(
        '"bbox"', '"\\u0062b\\u006fx"'), json.dumps(TWO_FOUND).replace('"score"', '"\\u0073core"')
    yield "member_twice_last_counts", "bbox", truth(TWO), json.dumps(TWO_FOUND).replace(
        '"score": 0.9', '"score": 0.1, "score": 0.9')
    decimals = ["0.1", "1e-5", "0.30000000000000004", "0.299999999999999988897769753748434595763683319091796875",
                "5e-324", "1e-400", "-0", "-0.0", "0.000000000000000000000000000000012345678901234567890123",
                "123456789012345678", "9007199254740993", "0.5000000000000000277555756156289135105907917022705",
                "1.7976931348623157e308", "2.2250738585072011e-308", "6.02214076E+23", "0.8738425374031067"]
    yield "decimals_are_rounded_once", "bbox", truth(TWO), "[" + ", ".join(
        '{"image_id": 7, "category_id": 5, "score": %s, "bbox": [10.%s, 10, 20, 20]}'
        % (d, str(i) * (i + 1)) for i, d in enumerate(decimals)) + "]"
    yield "unknown_members", "bbox", json.dumps(truth(
        [annotation(1, more={"deep": [1, [2, {"x": None}]]}), TWO[1]],
        info={"bbox": [1, 2]}, licenses=[{"id": 1}])), TWO_FOUND
    yield "white_space", "bbox", json.dumps(truth(TWO), indent=3).replace("\n", "\r\n\t"), json.dumps(
        TWO_FOUND, separators=(",", ":"))
    yield "categories_first", "bbox", json.dumps(
        {"categories": CATEGORIES, "annotations": TWO, "images": IMAGES}), TWO_FOUND


def outcome(truth_path, results_path, kind):
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(truth_path)
        evaluation = COCOeval(coco, coco.loadRes(results_path), kind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    arrays = {name: zlib.crc32(np.ascontiguousarray(evaluation.eval[name]).tobytes())
              for name in ("precision", "recall", "scores")}
    return {"stats": [float(value).hex() for value in evaluation.stats], **arrays}


def main():
    made = []
    with tempfile.TemporaryDirectory() as folder:
        for name, kind, *contents in cases():
            texts = [c if isinstance(c, str) else json.dumps(c) for c in contents]
            paths = [os.path.join(folder, file) for file in ("truth.json", "results.json")]
            for path, text in zip(paths, texts):
                with open(path, "w") as file:
                    file.write(text)
            try:
                expected = outcome(*paths, kind)
            except Exception as exception:  # what kind is part of the answer
                expected = {"exception": type(exception).__name__}
            made.append({"name": name, "type": kind, "truth": texts[0], "results": texts[1], **expected})
    assert len({case["name"] for case in made}) == len(made)
    with open(sys.argv[1], "w") as file:
        json.dump(made, file, indent=0)
        file.write("\n")
    print(f"{len(made)} cases, {sum('exception' in case for case in made)} of them exceptions")


if __name__ == "__main__":
    main()
