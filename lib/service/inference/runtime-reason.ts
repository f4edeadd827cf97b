import { ort } from './native.ts';

/**
 * Why onnxruntime could not load or run a model, on one line: what its message says on further lines is
 * often the decisive part. What its users cannot act on is left out: where in its source the error arose.
 */
export function runtimeReason(error: Error): string {
  const message = error.message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
  for (const [pattern, explain] of explanations) {
    const found = pattern.exec(message);
    if (found) return explain(found.slice(1));
  }
  return message.replaceAll(sourcePlace, '');
}

/** Such as "/onnxruntime_src/onnxruntime/core/graph/model.cc:202 onnxruntime::Model::Model(...) ". */
const sourcePlace = /\S*onnxruntime[\\/]core[\\/]\S+\.(?:cc|h):\d+ .*?\)(?: const)? /g;

const version = ort.env.versions.node ?? ort.env.versions.common;

const explanations: readonly [RegExp, (found: string[]) => string][] = [
  [
    /Unsupported model IR version: (\d+), max supported IR version: (\d+)/,
    ([has, most]) =>
      `the file is of ONNX IR version ${has}, and onnxruntime ${version} reads up to ${most}: save it with an older version of the onnx package, or with model.ir_version = ${most}`,
  ],
  [
    /Opset (\d+) is under development.*for domain (\S+) is till opset (\d+)/,
    ([has, domain, most]) =>
      `its operators are those of ${domain} opset ${has}, and onnxruntime ${version} has them up to opset ${most}: export it for that one (opset_version=${most} of torch.onnx.export)`,
  ],
  [
    /(?:Fatal error: )?(\S+):(\w+)\(-?\d+\) is not a registered function\/op/,
    ([domain, operator]) =>
      `it needs the operator ${operator} of ${domain}, which onnxruntime ${version} does not have: export it without custom operators`,
  ],
  [
    /Could not find an implementation for (\w+)\((\d+)\)/,
    ([operator, opset]) =>
      `onnxruntime ${version} has no ${operator} (opset ${opset}) for the element type that the model gives it: convert the model to float32`,
  ],
  [
    /^Unsupported data type: 16$/,
    () => 'its input or output is bfloat16, which onnxruntime does not hand over: make it float32',
  ],
];
