/** Memory for Node.js, onnxruntime and a decoded image, beside the model's own, in MB. */
const runtimeMb = 200;
/** The file, the graph optimised from it, and its activations. */
const copiesInMemory = 3;

/** Memory that a model's function needs at least, in MB, judged by the size of its file. */
export function neededMemoryMb(bytes: number): number {
  return Math.ceil(runtimeMb + (copiesInMemory * bytes) / 1e6);
}

/**
 * The largest model that can lie beside its function's code: a function and its layers may have 250 MiB
 * unzipped, of which the layer takes 66 MB and the code 1 MB. Larger ones are read from S3.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const largestInAssetBytes = 190_000_000;

/** An .onnx file is one protobuf message, which cannot be larger (https://protobuf.dev/programming-guides/encoding/#size-limit). */
export const largestOnnxBytes = 2 ** 31 - 1;

/** A note on a model's size, before it is deployed; undefined when it is small enough. */
export function sizeNote({ name, bytes }: { name: string; bytes: number }): string | undefined {
  if (bytes <= largestInAssetBytes) return undefined;
  return `${name}: ${(bytes / 1e6).toFixed(0)} MB are read from S3 whenever its function starts: provision concurrency for it`;
}
