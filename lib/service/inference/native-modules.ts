import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { MdInferenceError } from '../../core/errors.ts';

// In Lambda the native modules come from a layer. A layer's modules are found through NODE_PATH, which
// `require` honours and `import` does not.
const require = createRequire(import.meta.url);

/** The native modules cannot be loaded on this machine; the message says why, and what to do. */
export class NativeModuleError extends MdInferenceError {
  override readonly name = 'NativeModuleError';
}

/** What decides which binaries a machine can load. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** On Linux: whether its C library is glibc. */
  readonly hasGlibc: boolean;
}

/**
 * Loads a native module.
 *
 * @throws {@link NativeModuleError} when it cannot be loaded
 */
export function loadNative<T>(name: string): T {
  try {
    return require(name);
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    throw new NativeModuleError(nativeModuleFault() ?? `${name} cannot be loaded: ${reason}`, {
      cause: error,
    });
  }
}

/**
 * Why a machine cannot run models, found without loading anything; undefined if nothing speaks against it.
 *
 * @param machine - this one, if not given
 */
export function nativeModuleFault(machine: Machine = thisMachine()): string | undefined {
  const { platform, arch, hasGlibc } = machine;
  const isIntelMac = platform === 'darwin' && arch === 'x64';
  if (platform === 'linux' && !hasGlibc) {
    return 'models cannot run here: onnxruntime-node needs glibc, which Alpine and other musl systems lack (in a container, take node:24-slim instead of node:24-alpine)';
  }
  const onnxruntime = resolved('onnxruntime-node');
  if (!onnxruntime) return 'onnxruntime-node is not installed: npm install';
  if (!existsSync(join(dirname(onnxruntime), '../bin/napi-v6', platform, arch))) {
    const system = isIntelMac ? 'Macs with Intel processors' : `${platform}-${arch}`;
    return `models cannot run here: onnxruntime-node has no binaries for ${system} (take a machine or container with Linux, or a Mac with Apple silicon)`;
  }
  const sharp = resolved('sharp');
  if (!sharp) return 'sharp is not installed: npm install';
  const binaries = `@img/sharp-${platform}-${arch}`;
  if (!resolved(`${binaries}/sharp.node`, createRequire(sharp))) {
    return `${binaries}, sharp's code for this machine, is not installed: npm install --include=optional`;
  }
  return undefined;
}

function thisMachine(): Machine {
  const { platform, arch } = process;
  return { platform, arch, hasGlibc: platform === 'linux' && hasGlibc() };
}

function hasGlibc(): boolean {
  // Else the report would look up the names of all peers.
  Object.assign(process.report, { excludeNetwork: true });
  const report: unknown = process.report.getReport();
  return JSON.stringify(report).includes('"glibcVersionRuntime"');
}

/** The file that a module's name leads to, if there is one. */
function resolved(name: string, from: NodeJS.Require = require): string | undefined {
  try {
    return from.resolve(name);
  } catch {
    return undefined;
  }
}
