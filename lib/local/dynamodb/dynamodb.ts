import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CallRecorder } from '../shared/calls.ts';
import { urlOf } from '../shared/http-server.ts';
import type { PurgedConnections } from '../shared/purged-connections.ts';
import { lockDataDir } from './data-dir.ts';
import type { WorkerData, WorkerMessage } from './dynalite-worker.ts';

// A source beside a source, compiled code beside compiled code.
const workerUrl = new URL(`./dynalite-worker${extname(import.meta.url)}`, import.meta.url);

/** A DynamoDB endpoint. */
export interface DynamoDbEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts dynalite, a DynamoDB, in a thread of its own.
 *
 * @param dataDir - the folder of its files; in memory without
 * @param recorder - learns of every distinct call
 * @param frozen - the connections of frozen environments; nothing is frozen without
 * @throws {@link TableError} when the folder is in use or cannot be written
 */
export async function startDynamoDb(
  dataDir: string | undefined,
  recorder: CallRecorder,
  frozen?: PurgedConnections,
): Promise<DynamoDbEndpoint> {
  const unlock = dataDir === undefined ? undefined : await lockDataDir(dataDir);
  const worker = new Worker(workerUrl, {
    workerData: { dataDir, purges: frozen?.memory } satisfies WorkerData,
  });
  const listening = Promise.withResolvers<number>();
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'listening') listening.resolve(message.port);
    else {
      const { authorization, action, resourceArn, context } = message;
      recorder.record(authorization, action, resourceArn, context);
    }
  });
  worker.once('error', listening.reject);
  const exited = once(worker, 'exit');
  return {
    url: urlOf(await listening.promise),
    close: async () => {
      worker.postMessage('close');
      await exited;
      await unlock?.();
    },
  };
}
