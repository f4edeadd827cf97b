#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildTable3 } from '../../lib/table3/build.ts';

/* Writes the .onnx files, the sample and catalogue.json, with the latencies that time.ts measured. */

const directory = fileURLToPath(new URL('.', import.meta.url));
const latency = new URL('latency.json', import.meta.url);
await buildTable3(directory, {
  references: existsSync(latency) ? JSON.parse(readFileSync(latency, 'utf8')) : {},
  progress: (name, done, total) => console.log(`${done} of ${total}: ${name}`),
});
