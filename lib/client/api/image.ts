/** Pixels in memory: red, green, blue (3 bytes a pixel) or with alpha (4), row by row; `ImageData` is that. */
export interface RawPixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/**
 * What a browser can draw without decoding it first: `ImageBitmap`, `HTMLCanvasElement`,
 * `OffscreenCanvas`, `HTMLImageElement`, `HTMLVideoElement`, `VideoFrame`. Told by their sizes, so that
 * the types compile where there is no DOM.
 */
export type Drawable =
  | { readonly width: number; readonly height: number }
  | { readonly displayWidth: number; readonly displayHeight: number };

/** An image file, or a catalogue's raw tensor: what can be sent. */
export type ImageFile = Blob | ArrayBuffer | ArrayBufferView;

/**
 * An image to be classified: an image file, a catalogue's raw tensor, pixels, or what a browser can
 * draw. What can change (a video, a canvas) is taken as it is when `classify` is called.
 */
export type ImageInput = ImageFile | RawPixels | Drawable;

/** An image with its content type. */
export interface DeviceInput {
  readonly image: ImageInput;
  /**
   * Such as `image/jpeg`; `application/octet-stream` is the catalogue's raw tensor; `image/raw` is
   * what needs no decoding: {@link RawPixels} and {@link Drawable}.
   */
  readonly contentType: string;
}
