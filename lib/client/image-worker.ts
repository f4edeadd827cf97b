/**
 * Decodes and encodes images inside a Web Worker.
 */
import type { OpenImage } from './api/codec.ts';
import type { FromImageWorker, ToImageWorker } from './images/image-messages.ts';
import { openImage } from './images/open-image.ts';

const worker = globalThis as unknown as {
  onmessage: (event: { data: ToImageWorker }) => void;
  postMessage(message: FromImageWorker, transfer?: Transferable[]): void;
};

const images = new Map<number, OpenImage>();

worker.onmessage = ({ data: message }) => {
  const { image } = message;
  if (message.kind === 'open') {
    images.set(image, openImage(Promise.resolve(message.captured), message.side));
  } else if (message.kind === 'close') {
    images.get(image)?.close();
    images.delete(image);
  } else void answer(message);
};
worker.postMessage({ kind: 'started' });

async function answer(message: Extract<ToImageWorker, { id: number }>): Promise<void> {
  const { id } = message;
  try {
    const image = images.get(message.image);
    if (!image) throw new Error('the image has been closed');
    if (message.kind === 'pixels') {
      const result = await image.pixels(message.size);
      worker.postMessage({ kind: 'done', id, result }, [result.data.buffer as ArrayBuffer]);
    } else {
      const result = await (message.kind === 'view'
        ? image.view(message.view, message.encoding)
        : image.encode(message.how));
      worker.postMessage({ kind: 'done', id, result });
    }
  } catch (error) {
    const { name, message: text } = error instanceof Error ? error : new Error(String(error));
    worker.postMessage({ kind: 'failed', id, name, message: text });
  }
}
