import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  readTrafficLogs,
  sizeOfLogs,
  TrafficLogError,
} from '../../../../lib/evaluation/traffic/read-log.ts';
import { writeRequestLine } from '../../../../lib/service/request-line.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { steadyTraffic } from './made-up-traffic.ts';

const requests = steadyTraffic(3_000);
const text = requests.map((line) => `Selector: ${writeRequestLine(line)}`).join('\n');

function fileOf(content: string | Uint8Array, name = 'functions.log'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

describe('logs', () => {
  it.each([
    ['plain', text],
    ['with a byte-order mark', `\ufeff${text}`],
    ['compressed', gzipSync(text)],
    [
      'of several compressed parts',
      Buffer.concat([gzipSync(text.slice(0, 999)), gzipSync(text.slice(999))]),
    ],
  ])('%s, of whatever name, are read whole', async (_, content) => {
    let bytes = 0;
    const file = fileOf(content, 'log.txt');
    const log = await readTrafficLogs([file], (more) => {
      bytes += more;
    });
    expect(log).toMatchObject({ lines: 3_000, broken: 0, requests });
    expect(bytes).toBe(await sizeOfLogs([file]));
  });

  it('may be several', async () => {
    const files = [fileOf(text), fileOf(`${text}\n`)];
    expect((await readTrafficLogs(files)).requests).toHaveLength(6_000);
    expect(await sizeOfLogs(files)).toBe(2 * Buffer.byteLength(text) + 1);
    expect(await sizeOfLogs([...files, '-'])).toBeUndefined();
  });

  it('with broken lines are read, and the first of those is named', async () => {
    const lines = text
      .split('\n')
      .with(6, 'Selector: {"mdiRequest":1,"slaMs":')
      .with(9, '"mdiRequest":{');
    const file = fileOf(lines.join('\n'));
    const { requests: read, ...log } = await readTrafficLogs([file]);
    expect(read).toHaveLength(2_998);
    expect(log).toEqual({
      ...{ lines: 3_000, broken: 2 },
      firstBroken: `${file}, line 7: cut off before its end`,
    });
  });
});

describe('a file that is of no use is refused in a line that says why', () => {
  const refused = (file: string) =>
    expect(readTrafficLogs([file])).rejects.toSatisfy((error: unknown) => {
      expect(error).toBeInstanceOf(TrafficLogError);
      expect((error as Error).message).not.toContain('\n');
      return true;
    });
  const why = async (file: string) =>
    (await readTrafficLogs([file]).catch((error: Error) => error.message)) as string;

  it.each([
    ['', /: no request in it: it is empty/],
    ['START\nEND\n', /: no request in it: none of its 2 lines is one \(.*"mdiRequest"\)$/],
    ['x\n{"mdiRequest":1,"slaMs":"soon"}\n', /, line 2: field epochMs/],
    [gzipSync(text).subarray(0, 200), /: unexpected end of file$/],
    [Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), /: unknown compression method$/],
    [
      Buffer.from(Array.from({ length: 999 }, (_, i) => (i * 7919) % 256)),
      /: it is binary, not text$/,
    ],
    [
      Buffer.from(`\ufeff${text}`, 'utf16le'),
      /: it is UTF-16 \(little-endian\): save it as UTF-8$/,
    ],
  ])('%.30s', async (content, message) => {
    const file = fileOf(content);
    await refused(file);
    expect(await why(file)).toMatch(message);
    expect(await why(file)).toContain(file);
  });

  it('one that is not there', async () => {
    expect(await why('/nowhere/functions.log')).toBe('/nowhere/functions.log: no such file');
    await expect(sizeOfLogs(['/nowhere/functions.log'])).rejects.toThrow('no such file');
  });

  it('a folder', async () => {
    expect(await why(temporaryFolder())).toMatch(/EISDIR/);
  });
});
