import { extname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { EndpointSettings } from '../shared/endpoint.ts';
import { urlOf } from '../shared/http-server.ts';
import { lockDataDir, makePrivate } from './data-dir.ts';
import type { WorkerData, WorkerMessage } from './dynalite-worker.ts';

// A source beside a source, compiled code beside compiled code.
const workerUrl = new URL(`./dynalite-worker${extname(import.meta.url)}`, import.meta.url);

/** How long to wait before dynalite is started again: twice as long each time, until it has run for a while. */
const restartMs = { first: 100, longest: 10_000, ranWell: 60_000 };

/** A DynamoDB endpoint. */
export interface DynamoDbEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

/** What dynalite is started with. */
export interface DynamoDbSettings extends Omit<EndpointSettings, 'tokens'> {
  /**
   * The folder of its files.
   *
   * @default - in memory
   */
  readonly dataDir?: string | undefined;
  /** @default - whoever is on this machine may call */
  readonly tokens?: EndpointSettings['tokens'] | undefined;
  /** Called whenever it has started: creates the tables that are missing. */
  readonly onStarted?: ((url: string) => Promise<void>) | undefined;
  /** Told in one line when it has failed. */
  readonly onTrouble?: ((line: string) => void) | undefined;
}

/**
 * Starts dynalite, a DynamoDB, in a thread of its own. When it fails - a full disk is enough - it is started again at
 * the same address, with what is on the disk, until it is closed.
 *
 * @throws {@link TableError} when the folder is in use or cannot be written
 * @throws what `onStarted` throws at the first start
 */
export async function startDynamoDb(settings: DynamoDbSettings): Promise<DynamoDbEndpoint> {
  const { dataDir } = settings;
  const unlock = dataDir === undefined ? undefined : await lockDataDir(dataDir);
  if (dataDir !== undefined) makePrivate(dataDir);
  const dynalite = new Dynalite(settings);
  try {
    await dynalite.start();
  } catch (error) {
    await dynalite.close();
    await unlock?.();
    throw error;
  }
  return {
    url: dynalite.url,
    close: async () => {
      await dynalite.close();
      await unlock?.();
    },
  };
}

class Dynalite {
  readonly #settings: DynamoDbSettings;
  readonly #closing = new AbortController();
  #port = 0;
  #worker: Worker | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #waitMs = restartMs.first;

  constructor(settings: DynamoDbSettings) {
    this.#settings = settings;
  }

  get url(): string {
    return urlOf(this.#port);
  }

  /** Starts a thread; resolves when it answers and has its tables. */
  async start(): Promise<void> {
    const { dataDir, tokens, frozen, recorder, onStarted } = this.#settings;
    const worker = new Worker(workerUrl, {
      workerData: {
        dataDir,
        port: this.#port,
        secret: tokens?.secret,
        purges: frozen?.memory,
      } satisfies WorkerData,
    });
    this.#worker = worker;
    const listening = Promise.withResolvers<number>();
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'listening') listening.resolve(message.port);
      else {
        const { authorization, action, resourceArn, context } = message;
        recorder.record(authorization, action, resourceArn, context);
      }
    });
    let reason: Error | undefined;
    worker.once('error', (error: Error) => {
      reason = error;
    });
    const startedMs = performance.now();
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.#exited = exited;
    const failed = exited.then(() => {
      throw reason ?? new Error('its thread has ended');
    });
    this.#port = await Promise.race([listening.promise, failed]);
    await Promise.race([onStarted?.(this.url), failed]);
    failed.catch((error: Error) => {
      if (performance.now() - startedMs >= restartMs.ranWell) this.#waitMs = restartMs.first;
      if (!this.#closing.signal.aborted) void this.#startAgain(error);
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#worker?.postMessage('close');
    await this.#exited;
  }

  async #startAgain({ message }: Error): Promise<void> {
    const { dataDir, onTrouble } = this.#settings;
    // On a full disk it fails at every write: that is said once.
    if (this.#waitMs === restartMs.first) {
      const kept = dataDir === undefined ? 'empty' : 'with what is on the disk';
      onTrouble?.(`The tables have failed and are started again, ${kept}: ${message}`);
    }
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await delay(this.#waitMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      this.#waitMs = Math.min(2 * this.#waitMs, restartMs.longest);
      try {
        return await this.start();
      } catch {
        await this.#worker?.terminate();
      }
    }
  }
}
