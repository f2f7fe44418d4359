#!/usr/bin/python3
"""Files to numbers: roiflow beside pycocotools and its fast relatives, on the same files, one thread each.

    tests/reference/make_eval_set.py --out build/evalset
    python3 -m venv build/peers
    build/peers/bin/pip install pycocotools==2.0.11 faster-coco-eval ultrafast-pycocotools vernier hotcoco
    build/peers/bin/python tests/reference/bench_evaluation.py --roiflow build/release/bin/roiflow \\
        --gt build/evalset/truth.json --dt build/evalset/boxes.json --iou-type bbox --repeat 3

Peers that are not installed are left out. Every measurement is a process of its own, on one CPU if
--cpu says which; the order turns round from one round to the next. Peers are timed after their imports,
roiflow from start to end. The medians of wall seconds, CPU seconds (which other people's work on the
machine disturbs less) and peak memory are printed, the ratios to roiflow's JSON row, and whether the
numbers are pycocotools' to the last bit. roiflow's own HDF5 row reads what `eval --save-predictions` made.
"""

import argparse
import contextlib
import importlib.metadata
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time


def by_coco_api(coco_class, evaluation_class, truth, results, kind, load="loadRes"):
    coco = coco_class(truth)
    evaluation = evaluation_class(coco, getattr(coco, load)(results), kind)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return evaluation.stats


def make_pycocotools():
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
    return lambda *files: by_coco_api(COCO, COCOeval, *files)


def make_faster():
    from faster_coco_eval import COCO, COCOeval_faster
    return lambda *files: by_coco_api(COCO, COCOeval_faster, *files)


def make_ultrafast():
    from ultrafast_pycocotools import COCO, COCOeval
    return lambda *files: by_coco_api(COCO, COCOeval, *files)


def make_hotcoco():
    from hotcoco import COCO, COCOeval
    return lambda *files: by_coco_api(COCO, COCOeval, *files, load="load_res")


def make_vernier():
    from pathlib import Path
    from vernier.instance import Bbox, CocoDataset, Evaluator, Keypoints, Segm
    kinds = {"bbox": Bbox, "segm": Segm, "keypoints": Keypoints}

    def run(truth, results, kind):
        ground_truth = CocoDataset.from_json(Path(truth).read_bytes())
        evaluator = Evaluator(iou=kinds[kind](), parity_mode="strict")
        return evaluator.evaluate(ground_truth, Path(results).read_bytes(), num_threads=1).stats
    return run


PEERS = {"pycocotools": make_pycocotools, "faster-coco-eval": make_faster,
         "ultrafast-pycocotools": make_ultrafast, "vernier": make_vernier, "hotcoco": make_hotcoco}


def work(name, files):
    run = PEERS[name]()
    start, cpu = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        stats = run(*files)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(json.dumps({"seconds": seconds, "cpu": cpu, "stats": [float(v).hex() for v in list(stats)]}))


def in_child(command, cpu):
    """Runs a command alone; its output, wall and CPU seconds, and peak memory in MB."""
    environment = {**os.environ, "RAYON_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
                             preexec_fn=(lambda: os.sched_setaffinity(0, {cpu})) if cpu is not None else None)
    output = child.stdout.read().decode()
    trouble = child.stderr.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        return None, trouble.strip().splitlines()[-1:] or [f"status {status}"]
    return {"output": output, "seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime,
            "megabytes": usage.ru_maxrss * 1024 / 1e6}, None


def measure(name, arguments, files):
    if name.startswith("roiflow"):
        with tempfile.NamedTemporaryFile(suffix=".json") as figures:
            results = arguments.hdf5 if name == "roiflow, HDF5" else arguments.dt
            measured, trouble = in_child(
                [arguments.roiflow, "eval", "--gt", arguments.gt, "--dt", results, "--iou-type",
                 arguments.iou_type, "--threads", "1", "--quiet", "--json", figures.name], arguments.cpu)
            if measured:
                metrics = json.load(open(figures.name))["metrics"][arguments.iou_type]
                measured["stats"] = [float(v).hex() for v in metrics["stats"]]
            return measured, trouble
    measured, trouble = in_child([sys.executable, os.path.abspath(__file__), "--worker", name, *files],
                                 arguments.cpu)
    if measured:
        measured.update(json.loads(measured["output"]))
    return measured, trouble


def installed():
    for name in PEERS:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            yield name, importlib.metadata.version(name)


def main():
    if sys.argv[1:2] == ["--worker"]:
        return work(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--roiflow", required=True)
    parser.add_argument("--gt", required=True)
    parser.add_argument("--dt", required=True)
    parser.add_argument("--iou-type", default="bbox")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--reference-repeat", type=int, help="rounds that pycocotools takes part in")
    parser.add_argument("--cpu", type=int)
    parser.add_argument("--peers", help="only these, by commas")
    arguments = parser.parse_args()
    files = [arguments.gt, arguments.dt, arguments.iou_type]
    with tempfile.TemporaryDirectory() as folder:
        arguments.hdf5 = os.path.join(folder, "predictions.h5")
        subprocess.run([arguments.roiflow, "eval", "--gt", arguments.gt, "--dt", arguments.dt, "--iou-type",
                        arguments.iou_type, "--save-predictions", arguments.hdf5, "--quiet"], check=True,
                       stdout=subprocess.DEVNULL)
        compare(arguments, files)


def compare(arguments, files):
    versions = dict(installed())
    if arguments.peers:
        versions = {name: versions[name] for name in arguments.peers.split(",") if name in versions}
    names = ["roiflow, JSON", "roiflow, HDF5", *versions]
    runs = {name: [] for name in names}
    for turn in range(arguments.repeat):
        for name in names if turn % 2 == 0 else reversed(names):
            if name == "pycocotools" and turn >= (arguments.reference_repeat or arguments.repeat):
                continue
            measured, trouble = measure(name, arguments, files)
            if trouble:
                print(f"{name}: failed: {trouble[0]}", file=sys.stderr)
            else:
                runs[name].append(measured)
    reference = runs.get("pycocotools", [])
    print(f"{arguments.iou_type}, {os.path.getsize(arguments.dt) / 1e6:.0f} MB of results, one thread, "
          f"median of {arguments.repeat}\n"
          f"{'':32}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'wall':>8}{'memory':>8}   last bits")
    base = runs["roiflow, JSON"]
    for name in names:
        if not runs[name]:
            continue
        median = {key: statistics.median(run[key] for run in runs[name])
                  for key in ("seconds", "cpu", "megabytes")}
        ratio = {key: median[key] / statistics.median(run[key] for run in base) for key in median}
        equal = "?"
        if reference:
            pairs = list(zip(runs[name][0]["stats"], reference[0]["stats"]))
            different = sum(a != b for a, b in pairs)
            equal = "equal" if different == 0 else f"{different} of {len(pairs)} numbers differ"
        print(f"{name + ' ' + versions.get(name, ''):32}{median['seconds']:9.3f}{median['cpu']:9.3f}"
              f"{median['megabytes']:9.0f}{ratio['seconds']:7.2f}x{ratio['megabytes']:7.2f}x   {equal}")


if __name__ == "__main__":
    main()
