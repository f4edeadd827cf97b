import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { LayerError } from './errors.ts';
import { fetchPackage } from './fetch-package.ts';
import { packageRoot } from './package-files.ts';

const layerPackageSchema = z.object({
  name: z.string(),
  requiredBy: z.string().optional(),
  include: z.array(z.string()),
  native: z.boolean().default(false),
});
type LayerPackage = z.infer<typeof layerPackageSchema>;

const contentsSchema = z.object({ packages: z.array(layerPackageSchema) });
const manifestSchema = z.object({ optionalDependencies: z.record(z.string(), z.string()) });

const contents = new Map<string, string>();

/**
 * The folder with the layer's content for a processor: Linux's binaries whatever this machine is, 66 MB
 * that are the same for every stack of this process.
 *
 * @throws {@link LayerError} when a package or a part of one is missing
 */
export function layerContent(cpu: 'x64' | 'arm64'): string {
  const known = contents.get(cpu);
  if (known) return known;
  const folder = temporaryFolder();
  copyPackages(cpu, join(folder, 'nodejs/node_modules'));
  contents.set(cpu, folder);
  return folder;
}

/** A folder for layers whose modules come from elsewhere; CDK refuses assets of nothing. */
export function emptyLayer(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'README'), "The modules are this machine's own.\n");
  return folder;
}

function copyPackages(cpu: string, output: string): void {
  const path = join(packageRoot, 'layers/onnxruntime/contents.json');
  const text = readFileSync(path, 'utf8').replaceAll('{arch}', cpu);
  for (const each of contentsSchema.parse(JSON.parse(text)).packages) {
    const source = folderOf(each);
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
    for (const pattern of each.include) {
      const included = files.filter(
        (file) => matchesGlob(file, pattern) || matchesGlob(file, `${pattern}/**`),
      );
      if (included.length === 0) {
        throw new LayerError(`${each.name} has no ${pattern} in ${source}: install it anew`);
      }
      for (const file of included) copyFile(join(source, file), join(output, each.name, file));
    }
  }
}

/** Copies a file, by reading it: Yarn lets programs read what lies in its archives, and no more. */
function copyFile(from: string, to: string): void {
  if (!statSync(from).isFile()) return;
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, readFileSync(from));
}

/** Where a package lies; one that is for another system or processor than this machine's is fetched. */
function folderOf({ name, requiredBy, native }: LayerPackage): string {
  const installed = locate(name, requiredBy);
  if (installed) return installed;
  const parent = requiredBy && locate(requiredBy);
  if (!native || !parent) throw new LayerError(`${name} is not installed: run npm install`);
  const manifest = readFileSync(join(parent, 'package.json'), 'utf8');
  const version = manifestSchema.parse(JSON.parse(manifest)).optionalDependencies[name];
  if (!version) throw new LayerError(`${requiredBy} has no optional dependency ${name}`);
  return fetchPackage(`${name}@${version}`, temporaryFolder());
}

/**
 * The folder of an installed package, wherever a package manager has put it.
 *
 * @param requiredBy - the package that needs it: an app may have other versions of the same for itself
 */
function locate(name: string, requiredBy?: string): string | undefined {
  const parent = requiredBy ? locate(requiredBy) : undefined;
  if (requiredBy && !parent) return undefined;
  const from = parent ? join(parent, 'package.json') : fileURLToPath(import.meta.url);
  if (process.versions.pnp !== undefined) return locateInPlugAndPlay(name, from);
  const found = createRequire(from)
    .resolve.paths(name)
    ?.map((folder) => join(folder, name))
    .find((folder) => existsSync(join(folder, 'package.json')));
  return found && realpathSync(found);
}

/** With Yarn's Plug'n'Play packages lie in archives: https://yarnpkg.com/advanced/pnpapi */
function locateInPlugAndPlay(name: string, issuer: string): string | undefined {
  const pnp: { resolveToUnqualified(name: string, issuer: string): string | null } = createRequire(
    import.meta.url,
  )('pnpapi');
  try {
    return pnp.resolveToUnqualified(name, issuer) ?? undefined;
  } catch {
    // It throws for an optional dependency that is for other machines.
    return undefined;
  }
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mdinference-layer-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
