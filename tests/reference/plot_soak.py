"""Plots what tests/soak.sh sampled, and judges whether it is flat.

usage: plot_soak.py samples.csv soak.svg

Samples count while the journal grows; the first tenth is warm-up. A straight line is laid through the
rest: memory is flat if it rises by less than 2 % of the mean over the whole run, descriptors and threads
if they rise by less than half a one.
"""
import csv
import sys

WIDTH, HEIGHT, MARGIN = 900, 220, 60
SERIES = [("rss_kb", "resident memory, MB", 1 / 1024), ("descriptors", "open descriptors", 1),
          ("threads", "threads", 1)]


def slope(xs, ys):
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs) or 1
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys)) / spread


def panel(index, title, xs, ys):
    top = index * HEIGHT + 30
    most = max(ys) * 1.15 or 1
    at_x = lambda x: MARGIN + (WIDTH - 2 * MARGIN) * (x - xs[0]) / ((xs[-1] - xs[0]) or 1)
    at_y = lambda y: top + (HEIGHT - 60) * (1 - y / most)
    line = " ".join(f"{at_x(x):.1f},{at_y(y):.1f}" for x, y in zip(xs, ys))
    marks = "".join(
        f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{at_y(v):.1f}" y2="{at_y(v):.1f}" stroke="#ddd"/>'
        f'<text x="{MARGIN - 6}" y="{at_y(v) + 4:.1f}" text-anchor="end">{v:.0f}</text>'
        for v in (0, most / 2, most))
    return (f'<text x="{MARGIN}" y="{top - 8}" font-weight="bold">{title}</text>{marks}'
            f'<polyline points="{line}" fill="none" stroke="#2563a8" stroke-width="1.5"/>'
            f'<text x="{WIDTH - MARGIN}" y="{top + HEIGHT - 42}" text-anchor="end">{xs[-1]:.0f} s</text>')


def main(samples, picture):
    with open(samples, newline="") as file:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
    # The journal stops growing when the files are published: that is another phase.
    end = max(row["journal_bytes"] for row in rows)
    rows = [row for row in rows if row["journal_bytes"] < end]
    rows = rows[len(rows) // 10:]
    if len(rows) < 10:
        sys.exit("too few samples: take more images")
    xs = [row["seconds"] for row in rows]
    flat, panels = True, []
    for index, (name, title, unit) in enumerate(SERIES):
        ys = [row[name] * unit for row in rows]
        mean, rise = sum(ys) / len(ys), slope(xs, ys) * (xs[-1] - xs[0])
        good = rise < 0.02 * mean if name == "rss_kb" else rise < 0.5
        flat &= good
        print(f"{title}: {ys[0]:.0f} after warm-up, {ys[-1]:.0f} at the end, {min(ys):.0f} to {max(ys):.0f}; "
              f"rise over the run {rise:+.2f} ({100 * rise / mean:+.2f} %): {'flat' if good else 'NOT FLAT'}")
        panels.append(panel(index, title, xs, ys))
    with open(picture, "w") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{3 * HEIGHT + 20}" '
                   f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
                   + "".join(panels) + "</svg>\n")
    sys.exit(0 if flat else 1)


main(*sys.argv[1:])
