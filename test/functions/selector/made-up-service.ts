import {
  InvokeWithResponseStreamCommand,
  LambdaClient,
  type LambdaClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-lambda';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type AwsStub, mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, vi } from 'vitest';
import type { ServedModel, Service } from '../../../functions/selector/service.ts';
import { routes } from '../../../lib/core/contract/routes.ts';
import { decodeLimitsFor } from '../../../lib/core/images/limits.ts';
import { viewOf } from '../../../lib/core/preprocessing/view.ts';
import { HedgeTokens } from '../../../lib/core/selection/hedge-tokens.ts';
import { OutputTimes } from '../../../lib/core/selection/output-time.ts';
import { catalogueSchema } from '../../../lib/service/catalogue/schema.ts';
import { FieldAccuracies } from '../../../lib/service/feedback/accuracy.ts';
import { ModelBreakers, type Verdict } from '../../../lib/service/inference/breakers.ts';
import { ModelOccupancy } from '../../../lib/service/inference/occupancy.ts';
import { Overheads } from '../../../lib/service/inference/service-time.ts';
import { WarmUps } from '../../../lib/service/inference/warm-up.ts';
import type { ProfileSnapshot } from '../../../lib/service/profiles/cache.ts';
import { referenceProfile } from '../../../lib/service/profiles/profile.ts';
import type { Reference } from '../../../lib/service/profiles/reference.ts';
import { flatJpeg } from '../../fixtures/costly-images.ts';
import { okStream } from '../../fixtures/response-stream.ts';

/** Every model's function, which a test has answer as it likes; by default it answers well. */
export let lambda: AwsStub<ServiceInputTypes, ServiceOutputTypes, LambdaClientResolvedConfig>;

/** Mocks the models' functions for the tests of one file. */
export function mockLambda(): void {
  beforeEach(() => {
    lambda = mockClient(LambdaClient);
    lambda.on(InvokeWithResponseStreamCommand).callsFake(() => okStream());
  });
  afterEach(() => lambda.restore());
}

/** The functions that were invoked, in order. */
export const invoked = () =>
  lambda
    .commandCalls(InvokeWithResponseStreamCommand)
    .map(({ args }) => args[0].input.FunctionName);

/** The event that a function was invoked with. */
export function sentEvent(call = 0): Record<string, unknown> {
  const { Payload } =
    lambda.commandCalls(InvokeWithResponseStreamCommand)[call]?.args[0].input ?? {};
  return JSON.parse(Buffer.from(Payload as Uint8Array).toString());
}

/** A model of the catalogue "pets" and what is believed of its speed. */
export interface MadeUpModel extends Reference {
  readonly name: string;
  readonly accuracyPct: number;
  readonly latencyOnly?: boolean;
  readonly sizeOf?: string;
  readonly memoryMb?: number;
}

/** One accurate model and one fast one. */
export const slowAndFast: readonly MadeUpModel[] = [
  { name: 'slow', accuracyPct: 90, meanMs: 140, stdMs: 0 },
  { name: 'fast', accuracyPct: 60, meanMs: 1, stdMs: 0 },
];

export const pets = (models: readonly MadeUpModel[]) =>
  catalogueSchema.parse({
    name: 'pets',
    task: 'image-classification',
    labels: ['cat', 'dog'],
    input: { dtype: 'uint8', shape: [1, 8, 8, 3], layout: 'NHWC' },
    models: models.map(({ name, accuracyPct, latencyOnly, sizeOf, memoryMb }) => ({
      ...{ name, accuracyPct, latencyOnly, sizeOf, memoryMb },
      version: '1',
      sha256: 'a'.repeat(64),
      bytes: 1,
      accuracySource: 'made up',
      licence: 'Apache-2.0',
    })),
  });

/** The catalogue with a ladder of one rung, `view-webp-80`. */
export const withUploads = (accuracyLossPct: Record<string, number>): Service['catalogue'] => {
  const encoding = { type: 'image/webp', quality: 80 } as const;
  const rung = { name: 'view-webp-80', encoding, meanBytes: 900, stdBytes: 80, accuracyLossPct };
  return { ...pets(slowAndFast), uploads: { source: 'made up', rungs: [rung] } };
};

/** A secret that has been read. */
export const secretOf = (secret: Uint8Array | undefined): Service['secret'] => ({
  value: secret,
  within: async () => secret,
});

export const profileKeyOf = (name: string) => `test/pets/${name}@aaaaaaaaaaaa`;

/** All parts of a selector, none of which is on AWS. */
export function madeUpService(
  parts: Partial<Omit<Service, 'store' | 'ledger' | 'profiles' | 'telemetry' | 'breakers'>> = {},
  models: readonly MadeUpModel[] = slowAndFast,
) {
  const catalogue = pets(models);
  const snapshot: ProfileSnapshot = new Map(
    models.map((model) => [model.name, referenceProfile(model)]),
  );
  const mocked = {
    store: {
      record: vi.fn<Service['store']['record']>(async () => ({ applied: true })),
      label: vi.fn<Service['store']['label']>(async () => ({ applied: true })),
    },
    ledger: {
      mark: vi.fn<Service['ledger']['mark']>(async () => true),
      unmark: vi.fn<Service['ledger']['unmark']>(async () => {}),
    },
    profiles: {
      profiles: vi.fn<Service['profiles']['profiles']>(async () => snapshot),
      reload: vi.fn<Service['profiles']['reload']>(async () => snapshot),
    },
    telemetry: {
      logger: { warn: vi.fn(), error: vi.fn() },
      answered: vi.fn<Service['telemetry']['answered']>(),
      failed: vi.fn<Service['telemetry']['failed']>(),
      requested: vi.fn<Service['telemetry']['requested']>(),
      count: vi.fn<Service['telemetry']['count']>(),
    },
  };
  const verdicts: [model: string, verdict: Verdict][] = [];
  const breakers = new ModelBreakers(models.map(({ name }) => name));
  const { run } = breakers;
  vi.spyOn(breakers, 'run').mockImplementation((model, call, verdictOf) =>
    run.call(breakers, model, call as () => Promise<unknown>, (outcome) => {
      const verdict = verdictOf(outcome as never);
      verdicts.push([model, verdict]);
      return verdict;
    }),
  );
  return {
    catalogue,
    view: viewOf(catalogue.models, catalogue.input),
    decodeLimits: decodeLimitsFor(1769),
    models: catalogue.models.map(
      (model): ServedModel => ({
        ...model,
        functionName: `fn-${model.name}:live`,
        profileKey: profileKeyOf(model.name),
        labelKey: profileKeyOf(model.sizeOf ?? model.name),
      }),
    ),
    strategy: 'three-stage',
    defaultSlaMs: 250,
    budget: { defaultNetworkMs: 100, clockToleranceMs: 50, maxInputMs: 60_000 },
    clockErrorMs: 0,
    outputTimes: new OutputTimes(),
    reportShares: { take: () => true },
    callShares: { take: () => true },
    ownStart: { before: () => 0 },
    lambda: new LambdaClient({ region: 'local' }),
    overheads: new Overheads(),
    secret: secretOf(undefined),
    feedback: 'anybody',
    fieldAccuracies: new FieldAccuracies({ feedback: 'anybody', weight: 200 }),
    random: () => 0,
    atDeadline: 'wait',
    lateWaitMs: 10_000,
    hedgeTokens: new HedgeTokens({ share: 0 }),
    occupancy: new ModelOccupancy(),
    warmUps: new WarmUps(),
    open: new Set(),
    ...parts,
    ...mocked,
    breakers,
    verdicts,
  } satisfies Service & { verdicts: unknown };
}

/** A JPEG of the catalogue's size, of which only the header is looked at. */
export const smallPicture = flatJpeg({ width: 8, height: 8 }).toString('base64');

/** A request as API Gateway hands it on. */
export function apiEvent({
  method = 'POST',
  path = '/v1/infer',
  headers = {},
  ...rest
}: {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
  isBase64Encoded?: boolean;
} = {}): APIGatewayProxyEventV2 {
  return {
    version: '2.0',
    routeKey: routes.some((route) => route.method === method && route.path === path)
      ? `${method} ${path}`
      : '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'image/jpeg', ...headers },
    requestContext: {
      requestId: 'r-1',
      stage: '$default',
      domainName: 'a1b2c3.execute-api.eu-west-1.amazonaws.com',
      http: { method, path, sourceIp: '192.0.2.1' },
    },
    body: smallPicture,
    isBase64Encoded: rest.body === undefined,
    ...rest,
  } as unknown as APIGatewayProxyEventV2;
}
