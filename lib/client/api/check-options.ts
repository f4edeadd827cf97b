import type { CommonOptions, Mode } from './options.ts';
import { isBetween } from './shape.ts';
import type { DescribedModel } from './types.ts';

/** The longest SLA in ms that timers support, late answers included. */
const longestSlaMs = 2 ** 30;

/** Says what a value must be; nothing when it is. */
type Rule = (value: unknown) => string | false;

function oneOf(...words: readonly unknown[]): Rule {
  return (value) => !words.includes(value) && `one of ${words.join(', ')}`;
}

function range(least: number, most: number): Rule {
  return (value) => !isBetween(value, least, most) && `from ${least} to ${most}`;
}

const duration = range(0, longestSlaMs);
const chance = range(0, 1);
const ways = oneOf('adaptive', 'view', 'original');
const rules: Readonly<Record<string, Rule>> = {
  mode: oneOf('race', 'device-only', 'cloud-only'),
  cloud: oneOf('always', 'when-unsure'),
  duplication: oneOf('always', 'when-needed', 'never'),
  atDeadline: oneOf('wait', 'fail'),
  upload: (value) => typeof value !== 'object' && ways(value),
  slaMs: range(1, longestSlaMs),
  lateMs: duration,
  chanceThreshold: chance,
  sureFrom: chance,
  accuracyPct: range(0, 100),
  samples: range(1, 1_000),
  resyncMs: duration,
  maxErrorMs: duration,
};

/**
 * Checks what a client is made with, so that a mistake shows at once and not as a client that never
 * answers.
 *
 * @param models - those on the device
 * @param run - what they have to have
 * @throws TypeError or RangeError that names the option and what it may be
 */
export function checkOptions<Model extends DescribedModel & { readonly chanceOf?: unknown }>(
  options: Omit<CommonOptions, 'onEvent'>,
  models: readonly Model[],
  run: string & keyof Model,
): void {
  const { endpoint, slaMs, mode, cloud, clock } = options;
  if (!/^https?:\/\/[^/]/.test(endpoint)) throw new TypeError(`no http(s) endpoint: "${endpoint}"`);
  check({ ...options, ...clock, slaMs });
  for (const model of models) {
    check({ accuracyPct: model.accuracyPct });
    if (typeof model[run] !== 'function') {
      throw new TypeError(`onDevice: "${model.name}" lacks ${run}`);
    }
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
    // Only the SLA has no default.
    const rule = value === undefined && name !== 'slaMs' ? undefined : rules[name];
    const wanted = rule?.(value);
    if (wanted) throw new RangeError(`${name} must be ${wanted}, not ${value}`);
  }
}

/** The models on the device; none when only the cloud may answer. */
export function modelsOf<Model>({
  onDevice = [],
  mode,
}: {
  readonly onDevice?: Model | readonly Model[] | undefined;
  readonly mode?: Mode | undefined;
}): readonly Model[] {
  return mode === 'cloud-only' ? [] : ([onDevice].flat() as readonly Model[]);
}
