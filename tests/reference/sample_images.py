"""Pictures for dumps and timings, drawn with numpy alone: the same seed gives the same bytes."""

import numpy as np

PARITY_SHAPES = ((240, 320), (320, 200), (97, 301), (480, 640))  # height, width
BLANK_SHAPE = (200, 264)
GOLDEN_SHAPES = ((32, 48), (45, 36), (30, 70), (40, 40))
BLANK_VALUE = 114


def blank_image(height, width):
    """Nothing to see, nothing to detect."""
    return np.full((height, width, 3), BLANK_VALUE, np.uint8)


def shapes_image(height, width, seed, shapes=None, largest=0.3):
    """Discs, upright rectangles and triangles in strong colours before a dull, noisy ground.

    `largest`: of a shape's radius, as a share of the shorter side; the smallest is 0.4 times it.
    """
    chance = np.random.default_rng([seed, height, width])
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    image = np.empty((height, width, 3))
    image[:] = chance.uniform(90, 150, 3)
    image += (chance.uniform(-30, 30) * x / width + chance.uniform(-30, 30) * y / height)[..., None]
    for _ in range(shapes or 4 + height * width // 6000):
        radius = chance.uniform(0.4 * largest, largest) * min(height, width)
        centre_x, centre_y = chance.uniform(0, width), chance.uniform(0, height)
        dx, dy = x - centre_x, y - centre_y
        inside = (
            dx**2 + dy**2 < radius**2,
            (abs(dx) < radius) & (abs(dy) < 0.6 * radius),
            (dy < radius * 0.7) & (2 * abs(dx) < dy + radius),
        )[chance.integers(3)]
        colour = chance.uniform(0, 255, 3)
        colour[chance.integers(3)] = chance.choice((10.0, 245.0))
        image[inside] = colour
    image += chance.normal(0, 6, image.shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)
