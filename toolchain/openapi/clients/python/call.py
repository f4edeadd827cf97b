"""Has a picture classified, and reads why something else is refused."""

import sys
import time
from pathlib import Path

from openapi_client import ApiClient, ApiException, Configuration, InferenceApi

url, picture, other = sys.argv[1:]
api = InferenceApi(ApiClient(Configuration(host=url)))


def classify(path):
    return api.classify_image(
        Path(path).read_bytes(),
        mdi_sla_ms=20_000,
        mdi_upload_start=round(time.time() * 1000),
        _content_type="image/jpeg",
    )


answer = classify(picture)
print(answer.predictions[0].label, answer.timing.source.value)
try:
    classify(other)
except ApiException as refused:
    print(refused.data.status, refused.data.type)
