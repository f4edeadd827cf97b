import { randomBytes } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ProfileClient } from '../profiles/client.ts';
import { feedbackKey } from '../profiles/keys.ts';

/** What a {@link FeedbackLedger} works with. */
export interface FeedbackLedgerOptions {
  readonly client: ProfileClient;
  readonly tableName: string;
  readonly deployment: string;
}

const secretBytes = 32;

/**
 * What feedback needs beside the profiles, in the same table: the secret with which a deployment
 * signs its request ids, and a mark for each request whose feedback was counted.
 */
export class FeedbackLedger {
  readonly #client: ProfileClient['repeatable'];
  readonly #tableName: string;
  readonly #pk: string;

  constructor({ client, tableName, deployment }: FeedbackLedgerOptions) {
    this.#client = client.repeatable;
    this.#tableName = tableName;
    this.#pk = feedbackKey(deployment);
  }

  /** The deployment's secret; undefined before {@link createSecret}. Throws what the SDK throws. */
  async readSecret(): Promise<Uint8Array | undefined> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#tableName, Key: this.#key('secret') }),
    );
    return Item?.secret?.B;
  }

  /** Makes the deployment's secret, unless there is one. Throws what the SDK throws. */
  async createSecret(): Promise<void> {
    await this.#putOnce({ ...this.#key('secret'), secret: { B: randomBytes(secretBytes) } });
  }

  /**
   * Marks a request's feedback as counted.
   *
   * @param expiresAt - when the mark may go, in Unix seconds
   * @returns false when it was marked already. Throws what the SDK throws.
   */
  async mark(requestId: string, expiresAt: number): Promise<boolean> {
    const item = { ...this.#key(`once#${requestId}`), expiresAt: { N: String(expiresAt) } };
    return this.#putOnce(item);
  }

  /** Takes a mark back, because the feedback could not be counted. Throws what the SDK throws. */
  async unmark(requestId: string): Promise<void> {
    const key = this.#key(`once#${requestId}`);
    await this.#client.send(new DeleteItemCommand({ TableName: this.#tableName, Key: key }));
  }

  #key(sk: string) {
    return { pk: { S: this.#pk }, sk: { S: sk } };
  }

  async #putOnce(Item: NonNullable<PutItemCommand['input']['Item']>): Promise<boolean> {
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#tableName,
          Item,
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
