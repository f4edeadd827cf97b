import {
  GetItemCommand,
  paginateQuery,
  type QueryCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { createProfileClient, type ProfileClient, surelyNotApplied } from './client.ts';
import { type Attributes, fromItem, placeholders, sumsOf, toAttributes } from './item.ts';
import {
  baselineSortKey,
  labelSortKey,
  lastLabelSortKey,
  liveSince,
  liveSortKey,
  parseLiveSortKey,
} from './keys.ts';
import {
  type CallerLabels,
  type Label,
  labelAttributes,
  labelsOf,
  labelWindows,
} from './labels.ts';
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
   * Whether labelled answers are read with the profiles.
   *
   * @default false
   */
  readonly readsLabels?: boolean;
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
  readonly #readsLabels: boolean;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #silence: TableSilence;

  constructor(options: ProfileStoreOptions) {
    this.windows = options.windows ?? defaultWindows;
    this.#tableName = options.tableName;
    this.#client = options.client ?? createProfileClient();
    this.#shards = options.shards ?? 1;
    this.#readsLabels = options.readsLabels ?? false;
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
    this.#silence = new TableSilence(this.#now);
  }

  /**
   * Adds an observation to the current live window with one `UpdateItem`. Never throws: a sample is worth
   * less than the request it came from, so a failed update is given up and reported.
   *
   * @param pk - see `partitionKey`.
   */
  record(pk: string, observation: Observation): Promise<RecordOutcome> {
    return outcomeOf(async () => {
      const attributes = toAttributes(statisticsOf(observation));
      const { windowMs } = this.windows;
      const windowStartMs = windowStart(this.#now(), windowMs);
      const shard = Math.floor(this.#random() * this.#shards);
      const sk = liveSortKey({ windowStartMs, shard });
      const until = expiresAt(windowStartMs, this.windows);
      const update = new UpdateItemCommand(this.#addition({ pk, sk, attributes, until }));
      await this.#silence.guard(() => this.#client.additive.send(update));
    });
  }

  /**
   * Adds a label to the current week with one `UpdateItem`. Somebody waits for the outcome: it is tried also
   * when the table has not answered lately. Never throws.
   *
   * @param pk - see `partitionKey`.
   */
  label(pk: string, label: Label): Promise<RecordOutcome> {
    return outcomeOf(async () => {
      const windowStartMs = windowStart(this.#now(), labelWindows.windowMs);
      const sk = labelSortKey(windowStartMs);
      const until = expiresAt(windowStartMs, labelWindows);
      const attributes = labelAttributes(label);
      const update = new UpdateItemCommand(this.#addition({ pk, sk, attributes, until }));
      await this.#client.additive.send(update);
    });
  }

  /**
   * Reads a model's baseline, and the live windows and labels that still count. Expired ones are left out
   * by key, because DynamoDB may take days to delete them.
   *
   * Throws what the SDK throws, and InvalidProfileItemError.
   */
  async read(pk: string, options: ReadOptions = {}): Promise<StoredProfile> {
    const [baseline, live, labels] = await Promise.all([
      this.#readBaseline(pk, options),
      this.#readLive(pk, options),
      this.#readsLabels ? this.#readLabels(pk, options) : undefined,
    ]);
    const counted = labels && { labels };
    if (baseline === undefined) return { live, ...counted };
    const { statistics, liveSinceMs } = baseline;
    const counting = live.filter(({ windowStartMs }) => windowStartMs >= liveSinceMs);
    return { baseline: statistics, live: counting, ...counted };
  }

  #addition({ pk, sk, attributes, until }: Addition): UpdateItemCommandInput {
    return {
      TableName: this.#tableName,
      Key: { pk: { S: pk }, sk: { S: sk } },
      UpdateExpression: `ADD ${sumsOf(attributes)} SET expiresAt = :expiresAt`,
      ExpressionAttributeValues: {
        ...placeholders(attributes),
        ':expiresAt': { N: String(until) },
      },
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

  async #readLive(pk: string, options: ReadOptions): Promise<LiveStatistics[]> {
    const since = liveSince(oldestWindowStart(this.#now(), this.windows));
    const items = await this.#query(
      {
        KeyConditionExpression: 'pk = :pk AND sk >= :since',
        ExpressionAttributeValues: { ':pk': { S: pk }, ':since': { S: since } },
      },
      options,
    );
    return items.map(toLive);
  }

  async #readLabels(pk: string, options: ReadOptions): Promise<CallerLabels[]> {
    const since = labelSortKey(oldestWindowStart(this.#now(), labelWindows));
    const items = await this.#query(
      {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :since AND :last',
        ExpressionAttributeValues: {
          ':pk': { S: pk },
          ':since': { S: since },
          ':last': { S: lastLabelSortKey },
        },
      },
      options,
    );
    return labelsOf(items);
  }

  async #query(
    condition: Pick<QueryCommandInput, 'KeyConditionExpression' | 'ExpressionAttributeValues'>,
    { consistentRead, abortSignal }: ReadOptions,
  ): Promise<Attributes[]> {
    const pages = paginateQuery(
      { client: this.#client.repeatable },
      { TableName: this.#tableName, ...condition, ConsistentRead: consistentRead ?? false },
      { abortSignal },
    );
    const items: Attributes[] = [];
    for await (const { Items } of pages) items.push(...(Items ?? []));
    return items;
  }
}

/** What to add to which item, which may be deleted from `until` (Unix seconds) on. */
interface Addition {
  readonly pk: string;
  readonly sk: string;
  readonly attributes: Attributes;
  readonly until: number;
}

async function outcomeOf(update: () => Promise<void>): Promise<RecordOutcome> {
  try {
    await update();
    return { applied: true };
  } catch (error) {
    const neverSent = error instanceof InvalidObservationError || error instanceof TableSilentError;
    return { applied: neverSent || surelyNotApplied(error) ? false : 'unknown', error };
  }
}

function toLive(item: Attributes): LiveStatistics {
  const { sk, statistics } = fromItem(item);
  return { ...parseLiveSortKey(sk), statistics };
}
