import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../lib/infra/package-files.ts';
import type { BundledPackage } from './notices.ts';

/** The file of a package's software bill of materials. */
export const softwareBillFile = 'sbom.cdx.json';

/** The parts of a package's manifest that a bill is about. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A package of a lock file, with what says whether it is installed for a clone alone. */
interface Locked {
  link?: boolean;
  dev?: boolean;
  devOptional?: boolean;
}

/**
 * What a package consists of, in CycloneDX: its dependencies and theirs as the lock file has them, and the
 * packages that are bundled into it.
 *
 * @see https://docs.npmjs.com/cli/commands/npm-sbom
 */
export function softwareBill(manifest: Manifest, bundled: readonly BundledPackage[]): string {
  const { name, version, license } = manifest;
  const dependencies = {
    ...manifest.dependencies,
    ...Object.fromEntries(bundled.map((each) => [each.name, each.version])),
  };
  const root = { name, version, license, dependencies };
  const temporary = mkdtempSync(join(tmpdir(), 'mdinference-sbom-'));
  try {
    // The bill calls the package as its folder is called.
    const folder = join(temporary, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify(root));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lockOf(root)));
    return execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      shell: process.platform === 'win32',
    });
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** The clone's lock file as that of a package which has nothing but dependencies: npm leaves out what none needs. */
function lockOf(root: object): object {
  const lock: { packages: Record<string, Locked> } = JSON.parse(
    readFileSync(join(packageRoot, 'package-lock.json'), 'utf8'),
  );
  const installed = Object.entries(lock.packages)
    .filter(([path, { link }]) => path.startsWith('node_modules/') && !link)
    .map(([path, { dev: _, devOptional: __, ...locked }]) => [path, locked]);
  return { ...lock, ...root, packages: { '': root, ...Object.fromEntries(installed) } };
}
