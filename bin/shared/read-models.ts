import {
  modelsOfCatalogue,
  modelsOfProfiles,
  type PricedModel,
} from '../../lib/evaluation/cost/models.ts';
import { type CertainDevice, certainDeviceOf } from '../../lib/evaluation/engine/certainty.ts';
import type { Ladder } from '../../lib/evaluation/engine/uploads/ladder.ts';
import { resolveCatalogue } from '../../lib/infra/package-files.ts';
import { readCatalogue, readJson } from '../../lib/service/catalogue/load.ts';
import { askForModels, parseModels } from './service.ts';

/** Where models and their times come from: the first of these that is given. */
export interface ModelSource {
  /** A running service, whose profiles are used. */
  readonly url?: string | undefined;
  /** A file with an answer of `GET /v1/models`. */
  readonly profiles?: string | undefined;
  /** A catalogue of `models/` or a folder, whose reference latencies are used. */
  readonly catalogue: string;
  /** Added to a catalogue's latencies. */
  readonly overheadMs: number;
}

/**
 * Reads models with their service times.
 *
 * @throws Error when they cannot be read; the message names the file or URL and the wrong field
 */
export async function readModels({
  catalogue,
  overheadMs,
  profiles,
  url,
}: ModelSource): Promise<PricedModel[]> {
  if (url !== undefined) return modelsOfProfiles(await askForModels(url));
  if (profiles !== undefined) {
    return modelsOfProfiles(parseModels(readJson(profiles, 'profiles'), profiles));
  }
  return modelsOfCatalogue(readCatalogue(resolveCatalogue(catalogue)), overheadMs);
}

/** The model on the device of a catalogue; undefined where its reliability was not measured. */
export function readDevice(catalogue: string): CertainDevice | undefined {
  return certainDeviceOf(readCatalogue(resolveCatalogue(catalogue)));
}

/**
 * What pictures can be sent as, where that was measured for the models.
 *
 * @throws Error when they cannot be read
 */
export async function readUploads({
  catalogue,
  profiles,
  url,
}: Omit<ModelSource, 'overheadMs'>): Promise<Ladder | undefined> {
  if (url === undefined && profiles === undefined) {
    return readCatalogue(resolveCatalogue(catalogue)).uploads;
  }
  const { uploads } =
    url === undefined
      ? parseModels(readJson(profiles ?? '', 'profiles'), profiles ?? '')
      : await askForModels(url);
  return uploads && { source: url ?? profiles ?? '', rungs: uploads.rungs };
}
