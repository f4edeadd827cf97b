"""What no schema describes: bodies that are real images, and the view that the deployed catalogue has."""

import os
import re
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


@schemathesis.hook
def map_headers(context, headers):
    """Any other view than the bodies' is refused, and so it should be."""
    if headers and re.fullmatch(r"\d+x\d+", str(headers.get("mdi-view"))):
        headers["mdi-view"] = "192x192"
    return headers
