import { type Client, createClient } from '@mdinference/client';
import {
  type CatalogueJson,
  describeModel,
  onnxruntimeWeb,
} from '@mdinference/client/onnxruntime-web';

/** Settings of the page: `?endpoint=https://...&sla=250&device=nano-24`. */
const settings = new URLSearchParams(location.search);

/** A client with a model on the device, whose catalogue lies beside the page. */
export async function makeClient(): Promise<Client> {
  const catalogue: CatalogueJson = await (await fetch('/catalogue.json')).json();
  const description = describeModel(catalogue, settings.get('device') ?? undefined);
  return createClient({
    endpoint: settings.get('endpoint') ?? 'http://127.0.0.1:8787',
    slaMs: Number(settings.get('sla') ?? 250),
    onDevice: onnxruntimeWeb({ ...description, model: `/${description.name}.onnx` }),
    onEvent: (event) => console.debug(event.type, event),
  });
}
