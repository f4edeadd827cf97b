import { findDominated, type Rated } from '../../lib/core/selection/ranking.ts';
import { CatalogueError, isFetched, listCatalogue } from '../../lib/service/catalogue/load.ts';
import type { CatalogueListing, ListedModel } from '../../lib/service/catalogue/schema.ts';
import { note, shortPath } from '../shared/output.ts';

/** The models that a command was asked to work on. */
export interface AskedModels {
  /** The catalogue's folder. */
  readonly directory: string;
  /** The names of the models; empty for all of them. */
  readonly names: readonly string[];
}

/** A catalogue, and the models of it that a command works on. */
export interface ChosenModels {
  readonly directory: string;
  readonly catalogue: CatalogueListing;
  readonly models: readonly ListedModel[];
}

/**
 * The named models of a catalogue, or all of them.
 *
 * @throws {@link CatalogueError} when the catalogue does not list one of them
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
 * The named models of a catalogue, or all whose files are there; notes how many are not.
 *
 * @throws {@link CatalogueError} when the file of a named model is missing, or all files are
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

/** Notes which models are dominated. */
export function noteDominated(models: readonly Rated[]): void {
  for (const [{ name }, better] of findDominated(models)) {
    note(`${name} is dominated: ${better.name} is at least as fast and as accurate.`);
  }
}

/** The accuracy and latency of the models according to their catalogue. */
export function ratedByCatalogue({ models }: Pick<CatalogueListing, 'models'>): Rated[] {
  return models.map(({ name, accuracyPct, reference }) => ({
    name,
    accuracyPct,
    meanMs: reference?.meanMs,
    stdMs: reference?.stdMs,
  }));
}
