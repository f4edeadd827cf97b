import type { ClientOptions } from './options.ts';
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
  slaMs: [Number.MIN_VALUE, longestSlaMs],
  lateMs: [0, longestSlaMs],
  chanceThreshold: [0, 1],
  sureFrom: [0, 1],
  accuracyPct: [0, 100],
};

/**
 * Checks what a client is made with, so that a mistake shows at once and not as a client that never
 * answers.
 *
 * @throws TypeError or RangeError that names the option and what it may be
 */
export function checkOptions(options: ClientOptions): void {
  const { endpoint, slaMs, mode, cloud } = options;
  if (!/^https?:\/\/[^/]/.test(endpoint)) throw new TypeError(`no http(s) endpoint: "${endpoint}"`);
  check({ ...options, slaMs });
  const models = modelsOf(options);
  for (const { name, accuracyPct, classify } of models) {
    check({ accuracyPct });
    if (typeof classify !== 'function') throw new TypeError(`onDevice: no classify in "${name}"`);
  }
  if (mode === 'device-only' && models.length === 0) throw new TypeError(`${mode} needs onDevice`);
  if (cloud === 'when-unsure' && !models.every(({ reliability }) => reliability)) {
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
    const [least, most] = allowed[name] ?? [];
    if (value === undefined && name !== 'slaMs') continue;
    const isAllowed =
      typeof least === 'number'
        ? value >= least && value <= (most as number)
        : !allowed[name] || (allowed[name] as readonly string[]).includes(value);
    if (isAllowed) continue;
    const range =
      typeof least === 'number' ? `from ${least} to ${most}` : `one of ${allowed[name]}`;
    throw new RangeError(`${name} must be ${range}, not ${value}`);
  }
}

/** The models on the device; none when only the cloud may answer. */
export function modelsOf({ onDevice = [], mode }: ClientOptions): readonly OnDeviceModel[] {
  if (mode === 'cloud-only') return [];
  return Array.isArray(onDevice) ? onDevice : [onDevice as OnDeviceModel];
}
