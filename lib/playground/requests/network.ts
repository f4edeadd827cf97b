import type { Fetch } from '../../client/api/fetch.ts';
import { type Draw, normal } from '../../core/statistics/draw.ts';
import type { Random } from '../../core/statistics/random.ts';
import recorded from './recorded-links.json' with { type: 'json' };

/** What lies between the page and the service: lognormal times, or something broken. */
export interface Network {
  readonly name: string;
  /** Median time of an upload in ms. */
  readonly uploadMs: number;
  /** Standard deviation of its natural logarithm. */
  readonly uploadSigma: number;
  /**
   * The size that these times are for: what is larger takes longer in proportion; what is smaller less, but
   * as long as an answer’s way back.
   */
  readonly uploadBytes: number;
  /** Median time of an answer's way back in ms; a request without a body takes as long. */
  readonly downloadMs: number;
  readonly downloadSigma: number;
  /** `offline`: requests fail at once. `silent`: the connection stands, and nothing comes back. */
  readonly fault?: 'offline' | 'silent';
}

/** Nothing in between. */
export const noNetwork: Network = {
  name: 'none: straight to this machine',
  uploadMs: 0,
  uploadSigma: 0,
  uploadBytes: recorded.uploadBytes,
  downloadMs: 0,
  downloadSigma: 0,
};

/** The mean size of the paper's images (Section V). */
const paperUploadBytes = 51_900;

/**
 * Wi-Fi as the paper measured it: lognormal times there and back, fitted to two cells of its Table IV,
 * shared out evenly over the two ways.
 */
const wifi: readonly Network[] = [
  { name: 'university Wi-Fi', medianMs: 48.4, sigma: 0.583 },
  { name: 'residential Wi-Fi', medianMs: 93.4, sigma: 0.5234 },
].map(({ name, medianMs, sigma }) => ({
  name,
  ...{ uploadMs: medianMs / 2, uploadSigma: sigma, uploadBytes: paperUploadBytes },
  ...{ downloadMs: medianMs / 2, downloadSigma: sigma },
}));

/** All that can be chosen, under the headings they are listed by. */
export const networkGroups: readonly {
  readonly heading: string;
  /** Where the numbers come from. */
  readonly source: string;
  readonly networks: readonly Network[];
}[] = [
  {
    heading: 'No network',
    source: 'The service is on this machine: a request is there at once.',
    networks: [noNetwork],
  },
  {
    heading: 'Recorded mobile links',
    source: `Lognormal, fitted to a recording: ${recorded.uploadBytes / 1000} KB up, one packet back. What is larger or smaller takes longer or less long in proportion.`,
    networks: recorded.links.map((link) => ({
      ...link,
      name: link.name.replaceAll('-', ' '),
      uploadBytes: recorded.uploadBytes,
    })),
  },
  {
    heading: 'Wi-Fi of the paper',
    source: `Lognormal, fitted to the paper’s Table IV, half each way, for ${Math.round(paperUploadBytes / 1000)} KB up. A larger picture takes longer in proportion.`,
    networks: wifi,
  },
  {
    heading: 'Broken',
    source: 'Nobody answers: only the device can.',
    networks: [
      { ...noNetwork, name: 'offline', fault: 'offline' },
      { ...noNetwork, name: 'connected, but nothing comes back', fault: 'silent' },
    ],
  },
];

/** The way there and back of one request, in ms; without a body it has `undefined` bytes. */
function drawTimes(network: Network, bytes: number | undefined, draw: Draw) {
  const lognormal = (medianMs: number, sigma: number) => medianMs * Math.exp(sigma * draw());
  const small = () => lognormal(network.downloadMs, network.downloadSigma);
  const upload = (size: number) => {
    const measuredMs = lognormal(network.uploadMs, network.uploadSigma);
    const leastMs = Math.min(measuredMs, small());
    return Math.max(leastMs, (measuredMs * size) / network.uploadBytes);
  };
  return { thereMs: bytes === undefined ? small() : upload(bytes), backMs: small() };
}

/** A `fetch` through a network, which may change between two requests. */
export function shapedFetch(
  fetch: Fetch,
  current: () => Network,
  random: Random = Math.random,
): Fetch {
  const draw = normal(random);
  return async (url, init) => {
    const network = current();
    const signal = init.signal ?? undefined;
    if (network.fault === 'offline') throw new TypeError('offline');
    if (network.fault === 'silent') await wait(Number.POSITIVE_INFINITY, signal);
    const { thereMs, backMs } = drawTimes(network, bytesOf(init.body), draw);
    await wait(thereMs, signal);
    const response = await fetch(url, init);
    await wait(backMs, signal);
    return response;
  };
}

/** Waits for some ms, not at all for 0, and forever for `Infinity`; rejects when the signal says so. */
async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (ms <= 0) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      onAbort = () => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort);
      if (Number.isFinite(ms)) timer = setTimeout(resolve, ms);
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The size of a request's body; undefined without one. */
function bytesOf(body: RequestInit['body']): number | undefined {
  if (body === null || body === undefined) return undefined;
  if (body instanceof Blob) return body.size;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength;
  return String(body).length;
}
