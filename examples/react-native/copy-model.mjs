import { cpSync, readFileSync } from 'node:fs';

// The catalogue and the device's model are assets of the app.
const from = new URL('../../models/shapes/', import.meta.url);
const { onDevice } = JSON.parse(readFileSync(new URL('catalogue.json', from), 'utf8'));
for (const file of ['catalogue.json', `${onDevice}.onnx`]) {
  cpSync(new URL(file, from), new URL(`assets/${file}`, import.meta.url));
}
