"""Bodies for schemathesis: real images, which no schema describes."""

import os
from pathlib import Path

import schemathesis
from hypothesis import strategies

folder = Path(os.environ["MDI_BODIES"])
bodies = {
    "image/jpeg": "image.jpg",
    "image/png": "image.png",
    "image/webp": "image.webp",
    "application/octet-stream": "tensor",
}
for content_type, name in bodies.items():
    body = (folder / name).read_bytes()
    schemathesis.openapi.media_type(content_type, strategies.just(body))
