import type { UploadedImage } from '../../client/index.ts';
import type { Conditions } from '../requests/session.ts';
import { whatWasSent, whyItWasSent } from '../results/sent.ts';
import { byId, make } from './dom.ts';

/** What was sent of the picture: the picture itself, its size, and why so. */
export class SentPanel {
  readonly #root = byId('sent', HTMLElement);
  #wholeBytes = 0;
  #address: string | undefined;

  /**
   * A request has begun.
   *
   * @param wholeBytes - of the picture's file
   */
  expect(wholeBytes: number): void {
    this.#wholeBytes = wholeBytes;
  }

  /** @param setting - what was to be sent */
  show(upload: UploadedImage, setting: Conditions['upload']): void {
    const { image, contentType } = upload;
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = URL.createObjectURL(new Blob([image as Blob], { type: contentType }));
    this.#root.replaceChildren(
      make('img', { src: this.#address, alt: 'The picture as it was sent' }),
      make(
        'div',
        {},
        make('p', {}, whatWasSent(upload, this.#wholeBytes)),
        make('p', { class: 'because' }, whyItWasSent(upload, setting)),
      ),
    );
  }

  /** Nothing has left the device. */
  showNothing(): void {
    this.#root.replaceChildren(
      make('p', { class: 'because' }, 'Nothing: it stayed on the device.'),
    );
  }
}
