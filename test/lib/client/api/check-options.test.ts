import { describe, expect, it } from 'vitest';
import { check, checkOptions, modelsOf } from '../../../../lib/client/api/check-options.ts';
import type { ClientOptions } from '../../../../lib/client/api/options.ts';
import type { OnDeviceModel } from '../../../../lib/client/api/types.ts';
import { createClient } from '../../../../lib/client/client.ts';

const endpoint = 'https://service.example';
const model: OnDeviceModel = {
  name: 'tiny',
  accuracyPct: 50,
  classify: async () => ({ predictions: [] }),
};
const chanceOf = () => 0.5;

/** Makes a client as an app without types could. */
const made = (options: object) => () =>
  createClient({ endpoint, slaMs: 250, ...options } as ClientOptions);

describe('createClient', () => {
  it.each<[string, object]>([
    ['nothing but an endpoint and an SLA', {}],
    ['options that are undefined', { mode: undefined, lateMs: undefined, onDevice: undefined }],
    ['all policies', { mode: 'race', cloud: 'always', duplication: 'never', atDeadline: 'fail' }],
    ['the ends of ranges', { slaMs: 1, lateMs: 0, chanceThreshold: 1, sureFrom: 0 }],
    ['http, a port and a path', { endpoint: 'http://127.0.0.1:8080/stage/' }],
    ['several models', { onDevice: [model, model], mode: 'device-only' }],
    [
      'a model that knows its reliability',
      {
        cloud: 'when-unsure',
        onDevice: { ...model, chanceOf },
      },
    ],
    ['settings of the clock', { clock: { samples: 1, resyncMs: 0, maxErrorMs: undefined } }],
  ])('takes %s', (_, options) => {
    expect(made(options)).not.toThrow();
  });

  it.each([
    ['', 'no http(s) endpoint: ""'],
    ['abc.example', 'no http(s) endpoint: "abc.example"'],
    ['https://', 'no http(s) endpoint: "https://"'],
    ['file:///service', 'no http(s) endpoint: "file:///service"'],
    [undefined, 'no http(s) endpoint: "undefined"'],
  ])('refuses the endpoint "%s"', (wrong, message) => {
    expect(made({ endpoint: wrong })).toThrow(new TypeError(message));
  });

  it.each<[object, string]>([
    [{ mode: 'devise-only' }, 'mode must be one of race, device-only, cloud-only, not devise-only'],
    [{ cloud: 'whenUnsure' }, 'cloud must be one of always, when-unsure, not whenUnsure'],
    [{ duplication: 'sometimes' }, 'duplication must be one of always, when-needed, never'],
    [{ atDeadline: 'FAIL' }, 'atDeadline must be one of wait, fail, not FAIL'],
    [{ atDeadline: null }, 'atDeadline must be one of wait, fail, not null'],
    [{ slaMs: undefined }, 'slaMs must be from 1 to 1073741824, not undefined'],
    [{ slaMs: '250' }, 'slaMs must be from 1 to 1073741824, not 250'],
    [{ lateMs: -1 }, 'lateMs must be from 0 to 1073741824, not -1'],
    [{ lateMs: Number.NaN }, 'lateMs must be from 0 to 1073741824, not NaN'],
    [{ lateMs: null }, 'lateMs must be from 0 to 1073741824, not null'],
    [{ chanceThreshold: 90 }, 'chanceThreshold must be from 0 to 1, not 90'],
    [{ sureFrom: Number.NaN }, 'sureFrom must be from 0 to 1, not NaN'],
    [{ clock: { samples: 0 } }, 'samples must be from 1 to 1000, not 0'],
    [{ clock: { resyncMs: Number.NaN } }, 'resyncMs must be from 0 to'],
    [{ clock: { maxErrorMs: -1 } }, 'maxErrorMs must be from 0 to'],
    [{ onDevice: { ...model, accuracyPct: 101 } }, 'accuracyPct must be from 0 to 100, not 101'],
    [
      { onDevice: [model, { ...model, accuracyPct: Number.NaN }] },
      'accuracyPct must be from 0 to 100, not NaN',
    ],
  ])('refuses %o', (options, message) => {
    expect(made(options)).toThrow(RangeError);
    expect(made(options)).toThrow(message);
  });

  it.each<[string, object, string]>([
    ['device-only without a model', { mode: 'device-only' }, 'device-only needs onDevice'],
    [
      'device-only with no model in its list',
      { mode: 'device-only', onDevice: [] },
      'device-only needs onDevice',
    ],
    [
      'when-unsure with a model whose reliability is not known',
      { cloud: 'when-unsure', onDevice: [{ ...model, chanceOf }, model] },
      'when-unsure needs models with reliability: mdi models evaluate --write',
    ],
    [
      'when-unsure without a model',
      { cloud: 'when-unsure' },
      'when-unsure needs models with reliability: mdi models evaluate --write',
    ],
    [
      'when-unsure in the cloud alone',
      { cloud: 'when-unsure', mode: 'cloud-only', onDevice: { ...model, chanceOf } },
      'when-unsure needs models with reliability: mdi models evaluate --write',
    ],
    [
      'what is no model',
      { onDevice: { name: 'tiny', accuracyPct: 50 } },
      'onDevice: "tiny" lacks classify',
    ],
  ])('refuses %s', (_, options, message) => {
    expect(made(options)).toThrow(new TypeError(message));
  });
});

describe('checkOptions', () => {
  it('is what createClient does', () => {
    expect(() => checkOptions({ endpoint, slaMs: 0 }, [], 'name')).toThrow(RangeError);
    expect(() => checkOptions({ endpoint, slaMs: 1 }, [], 'name')).not.toThrow();
  });
});

describe('check', () => {
  it('lets be what it does not know', () => {
    expect(() => check({ slaMs: 250, fetch: 7, signal: undefined })).not.toThrow();
  });
});

describe('modelsOf', () => {
  it('is one, several, or none', () => {
    expect(modelsOf({})).toEqual([]);
    expect(modelsOf({ onDevice: model })).toEqual([model]);
    expect(modelsOf({ onDevice: [model, model] })).toEqual([model, model]);
    expect(modelsOf({ onDevice: model, mode: 'cloud-only' })).toEqual([]);
  });
});
