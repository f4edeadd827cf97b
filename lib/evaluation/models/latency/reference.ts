import { cpus } from 'node:os';
import type { ListedModel } from '../../../service/catalogue/schema.ts';
import type { ModelProfile } from './profile.ts';

/** A profile as a catalogue keeps it. */
export function referenceOf({
  meanMs,
  stdMs,
  threads,
  runs,
}: ModelProfile): NonNullable<ListedModel['reference']> {
  const round = (ms: number) => Number(ms.toPrecision(4));
  return {
    meanMs: round(meanMs),
    stdMs: round(stdMs),
    what: `${threads === 1 ? 'one thread' : `${threads} threads`}, session.run of onnxruntime-node, ${runs} runs, ${cpus()[0]?.model.trim()}`,
  };
}
