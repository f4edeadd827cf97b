import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AssetStaging } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Lets everybody read the files that are packed for the functions and layers below a construct. Whoever has made
 * them, Lambda's user is another; their modes are packed as they are, and no part of an asset's hash, so that a
 * function that was once packed unreadable, by a restrictive umask, would stay so.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html
 */
export function makeReadable(scope: IConstruct): void {
  for (const asset of scope.node.findAll()) {
    // What is not copied into the assembly is somebody's source.
    if (!(asset instanceof AssetStaging) || asset.absoluteStagedPath === asset.sourcePath) continue;
    const root = asset.absoluteStagedPath;
    const isFolder = statSync(root).isDirectory();
    const inside = isFolder ? readdirSync(root, { recursive: true, encoding: 'utf8' }) : [];
    for (const path of ['', ...inside]) setMode(join(root, path));
  }
}

function setMode(path: string): void {
  const stats = statSync(path);
  const runs = stats.isDirectory() || (stats.mode & 0o100) !== 0;
  chmodSync(path, runs ? 0o755 : 0o644);
}
