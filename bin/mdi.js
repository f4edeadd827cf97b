#!/usr/bin/env node
import { existsSync } from 'node:fs';

// A clone runs from its sources; the package has only what was built of them.
const source = new URL('mdi.ts', import.meta.url);
if (!existsSync(source)) {
  await import('../dist/bin/mdi.js');
} else if (process.features.typescript) {
  await import(source.href);
} else {
  console.error(
    `mdi: a clone runs on Node 24, this is ${process.version}: install that (on Linux x64 npm ci brings one, which npm start and npx mdi take)`,
  );
  process.exitCode = 1;
}
