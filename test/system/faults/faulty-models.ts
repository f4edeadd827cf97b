import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WrappedAssembly } from '../wrapped-assembly.ts';

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
  readonly assemblyDir: string;
  /** The code's folder and the name of each model's function, by the model's name. */
  readonly #functions = new Map<string, { readonly codeDir: string; readonly name: string }>();

  /** @param assemblyDir - the assembly's folder, which stays as it is */
  constructor(assemblyDir: string) {
    const assembly = new WrappedAssembly(assemblyDir);
    this.assemblyDir = assembly.assemblyDir;
    const wrapper = join(import.meta.dirname, 'faulty-function.mjs');
    for (const fn of assembly.functions) {
      const model = fn.variables().MDI_MODEL;
      if (model) this.#functions.set(model, { name: fn.name, codeDir: assembly.wrap(fn, wrapper) });
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

  #function(model: string) {
    const found = this.#functions.get(model);
    if (!found) throw new Error(`no model ${model}`);
    return found;
  }
}
