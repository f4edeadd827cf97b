/** What Node.js, onnxruntime and a decoded image take beside the model, in MB. */
const runtimeMb = 200;
/** The file, the graph optimised from it, and its activations. */
const copiesInMemory = 3;

/** Memory that a model's function needs at least, in MB, judged by the size of its file. */
export function neededMemoryMb(bytes: number): number {
  return Math.ceil(runtimeMb + (copiesInMemory * bytes) / 1e6);
}

/**
 * Largest model file that a Lambda function can have: code and layers are at most 250 MB unzipped
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), and onnxruntime-node and
 * sharp take 70 of them.
 */
export const maxDeployableBytes = 180_000_000;

/** What there is to say about a model's size before it is deployed; undefined when it fits. */
export function sizeNote({ name, bytes }: { name: string; bytes: number }): string | undefined {
  if (bytes <= maxDeployableBytes) return undefined;
  return `${name}: ${(bytes / 1e6).toFixed(0)} MB are too large for AWS Lambda (250 MB with the runtime); it runs on this machine only`;
}
