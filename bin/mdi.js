#!/usr/bin/env node
import { existsSync } from 'node:fs';

// A clone runs from its sources; the package has only what was built of them.
const source = new URL('mdi.ts', import.meta.url);
const isClone = existsSync(source);
if (isClone && !process.features.typescript) {
  console.error(
    `mdi: a clone runs on Node 24, this is ${process.version}: install that (on Linux x64 npm ci brings one, which npm start and npx mdi take)`,
  );
  process.exitCode = 1;
} else {
  const { mdi } = await import(isClone ? source.href : '../dist/bin/mdi.js');
  process.exitCode = await mdi(process.argv.slice(2));
}
