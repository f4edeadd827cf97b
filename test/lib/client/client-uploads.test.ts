import { describe, expect, it, vi } from 'vitest';
import type { ClientEvent } from '../../../lib/client/api/events.ts';
import type { Client, ClientOptions } from '../../../lib/client/api/options.ts';
import type {
  ImagePipeline,
  ServedModels,
  UploadedImage,
} from '../../../lib/client/api/pipeline.ts';
import { type AppMeans, appImages } from '../../../lib/client/app-images.ts';
import type { UploadRung } from '../../../lib/core/upload/rung.ts';
import { rungName } from '../../../lib/core/upload/rung.ts';
import { FakeModel } from './fake-service.ts';
import { outcome, prepared, useFakeService, value } from './running-client.ts';

const fake = useFakeService();
const photo = file('image/jpeg', 400_000);

function file(type: string, bytes: number): Blob {
  return new Blob([new Uint8Array(bytes)], { type });
}

const jpeg = (quality: number) => ({ type: 'image/jpeg', quality }) as const;
const webp = (quality: number) => ({ type: 'image/webp', quality }) as const;

function rung(encoding: NonNullable<UploadRung['encoding']>, meanBytes: number, loss: number) {
  const name = rungName(encoding);
  return { name, encoding, meanBytes, stdBytes: 0, accuracyLossPct: { 'cloud-model': loss } };
}
const rungs: readonly UploadRung[] = [
  { name: 'original', meanBytes: 300_000, stdBytes: 0, accuracyLossPct: {} },
  rung(jpeg(95), 20_000, 0),
  rung({ ...jpeg(90), chroma: '4:4:4' }, 18_000, 0.2),
  rung(webp(80), 8_000, 2),
  rung(jpeg(50), 5_000, 6),
];

/** What the service tells of itself. */
function models(more: Partial<ServedModels> = {}): ServedModels {
  const profile = { meanMs: 20, stdMs: 2, coldShare: 0 };
  return {
    models: [{ name: 'cloud-model', accuracyPct: 80, profile }],
    view: { width: 192, height: 192 },
    uploads: { rungs },
    ...more,
  };
}

/** An app's means that make files as large as the rungs' means, times so much detail. */
function means({ detail = 1, types = ['image/jpeg', 'image/webp'] } = {}) {
  const view = vi.fn<NonNullable<AppMeans['view']>>(async (_input, _view, encoding) => {
    const made = rungs.find(({ name }) => name === rungName(encoding));
    const contentType = types.includes(encoding.type) ? encoding.type : 'image/png';
    return { image: file(contentType, detail * (made?.meanBytes ?? 15_000)), contentType };
  });
  const encode = vi.fn<NonNullable<AppMeans['encode']>>(async (_input, { type, maxSide }) => {
    return { image: file(type, 100 * maxSide), contentType: type };
  });
  return { view, encode };
}

interface Sent {
  readonly rung: string | undefined;
  readonly view: string | undefined;
  readonly bytes: number;
}

/** What has been sent so far. */
function sent(): Sent[] {
  return fake.service.inferences.map(({ headers, body }) => ({
    rung: headers['mdi-upload-rung'],
    view: headers['mdi-view'],
    bytes: (body as Blob).size,
  }));
}
const viewAt = (name: string, bytes: number): Sent => ({ rung: name, view: '192x192', bytes });
const usual: Sent = { rung: undefined, view: undefined, bytes: 64_000 };

function client(options: Partial<ClientOptions> = {}, images: ImagePipeline = appImages(means())) {
  return fake.client({ images, ...options });
}
/** A client to which the service has told this of its models. */
async function knowing(
  served: unknown = models(),
  options?: Partial<ClientOptions>,
  images?: ImagePipeline,
): Promise<Client> {
  fake.service.models = { body: served };
  const made = client(options, images);
  await prepared(made);
  return made;
}
/** Classifies one image after the other over this uplink; how the last one was sent. */
async function lastOf(made: Client, bytesPerMs: number, image = photo, times = 6) {
  fake.service.infer = { inputMs: 10, serverMs: 25, outputMs: 10, bytesPerMs };
  for (let i = 0; i < times; i++) {
    await outcome(made.classify(image));
    // Late answers count as well.
    await vi.runAllTimersAsync();
  }
  return sent().at(-1);
}

describe('what is sent', () => {
  it('is the usual as long as the service has told nothing', async () => {
    fake.service.models = { body: models(), inputMs: 50 };
    await value(client().classify(photo));
    expect(sent()).toEqual([usual]);
    expect(fake.service.asked('models')).toHaveLength(1);
  });

  it('is the view that loses least while nothing is known of the uplink', async () => {
    const made = await knowing();
    await value(made.classify(photo));
    expect(sent()).toEqual([viewAt('view-jpeg-95', 20_000)]);
  });

  it('is a small original rather than a larger view', async () => {
    const made = await knowing();
    await value(made.classify(file('image/jpeg', 6_000)));
    expect(sent()).toEqual([{ rung: 'original', view: undefined, bytes: 6_000 }]);
  });

  it('has fewer bytes over a slow uplink, and all of them over a fast one', async () => {
    expect(await lastOf(await knowing(), 60)).toEqual(viewAt('view-webp-80', 8_000));
    expect(await lastOf(await knowing(), 30)).toEqual(viewAt('view-jpeg-50', 5_000));
    const best = [viewAt('view-jpeg-95', 20_000), { ...usual, rung: 'original', bytes: 400_000 }];
    expect(best).toContainEqual(await lastOf(await knowing(), 1e6));
  });

  it('changes with the uplink', async () => {
    const made = await knowing();
    expect(await lastOf(made, 60)).toMatchObject({ rung: 'view-webp-80' });
    expect(await lastOf(made, 5_000, photo, 12)).toMatchObject({ rung: 'view-jpeg-95' });
  });

  it('is not changed by a sleep, after which the clock is not known', async () => {
    const made = await knowing();
    await lastOf(made, 60);
    // Timers and the monotonic clock stand still meanwhile.
    vi.setSystemTime(Date.now() + 3_600_000);
    await value(made.classify(photo));
    expect(sent().at(-1)).toEqual(viewAt('view-webp-80', 8_000));
  });

  it('is the service’s view, hardly compressed, where no rung has been measured', async () => {
    const made = await knowing(models({ uploads: undefined }));
    expect(await lastOf(made, 60)).toEqual(viewAt('view-jpeg-95', 20_000));
    await value(made.classify(file('image/jpeg', 5_000)));
    expect(sent().at(-1)).toMatchObject({ rung: 'original', bytes: 5_000 });
  });

  it.each([
    ['no view', models({ view: undefined, uploads: undefined })],
    ['no view for its rungs', models({ view: undefined })],
    ['a view that makes no sense', models({ view: { width: 0, height: 192 }, uploads: undefined })],
  ])('is the usual where the service has %s', async (_, served) => {
    const made = await knowing(served);
    await value(made.classify(photo));
    await value(made.classify(file('image/png', 149_000)));
    expect(sent()).toEqual([usual, { ...usual, bytes: 149_000 }]);
  });

  it.each([
    ['no list', 'none'],
    ['no losses', [{ ...rungs[3], accuracyLossPct: undefined }]],
    ['no size', [{ ...rungs[3], meanBytes: Number.NaN }]],
    ['no quality', [{ ...rungs[3], encoding: { type: 'image/webp', quality: 0 } }]],
  ])('is no rung with %s', async (_, told) => {
    const made = await knowing({ ...models(), uploads: { rungs: told } });
    await value(made.classify(photo));
    expect(sent()).toEqual([viewAt('view-jpeg-95', 20_000)]);
  });

  it('may be the whole image made smaller, where no view is common to the models', async () => {
    const whole = rung({ ...jpeg(85), maxSide: 320 }, 30_000, 0.5);
    const made = await knowing(models({ view: undefined, uploads: { rungs: [whole] } }));
    await value(made.classify(photo));
    expect(sent()).toEqual([{ rung: '320-jpeg-85', view: undefined, bytes: 32_000 }]);
  });

  it('is chosen once more by the size that the image turns out to have', async () => {
    const own = means({ detail: 2.5 });
    const made = await knowing(models(), {}, appImages(own));
    await lastOf(made, 170, file('image/jpeg', 400_000));
    const before = own.view.mock.calls.length;
    const last = await lastOf(made, 170, photo, 1);
    expect(own.view.mock.calls.length - before).toBe(2);
    expect(last).toEqual(viewAt('view-webp-80', 20_000));
  });

  it('is never a type that the encoder turns out not to write', async () => {
    const own = means({ types: ['image/jpeg'] });
    const made = await knowing(models(), {}, appImages(own));
    expect(await lastOf(made, 60)).toEqual(viewAt('view-jpeg-50', 5_000));
    const asked = own.view.mock.calls.map(([, , { type }]) => type);
    expect(asked.filter((type) => type === 'image/webp')).toHaveLength(1);
  });

  it('keeps the chroma only where the encoder says that it can', async () => {
    const fine = models({ uploads: { rungs: rungs.slice(2, 3) } });
    const without = await knowing(fine);
    await value(without.classify(photo));
    const own = { ...means(), writes: () => true };
    await value((await knowing(fine, {}, appImages(own))).classify(photo));
    expect(sent()).toEqual([viewAt('view-jpeg-95', 20_000), viewAt('view-jpeg-90-444', 18_000)]);
  });

  it('is the file where its view cannot be made', async () => {
    const view = () => Promise.reject(new Error('out of memory'));
    const made = await knowing(models(), {}, appImages({ view }));
    await value(made.classify(photo));
    expect(sent()).toEqual([{ ...usual, bytes: 400_000 }]);
  });
});

describe('the setting', () => {
  it('view sends the view, hardly compressed, over any uplink', async () => {
    const made = await knowing(models(), { upload: 'view' });
    expect(await lastOf(made, 30)).toEqual(viewAt('view-jpeg-95', 20_000));
    await outcome(made.classify(file('image/jpeg', 1_000)));
    expect(sent().at(-1)).toEqual(viewAt('view-jpeg-95', 20_000));
  });

  it.each<[ClientOptions['upload'], number]>([
    ['original', 400_000],
    [{ maxSide: 320 }, 32_000],
  ])('%j is not chosen, and does not ask for models', async (upload, bytes) => {
    const made = await knowing(models(), { upload });
    expect(await lastOf(made, 1_000)).toEqual({ ...usual, bytes });
    expect(fake.service.asked('models')).toEqual([]);
  });

  it.each<[string, Partial<ClientOptions>]>([
    ['no means to make a view', { images: appImages({ encode: means().encode }) }],
    ['nothing is uploaded', { mode: 'device-only', onDevice: new FakeModel(1) }],
  ])('asks for no models where there is %s', async (_, options) => {
    const made = await knowing(models(), options);
    await value(made.classify(photo));
    expect(fake.service.asked('models')).toEqual([]);
  });

  it('is named when it is misspelt', () => {
    const upload = 'orginal' as 'original';
    expect(() => fake.client({ upload })).toThrow(
      'upload must be one of adaptive, view, original, not orginal',
    );
  });
});

describe('a service whose view is another by now', () => {
  const problem = (type: string, detail: string) => ({ type, title: '', status: 400, detail });
  const refusals: [string, number, object][] = [
    ['not-the-view', 422, problem('/problems/not-the-view', 'mdi-view says that')],
    ['bad-header', 400, problem('/problems/bad-header', 'mdi-view must be 224x224')],
  ];

  it.each(refusals)('is sent the usual in the same run: %s', async (_, status, body) => {
    const made = await knowing();
    fake.service.models = { body: models({ view: { width: 224, height: 224 } }) };
    const refusing = vi.spyOn(fake.service, 'infer', 'get');
    refusing.mockReturnValueOnce({ status, body }).mockReturnValue({});
    const answer = await value(made.classify(photo));
    expect(answer).toMatchObject({ source: 'cloud', race: { cloud: { state: 'answered' } } });
    expect(sent()).toEqual([viewAt('view-jpeg-95', 20_000), usual]);
    await value(made.classify(photo));
    expect(sent()[2]?.view).toBe('224x224');
  });

  it.each<[string, number, object]>([
    ['another problem', 422, problem('/problems/undecodable-image', 'mdi-view')],
    ['another header', 400, problem('/problems/bad-header', 'mdi-sla-ms must be')],
    ['no problem', 422, {}],
  ])('is not meant by %s', async (_, status, body) => {
    const made = await knowing();
    fake.service.infer = { status, body };
    await outcome(made.classify(photo));
    expect(sent()).toHaveLength(1);
  });

  it('is sent no image a third time', async () => {
    const made = await knowing();
    const [, status, body] = refusals[0] ?? [];
    fake.service.infer = { status, body } as object;
    await outcome(made.classify(photo));
    expect(sent()).toHaveLength(2);
  });
});

describe('what is learned of the uplink', () => {
  it('is that an upload without an answer is slow', async () => {
    const made = await knowing();
    fake.service.infer = { hangs: true };
    await outcome(made.classify(photo));
    await vi.runAllTimersAsync();
    fake.service.infer = {};
    await value(made.classify(photo));
    expect(sent().map(({ rung }) => rung)).toEqual(['view-jpeg-95', 'view-jpeg-50']);
  });

  it.each<[string, object]>([
    ['fails at once', { breaks: true }],
    ['is answered without a time', { disbelieves: true, serverMs: 200 }],
    ['is refused', { status: 503, body: {} }],
  ])('is nothing of one that %s', async (_, behaviour) => {
    const made = await knowing();
    fake.service.infer = behaviour;
    await outcome(made.classify(photo));
    await outcome(made.classify(photo));
    expect(sent().map(({ rung }) => rung)).toEqual(['view-jpeg-95', 'view-jpeg-95']);
  });

  it('counts the way back', async () => {
    // What is quick to arrive is of no use when its answer is not: of two views the smaller ties.
    const made = await knowing();
    fake.service.infer = { inputMs: 5, serverMs: 25, outputMs: 400, bytesPerMs: 1_000 };
    await outcome(made.classify(photo));
    await vi.runAllTimersAsync();
    await outcome(made.classify(photo));
    expect(sent().at(-1)?.rung).toBe('view-jpeg-50');
  });
});

describe('the upload’s event', () => {
  it('says what is sent, and what is expected of it', async () => {
    const events: ClientEvent[] = [];
    const onEvent = (event: ClientEvent) => events.push(event);
    const made = await knowing(models(), { onEvent });
    await lastOf(made, 60);
    const uploads = events.flatMap((event) => (event.type === 'upload' ? [event] : []));
    expect(uploads[0]).toMatchObject({
      request: 1,
      upload: { rung: 'view-jpeg-95', view: '192x192', bytes: 20_000, contentType: 'image/jpeg' },
    });
    expect(uploads[0]?.upload.expectedAccuracyPct).toBeUndefined();
    const last = uploads.at(-1)?.upload as UploadedImage;
    expect(last).toMatchObject({ rung: 'view-webp-80', contentType: 'image/webp' });
    expect(last.image).toBe(fake.service.inferences.at(-1)?.body);
    expect(last.expectedAccuracyPct).toBeGreaterThan(70);
    expect(last.expectedAccuracyPct).toBeLessThanOrEqual(78);
  });

  it('is there where nothing is chosen', async () => {
    const events: ClientEvent[] = [];
    const onEvent = (event: ClientEvent) => events.push(event);
    await value(fake.client({ onEvent }).classify(photo));
    expect(events).toContainEqual({
      type: 'upload',
      request: 1,
      upload: { image: photo, contentType: 'image/jpeg', bytes: 400_000 },
    });
  });
});

it('weighs a view by what the device is worth', async () => {
  // A view that loses so much is worse than the device's answer, which is there in any case.
  const lossy = models({ uploads: { rungs: [rungs[1] as UploadRung, rung(jpeg(50), 5_000, 30)] } });
  const options = { onDevice: new FakeModel(5, { accuracyPct: 60 }), lateMs: 5_000 };
  expect(await lastOf(await knowing(lossy), 50)).toMatchObject({ rung: 'view-jpeg-50' });
  expect(await lastOf(await knowing(lossy, options), 50)).not.toMatchObject({ bytes: 20_000 });
});
