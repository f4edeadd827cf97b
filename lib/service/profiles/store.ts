import {
  GetItemCommand,
  paginateQuery,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { createProfileClient, type ProfileClient, surelyNotApplied } from './client.ts';
import {
  type Attributes,
  fromItem,
  liveSinceAttribute,
  placeholders,
  replacement,
  sumsOf,
  toAttributes,
} from './item.ts';
import { baselineSortKey, liveSince, liveSortKey, parseLiveSortKey } from './keys.ts';
import { TableSilence, TableSilentError } from './silence.ts';
import type { LiveStatistics, StoredProfile } from './statistics.ts';
import {
  InvalidObservationError,
  type Observation,
  type ProfileStatistics,
  statisticsOf,
} from './statistics.ts';
import {
  defaultWindows,
  expiresAt,
  oldestWindowStart,
  type WindowSettings,
  windowStart,
} from './windows.ts';

/** What became of an update. `unknown`: it may or may not have been applied. */
export type RecordOutcome =
  | { readonly applied: true }
  | { readonly applied: false | 'unknown'; readonly error: unknown };

/** What a baseline was measured of, and how well. */
export interface BaselineOrigin {
  /** Changes with the model's code, file and configuration: the ARN of the measured version. */
  readonly fingerprint: string;
  /** Half width of the mean's 95 % interval, as a share of the mean. */
  readonly precision: number;
}

/** Options of a read. */
export interface ReadOptions {
  /**
   * Read consistently, at twice the price.
   *
   * @default false
   */
  readonly consistentRead?: boolean;
  /** Aborts the read. */
  readonly abortSignal?: AbortSignal;
}

/** Options of a {@link ProfileStore}. */
export interface ProfileStoreOptions {
  readonly tableName: string;
  /** @default {@link createProfileClient} */
  readonly client?: ProfileClient;
  /** @default {@link defaultWindows} */
  readonly windows?: WindowSettings;
  /**
   * Items over which a model's live updates are spread; one takes about 1,000/s.
   *
   * @default 1
   */
  readonly shards?: number;
  /**
   * Unix ms.
   *
   * @default - the system's clock
   */
  readonly now?: () => number;
  /**
   * Uniform in [0, 1): picks the shard.
   *
   * @default Math.random
   */
  readonly random?: () => number;
}

/** The options that a function's environment variables give (lib/service/environment.ts). */
export function storeOptions(environment: {
  MDI_TABLE_NAME: string;
  MDI_WINDOW_MS: number;
  MDI_SHARDS: number;
}): ProfileStoreOptions {
  return {
    tableName: environment.MDI_TABLE_NAME,
    windows: { ...defaultWindows, windowMs: environment.MDI_WINDOW_MS },
    shards: environment.MDI_SHARDS,
  };
}

/**
 * The profile table. Live statistics change by `ADD` alone, so concurrent writers neither read nor
 * wait nor lose anything.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html#Expressions.UpdateExpressions.ADD
 */
export class ProfileStore {
  readonly windows: WindowSettings;
  readonly #tableName: string;
  readonly #client: ProfileClient;
  readonly #shards: number;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #silence: TableSilence;

  constructor(options: ProfileStoreOptions) {
    this.windows = options.windows ?? defaultWindows;
    this.#tableName = options.tableName;
    this.#client = options.client ?? createProfileClient();
    this.#shards = options.shards ?? 1;
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
    this.#silence = new TableSilence(this.#now);
  }

  /**
   * Adds an observation with one `UpdateItem`: a call to the current live window, feedback to the
   * baseline's item, where it does not expire (labels are few, and what they say about a model's
   * file stays true). Never throws: a sample is worth less than the request it came from, so a
   * failed update is given up and reported.
   *
   * @param pk - see `partitionKey`.
   */
  async record(pk: string, observation: Observation): Promise<RecordOutcome> {
    try {
      const attributes = toAttributes(statisticsOf(observation));
      const isCall = observation.kind !== 'feedback';
      const input = isCall
        ? this.#liveAddition(pk, attributes)
        : this.#labelAddition(pk, attributes);
      const update = () => this.#client.additive.send(new UpdateItemCommand(input));
      // Somebody waits for the outcome of feedback; a call's is worth no more than one attempt in a while.
      if (isCall) await this.#silence.guard(update);
      else await update();
      return { applied: true };
    } catch (error) {
      const neverSent =
        error instanceof InvalidObservationError || error instanceof TableSilentError;
      return { applied: neverSent || surelyNotApplied(error) ? false : 'unknown', error };
    }
  }

  /**
   * Replaces the statistics measured at deploy; the feedback counted beside them stays. Live windows
   * that began before something else was measured do not count any more: a function with other memory
   * has other times. There is one deployment at a time, so reading before writing loses nothing. Throws
   * what the SDK throws.
   *
   * @param origin - what was measured and how well, kept beside the statistics.
   */
  async putBaseline(
    pk: string,
    statistics: ProfileStatistics,
    { fingerprint, precision }: BaselineOrigin,
  ): Promise<void> {
    const key = { pk: { S: pk }, sk: { S: baselineSortKey } };
    const { Item = {} } = await this.#client.repeatable.send(
      new GetItemCommand({ TableName: this.#tableName, Key: key, ConsistentRead: true }),
    );
    const attributes: Attributes = {
      ...toAttributes(statistics),
      fingerprint: { S: fingerprint },
      ...liveSinceAttribute(Item, fingerprint, this.#now()),
      ...(Number.isFinite(precision) && { meanPrecision: { N: String(precision) } }),
    };
    const update = replacement(Item, attributes);
    await this.#client.repeatable.send(
      new UpdateItemCommand({ TableName: this.#tableName, Key: key, ...update }),
    );
  }

  /** The fingerprint of what a model's baseline was measured of. Throws what the SDK throws. */
  async baselineFingerprint(pk: string): Promise<string | undefined> {
    const { Item } = await this.#client.repeatable.send(
      new GetItemCommand({
        TableName: this.#tableName,
        Key: { pk: { S: pk }, sk: { S: baselineSortKey } },
        ProjectionExpression: 'fingerprint',
        ConsistentRead: true,
      }),
    );
    return Item?.fingerprint?.S;
  }

  /**
   * Reads a model's baseline and the live windows that still count. Expired windows are left out
   * by key, because DynamoDB may take days to delete them.
   *
   * Throws what the SDK throws, and InvalidProfileItemError.
   */
  async read(pk: string, options: ReadOptions = {}): Promise<StoredProfile> {
    const [baseline, live] = await Promise.all([
      this.#readBaseline(pk, options),
      this.#readLive(pk, options),
    ]);
    if (baseline === undefined) return { live };
    const { statistics, liveSinceMs } = baseline;
    const counting = live.filter(({ windowStartMs }) => windowStartMs >= liveSinceMs);
    return { baseline: statistics, live: counting };
  }

  #liveAddition(pk: string, attributes: Attributes): UpdateItemCommandInput {
    const windowStartMs = windowStart(this.#now(), this.windows.windowMs);
    const shard = Math.floor(this.#random() * this.#shards);
    return {
      TableName: this.#tableName,
      Key: { pk: { S: pk }, sk: { S: liveSortKey({ windowStartMs, shard }) } },
      UpdateExpression: `ADD ${sumsOf(attributes)} SET expiresAt = :expiresAt`,
      ExpressionAttributeValues: {
        ...placeholders(attributes),
        ':expiresAt': { N: String(expiresAt(windowStartMs, this.windows)) },
      },
    };
  }

  #labelAddition(pk: string, attributes: Attributes): UpdateItemCommandInput {
    return {
      TableName: this.#tableName,
      Key: { pk: { S: pk }, sk: { S: baselineSortKey } },
      UpdateExpression: `ADD ${sumsOf(attributes)}`,
      ExpressionAttributeValues: placeholders(attributes),
    };
  }

  async #readBaseline(
    pk: string,
    { consistentRead, abortSignal }: ReadOptions,
  ): Promise<{ statistics: ProfileStatistics; liveSinceMs: number } | undefined> {
    const { Item } = await this.#client.repeatable.send(
      new GetItemCommand({
        TableName: this.#tableName,
        Key: { pk: { S: pk }, sk: { S: baselineSortKey } },
        ConsistentRead: consistentRead ?? false,
      }),
      { abortSignal },
    );
    if (!Item) return undefined;
    return { statistics: fromItem(Item).statistics, liveSinceMs: Number(Item.liveSinceMs?.N ?? 0) };
  }

  async #readLive(
    pk: string,
    { consistentRead, abortSignal }: ReadOptions,
  ): Promise<LiveStatistics[]> {
    const since = liveSince(oldestWindowStart(this.#now(), this.windows));
    const pages = paginateQuery(
      { client: this.#client.repeatable },
      {
        TableName: this.#tableName,
        KeyConditionExpression: 'pk = :pk AND sk >= :since',
        ExpressionAttributeValues: { ':pk': { S: pk }, ':since': { S: since } },
        ConsistentRead: consistentRead ?? false,
      },
      { abortSignal },
    );
    const live: LiveStatistics[] = [];
    for await (const { Items } of pages) live.push(...(Items ?? []).map(toLive));
    return live;
  }
}

function toLive(item: Attributes): LiveStatistics {
  const { sk, statistics } = fromItem(item);
  return { ...parseLiveSortKey(sk), statistics };
}
