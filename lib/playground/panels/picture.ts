import { addressOf, type PageCatalogue, pictureSide } from '../requests/catalogue.ts';
import {
  canGenerate,
  drawnPicture,
  generatePicture,
  type Picture,
  readPicture,
  samplePicture,
} from '../requests/pictures.ts';
import { byId, make } from './dom.ts';
import { Drawing } from './drawing.ts';

/** Where the picture comes from: drawn, dropped, pasted, chosen, a sample, or freshly made. */
export class PicturePanel {
  readonly #catalogue: PageCatalogue;
  readonly #canvas = byId('canvas', HTMLCanvasElement);
  readonly #drawing: Drawing;
  readonly #caption = byId('caption', HTMLElement);
  readonly #message = byId('message', HTMLElement);
  #picture: Promise<Picture> | undefined;
  #nextSample = 0;

  constructor(catalogue: PageCatalogue) {
    this.#catalogue = catalogue;
    this.#canvas.width = this.#canvas.height = pictureSide(catalogue);
    this.#drawing = new Drawing(this.#canvas, () => void this.#take(drawnPicture(this.#canvas)));
    this.#listenToButtons();
    this.#listenToPage();
    this.#listSamples();
  }

  /** The picture to classify; undefined when there is none yet. */
  async current(): Promise<Picture | undefined> {
    return await this.#picture?.catch(() => undefined);
  }

  /** Goes on to another picture: a fresh one where one can be made, else the next sample. */
  async advance(): Promise<void> {
    const { samples } = this.#catalogue;
    const sample = samples[this.#nextSample++ % Math.max(1, samples.length)];
    if (canGenerate(this.#catalogue)) await this.#show(generatePicture());
    else if (sample) await this.#show(samplePicture(sample));
  }

  #listenToButtons(): void {
    const fresh = byId('new-picture', HTMLButtonElement);
    fresh.hidden = !canGenerate(this.#catalogue);
    fresh.addEventListener('click', () => void this.advance());
    byId('blank', HTMLButtonElement).addEventListener('click', () => {
      this.#drawing.clear();
      void this.#take(drawnPicture(this.#canvas));
    });
    const chooser = byId('file', HTMLInputElement);
    chooser.addEventListener('change', () => {
      this.#takeFile(chooser.files);
      // So that the same file can be chosen again.
      chooser.value = '';
    });
  }

  #listenToPage(): void {
    const { classList } = document.body;
    addEventListener('paste', ({ clipboardData }) => this.#takeFile(clipboardData?.files));
    addEventListener('dragover', (event) => {
      event.preventDefault();
      classList.add('dragging');
    });
    addEventListener('dragleave', ({ relatedTarget }) => {
      if (relatedTarget === null) classList.remove('dragging');
    });
    addEventListener('drop', (event) => {
      event.preventDefault();
      classList.remove('dragging');
      this.#takeFile(event.dataTransfer?.files);
    });
  }

  #listSamples(): void {
    const { samples } = this.#catalogue;
    byId('samples-details', HTMLElement).hidden = samples.length === 0;
    const buttons = samples.map((sample) => {
      const image = make('img', {
        ...{ src: addressOf(sample.file), alt: sample.label, loading: 'lazy' },
        ...{ width: '48', height: '48' },
      });
      const button = make('button', { type: 'button', title: sample.label }, image);
      button.addEventListener('click', () => void this.#show(samplePicture(sample)));
      return button;
    });
    byId('samples', HTMLElement).append(...buttons);
  }

  #takeFile(files: FileList | undefined | null): void {
    const file = files?.[0];
    if (file) void this.#show(readPicture(file, pictureSide(this.#catalogue)));
  }

  async #show(coming: Promise<Picture>): Promise<void> {
    const picture = await this.#take(coming);
    if (picture) this.#drawing.show(picture.bitmap);
  }

  /** Makes a picture the current one, unless it cannot be read or another one has come meanwhile. */
  async #take(coming: Promise<Picture>): Promise<Picture | undefined> {
    const before = this.#picture;
    this.#picture = coming;
    try {
      const picture = await coming;
      if (this.#picture !== coming) return undefined;
      this.#caption.textContent = picture.caption;
      this.#canvas.setAttribute('aria-label', `The picture to classify: ${picture.caption}`);
      this.#message.textContent = '';
      return picture;
    } catch (error) {
      if (this.#picture === coming) this.#picture = before;
      this.#message.textContent = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  }
}
