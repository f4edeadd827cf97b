import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LayerError } from './errors.ts';

/**
 * Fetches one package, whatever system and processor it is for, with npm and with the settings of the
 * app's folder (`.npmrc`: registry, credentials, certificates). Nothing of it is run.
 *
 * @param spec - name and version, such as `@img/sharp-linux-arm64@0.35.5`
 * @param folder - an empty folder for it
 * @returns the folder with the package's files
 * @throws {@link LayerError} with what npm said when it cannot be fetched
 */
export function fetchPackage(spec: string, folder: string): string {
  const output = join(folder, 'package');
  mkdirSync(output);
  try {
    execFileSync('npm', ['pack', spec, '--loglevel=error'], {
      env: {
        ...process.env,
        // As an argument a path would be taken apart by the shell that Windows needs for npm.
        npm_config_pack_destination: folder,
        npm_config_ignore_scripts: 'true',
        npm_config_update_notifier: 'false',
      },
      shell: process.platform === 'win32',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
    execFileSync('tar', ['-xzf', tarball, '-C', 'package', '--strip-components=1'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  } catch (error) {
    throw new LayerError(`the layer needs ${spec}, which could not be fetched: ${reasonOf(error)}`);
  }
  return output;
}

/** The first lines of what a program wrote, without its own name before each. */
function reasonOf(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: Buffer };
  const lines = stderr?.toString().trim().split('\n').slice(0, 2) ?? [];
  return lines.map((line) => line.replace(/^npm (error|ERR!) /, '')).join(', ') || message;
}
