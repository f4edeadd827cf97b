/**
 * Loaded before aws-lambda-ric in every execution environment:
 *
 * - replaces its native client (`rapid-client.cjs`), and lets it show its token (`authorized-http.cjs`);
 * - lets a function see the modules that it would see on Lambda, and no others: its own folder,
 *   its layers (for `require` only, as `NODE_PATH` does), the AWS SDK. Without this, the
 *   `node_modules` of the project around the assembly would hide a missing layer;
 * - gives it this machine's own installation of the modules that have code for one system only.
 */
const { realpathSync } = require('node:fs');
const { createRequire, isBuiltin, registerHooks } = require('node:module');
const { isAbsolute, join, sep } = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { isMainThread } = require('node:worker_threads');

const client = pathToFileURL(join(__dirname, 'rapid-client.cjs')).href;
const authorizedHttp = pathToFileURL(join(__dirname, 'authorized-http.cjs')).href;
const { layerDirs, hostModules } = JSON.parse(process.env.LOCAL_RUNTIME ?? '{"layerDirs":[]}');
delete process.env.LOCAL_RUNTIME;
const layers = layerDirs.map(real);
const roots = [real(process.env.LAMBDA_TASK_ROOT), ...layers];

let searching = false;

const hooks = {
  resolve(specifier, context, nextResolve) {
    if (specifier === './rapid-client.node') {
      return { url: client, format: 'commonjs', shortCircuit: true };
    }
    if (specifier === 'node:http' && context.parentURL?.includes('/aws-lambda-ric/')) {
      return { url: authorizedHttp, format: 'commonjs', shortCircuit: true };
    }
    // The runtime client imports the handler by its path, of which a URL is made that ends at `#` or `?`, or begins with `C:`.
    if (isAbsolute(specifier) && context.conditions.includes('import')) {
      // Not by the next hook, which refuses the URL of a folder with a backslash in its name.
      return { url: pathToFileURL(specifier).href, shortCircuit: true };
    }
    const isBare = !/^[./]|^[a-z]+:|^#/i.test(specifier) && !isBuiltin(specifier);
    if (!isBare || searching || !isVisible(context.parentURL)) {
      return nextResolve(specifier, context);
    }
    if (isOfHost(specifier)) {
      const own = resolveFrom(hostModules.from, specifier);
      return { url: pathToFileURL(own).href, shortCircuit: true };
    }
    const found = attempt(() => nextResolve(specifier, context));
    if (isVisible(found.value?.url)) return found.value;
    const other = elsewhere(specifier, context.conditions.includes('require'));
    if (other) return { url: pathToFileURL(other).href, shortCircuit: true };
    if (found.error) throw found.error;
    throw Object.assign(new Error(`Cannot find module '${specifier}'`), {
      code: context.conditions.includes('require') ? 'MODULE_NOT_FOUND' : 'ERR_MODULE_NOT_FOUND',
    });
  },
};
// Threads run this file again: a function's own, and that of a module loader (Yarn's Plug'n'Play).
if (isMainThread) registerHooks(hooks);

/** Where else Lambda would find a module: in a layer, or in the SDK that its runtime includes. */
function elsewhere(specifier, isRequired) {
  const places = isRequired ? layers.map((dir) => join(dir, 'nodejs', 'index.js')) : [];
  if (/^@(aws-sdk|smithy)\//.test(specifier)) places.push(__filename);
  for (const place of places) {
    const { value } = attempt(() => resolveFrom(place, specifier));
    if (value && (place === __filename || isVisible(pathToFileURL(value).href))) return value;
  }
  return undefined;
}

function isOfHost(specifier) {
  return hostModules?.names.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}

/** Resolves without the hook above. */
function resolveFrom(place, specifier) {
  searching = true;
  try {
    return createRequire(place).resolve(specifier);
  } finally {
    searching = false;
  }
}

function isVisible(url) {
  if (!url?.startsWith('file:')) return false;
  const path = real(fileURLToPath(url));
  return roots.some((root) => path.startsWith(root + sep));
}

function attempt(action) {
  try {
    return { value: action() };
  } catch (error) {
    return { error };
  }
}

function real(path) {
  return attempt(() => realpathSync(path)).value ?? path;
}
