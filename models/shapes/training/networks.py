"""The networks of the ladder, from a handful of separable convolutions to a residual network.

Every network takes float images [n, 3, side, side], values about -1 to 1, and answers logits
[n, 16]. Channels are multiples of 16, the block that onnxruntime's convolutions work in.
"""

from torch import nn

CLASSES = 16


def convolution(inputs, outputs, stride=1, kernel=3, groups=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


def separable(inputs, outputs, stride=1):
    """Depthwise 3x3, then 1x1: MobileNet's block (Howard et al. 2017)."""
    return nn.Sequential(
        convolution(inputs, inputs, stride, groups=inputs),
        convolution(inputs, outputs, kernel=1),
    )


class Residual(nn.Module):
    """Two 3x3 convolutions around a shortcut (He et al. 2016)."""

    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.first = convolution(inputs, outputs, stride)
        self.second = nn.Sequential(
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)
        )
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1, stride)
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.second(self.first(x)) + self.shortcut(x))


def head(channels):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES)]


def nano():
    return nn.Sequential(
        convolution(3, 16),
        separable(16, 32, 2),
        separable(32, 48, 2),
        separable(48, 64),
        *head(64),
    )


def mobile():
    return nn.Sequential(
        convolution(3, 32),
        separable(32, 64, 2),
        separable(64, 64),
        separable(64, 128, 2),
        separable(128, 128),
        separable(128, 256, 2),
        separable(256, 256),
        *head(256),
    )


def resnet(widths=(32, 64, 128, 128)):
    """A stem and one residual block a stage; each later stage halves the resolution."""
    blocks = [convolution(3, widths[0], 2)]
    inputs = widths[0]
    for stage, outputs in enumerate(widths):
        blocks.append(Residual(inputs, outputs, 2 if stage > 0 else 1))
        inputs = outputs
    return nn.Sequential(*blocks, *head(inputs))
