"""KServe's REST client, unchanged, against a running service: URL, a JPEG and its label are the arguments."""

import asyncio
import sys

import httpx
import numpy
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

url, path, label = sys.argv[1:]
picture = open(path, "rb").read()
client = InferenceRESTClient(RESTConfig(protocol="v2", retries=0, timeout=30))
checks = 0


def check(what, holds):
    global checks
    checks += 1
    if not holds:
        sys.exit(f"kserve: {what}")


def request(*inputs, **options):
    return InferRequest(model_name="shapes", infer_inputs=list(inputs), **options)


def infer(asked, **options):
    return client.infer(url, asked, model_name="shapes", **options)


def output(answer, name):
    (found,) = [it for it in answer.outputs if it.name == name]
    return found.as_numpy()


async def main():
    check("is live", await client.is_server_live(url))
    check("is ready", await client.is_server_ready(url))
    check("the catalogue is ready", await client.is_model_ready(url, "shapes"))

    jpeg = InferInput("image", [1], "BYTES")
    jpeg.set_data_from_numpy(numpy.array([picture], dtype=object), binary_data=True)
    # Time for the best model, however busy this machine is.
    patient = {"headers": {"mdi-sla-ms": "5000"}}
    answer = await infer(request(jpeg, request_id="seven"), **patient)
    check("echoes the id", answer.id == "seven")
    check("knows the picture", output(answer, "label").reshape(-1)[0] in (label, label.encode()))
    check("scores add up to 1", abs(output(answer, "scores").sum() - 1) < 1e-3)
    check("says which model ran", answer.parameters["mdi_model"] != "")

    pixels = numpy.zeros([1, 192, 192, 3], dtype=numpy.uint8)
    for binary in (True, False):
        raw = InferInput("image", list(pixels.shape), "UINT8")
        raw.set_data_from_numpy(pixels, binary_data=binary)
        answer = await infer(request(raw))
        check("answers to pixels", output(answer, "scores").shape == (1, 16))
        answer = await infer(request(raw), headers={"mdi-sla-ms": "80"})
        check("takes a deadline", answer.parameters["mdi_sla_ms"] == 80)

    wrong = InferInput("image", [1, 2], "UINT8", data=[1, 2])
    try:
        await infer(request(wrong))
    except httpx.HTTPStatusError as error:
        check(f"says what is wrong: {error}", "must be" in str(error))
    else:
        sys.exit("kserve: a wrong tensor was taken")


asyncio.run(main())
print(f"{checks} checks")
