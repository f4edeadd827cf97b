import { copyFileSync, cpSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type LambdaFunction, readFunctions } from '../../lib/local/template/functions.ts';
import { readStack } from '../../lib/local/template/stack.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

/** A copy of an assembly in which other modules can be put before functions. */
export class WrappedAssembly {
  readonly assemblyDir = temporaryFolder();
  /** As they are in the assembly that was copied. */
  readonly functions: readonly LambdaFunction[];

  /** @param assemblyDir - the assembly's folder, which stays as it is */
  constructor(assemblyDir: string) {
    for (const entry of readdirSync(assemblyDir, { withFileTypes: true })) {
      const from = join(assemblyDir, entry.name);
      const to = join(this.assemblyDir, entry.name);
      // Layers are large. (Windows lets everybody make links to folders only, of this type.)
      if (entry.isDirectory()) symlinkSync(from, to, 'junction');
      else copyFileSync(from, to);
    }
    this.functions = readFunctions(readStack(assemblyDir), []);
  }

  /**
   * Puts a module in the place of a function's, which it can import as `./original.mjs`.
   *
   * @returns the folder of the function's code in the copy
   */
  wrap({ codeDir }: LambdaFunction, wrapperPath: string): string {
    const copy = join(this.assemblyDir, basename(codeDir));
    rmSync(copy);
    cpSync(codeDir, copy, { recursive: true });
    renameSync(join(copy, 'index.mjs'), join(copy, 'original.mjs'));
    copyFileSync(wrapperPath, join(copy, 'index.mjs'));
    return copy;
  }
}
