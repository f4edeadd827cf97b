import { DeviceModelError } from '../api/errors.ts';

/** The shortest module of WebAssembly: its magic number and its version. */
const emptyModule = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

// Declared by hand: it compiles where there is no DOM.
interface Scope {
  readonly WebAssembly?: { readonly Module: new (bytes: Uint8Array) => object };
}

/** @throws {@link DeviceModelError} where WebAssembly cannot run, or may not */
export function requireWebAssembly(): void {
  const { WebAssembly } = globalThis as unknown as Scope;
  if (!WebAssembly) throw new DeviceModelError('this browser has no WebAssembly');
  try {
    new WebAssembly.Module(emptyModule);
  } catch (cause) {
    throw new DeviceModelError(
      "the page's content security policy forbids WebAssembly: add 'wasm-unsafe-eval' to its " +
        'script-src, also where the worker’s file is served',
      { cause },
    );
  }
}

/** What to do about an error with which onnxruntime-web could not load a model. */
export function explainLoadFailure(error: unknown, name: string): unknown {
  const message = error instanceof Error ? error.message : String(error);
  if (/out of memory|bad_alloc|allocat/i.test(message)) {
    return new DeviceModelError(`there is not enough memory for "${name}": ${message}`, {
      cause: error,
    });
  }
  if (/no available backend|magic word|imported module/i.test(message)) {
    return new DeviceModelError(
      'onnxruntime-web cannot start: its ort-wasm-simd-threaded.wasm or .mjs is not served where it is ' +
        `looked for; \`wasmPaths\` says where they are (${message})`,
      { cause: error },
    );
  }
  return error;
}
