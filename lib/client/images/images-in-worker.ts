import type { ImageCodec, OpenImage } from '../api/codec.ts';
import type { DeviceInput } from '../api/image.ts';
import { CanvasBlockedError, ImageReadError } from '../api/image-errors.ts';
import { capture } from './capture.ts';
import type { FromImageWorker, ToImageWorker } from './image-messages.ts';
import { nameError } from './read-errors.ts';

type Answer = Exclude<FromImageWorker, { kind: 'started' }>;
type Call = Extract<ToImageWorker, { id: number }>;
type CallMessage = Call extends infer C ? (C extends Call ? Omit<C, 'id'> : never) : never;

/** Images that are decoded and encoded in a worker. */
export class ImagesInWorker implements ImageCodec {
  /** Settles when the worker has started, or cannot. */
  readonly started: Promise<unknown>;
  readonly #asked = new Map<number, (answer: Answer) => void>();
  #worker: Worker | undefined;
  #isReady = false;
  #lastId = 0;

  /** @param makeWorker - may throw, as a worker may fail: then the codec is never ready */
  constructor(makeWorker: () => Worker) {
    this.started = new Promise<void>((resolve) => {
      try {
        this.#worker = makeWorker();
      } catch {
        return resolve();
      }
      this.#worker.onmessage = ({ data }: MessageEvent<FromImageWorker>) => {
        if (data.kind === 'started') {
          this.#isReady = true;
          resolve();
        } else {
          this.#asked.get(data.id)?.(data);
          this.#asked.delete(data.id);
        }
      };
      this.#worker.onerror = ({ message }) => {
        this.#end(`the worker that decodes images has failed: ${message}`);
        resolve();
      };
    });
  }

  /** Whether the worker is there: it may not have started yet, and may have failed. */
  get isReady(): boolean {
    return this.#isReady;
  }

  open(input: DeviceInput, shorterSide: number): OpenImage {
    const image = this.#lastId++;
    const sent = capture(input, shorterSide).then((captured) => {
      try {
        const transfer = captured instanceof Blob ? [] : [captured as unknown as Transferable];
        this.#post({ kind: 'open', image, captured, side: shorterSide }, transfer);
      } catch (error) {
        throw nameError(error, input.image);
      }
    });
    sent.catch(() => undefined);
    const ask = async <Result>(message: CallMessage): Promise<Result> => {
      await sent;
      return await this.#ask(message);
    };
    return {
      pixels: (size) => ask({ kind: 'pixels', image, size }),
      encode: (how) => ask({ kind: 'encode', image, how }),
      view: (view, encoding) => ask({ kind: 'view', image, view, encoding }),
      close: () => {
        sent.then(() => this.#post({ kind: 'close', image })).catch(() => undefined);
      },
    };
  }

  close(): void {
    this.#end('the images have been closed');
  }

  #post(message: ToImageWorker, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }

  #ask<Result>(message: CallMessage): Promise<Result> {
    const id = this.#lastId++;
    return new Promise((resolve, reject) => {
      if (!this.#isReady) return reject(new ImageReadError('the worker has ended'));
      this.#asked.set(id, (answer) => {
        if (answer.kind === 'done') resolve(answer.result as Result);
        else reject(errorOf(answer.name, answer.message));
      });
      this.#post({ ...message, id } as Call);
    });
  }

  #end(message: string): void {
    this.#isReady = false;
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const [id, settle] of this.#asked) {
      settle({ kind: 'failed', id, name: 'ImageReadError', message });
    }
    this.#asked.clear();
  }
}

/** An error of the worker's, as an instance of its class. */
function errorOf(name: string, message: string): Error {
  if (name === 'CanvasBlockedError') return new CanvasBlockedError();
  if (name === 'ImageReadError') return new ImageReadError(message);
  return Object.assign(new Error(message), { name });
}
