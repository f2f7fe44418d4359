#!/usr/bin/env python3
"""The numbers of semantic segmentation by the formulas of the tools that people compare with, in numpy.

golden -o tests/golden/semantic.json      small label maps with their numbers under every convention
score TRUTH PREDICTED --classes K [--ignore N]
                                          one JSON object for two folders of label PNGs of equal names, with
                                          the numbers of installed peers (cityscapesscripts, torchmetrics) beside
perturb TRUTH OUT --classes K [--seed S]  fake predictions: shifted, with blocks of wrong classes
peers                                     exit code 0 if a peer is installed

Doubles are written by float.hex(), NaN as null. Needs numpy and Pillow.
"""
import argparse
import json
import pathlib
import types
import warnings

import numpy as np
from PIL import Image

warnings.simplefilter("ignore", RuntimeWarning)


def number(value):
    return None if np.isnan(value) else float(value).hex()


def numbers(values):
    return [number(value) for value in values]


def histogram(truth, predicted, n):
    """FCN's joint histogram; predictions from n on in one more column: they are wrong, but of no class."""
    counts = (truth >= 0) & (truth < n)
    t, p = truth[counts].astype(int), np.minimum(predicted[counts].astype(int), n)
    return np.bincount((n + 1) * t + p, minlength=n * (n + 1)).reshape(n, n + 1).astype(float)


def fcn(truth, predicted, n, ignore):
    """score.py of fcn.berkeleyvision.org."""
    hist = histogram(np.where(truth == ignore, 255, truth), predicted, n)
    diagonal = np.diag(hist)
    accuracy = diagonal / hist.sum(1)
    iu = diagonal / (hist.sum(1) + hist[:, :n].sum(0) - diagonal)
    freq = hist.sum(1) / hist.sum()
    return {"pixel_accuracy": number(diagonal.sum() / hist.sum()),
            "mean_accuracy": number(np.nanmean(accuracy)),
            "mean_iu": number(np.nanmean(iu)),
            "frequency_weighted_iu": number((freq[freq > 0] * iu[freq > 0]).sum() if hist.sum() else np.nan),
            "class_accuracy": numbers(accuracy), "class_iu": numbers(iu)}


def detectron2(truth, predicted, n, ignore):
    """SemSegEvaluator: [prediction, truth], ignored truth in one more column."""
    gt = np.where(truth == ignore, n, truth).astype(int)
    conf = np.bincount((n + 1) * predicted.astype(int).reshape(-1) + gt.reshape(-1), minlength=(n + 1) ** 2)
    conf = conf.reshape(n + 1, n + 1)
    acc, iou = np.full(n, np.nan), np.full(n, np.nan)
    tp = conf.diagonal()[:-1].astype(float)
    pos_gt = np.sum(conf[:-1, :-1], axis=0).astype(float)
    weights = pos_gt / np.sum(pos_gt)
    pos_pred = np.sum(conf[:-1, :-1], axis=1).astype(float)
    valid = pos_gt > 0
    acc[valid] = tp[valid] / pos_gt[valid]
    union = pos_gt + pos_pred - tp
    iou_valid = np.logical_and(valid, union > 0)
    iou[iou_valid] = tp[iou_valid] / union[iou_valid]
    return {"pixel_accuracy": number(np.sum(tp) / np.sum(pos_gt)),
            "mean_accuracy": number(np.sum(acc[valid]) / np.sum(valid)),
            "mean_iu": number(np.sum(iou[iou_valid]) / np.sum(iou_valid)),
            "frequency_weighted_iu": number(np.sum(iou[iou_valid] * weights[iou_valid]) if valid.any() else np.nan),
            "class_accuracy": numbers(acc), "class_iu": numbers(iou)}


def voc(truth, predicted, n, ignore):
    """VOCevalseg.m, class by class."""
    counts = truth != ignore
    confusion = np.zeros((n, n))
    np.add.at(confusion, (truth[counts].astype(int), predicted[counts].astype(int)), 1)
    iu, accuracy = [], []
    for j in range(n):
        both, gt, res = confusion[j, j], confusion[j, :].sum(), confusion[:, j].sum()
        iu.append(both / (gt + res - both) if gt + res - both else np.nan)
        accuracy.append(both / (1e-20 + gt))
    return {"mean_iu": number(sum(iu) / n), "mean_accuracy": number(sum(accuracy) / n),
            "pixel_accuracy": number(np.diag(confusion).sum() / confusion.sum()),
            "class_iu": numbers(iu), "class_accuracy": numbers(accuracy)}


def cityscapes(truth, predicted, n, ignore):
    """getIouScoreForLabel and getScoreAverage of evalPixelLevelSemanticLabeling.py."""
    hist = histogram(np.where(truth == ignore, 255, truth), predicted, n).astype(np.int64)
    iu = []
    for k in range(n):
        tp = hist[k, k]
        fn, fp = hist[k].sum() - tp, hist[:, k].sum() - tp
        iu.append(float(tp) / (tp + fp + fn) if tp + fp + fn else np.nan)
    present = [value for value in iu if not np.isnan(value)]
    return {"mean_iu": number(sum(present) / len(present) if present else np.nan), "class_iu": numbers(iu)}


def cityscapes_package(truth, predicted, n, ignore):
    """The published package itself: our classes stand for its first n evaluated labels, and its label 0
    for whatever is ignored. It knows 19 such labels."""
    from cityscapesscripts.evaluation import evalPixelLevelSemanticLabeling as package
    from cityscapesscripts.helpers.labels import labels
    ids = np.array([label.id for label in labels if label.id >= 0 and not label.ignoreInEval][:n])
    table = np.zeros(256, int)
    table[:n] = ids
    arguments = types.SimpleNamespace(evalLabels=[label.id for label in labels if label.id >= 0])
    matrix = package.generateMatrix(arguments)
    to_id = lambda values: np.where(values == ignore, 0, table[values])
    np.add.at(matrix, (to_id(truth).reshape(-1), to_id(predicted).reshape(-1)), 1)
    scores = {id: package.getIouScoreForLabel(id, matrix, arguments) for id in ids}
    return {"mean_iu": number(package.getScoreAverage(scores, arguments)), "class_iu": numbers(scores.values())}


def torchmetrics_package(truth, predicted, n, ignore):
    """JaccardIndex, macro, over all pixels: fcn's rule where nothing is predicted only; float32."""
    import torch
    from torchmetrics.functional.classification import multiclass_jaccard_index
    value = multiclass_jaccard_index(torch.tensor(predicted.astype(int)), torch.tensor(truth.astype(int)),
                                     num_classes=n, average="macro", ignore_index=ignore)
    return {"mean_iu": number(float(value))}


CONVENTIONS = {"fcn": fcn, "detectron2": detectron2, "voc": voc, "cityscapes": cityscapes}
PEERS = {"cityscapesscripts": cityscapes_package, "torchmetrics": torchmetrics_package}


def score(truth, predicted, n, ignore, conventions):
    return {name: conventions[name](truth, predicted, n, ignore) for name in conventions}


def with_peers(truth, predicted, n, ignore):
    result = score(truth, predicted, n, ignore, CONVENTIONS)
    for name, peer in PEERS.items():
        try:
            result[name] = peer(truth, predicted, n, ignore)
        except ImportError:
            pass
    return result


def golden_cases():
    random = np.random.default_rng(20260711)

    def patches(height, width, values):
        coarse = random.choice(values, size=(height // 4 + 1, width // 4 + 1))
        return np.kron(coarse, np.ones((4, 4), int))[:height, :width].astype(np.uint8)

    def wrong(truth, values, share):
        return np.where(random.random(truth.shape) < share, random.choice(values, size=truth.shape), truth).astype(np.uint8)

    everything = list(CONVENTIONS)
    t = patches(20, 24, [0, 1, 2, 3, 4, 255])
    yield "five classes with ignored pixels", 5, 255, t, np.minimum(wrong(t, np.arange(5), 0.4), 4), everything
    t = patches(16, 20, [0, 1, 3])
    yield "2 predicted only, 4 in neither", 5, 255, t, wrong(t, [0, 1, 2, 3], 0.5), everything
    yield "perfect", 4, 255, t, t, everything
    t = patches(8, 8, [255])
    yield "all ignored", 3, 255, t, np.zeros_like(t), everything
    t = patches(24, 24, [0, 2, 5, 8, 9, 11])
    yield "ignore label below the classes' number", 11, 11, t, np.minimum(wrong(t, np.arange(11), 0.3), 10), everything
    t = patches(12, 28, np.arange(21))
    yield "twenty-one classes", 21, 255, t, wrong(t, np.arange(21), 0.6), everything
    t = random.integers(0, 150, size=(60, 64)).astype(np.uint8)
    yield "150 classes: sums of more than one block", 150, 255, t, wrong(t, np.arange(150), 0.5), everything
    present = np.setdiff1d(np.arange(60), np.arange(0, 60, 3))
    while True:  # until the order of np.nanmean's sum, with zeros for absent classes, shows in the last bit
        t = random.choice(present, size=(24, 32)).astype(np.uint8)
        p = wrong(t, present, 0.5)
        iu = np.array([np.nan if x is None else float.fromhex(x) for x in fcn(t, p, 60, 255)["class_iu"]])
        if np.nanmean(iu) != np.mean(iu[~np.isnan(iu)]) and np.nanmean(iu) != sum(iu[present]) / len(present):
            break
    yield "a third of the classes in neither", 60, 255, t, p, everything
    t = patches(16, 16, [0, 1, 2, 7, 200, 255])
    yield "values that are no class on both sides", 3, 255, t, wrong(t, [0, 1, 2, 3, 77, 255], 0.5), ["fcn"]
    t = patches(16, 16, [0, 1, 2, 255])
    yield "predictions that are no class", 3, 255, t, wrong(t, [0, 1, 2, 9], 0.5), ["fcn", "cityscapes"]
    t = patches(16, 16, [0, 1, 2, 255])
    p = np.where(wrong(t, [0, 1, 2, 3], 0.5) == 255, 3, 1).astype(np.uint8)
    yield "the first value that is no class", 3, 255, t, p, ["fcn", "detectron2", "cityscapes"]


def write_golden(path):
    cases = [{"name": name, "classes": n, "ignore": ignore, "height": t.shape[0], "width": t.shape[1],
              "truth": t.tobytes().hex(), "predicted": np.ascontiguousarray(p).tobytes().hex(),
              "expected": score(t, p, n, ignore, {c: CONVENTIONS[c] for c in conventions})}
             for name, n, ignore, t, p, conventions in golden_cases()]
    path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


def pixels(folder):
    return {file.name: np.array(Image.open(file)) for file in sorted(pathlib.Path(folder).glob("*.png"))}


def perturb(truth, out, n, seed):
    random = np.random.default_rng(seed)
    pathlib.Path(out).mkdir(parents=True, exist_ok=True)
    for name, labels in pixels(truth).items():
        found = np.minimum(np.roll(labels, random.integers(-6, 7, size=2), axis=(0, 1)), n - 1)
        for _ in range(12):
            y, x = random.integers(0, labels.shape[0]), random.integers(0, labels.shape[1])
            found[y:y + 30, x:x + 40] = random.integers(0, n)
        Image.fromarray(found.astype(np.uint8)).save(pathlib.Path(out) / name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["golden", "score", "perturb", "peers"])
    parser.add_argument("folders", nargs="*")
    parser.add_argument("--classes", type=int)
    parser.add_argument("--ignore", type=int, default=255)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", type=pathlib.Path)
    options = parser.parse_args()
    if options.mode == "peers":
        import cityscapesscripts.evaluation.evalPixelLevelSemanticLabeling  # noqa: F401
        import torchmetrics  # noqa: F401
    elif options.mode == "golden":
        write_golden(options.o)
    elif options.mode == "perturb":
        perturb(*options.folders, options.classes, options.seed)
    else:
        truth, predicted = (pixels(folder) for folder in options.folders)
        flat = [np.concatenate([maps[name].reshape(-1) for name in truth]) for maps in (truth, predicted)]
        print(json.dumps(with_peers(*flat, options.classes, options.ignore)))


if __name__ == "__main__":
    main()
