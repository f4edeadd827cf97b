#!/usr/bin/env node
import { mdi } from '../bin/program.ts';
import { startService } from './started-service.ts';

/*
 * Does on a machine what the README tells a newcomer to do after `npm ci`: `npm start`, a photo, Ctrl-C.
 */

await using service = await startService('--verbose');
const classify = ['classify', 'models/shapes/samples/gear.jpg', '--sla', '5000'];
process.exitCode = await mdi([...classify, '--url', service.url]);
