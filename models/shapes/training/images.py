"""From the catalogue's images (192 x 192 RGB bytes) to what a network sees."""

import numpy
import torch
import torch.nn.functional as functional

SIDE = 192
CLASSES = 16


def shrink(images, side):
    """Float images [n, 3, 192, 192] at another resolution: by means where it divides 192."""
    if side == SIDE:
        return images
    if SIDE % side == 0:
        return functional.avg_pool2d(images, SIDE // side)
    return functional.interpolate(
        images, size=(side, side), mode="bilinear", align_corners=False
    )


def normalise(images):
    """Grey levels 0 to 255 as -2 to 2."""
    return images * (1 / 64) - 2


def load(files, side):
    """Reads raw files of generate.ts at the given resolution: bytes [n, 3, side, side]."""
    parts = []
    for file in files:
        raw = numpy.memmap(file, numpy.uint8, mode="r").reshape(-1, SIDE, SIDE, 3)
        for first in range(0, len(raw), 500):
            chunk = torch.from_numpy(numpy.array(raw[first : first + 500]))
            small = shrink(chunk.permute(0, 3, 1, 2).float(), side).round().byte()
            parts.append(small.contiguous(memory_format=torch.channels_last))
    return torch.cat(parts)


def labels(count):
    """The classes take turns by index; every file holds a multiple of 16 images."""
    return torch.arange(count) % CLASSES


def view(images, number):
    """One of the eight ways to turn and mirror a square; no class changes under any of them."""
    if number & 1:
        images = images.flip(2)
    if number & 2:
        images = images.flip(3)
    if number & 4:
        images = images.transpose(2, 3)
    return images
