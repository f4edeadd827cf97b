import {
  copyFileSync,
  cpSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { readFunctions } from '../../../lib/local/template/functions.ts';
import { readStack } from '../../../lib/local/template/stack.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

/** What a model's function can be made to do wrong, from its next event on. */
export type Fault =
  | { readonly kind: 'nan' | 'garbage' }
  /** Does nothing until the fault is taken back. */
  | { readonly kind: 'hang' }
  /** Is ended for it where there is /proc (Linux). */
  | { readonly kind: 'out-of-memory' }
  /** Takes effect when a process starts: kill those that run. */
  | { readonly kind: 'exit-at-start' }
  /** How many times longer the model itself takes. */
  | { readonly kind: 'slow'; readonly factor: number };

/** A copy of an assembly whose models' functions can be given faults while they run. */
export class FaultyModels {
  readonly assemblyDir = temporaryFolder();
  /** The code's folder and the name of each model's function, by the model's name. */
  readonly #functions = new Map<string, { readonly codeDir: string; readonly name: string }>();

  /** @param assemblyDir - the assembly's folder, which stays as it is */
  constructor(assemblyDir: string) {
    for (const entry of readdirSync(assemblyDir, { withFileTypes: true })) {
      const from = join(assemblyDir, entry.name);
      const to = join(this.assemblyDir, entry.name);
      // Layers are large. (Windows lets everybody make links to folders only, of this type.)
      if (entry.isDirectory()) symlinkSync(from, to, 'junction');
      else copyFileSync(from, to);
    }
    for (const fn of readFunctions(readStack(assemblyDir), [])) {
      const model = fn.variables().MDI_MODEL;
      if (model)
        this.#functions.set(model, { name: fn.name, codeDir: this.#putBefore(fn.codeDir) });
    }
    for (const model of this.#functions.keys()) this.set(model, undefined);
  }

  /** The names of the models. */
  get names(): string[] {
    return [...this.#functions.keys()];
  }

  /** Name of a model's function. */
  functionName(model: string): string {
    return this.#function(model).name;
  }

  /** Gives a model a fault, or takes it back. */
  set(model: string, fault: Fault | undefined): void {
    const path = join(this.#function(model).codeDir, 'fault.json');
    writeFileSync(`${path}.new`, JSON.stringify(fault ?? {}));
    // At once: a function may read it at any moment.
    renameSync(`${path}.new`, path);
  }

  /** Copies a function's code and puts the faulty function before it. */
  #putBefore(codeDir: string): string {
    const copy = join(this.assemblyDir, basename(codeDir));
    rmSync(copy);
    cpSync(codeDir, copy, { recursive: true });
    renameSync(join(copy, 'index.mjs'), join(copy, 'original.mjs'));
    copyFileSync(join(import.meta.dirname, 'faulty-function.mjs'), join(copy, 'index.mjs'));
    return copy;
  }

  #function(model: string) {
    const found = this.#functions.get(model);
    if (!found) throw new Error(`no model ${model}`);
    return found;
  }
}
