import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../lib/infra/package-files.ts';

/** The file of the notices, beside what they are about. */
export const noticesFile = 'THIRD-PARTY-NOTICES.txt';

/** A package of somebody else's that a bundle contains. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As its manifest names it, such as `MIT`. */
  readonly licence: string;
  /** Below the clone's folder. */
  readonly folder: string;
}

/**
 * The packages that a bundle was made of.
 *
 * @param inputs - paths below the clone's folder, the keys of esbuild's `metafile.inputs`
 */
export function bundledPackages(inputs: readonly string[]): BundledPackage[] {
  const folders = inputs.flatMap((path) => packageFolderPattern.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort().map((folder) => {
    const manifest = JSON.parse(readFileSync(join(packageRoot, folder, 'package.json'), 'utf8'));
    return { name: manifest.name, version: manifest.version, licence: manifest.license, folder };
  });
}

const packageFolderPattern = /^(.*\/)?node_modules\/(@[^/]+\/)?[^/]+/;

/** Texts of packages that come without one, by how their names begin, from their repositories. */
const textsApart: Readonly<Record<string, string>> = {
  '@aws-lambda-powertools/': 'scripts/licences/powertools.txt',
  '@aws-sdk/': 'LICENSE',
  '@middy/': 'scripts/licences/middy.txt',
  'onnxruntime-': 'scripts/licences/onnxruntime.txt',
};

/**
 * What has to stand beside a bundle of other people's work: who made it, and on what terms. Packages with the
 * same text share it.
 *
 * @throws Error naming a package whose licence is not known
 */
export function noticesOf(packages: readonly BundledPackage[]): string {
  const byText = Map.groupBy(packages, licenceText);
  const sections = Array.from(byText, ([text, those]) => {
    const names = those.map(({ name, version, licence }) => `${name} ${version} (${licence})`);
    return `${[...new Set(names)].join('\n')}\n\n${text}`;
  });
  return [introduction, ...sections].join(`\n\n${'-'.repeat(80)}\n\n`).concat('\n');
}

const introduction =
  'This software contains the following packages, each under the terms below its name.';

function licenceText({ name, version, folder }: BundledPackage): string {
  const own = readdirSync(join(packageRoot, folder)).filter((file) =>
    /^(licen[cs]e|notice|copying)\b/i.test(file),
  );
  const apart = Object.entries(textsApart).find(([start]) => name.startsWith(start))?.[1];
  const paths = own.length > 0 ? own.sort().map((file) => join(folder, file)) : [apart];
  return paths
    .map((path) => {
      if (path === undefined) {
        throw new Error(`${name} has no licence file: add its text to scripts/notices.ts`);
      }
      const text = readFileSync(join(packageRoot, path), 'utf8');
      return text.replaceAll('\r\n', '\n').trim().replaceAll('{version}', version);
    })
    .join('\n\n');
}
