/*
 * The part of the DOM that decodes and draws images, declared by hand: the client also runs, and
 * compiles, where there is none.
 */

/** What a canvas can draw: an `ImageBitmap`. */
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
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  transform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  drawImage(image: Bitmap | Frame, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): ImageBytes;
  putImageData(data: ImageBytes, x: number, y: number): void;
}

/** An `ImageData`. */
export interface ImageBytes {
  readonly data: Uint8ClampedArray;
}

/** What of all this a browser has; the older ones have less. */
export interface Browser {
  createImageBitmap?(image: unknown): Promise<Bitmap>;
  readonly OffscreenCanvas?: new (
    width: number,
    height: number,
  ) => { getContext(kind: '2d', options: object): Context | null };
  readonly ImageData?: new (data: Uint8ClampedArray, width: number, height: number) => ImageBytes;
  readonly ImageDecoder?: new (options: {
    data: ArrayBuffer;
    type: string;
    desiredWidth?: number;
    desiredHeight?: number;
  }) => { decode(): Promise<{ image: Frame }>; close(): void };
  readonly VideoFrame?: { readonly prototype: object };
}

/** The browser, where there is one. */
export const browser = globalThis as unknown as Browser;
