import type { Mode } from '../../client/api/options.ts';
import type { AnsweringModel, Classification, Race } from '../../client/api/types.ts';
import type { InferResponse } from '../../core/contract/messages.ts';
import { isInTime } from './times.ts';

const ms = (value: number) =>
  `${value.toFixed(Math.abs(value) < 10 ? 1 : 0).replace('-', '−')}\u00a0ms`;
const pct = (value: number) => `${value.toFixed(1)}\u00a0%`;

/**
 * Why this answer was taken and not the other one, in a sentence.
 *
 * @param mode - who was asked
 */
export function whyThisAnswer(
  { source, model, timing, race }: Classification,
  mode: Mode = 'race',
): string {
  const { cloud, device } = race;
  const inTime = isInTime(timing);
  if (mode === 'device-only') return 'Only the device was asked.';
  if (cloud.state === 'skipped') return sure(device);
  const spareMs = timing.slaMs - timing.totalMs;
  const readyMs = race[source]?.endMs ?? Number.POSITIVE_INFINITY;
  if (!inTime && readyMs <= timing.slaMs) {
    return `The ${source}’s answer was ready after ${ms(readyMs)}, but the page got it late: its thread was busy, or the browser’s timer late.`;
  }
  if (source === 'cloud') {
    if (!inTime) return `Nothing was there at the SLA’s end; the cloud was first after it.`;
    return `The cloud was in time, with ${ms(spareMs)} to spare${withoutDevice(model, device)}.`;
  }
  if (cloud.state === 'failed') {
    const after = inTime ? '' : ', after the SLA’s end';
    return `The cloud failed (${reasonOf(cloud.error)}), so the device answers${after}.`;
  }
  if (!inTime) return `Nothing was there at the SLA’s end; the device was first after it.`;
  if (cloud.state === 'answered') {
    return `Both were in time, and the device’s model (${pct(model.accuracyPct)}) is the more accurate one.`;
  }
  return `The cloud had not answered after ${ms(timing.totalMs)}, at the SLA’s end. ${deviceWaited(race, timing.totalMs)}`;
}

function sure(device: Race['device']): string {
  const { chance } = device?.answer ?? {};
  const measured =
    chance === undefined ? '' : `: of answers like this one ${pct(100 * chance)} are right`;
  return `The device was sure${measured}. The cloud was not asked.`;
}

/** What the cloud's answer made of the device's run. */
function withoutDevice(model: AnsweringModel, device: Race['device']): string {
  const than = device?.answer?.model;
  if (than && than.accuracyPct >= model.accuracyPct) return ', and its model is no worse';
  if (than) {
    return `, and ${model.name} (${pct(model.accuracyPct)}) is more accurate than ${than.name} (${pct(than.accuracyPct)})`;
  }
  return device && device.startMs === undefined ? ': the device did not have to run' : '';
}

function deviceWaited({ device }: Race, totalMs: number): string {
  const readyMs = device?.endMs;
  if (readyMs === undefined) return '';
  return `The device’s answer had been ready for ${ms(Math.max(0, totalMs - readyMs))}.`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** How the budget came about and what it led to, in a few sentences. */
export function whyThisModel({ timing, selection, model }: InferResponse): string {
  const { slaMs, inputMs, budgetMs, startMs = 0, source } = timing;
  const measured = source === 'client' ? 'the upload took' : 'no upload time came along; assumed';
  const start = startMs > 0 ? ` − ${ms(startMs)} for the service’s own start` : '';
  const budget = `Budget ${ms(budgetMs)} = SLA ${ms(slaMs)} − 2 × ${ms(inputMs)}${start} (${measured} ${ms(inputMs)}).`;
  if (selection.strategy !== 'three-stage') {
    return `${budget} By ${selection.strategy}, ${model.name} answers.`;
  }
  if (budgetMs <= 0) {
    return `${budget} Nothing is left, so ${model.name} answers: as fast as any, as far as can be told, and of these the most accurate.`;
  }
  const others = selection.eligible.filter((candidate) => candidate.model !== selection.baseModel);
  const base = `Of the models that fit, ${selection.baseModel} is the most accurate`;
  if (others.length === 0) return `${budget} ${base}, and none takes about as long.`;
  const drawn = model.name === selection.baseModel ? 'it was drawn' : `${model.name} was drawn`;
  return `${budget} ${base}; ${others.length} more ${others.length === 1 ? 'takes' : 'take'} about as long, and ${drawn} among them.`;
}
