import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Architecture, Code, type ILayerVersion, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { z } from 'zod';
import { packageRoot } from './package-files.ts';

const contentsSchema = z.object({
  packages: z.array(
    z.object({
      name: z.string(),
      requiredBy: z.string().optional(),
      include: z.array(z.string()),
      native: z.boolean().default(false),
    }),
  ),
});

/** The native modules that model functions load, onnxruntime-node and sharp: one layer for each architecture. */
export class OnnxruntimeLayers extends Construct {
  /** The layer of an architecture; made when it is first asked for. */
  of(architecture: Architecture): ILayerVersion {
    const { name } = architecture;
    const made = this.node.tryFindChild(name);
    if (made instanceof LayerVersion) return made;
    return new LayerVersion(this, name, {
      description: 'onnxruntime-node and sharp',
      compatibleArchitectures: [architecture],
      code: Code.fromAsset(contentOf(architecture)),
    });
  }
}

const contents = new Map<string, string>();

/** The folder with a layer's content, 66 MB that are the same for every stack of this process. */
function contentOf(architecture: Architecture): string {
  const known = contents.get(architecture.name);
  if (known) return known;
  const folder = mkdtempSync(join(tmpdir(), 'mdinference-layer-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  copyPackages(architecture, join(folder, 'nodejs/node_modules'));
  contents.set(architecture.name, folder);
  return folder;
}

function copyPackages(architecture: Architecture, output: string): void {
  const arch = architecture === Architecture.ARM_64 ? 'arm64' : 'x64';
  const path = join(packageRoot, 'layers/onnxruntime/contents.json');
  const { packages } = contentsSchema.parse(
    JSON.parse(readFileSync(path, 'utf8').replaceAll('{arch}', arch)),
  );
  const foreign = process.platform === 'linux' && process.arch === arch ? undefined : fetch(arch);
  try {
    for (const { name, requiredBy, include, native } of packages) {
      const source =
        native && foreign ? join(foreign, 'node_modules', name) : locate(name, requiredBy);
      for (const file of globSync(include, { cwd: source })) {
        cpSync(join(source, file), join(output, name, file), { recursive: true });
      }
    }
  } finally {
    if (foreign) rmSync(foreign, { recursive: true });
  }
}

/**
 * The folder of an installed package, wherever a package manager has put it.
 *
 * @param requiredBy - the package that needs it: an app may have other versions of the same for itself
 */
function locate(name: string, requiredBy?: string): string {
  const from = requiredBy ? join(locate(requiredBy), 'package.json') : import.meta.url;
  const found = createRequire(from)
    .resolve.paths(name)
    ?.map((folder) => join(folder, name))
    .find((folder) => existsSync(join(folder, 'package.json')));
  if (found) return realpathSync(found);
  throw new Error(`package ${name} is not installed: run npm install`);
}

/** Installs sharp for Linux and an architecture that is not this machine's into a temporary folder. */
function fetch(arch: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'mdinference-layer-'));
  const { version } = JSON.parse(readFileSync(join(locate('sharp'), 'package.json'), 'utf8'));
  const platform = ['--os=linux', `--cpu=${arch}`, '--libc=glibc'];
  execFileSync(
    'npm',
    [
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--ignore-scripts',
      ...platform,
      `sharp@${version}`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' },
  );
  return folder;
}
