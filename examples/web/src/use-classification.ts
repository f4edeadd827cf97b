import type { Classification, Client, DeviceAnswer, ImageInput } from '@mdinference/client';
import { useEffect, useState } from 'react';

/** What is known about an image so far. */
export interface ImageState {
  /** The device's answer, while a better one may still come. */
  readonly interim?: DeviceAnswer;
  readonly answer?: Classification;
  readonly error?: unknown;
}

/** Classifies an image; when another one comes, what is still running for the last one ends. */
export function useClassification(client: Client, image: ImageInput | undefined): ImageState {
  const [state, setState] = useState<ImageState>({});
  useEffect(() => {
    setState({});
    if (!image) return;
    const controller = new AbortController();
    const { signal } = controller;
    client.classify(image, { signal, onInterim: (interim) => setState({ interim }) }).then(
      (answer) => setState({ answer }),
      (error) => !signal.aborted && setState({ error }),
    );
    return () => controller.abort();
  }, [client, image]);
  return state;
}
