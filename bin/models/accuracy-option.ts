import { namedNumbers, numberBetween } from '../shared/options.ts';

/** What `--accuracy` says, in percent. */
export interface GivenAccuracy {
  /** Without a name. */
  readonly ofAll?: number | undefined;
  readonly byName: ReadonlyMap<string, number>;
}

const percent = numberBetween(0, 100);

/** Reads `--accuracy 76.1`, or `--accuracy resnet=76.1`, which may be there again for other models. */
export function readAccuracy(text: string, before: GivenAccuracy | undefined): GivenAccuracy {
  const byName = before?.byName ?? new Map<string, number>();
  if (!text.includes('=')) return { ofAll: percent(text), byName };
  return { ofAll: before?.ofAll, byName: new Map([...byName, ...namedNumbers(percent)(text)]) };
}
