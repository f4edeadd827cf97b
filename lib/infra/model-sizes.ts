import type { IConstruct } from 'constructs';
import { modelNameOf, sizeNameOf } from '../core/selection/sizes.ts';
import { CatalogueError } from '../service/catalogue/load.ts';
import {
  type Catalogue,
  type CatalogueModel,
  longestModelName,
} from '../service/catalogue/schema.ts';
import { readTuned, type Tuned } from '../service/catalogue/tuned.ts';
import { InvalidPropertyError } from './errors.ts';

/**
 * Memory of a model's function in MB; several for a function of each size, of which the cheapest that is good
 * enough answers a request; or what `npx mdi tune` has found.
 */
export type ModelMemory = number | readonly number[] | 'tuned';

/**
 * A catalogue with the memory that a deployment gives its models: a model of several sizes becomes an
 * entry for each, from the smallest up, of which the first keeps its name, and with it its function and
 * its profile.
 *
 * @param scope - whose property `models` the memory is
 * @param tunedFile - the result of `npx mdi tune`
 * @throws {@link InvalidPropertyError} for a list that is empty or has a size twice, a name that is too long or
 * taken, and memory that was not tuned for the model's file
 */
export function withSizes(
  scope: IConstruct,
  catalogue: Catalogue,
  memoryOf: (model: string) => ModelMemory | undefined,
  tunedFile: string,
): Catalogue {
  const models = catalogue.models.flatMap((model) => {
    const { memoryMb: catalogueMb } = model;
    const wanted = memoryOf(model.name) ?? catalogueMb;
    if (wanted === 'tuned') return { ...model, memoryMb: tunedMemory(scope, model, tunedFile) };
    return typeof wanted === 'number'
      ? { ...model, memoryMb: wanted }
      : sizesOf(scope, model, wanted);
  });
  const names = models.map(({ name }) => name);
  const twice = models.find(({ name }, i) => names.indexOf(name) !== i);
  if (twice) {
    const message = `makes a size named "${twice.name}", as another model is: rename that one`;
    throw new InvalidPropertyError(scope, `models.${modelNameOf(twice)}.memoryMb`, message);
  }
  return { ...catalogue, models };
}

function sizesOf(
  scope: IConstruct,
  model: CatalogueModel,
  sizesMb: readonly number[],
): CatalogueModel[] {
  const wrong = (message: string) =>
    new InvalidPropertyError(scope, `models.${model.name}.memoryMb`, message);
  if (sizesMb.length === 0) throw wrong('must be a number or name at least one size');
  const ascending = sizesMb.toSorted((a, b) => a - b);
  const twice = ascending.find((memoryMb, i) => ascending[i - 1] === memoryMb);
  if (twice !== undefined) throw wrong(`has ${twice} twice`);
  const [first = 0, ...larger] = ascending;
  if (larger.length === 0) return [{ ...model, memoryMb: first }];
  return ascending.map((memoryMb) => {
    const name = memoryMb === first ? model.name : sizeNameOf(model.name, memoryMb);
    if (name.length > longestModelName) {
      throw wrong(
        `needs the name "${name}", but a name has at most ${longestModelName} characters`,
      );
    }
    return { ...model, name, sizeOf: model.name, memoryMb };
  });
}

function tunedMemory(scope: IConstruct, { name, sha256 }: CatalogueModel, file: string): number {
  const wrong = (message: string) =>
    new InvalidPropertyError(scope, `models.${name}.memoryMb`, `is 'tuned', but ${message}`);
  const again = 'run npx mdi tune';
  const { models } = readOr(file, (reason) => wrong(`${reason}; ${again}`));
  const tuned = models[name];
  if (!tuned) throw wrong(`${file} has no model "${name}"; ${again} for it`);
  if (tuned.sha256 !== sha256) throw wrong(`${file} is of another file of it; ${again} again`);
  return tuned.memoryMb;
}

function readOr(file: string, explain: (reason: string) => Error): Tuned {
  try {
    return readTuned(file);
  } catch (error) {
    if (error instanceof CatalogueError) throw explain(error.message);
    throw error;
  }
}
