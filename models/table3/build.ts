#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { buildTable3 } from './build-catalogue.ts';
import { readLatencies } from './latency.ts';

/* Writes the .onnx files, the sample and catalogue.json, with the latencies that time.ts measured. */

const references = Object.entries(readLatencies()).map(([name, { runs: _, ...reference }]) => [
  name,
  reference,
]);
await buildTable3(fileURLToPath(new URL('.', import.meta.url)), {
  references: Object.fromEntries(references),
  progress: (name, done, total) => console.log(`${done} of ${total}: ${name}`),
});
