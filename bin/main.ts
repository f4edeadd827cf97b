#!/usr/bin/env node
import { mdi } from './mdi.ts';

process.exitCode = await mdi(process.argv.slice(2));
