import { findDominated, type Rated } from '../../lib/core/selection/ranking.ts';
import { CatalogueError, isFetched, listCatalogue } from '../../lib/service/catalogue/load.ts';
import type { CatalogueListing, ListedModel } from '../../lib/service/catalogue/schema.ts';
import { shortPath } from '../shared/short-path.ts';

/** What the commands that look at a catalogue's models work on. */
export interface AskedModels {
  /** The catalogue's folder. */
  readonly directory: string;
  /** The models that were named; empty: all. */
  readonly names: readonly string[];
}

/** A catalogue with the models that a command works on. */
export interface ChosenModels {
  readonly directory: string;
  readonly catalogue: CatalogueListing;
  readonly models: readonly ListedModel[];
}

/**
 * The named models of a catalogue, or all.
 *
 * @throws CatalogueError naming a model that the catalogue does not list
 */
export function chooseModels({ directory, names }: AskedModels): ChosenModels {
  const catalogue = listCatalogue(directory);
  const known = catalogue.models.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new CatalogueError(`${directory} has no model "${unknown}": ${known.join(', ')}`);
  }
  const models = catalogue.models.filter(({ name }) => names.length === 0 || names.includes(name));
  return { directory, catalogue, models };
}

/**
 * The named models of a catalogue, or all whose files are there; says which are not.
 *
 * @throws CatalogueError when none is there
 */
export function chooseFetched(chosen: AskedModels): ChosenModels {
  const choice = chooseModels(chosen);
  const { directory, models } = choice;
  const here = models.filter((model) => !model.urls || isFetched(directory, model));
  const missing = models.filter((model) => !here.includes(model)).map(({ name }) => name);
  if (here.length === 0 || (missing.length > 0 && chosen.names.length > 0)) {
    const wanted = chosen.names.length > 0 ? missing : [];
    throw new CatalogueError(
      `${wanted.join(', ') || `${models.length} models`}: not fetched yet; npx mdi models fetch ${[shortPath(directory), ...wanted].join(' ')}`,
    );
  }
  if (missing.length > 0) note(`${missing.length} listed models are not fetched yet.`);
  return { ...choice, models: here };
}

/** Says something beside the result, which may be read by a program. */
export function note(text: string): void {
  console.error(`Note: ${text}`);
}

/** Points out models that no request is better off with. */
export function noteDominated(models: readonly Rated[]): void {
  for (const [name, better] of findDominated(models)) {
    note(`${name} is dominated: ${better} is at least as fast and as accurate.`);
  }
}

/** What a catalogue itself says about its models. */
export function ratedByCatalogue({ models }: Pick<CatalogueListing, 'models'>): Rated[] {
  return models.map(({ name, accuracyPct, reference }) => ({
    name,
    accuracyPct,
    meanMs: reference?.meanMs,
    stdMs: reference?.stdMs,
  }));
}
