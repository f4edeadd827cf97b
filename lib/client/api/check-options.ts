import type { ClientOptions } from './options.ts';
import type { OnDeviceModel } from './types.ts';

/** The longest SLA in ms that timers support, late answers included. */
const longestSlaMs = 2 ** 30;

const choices = {
  mode: ['race', 'device-only', 'cloud-only'],
  cloud: ['always', 'when-unsure'],
  duplication: ['always', 'when-needed', 'never'],
  atDeadline: ['wait', 'fail'],
} as const;

const ranges = {
  chanceThreshold: [0, 1],
  sureFrom: [0, 1],
  lateMs: [0, longestSlaMs],
} as const;

/**
 * Checks what a client is made with, so that a mistake shows at once and not as a client that never
 * answers.
 *
 * @throws TypeError or RangeError that names the option and what it may be
 */
export function checkOptions(options: ClientOptions): void {
  const { endpoint, slaMs, mode, cloud } = options;
  if (!/^https?:\/\/[^/]/.test(endpoint)) {
    throw new TypeError(`endpoint must be an http or https address, not "${endpoint}"`);
  }
  checkSla(slaMs);
  for (const [name, allowed] of Object.entries(choices)) {
    const value = options[name as keyof typeof choices];
    if (value !== undefined && !(allowed as readonly string[]).includes(value)) {
      throw new TypeError(`${name} must be one of ${allowed.join(', ')}, not "${value}"`);
    }
  }
  for (const [name, [least, most]] of Object.entries(ranges)) {
    const value = options[name as keyof typeof ranges];
    if (value !== undefined && !(value >= least && value <= most)) {
      throw new RangeError(`${name} must be from ${least} to ${most}, not ${value}`);
    }
  }
  const models = modelsOf(options);
  models.forEach(checkModel);
  if (mode === 'device-only' && models.length === 0) {
    throw new TypeError('mode "device-only" needs a model: onDevice');
  }
  if (cloud === 'when-unsure' && !models.every(({ reliability }) => reliability)) {
    throw new TypeError(
      'cloud "when-unsure" needs models with a reliability: mdi models evaluate --write',
    );
  }
}

/** @throws RangeError when timers do not support the SLA */
export function checkSla(slaMs: number): void {
  if (slaMs > 0 && slaMs <= longestSlaMs) return;
  throw new RangeError(`slaMs must be above 0 and at most ${longestSlaMs}, not ${slaMs}`);
}

/** The models on the device; none when only the cloud may answer. */
export function modelsOf({ onDevice = [], mode }: ClientOptions): readonly OnDeviceModel[] {
  if (mode === 'cloud-only') return [];
  return Array.isArray(onDevice) ? onDevice : [onDevice as OnDeviceModel];
}

function checkModel({ name, accuracyPct, classify }: OnDeviceModel): void {
  if (typeof classify !== 'function') {
    throw new TypeError(`onDevice: "${name}" has no function classify`);
  }
  if (!(accuracyPct >= 0 && accuracyPct <= 100)) {
    throw new RangeError(`onDevice: accuracyPct of "${name}" must be from 0 to 100`);
  }
}
