import {
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { ProfileClient } from './client.ts';
import { type Attributes, fromItem, liveSinceAttribute, toAttributes } from './item.ts';
import { baselineSortKey, versionsKey } from './keys.ts';
import type { ProfileStatistics } from './statistics.ts';

/** What was measured of one version of a function, and how well. */
export interface Measurement {
  readonly statistics: ProfileStatistics;
  /** Half width of the mean's 95 % interval, as a share of the mean; infinite below two runs. */
  readonly precision: number;
}

/** A measurement that becomes a model's baseline. */
export interface Baseline extends Measurement {
  /** Partition key of the model's profile, see `partitionKey`. */
  readonly pk: string;
  /** ARN of the measured version: it changes with the model's code, file and configuration. */
  readonly version: string;
}

/** What {@link Baselines} work with. */
export interface BaselinesOptions {
  readonly client: ProfileClient;
  readonly tableName: string;
  readonly deployment: string;
  /**
   * Unix ms.
   *
   * @default - the system's clock
   */
  readonly now?: () => number;
}

/** DynamoDB's limit of items in one transaction: of models whose baselines are replaced at once. */
export const maxBaselines = 100;

/**
 * What deployments have measured. Each version is kept for good, so that no version is measured twice: a
 * deployment that is rolled back finds the versions that it goes back to. Readers see none of that, only the
 * models' baselines, which are replaced all at once.
 *
 * Every method throws what the SDK throws.
 */
export class Baselines {
  readonly #client: ProfileClient['repeatable'];
  readonly #tableName: string;
  readonly #deployment: string;
  readonly #now: () => number;

  constructor({ client, tableName, deployment, now = Date.now }: BaselinesOptions) {
    this.#client = client.repeatable;
    this.#tableName = tableName;
    this.#deployment = deployment;
    this.#now = now;
  }

  /** What was measured of a version, if it was. */
  async measured(version: string): Promise<Measurement | undefined> {
    const item = await this.#read(this.#keyOf(version));
    if (!item) return undefined;
    const { statistics } = fromItem(item);
    const precision = Number(item.meanPrecision?.N ?? Number.POSITIVE_INFINITY);
    return statistics.n + statistics.coldN > 0n ? { statistics, precision } : undefined;
  }

  /** Keeps what was measured of a version. */
  async keep(version: string, measurement: Measurement): Promise<void> {
    await this.#put({ ...this.#keyOf(version), ...attributesOf(measurement) });
  }

  /** Whether a version of the selector has answered before. */
  async hasAnswered(version: string): Promise<boolean> {
    return (await this.#read(this.#keyOf(version))) !== undefined;
  }

  /** Remembers that a version of the selector has answered. */
  async answered(version: string): Promise<void> {
    await this.#put(this.#keyOf(version));
  }

  /**
   * Makes these the baselines of their models, all of them or none. Live windows that began before another
   * version was measured do not count any more: a function with other memory has other times. There is one
   * deployment at a time, so reading before writing loses nothing.
   *
   * @param baselines - 1 to {@link maxBaselines}
   */
  async replace(baselines: readonly Baseline[]): Promise<void> {
    const items = await Promise.all(baselines.map((baseline) => this.#replacement(baseline)));
    await this.#client.send(
      new TransactWriteItemsCommand({
        TransactItems: items.map((Item) => ({ Put: { TableName: this.#tableName, Item } })),
      }),
    );
  }

  async #replacement({ pk, version, ...measurement }: Baseline): Promise<Attributes> {
    const key = { pk: { S: pk }, sk: { S: baselineSortKey } };
    const earlier = (await this.#read(key)) ?? {};
    return {
      ...key,
      ...attributesOf(measurement),
      fingerprint: { S: version },
      ...liveSinceAttribute(earlier, version, this.#now()),
    };
  }

  #keyOf(version: string): Attributes {
    return { pk: { S: versionsKey(this.#deployment) }, sk: { S: version } };
  }

  async #read(Key: Attributes): Promise<Attributes | undefined> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#tableName, Key, ConsistentRead: true }),
    );
    return Item;
  }

  async #put(Item: Attributes): Promise<void> {
    await this.#client.send(new PutItemCommand({ TableName: this.#tableName, Item }));
  }
}

function attributesOf({ statistics, precision }: Measurement): Attributes {
  return {
    ...toAttributes(statistics),
    ...(Number.isFinite(precision) && { meanPrecision: { N: String(precision) } }),
  };
}
