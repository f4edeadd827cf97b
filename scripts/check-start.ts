#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { mdi } from '../bin/program.ts';

/*
 * Does on a machine what the README tells a newcomer to do after `npm ci`: `npm start`, a photo, Ctrl-C.
 */

const dataDir = mkdtempSync(join(tmpdir(), 'mdinference-check-'));
const service = spawn(
  process.execPath,
  ['bin/mdi.js', 'start', '--port', '0', '--data-dir', dataDir, '--verbose'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const ended = new Promise<number | null>((resolve) => service.once('exit', resolve));
let url = '';
for await (const line of createInterface({ input: service.stdout })) {
  console.log(line);
  if (line.startsWith('http://')) url = line;
  if (line.startsWith('Ready after')) break;
}
process.exitCode = url
  ? await mdi(['classify', 'models/shapes/samples/gear.jpg', '--sla', '5000', '--url', url])
  : 1;
service.kill('SIGINT');
await ended;
rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
