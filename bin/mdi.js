#!/usr/bin/env node
import { existsSync } from 'node:fs';

// A clone runs from its sources; the package has only what was built of them.
const source = new URL('mdi.ts', import.meta.url);
await import(existsSync(source) ? source.href : '../dist/bin/mdi.js');
