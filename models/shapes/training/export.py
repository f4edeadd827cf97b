"""Wraps a trained network with its preprocessing and writes it as one ONNX file."""

import argparse

import torch
import torch.nn.functional as functional
from torch import nn

import images
import networks


# Pixels between one set of eight views and the next: no multiple of the networks' strides.
MOVE = 5


class Service(nn.Module):
    """What the service runs: `image` uint8 [1, 192, 192, 3] to `logits` float32 [1, 16].

    With several views, the network sees the picture turned, mirrored and, from the ninth view on,
    moved by a few pixels (which changes what its strides sample); the logits are averaged.
    """

    def __init__(self, network, side, views):
        super().__init__()
        self.network = network
        self.side = side
        self.views = views

    def forward(self, image):
        pixels = image.permute(0, 3, 1, 2).float()
        moved = [pixels]
        for step in range(MOVE, MOVE * ((self.views + 7) // 8), MOVE):
            padded = functional.pad(pixels, (step, 0, step, 0), "replicate")
            moved.append(padded[..., : images.SIDE, : images.SIDE])
        small = [images.normalise(images.shrink(picture, self.side)) for picture in moved]
        seen = [images.view(small[i // 8], i % 8) for i in range(self.views)]
        logits = self.network(torch.cat(seen) if self.views > 1 else seen[0])
        return logits.mean(0, keepdim=True) if self.views > 1 else logits


def parse(name):
    """`resnet-64-views12` is the network resnet at 64 x 64 pixels over 12 views."""
    network, side, *views = name.split("-")
    return getattr(networks, network)(), int(side), int(views[0][len("views") :]) if views else 1


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("name", help="a name of ladder.txt, such as resnet-64-views12")
    arguments.add_argument("weights", help="file of train.py")
    arguments.add_argument("out", help="the .onnx file")
    options = arguments.parse_args()

    network, side, views = parse(options.name)
    network.load_state_dict(torch.load(options.weights))
    torch.onnx.export(
        Service(network, side, views).eval(),
        torch.zeros(1, images.SIDE, images.SIDE, 3, dtype=torch.uint8),
        options.out,
        opset_version=13,
        input_names=["image"],
        output_names=["logits"],
    )


if __name__ == "__main__":
    main()
