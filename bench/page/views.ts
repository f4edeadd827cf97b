/** Runs in a page: what a client sends of a photo as the view of the service's models. */
import type { EncodedImage } from '../../lib/client/api/codec.ts';
import { webImages } from '../../lib/client/web-images.ts';
import type { CropSize } from '../../lib/core/preprocessing/crop.ts';
import { sentOf, serviceWith } from '../../test/e2e/page/sent.ts';
import type { MadeView } from '../views.ts';

const images = webImages({ worker: () => new Worker('/image-worker.js', { type: 'module' }) });

/** What is sent of a photo of the server's. */
export async function viewOf(url: string, view: CropSize): Promise<MadeView> {
  await images.prepare?.();
  const image = new Blob([await (await fetch(url)).arrayBuffer()], { type: 'image/jpeg' });
  const input = { image, contentType: image.type };
  const open = images.open(input, 1, 'view', serviceWith({ models: [], view }));
  const [{ data }, file] = await Promise.all([open.pixels(view), sentOf(open)]);
  open.close();
  return { pixels: base64(data), file: base64(await bytesOf(file)) };
}

async function bytesOf({ image }: EncodedImage): Promise<Uint8Array> {
  return new Uint8Array(await new Response(image as Blob).arrayBuffer());
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
