import { defaultProfileSettings, type Profile, profileOf, referenceProfile } from './profile.ts';
import type { Reference } from './reference.ts';
import type { ProfileStore, ReadOptions } from './store.ts';
import { withinMs } from './within.ts';

/** A model whose profile is kept. */
export interface CachedModel {
  /** Under which the profile is found. */
  readonly name: string;
  /** Its partition key in the profile table, see `partitionKey`. */
  readonly pk: string;
  /** What is assumed until the table has been read. */
  readonly reference: Reference;
}

/** What happens to a cache, for logs and metrics. All times in ms. */
export type ProfileCacheEvent =
  | { readonly kind: 'refreshed'; readonly durationMs: number }
  | {
      readonly kind: 'refresh-failed';
      readonly durationMs: number;
      /** The models that keep their last known profile, and why. */
      readonly failures: readonly { readonly model: string; readonly error: unknown }[];
    }
  | { readonly kind: 'first-read-late'; readonly waitedMs: number };

/** Options of a {@link ProfileCache}. */
export interface ProfileCacheOptions {
  readonly store: Pick<ProfileStore, 'read' | 'windows'>;
  readonly models: readonly CachedModel[];
  /**
   * See `EvidenceSettings`.
   *
   * @default 30
   */
  readonly minLiveSamples?: number;
  /**
   * Age in ms at which profiles are read again, plus up to a quarter at random.
   *
   * @default 2000
   */
  readonly refreshMs?: number;
  /**
   * Longest pause in ms between refreshes while the table cannot be read.
   *
   * @default 60000
   */
  readonly maxRefreshMs?: number;
  /**
   * Time limit of a read in ms.
   *
   * @default 2000
   */
  readonly readTimeoutMs?: number;
  /**
   * How long in ms the first caller waits for the table.
   *
   * @default 150
   */
  readonly firstWaitMs?: number;
  /** @default - nothing */
  readonly onEvent?: (event: ProfileCacheEvent) => void;
  /**
   * Told of every profile as it is read, before selection has it; not of one that is merely kept because
   * the table cannot be read.
   *
   * @default - nothing
   */
  readonly onRead?: (model: string, profile: Profile) => void;
  /**
   * Unix ms.
   *
   * @default - the system's clock
   */
  readonly now?: () => number;
  /**
   * Uniform in [0, 1).
   *
   * @default Math.random
   */
  readonly random?: () => number;
}

/** Profiles by model name. */
export type ProfileSnapshot = ReadonlyMap<string, Profile>;

const jitterShare = 0.25;

/**
 * The profiles of all models in memory, so that selection never waits for the table.
 *
 * A caller gets the last known profiles at once; if they are stale, it also triggers one read of the
 * table, which it does not wait for. Only the very first caller waits, and for `firstWaitMs` at
 * most. A table that is slow, throttled or gone changes nothing but the age of the profiles: before
 * the first read, the catalogue's references stand in.
 *
 * Lambda runs nothing between invocations, so there is no timer: it is requests that make the cache
 * refresh. Nobody waits for a read to end either: when the environment is frozen meanwhile, it goes on
 * with the next request, and its time limit starts anew (see {@link withinMs}).
 */
export class ProfileCache {
  readonly #options: Required<ProfileCacheOptions>;
  #snapshot: ProfileSnapshot;
  #first: Promise<void> | undefined;
  #refreshing: Promise<void> | undefined;
  #dueMs = Number.NEGATIVE_INFINITY;
  #failuresInARow = 0;

  constructor({
    store,
    models,
    minLiveSamples = defaultProfileSettings.minLiveSamples,
    refreshMs = 2_000,
    maxRefreshMs = 60_000,
    readTimeoutMs = 2_000,
    firstWaitMs = 150,
    onEvent = () => {},
    onRead = () => {},
    now = Date.now,
    random = Math.random,
  }: ProfileCacheOptions) {
    const times = { refreshMs, maxRefreshMs, readTimeoutMs, firstWaitMs };
    this.#options = { store, models, minLiveSamples, ...times, onEvent, onRead, now, random };
    this.#snapshot = new Map(
      models.map(({ name, reference }) => [name, referenceProfile(reference)]),
    );
  }

  /** The last known profile of every model. Never rejects. */
  async profiles(): Promise<ProfileSnapshot> {
    if (this.#options.now() >= this.#dueMs) this.#refresh();
    this.#first ??= this.#waitForFirst();
    await this.#first;
    return this.#snapshot;
  }

  /**
   * Reads every update that has been answered so far and gives the profiles as they are then; the
   * last known ones of models that cannot be read. Never rejects.
   */
  async reload(): Promise<ProfileSnapshot> {
    // Another caller may have started a read that is not consistent while this one waited.
    while (this.#refreshing !== undefined) await this.#refreshing;
    this.#refresh({ consistentRead: true });
    await this.settled();
    return this.#snapshot;
  }

  /** Resolves when no read of the table is under way. Never rejects. */
  async settled(): Promise<void> {
    await this.#refreshing;
  }

  #refresh(options: ReadOptions = {}): void {
    this.#refreshing ??= this.#readAll(options).finally(() => {
      this.#refreshing = undefined;
    });
  }

  async #readAll(options: ReadOptions): Promise<void> {
    const { models, now } = this.#options;
    const startedMs = now();
    const results = await Promise.allSettled(models.map((model) => this.#read(model, options)));

    const snapshot = new Map(this.#snapshot);
    const failures: { model: string; error: unknown }[] = [];
    for (const [i, { name }] of models.entries()) {
      const result = results[i];
      if (result?.status === 'fulfilled') snapshot.set(name, result.value);
      else failures.push({ model: name, error: result?.reason });
    }
    this.#snapshot = snapshot;

    const nothingRead = failures.length === models.length;
    this.#failuresInARow = nothingRead ? this.#failuresInARow + 1 : 0;
    this.#dueMs = now() + this.#pauseMs();
    const durationMs = now() - startedMs;
    if (failures.length === 0) this.#tell({ kind: 'refreshed', durationMs });
    else this.#tell({ kind: 'refresh-failed', durationMs, failures });
  }

  async #read({ name, pk, reference }: CachedModel, options: ReadOptions): Promise<Profile> {
    const { store, minLiveSamples, now, readTimeoutMs, onRead } = this.#options;
    const stored = await withinMs(readTimeoutMs, (abortSignal) =>
      store.read(pk, { ...options, abortSignal }),
    );
    const profile = profileOf(stored, reference, now(), { ...store.windows, minLiveSamples });
    onRead(name, profile);
    return profile;
  }

  /** Jitter keeps many execution environments from reading at the same moment. */
  #pauseMs(): number {
    const { refreshMs, maxRefreshMs, random } = this.#options;
    const pauseMs = Math.min(refreshMs * 2 ** this.#failuresInARow, maxRefreshMs);
    return pauseMs * (1 + jitterShare * random());
  }

  async #waitForFirst(): Promise<void> {
    const { firstWaitMs } = this.#options;
    try {
      await withinMs(firstWaitMs, () => this.settled());
    } catch {
      this.#tell({ kind: 'first-read-late', waitedMs: firstWaitMs });
    }
  }

  /** A listener that throws must not break the cache. */
  #tell(event: ProfileCacheEvent): void {
    try {
      this.#options.onEvent(event);
    } catch {}
  }
}
