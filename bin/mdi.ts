#!/usr/bin/env node
import { mdi } from './program.ts';

process.exitCode = await mdi(process.argv.slice(2));
