/** What Node.js, onnxruntime and a decoded image take beside the model, in MB. */
const runtimeMb = 200;
/** The file, the graph optimised from it, and its activations. */
const copiesInMemory = 3;

/** Memory that a model's function needs at least, in MB, judged by the size of its file. */
export function neededMemoryMb(bytes: number): number {
  return Math.ceil(runtimeMb + (copiesInMemory * bytes) / 1e6);
}
