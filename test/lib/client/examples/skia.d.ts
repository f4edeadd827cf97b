/** What the example uses of @shopify/react-native-skia, which is not installed here. */
declare module '@shopify/react-native-skia' {
  interface SkRect {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }
  interface ImageInfo {
    alphaType: number;
    colorType: number;
    width: number;
    height: number;
  }
  export interface SkImage {
    width(): number;
    height(): number;
    readPixels(x?: number, y?: number, info?: ImageInfo): Float32Array | Uint8Array | null;
  }
  interface SkCanvas {
    drawImageRectOptions(
      image: SkImage,
      source: SkRect,
      destination: SkRect,
      filter: number,
      mipmap: number,
    ): void;
  }
  interface SkData {
    dispose(): void;
  }
  export const AlphaType: { readonly Unpremul: number };
  export const ColorType: { readonly RGBA_8888: number };
  export const FilterMode: { readonly Linear: number };
  export const MipmapMode: { readonly Linear: number };
  export const Skia: {
    XYWHRect(x: number, y: number, width: number, height: number): SkRect;
    Data: { fromBytes(bytes: Uint8Array): SkData };
    Image: { MakeImageFromEncoded(data: SkData): SkImage | null };
    Surface: {
      Make(
        width: number,
        height: number,
      ): { getCanvas(): SkCanvas; makeImageSnapshot(): SkImage } | null;
    };
  };
}
