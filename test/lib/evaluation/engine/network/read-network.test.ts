import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultLinkConditions } from '../../../../../lib/evaluation/engine/network/networks.ts';
import {
  InvalidNetworkError,
  networkForms,
  parseMeasuredTimes,
  readNetwork,
} from '../../../../../lib/evaluation/engine/network/read-network.ts';

const folder = mkdtempSync(join(tmpdir(), 'mdinference-networks-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'times.csv'), 'networkMs\n100\n60\n');
writeFileSync(join(folder, 'lte.up'), '1\n2\n');
writeFileSync(join(folder, 'lte.down'), '1\n2\n');
const read = (text: string) => readNetwork(text, defaultLinkConditions);

describe('readNetwork', () => {
  it.each(['normal', 'lognormal', 'gamma'])('knows %s', (kind) => {
    expect(read(`${kind}:80,20`)).toEqual({ kind, name: `${kind}:80,20`, meanMs: 80, stdMs: 20 });
  });

  it('knows networks by name: those fitted to Table IV have its medians', () => {
    const university = read('university');
    expect(university).toMatchObject({ kind: 'lognormal', meanMs: expect.closeTo(57.4, 1) });
    // One direction of the authors' campus is 57.87 ms.
    expect(read('campus')).toMatchObject({ kind: 'normal', meanMs: expect.closeTo(115.75, 2) });
  });

  it('reads a file of measured times and a recorded link', () => {
    const times = read(`csv:${join(folder, 'times.csv')}`);
    expect(times).toEqual({
      ...{ kind: 'measured', name: 'times.csv' },
      ...{ inputMs: [50, 30], outputMs: [50, 30] },
    });
    expect(read(`link:${folder}/lte`)).toMatchObject({ kind: 'link', name: 'lte', folder });
  });

  it.each([
    ['wifi', /"wifi" is none of university, residential/],
    ['normal:80', /write normal:MEAN,STD/],
    ['gamma:0,20', /mean above 0/],
    ['lognormal:80,20,5', /write lognormal:MEAN,STD/],
    ['normal:x,20', /write normal:MEAN,STD/],
    ['csv:./nowhere.csv', /nowhere\.csv: cannot read/],
    [`link:${folder}/umts`, /no link "umts"/],
  ])('refuses %s by name', (text, message) => {
    expect(() => read(text)).toThrow(InvalidNetworkError);
    expect(() => read(text)).toThrow(message);
  });

  it('names a file of times that is not UTF-8', () => {
    const path = join(folder, 'excel.csv');
    writeFileSync(path, '\ufeffnetworkMs\n100\n', 'utf16le');
    expect(() => read(`csv:${path}`)).toThrow(/excel\.csv: .* UTF-16 \(little-endian\): save it/);
    writeFileSync(path, '\ufeffnetworkMs\n100\n');
    expect(read(`csv:${path}`)).toMatchObject({ inputMs: [50] });
  });

  it('lists every form', () => {
    expect(networkForms).toEqual(
      expect.arrayContaining(['university', 'gamma:MEAN,STD', 'csv:FILE', 'link:FOLDER/NAME']),
    );
  });
});

describe('parseMeasuredTimes', () => {
  it.each([
    ['100\n60', [50, 30], [50, 30]],
    ['networkMs\n100\n', [50], [50]],
    ['inputMs, outputMs\r\n80,10\r\n90, 0\r\n', [80, 90], [10, 0]],
    ['80.0,10', [80], [10]],
    ['80,10\n80.5,12', [80, 80.5], [10, 12]],
    ['inputMs,outputMs\n80,10', [80], [10]],
    ['100,5;20\n80;10,25', [100.5, 80], [20, 10.25]],
    ['inputMs;outputMs\r\n100,5;20\r\n', [100.5], [20]],
    ['100\n\n60\n', [50, 30], [50, 30]],
  ])('%j', (text, inputMs, outputMs) => {
    expect(parseMeasuredTimes(text, 'x')).toMatchObject({ inputMs, outputMs });
  });

  it.each([
    ['', /no time/],
    ['networkMs', /no time/],
    ['latency\n5', /header must be networkMs or inputMs,outputMs/],
    ['5\n-1', /line 2: must be one time in ms, not "-1"/],
    ['5.0,6\n7', /line 2: must be T_input and T_output/],
    ['100,5\n80,25', /is "100,5" a time of 100\.5 ms, or T_input and T_output\? Write decimals/],
    ['100, 5', /100\.5 ms, or T_input and T_output/],
    ['networkMs\n100,5', /line 2: must be one time in ms, not "100,5"; decimals take a point/],
    ['100\n80,5', /line 2: must be one time in ms, not "80,5"; decimals take a point/],
    ['"100,5"\n"80,5"', /line 1: .*; decimals take a point/],
    ['1.234,5;20', /line 1: must be T_input and T_output/],
    ['5,6,7', /line 1/],
    ['5\nx', /line 2/],
    ['5\n\nx', /line 3/],
  ])('refuses %j', (text, message) => {
    expect(() => parseMeasuredTimes(text, 'times.csv')).toThrow(message);
    expect(() => parseMeasuredTimes(text, 'times.csv')).toThrow(/times\.csv/);
  });
});
