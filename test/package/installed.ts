import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

/** The clone's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const packedSchema = z.tuple([
  z.object({
    filename: z.string(),
    /** In bytes, compressed. */
    size: z.number(),
    unpackedSize: z.number(),
    files: z.array(z.object({ path: z.string(), mode: z.number() })),
  }),
]);

/** Runs a program and returns what it printed; rejects with its standard error when it fails. */
export async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd, maxBuffer: 2 ** 26 });
  return stdout;
}

/** A package as its users get it, in a folder of its own. */
export class InstalledPackage {
  readonly packed: z.infer<typeof packedSchema>[0];
  /** Somebody else's app, which has installed the package. */
  readonly app: string;
  readonly #folder: string;

  private constructor(folder: string, packed: z.infer<typeof packedSchema>[0]) {
    this.#folder = folder;
    this.packed = packed;
    this.app = join(folder, 'app');
  }

  /** Builds and packs a package, and makes an app that has nothing yet. */
  static async pack(name: 'mdinference' | 'client'): Promise<InstalledPackage> {
    const folder = mkdtempSync(join(tmpdir(), `mdinference-${name}-`));
    await run(root, process.execPath, 'scripts/build.ts', '--out', folder, name);
    const report = await run(folder, 'npm', 'pack', '--json', join(folder, name));
    const [packed] = packedSchema.parse(JSON.parse(report));
    const installed = new InstalledPackage(folder, packed);
    mkdirSync(installed.app);
    installed.write({ 'package.json': JSON.stringify({ private: true, type: 'module' }) });
    return installed;
  }

  /** Installs the package, and others beside it; returns how many packages there are then. */
  async install(...others: string[]): Promise<number> {
    await run(
      this.app,
      'npm',
      ...['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'],
      join(this.#folder, this.packed.filename),
      ...others,
    );
    const { packages } = this.readJson('node_modules/.package-lock.json');
    return Object.keys(packages).length;
  }

  /** Runs Node in the app. */
  node(...args: string[]): Promise<string> {
    return run(this.app, process.execPath, ...args);
  }

  write(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.app, name), text);
  }

  /** Puts a copy of a folder into the app. */
  copy(from: string): void {
    cpSync(from, this.app, { recursive: true });
  }

  readJson(...path: string[]) {
    return JSON.parse(readFileSync(join(this.app, ...path), 'utf8'));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
