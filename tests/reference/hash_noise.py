"""Numbers that look random and are the same in tests/support/hash_noise.hpp."""
import numpy as np


def hash_noise(stream, count, low=0.0, high=1.0):
    index = np.arange(count, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = np.uint64(stream << 32) + index + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    u = (z >> np.uint64(40)).astype(np.float32) / np.float32(16777216)
    return np.float32(low) + (np.float32(high) - np.float32(low)) * u


def hash_boxes(stream, count, height, width, largest):
    u = hash_noise(stream, 4 * count).reshape(count, 4)
    height, width, largest = np.float32(height), np.float32(width), np.float32(largest)
    x, y = u[:, 0] * width, u[:, 1] * height
    x1, y1 = x + u[:, 2] * largest, y + u[:, 3] * largest
    clip = lambda v, limit: np.clip(v, np.float32(0), limit)
    return np.stack([clip(x, width), clip(y, height), clip(x1, width), clip(y1, height)], 1)
