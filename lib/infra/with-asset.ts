import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';

/**
 * Makes a construct of an asset that is written on this machine, without Docker. The asset's hash is of
 * what was written: the same content gives the same template. (CDK's own local bundling does the same,
 * but says so on the console for each asset.)
 *
 * @param write - writes the content into the folder given to it
 * @param make - makes the construct, which copies the content: the folder is gone afterwards
 */
export function withAsset<T>(write: (folder: string) => void, make: (code: AssetCode) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'mdinference-asset-'));
  try {
    write(folder);
    return make(Code.fromAsset(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
