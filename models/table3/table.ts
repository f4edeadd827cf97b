#!/usr/bin/env node
import {
  compareWithTable3,
  type ServiceTime,
  table3Rows,
} from '../../lib/evaluation/engine/profiles/table-3.ts';
import { readLatencies } from './latency.ts';
import { table3Networks } from './networks.ts';

/* Prints the tables of docs/table3.md as Markdown. */

console.log('| model | pixels | parameters | GMACs | file, KB |');
console.log('|---|---|---|---|---|');
for (const { name } of table3Rows) {
  const { bytes, inputSide, parameters, macs } = table3Networks[name]();
  const millions = parameters.toLocaleString('en');
  const kilobytes = (bytes.length / 1000).toFixed(0);
  console.log(
    `| ${name} | ${inputSide} | ${millions} | ${(macs / 1e9).toFixed(3)} | ${kilobytes} |`,
  );
}

console.log('\n| model | top-1 % | GPU, ms (paper) | CPU, ms (authors) | one thread, ms | runs |');
console.log('|---|---|---|---|---|---|');
const latencies = Object.entries(readLatencies());
const profiles = latencies.map(([model, latency]) => ({ model, ...latency }));
for (const { name, accuracyPct, gpu, cpu, measured } of compareWithTable3(profiles)) {
  console.log(
    `| ${name} | ${accuracyPct.toFixed(1)} | ${show(gpu)} | ${show(cpu)} | ${show(measured)} | ${measured.runs} |`,
  );
}

function show({ meanMs, stdMs }: ServiceTime): string {
  return `${meanMs.toFixed(2)} ± ${stdMs.toFixed(2)}`;
}
