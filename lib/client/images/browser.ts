/*
 * The part of the DOM that decodes and draws images, declared by hand: the client also runs, and
 * compiles, where there is none.
 */

/** An `ImageBitmap`. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}

/** A `VideoFrame`. */
export interface Frame {
  readonly displayWidth: number;
  readonly displayHeight: number;
  clone(): Frame;
  close(): void;
}

/** A 2D context of an `OffscreenCanvas`. */
export interface Context {
  readonly canvas: {
    convertToBlob(options: { type: string; quality: number }): Promise<Blob>;
  };
  imageSmoothingQuality: string;
  fillStyle: string;
  fillRect(x: number, y: number, width: number, height: number): void;
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  drawImage(
    image: Bitmap | Frame,
    x: number,
    y: number,
    ...more: [] | [number, number, number, number, number, number]
  ): void;
  getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
}

/** What of all this the browsers have that the client decodes with. */
export interface Browser {
  createImageBitmap(image: unknown, options?: object): Promise<Bitmap>;
  readonly OffscreenCanvas: new (
    width: number,
    height: number,
  ) => { getContext(kind: '2d', options: object): Context; transferToImageBitmap(): Bitmap };
  readonly ImageData: new (data: Uint8ClampedArray, width: number, height: number) => object;
  /** Not every browser has it. */
  readonly ImageDecoder?: new (options: {
    data: ArrayBuffer;
    type: string;
    desiredWidth?: number;
    desiredHeight?: number;
  }) => { decode(): Promise<{ image: Frame }>; close(): void };
  readonly VideoFrame?: { readonly prototype: object };
}

/** The browser, where this is one. */
export const browser = globalThis as unknown as Browser;
