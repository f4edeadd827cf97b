"""Triton's HTTP client, unchanged, against a running service: URL, a JPEG and its label are the arguments."""

import asyncio
import sys

import numpy
import tritonclient.http as triton
import tritonclient.http.aio as triton_aio
from tritonclient.utils import InferenceServerException

url, path, label = sys.argv[1:]
address = url.removeprefix("http://")
picture = open(path, "rb").read()
client = triton.InferenceServerClient(address, concurrency=4)
checks = 0


def check(what, holds):
    global checks
    checks += 1
    if not holds:
        sys.exit(f"tritonclient: {what}")


def refused(what, call):
    """A call that must fail, with the service's own words."""
    try:
        call()
    except InferenceServerException as error:
        check(f"{what}: {error}", what in str(error))
        return str(error)
    return sys.exit(f"tritonclient: was not refused: {what}")


def tensor(datatype, data, binary=True, kind=triton):
    given = kind.InferInput("image", list(data.shape), datatype)
    given.set_data_from_numpy(data, binary_data=binary)
    return given


def infer(given, outputs=None, **options):
    return client.infer("shapes", [given], outputs=outputs, **options)


# Time for the best model, however busy this machine is.
patient = {"timeout": 5_000_000}


def best(answer):
    text = answer.as_numpy("label").reshape(-1)[0]
    return text if isinstance(text, str) else text.decode()


jpeg = tensor("BYTES", numpy.array([picture], dtype=object))

# Metadata.
check("is live", client.is_server_live())
check("is ready", client.is_server_ready())
check("the catalogue is ready", client.is_model_ready("shapes"))
check("no other is", not client.is_model_ready("nothing"))
check("says what it is", client.get_server_metadata()["name"] == "mdinference")
metadata = client.get_model_metadata("shapes")
(image,) = metadata["inputs"]
check("takes pixels", image["datatype"] == "UINT8")
versions = metadata["versions"]
check("a member is ready", client.is_model_ready("shapes", versions[0]))
check("has a configuration", client.get_model_config("shapes")["backend"] == "onnxruntime")
statistics = client.get_inference_statistics("shapes")["model_stats"]
check("has statistics of every model", [it["version"] for it in statistics] == versions)
index = client.get_model_repository_index()
check("lists its models", {it["state"] for it in index} == {"READY"})
refused("neither loaded nor unloaded", lambda: client.load_model("shapes"))
refused("neither loaded nor unloaded", lambda: client.unload_model("shapes"))
refused('there is no model "nothing"', lambda: client.get_model_metadata("nothing"))

# A picture as BYTES: binary and JSON answers, mixed, and the best labels.
pixels = numpy.zeros(image["shape"], dtype=numpy.uint8)
answer = infer(jpeg, **patient)
check("knows the picture", best(answer) == label)
check("scores add up to 1", abs(answer.as_numpy("scores").sum() - 1) < 1e-3)
said = answer.get_response()
check("says which model ran", said["parameters"]["mdi_model"] in versions)
outputs = [
    triton.InferRequestedOutput("scores", binary_data=True),
    triton.InferRequestedOutput("label", binary_data=False),
]
mixed = infer(jpeg, outputs, **patient)
check("mixes binary data and JSON", best(mixed) == label)
three = [triton.InferRequestedOutput("scores", class_count=3)]
top = infer(jpeg, three, **patient).as_numpy("scores")
value, position, name = top.reshape(-1)[0].decode().split(":")
check("gives the best labels", name == label and top.size == 3 and 0 < float(value) <= 1)

# Pixels: binary, JSON, compressed; every model by its name; the deadline.
for binary in (True, False):
    answer = infer(tensor("UINT8", pixels, binary), request_id="seven")
    check("echoes the id", answer.get_response()["id"] == "seven")
for algorithm in ("gzip", "deflate"):
    answer = infer(
        tensor("UINT8", pixels),
        request_compression_algorithm=algorithm,
        response_compression_algorithm=algorithm,
    )
    check(f"takes {algorithm}", answer.as_numpy("scores").size == 16)
for version in versions:
    parameters = infer(jpeg, model_version=version).get_response()["parameters"]
    check(f"{version} answers when asked for", parameters["mdi_model"] == version)
check("takes a deadline in us", infer(jpeg, timeout=120_000).get_response()["parameters"]["mdi_sla_ms"] == 120)
by_header = infer(jpeg, headers={"mdi-sla-ms": "80"}).get_response()["parameters"]
check("takes a deadline by header", by_header["mdi_sla_ms"] == 80)
own = infer(jpeg, parameters={"mdi_sla_ms": 90}).get_response()["parameters"]
check("takes a deadline by parameter", own["mdi_sla_ms"] == 90)
many = [client.async_infer("shapes", [jpeg]) for _ in range(8)]
sizes = [it.get_result().as_numpy("scores").size for it in many]
check("answers several at once", sizes == [16] * 8)

# What is wrong is said.
refused("must be", lambda: infer(tensor("FP32", pixels.astype(numpy.float32))))
refused("must be", lambda: infer(tensor("FP16", pixels.astype(numpy.float16))))
refused("must be", lambda: infer(tensor("UINT8", pixels[:, :, :8])))
refused("no JPEG, PNG or WebP", lambda: infer(tensor("BYTES", numpy.array([b"no picture"], dtype=object))))
refused("must hold one picture", lambda: infer(tensor("BYTES", numpy.array([picture, picture], dtype=object))))
refused('no output "nope"', lambda: infer(jpeg, [triton.InferRequestedOutput("nope")]))
refused('has no version "nope"', lambda: infer(jpeg, model_version="nope"))
shared = triton.InferInput("image", list(pixels.shape), "UINT8")
shared.set_shared_memory("region", pixels.nbytes)
refused("lies in shared memory", lambda: infer(shared))


async def asynchronously():
    async with triton_aio.InferenceServerClient(address) as other:
        check("is ready", await other.is_server_ready())
        for binary in (True, False):
            given = tensor("UINT8", pixels, binary, triton_aio)
            answer = await other.infer("shapes", [given])
            check("answers", answer.as_numpy("scores").shape == (1, 16))
        try:
            await other.infer("nothing", [tensor("UINT8", pixels, True, triton_aio)])
        except InferenceServerException as error:
            check("says what is wrong", 'no model "nothing"' in str(error))


asyncio.run(asynchronously())
print(f"{checks} checks")
