import type { ClientOptions } from './options.ts';
import { isBetween } from './shape.ts';
import type { OnDeviceModel } from './types.ts';

/** The longest SLA in ms that timers support, late answers included. */
const longestSlaMs = 2 ** 30;

/** What an option may be: one of some words, or a number of a range. */
const allowed: Readonly<
  Record<string, readonly string[] | readonly [least: number, most: number]>
> = {
  mode: ['race', 'device-only', 'cloud-only'],
  cloud: ['always', 'when-unsure'],
  duplication: ['always', 'when-needed', 'never'],
  atDeadline: ['wait', 'fail'],
  slaMs: [1, longestSlaMs],
  lateMs: [0, longestSlaMs],
  chanceThreshold: [0, 1],
  sureFrom: [0, 1],
  accuracyPct: [0, 100],
  samples: [1, 1_000],
  resyncMs: [0, longestSlaMs],
  maxErrorMs: [0, longestSlaMs],
};

/**
 * Checks what a client is made with, so that a mistake shows at once and not as a client that never
 * answers.
 *
 * @throws TypeError or RangeError that names the option and what it may be
 */
export function checkOptions(options: ClientOptions): void {
  const { endpoint, slaMs, mode, cloud, clock } = options;
  if (!/^https?:\/\/[^/]/.test(endpoint)) throw new TypeError(`no http(s) endpoint: "${endpoint}"`);
  check({ ...options, ...clock, slaMs });
  const models = modelsOf(options);
  for (const { name, accuracyPct, classify } of models) {
    check({ accuracyPct });
    if (typeof classify !== 'function') throw new TypeError(`onDevice: no classify in "${name}"`);
  }
  const isNone = models.length === 0;
  if (mode === 'device-only' && isNone) throw new TypeError(`${mode} needs onDevice`);
  if (cloud === 'when-unsure' && (isNone || !models.every(({ chanceOf }) => chanceOf))) {
    throw new TypeError(`${cloud} needs models with reliability: mdi models evaluate --write`);
  }
}

/**
 * Checks those of some values that are there.
 *
 * @throws RangeError that names the value and what it may be
 */
export function check(values: object): void {
  for (const [name, value] of Object.entries(values)) {
    const choices = allowed[name];
    if (!choices || (value === undefined && name !== 'slaMs')) continue;
    const [least, most] = choices;
    const isRange = typeof least === 'number';
    const isAllowed = isRange
      ? isBetween(value, least, most as number)
      : (choices as readonly unknown[]).includes(value);
    if (isAllowed) continue;
    const range = isRange ? `from ${least} to ${most}` : `one of ${choices.join(', ')}`;
    throw new RangeError(`${name} must be ${range}, not ${value}`);
  }
}

/** The models on the device; none when only the cloud may answer. */
export function modelsOf({ onDevice = [], mode }: ClientOptions): readonly OnDeviceModel[] {
  if (mode === 'cloud-only') return [];
  return Array.isArray(onDevice) ? onDevice : [onDevice as OnDeviceModel];
}
