import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BrokenLine,
  RequestLineFinder,
} from '../../../../lib/evaluation/traffic/request-lines.ts';
import { type RequestLine, writeRequestLine } from '../../../../lib/service/request-line.ts';
import { requestLine } from './made-up-traffic.ts';

const line = requestLine({ outputMs: 12.5, outputInputMs: 40.001, hedged: true });
const text = writeRequestLine(line);

function findIn(...lines: string[]) {
  const requests: RequestLine[] = [];
  const broken: BrokenLine[] = [];
  const finder = new RequestLineFinder({
    onRequest: (request) => requests.push(request),
    onBroken: (it) => broken.push(it),
  });
  for (const one of lines) finder.take(one);
  finder.end();
  return { requests, broken, lines: finder.lines, found: finder.requests };
}

const csv = (value: string) => `"${value.replaceAll('"', '""')}"`;
const other = 'REPORT RequestId: 8f5 Duration: 3.14 ms Billed Duration: 4 ms';

describe('a request is found in', () => {
  it.each<[string, string[]]>([
    ['plain JSON lines', [text]],
    ['lines with their ends of Windows', [`${text}\r`]],
    ['what aws logs tail --format short prints', [`2026-11-24T08:27:00 ${text}`]],
    [
      'what aws logs tail prints',
      [`2026-11-24T08:27:00.123000+00:00 2026/11/24/[$LATEST]0a1b{x} ${text}`],
    ],
    ['an export to S3', [`2026-11-24T08:27:00.123Z ${text}`]],
    ['the log of mdi start', [`MdInference-ServiceSelector5A4E: ${text}`]],
    ['the CSV of Logs Insights', ['@timestamp,@message', `2026-11-24 08:27:00.123,${csv(text)}`]],
    [
      'its CSV with the end of the line in the message',
      ['@message', `"${text.replaceAll('"', '""')}`, '"'],
    ],
    [
      'its JSON, with messages as objects',
      [`[{"@timestamp":"2026-11-24 08:27:00.123","@message":${text}},{"@message":"${other}"}]`],
    ],
    [
      'what aws logs get-query-results prints',
      [
        '{',
        '  "results": [ [ {',
        '   "field": "@message",',
        `   "value": ${JSON.stringify(`${text}\n`)}`,
        '  } ] ]',
        '}',
      ],
    ],
    ['what aws logs filter-log-events prints', [JSON.stringify({ events: [{ message: text }] })]],
    [
      'pretty-printed JSON',
      JSON.stringify([{ '@message': JSON.parse(text) }], null, 2).split('\n'),
    ],
    [
      'a line whose fields have another order',
      [JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse()))],
    ],
    [
      'what Lambda’s console makes of it',
      [JSON.stringify({ timestamp: 't', level: 'INFO', requestId: 'r', message: text })],
    ],
  ])('%s', (_, lines) => {
    expect(findIn(other, ...lines, other)).toMatchObject({
      requests: [line],
      broken: [],
      found: 1,
    });
  });

  it('one line, several of them', () => {
    const many = `[${[text, text, text].join(',')}]`;
    expect(findIn(many)).toMatchObject({ requests: [line, line, line], broken: [], lines: 1 });
  });
});

describe('what is not a request', () => {
  it('is passed over', () => {
    expect(findIn('', other, '{"level":"WARN","message":"model failed"}', '[1,2]', 'null')).toEqual(
      {
        ...{ requests: [], broken: [], lines: 5, found: 0 },
      },
    );
  });

  it.each([
    [text.slice(0, 80), 'cut off before its end'],
    [`${text.slice(0, 80)} ${other}`, 'cut off before its end'],
    [text.replace('"slaMs":250', '"slaMs":"soon"'), /slaMs.*number/],
    [text.replace('"slaMs":250', '"slaMs":-1'), /slaMs.*0/],
    [text.replace('"slaMs":250,', ''), /slaMs/],
    [text.replace('"mdiRequest":1', '"mdiRequest":2'), /mdiRequest.*1/],
    [`x ${text.replace('"slaMs":250', '"slaMs":')}`, 'not JSON'],
  ])('%s is broken, and said with its line', (broken, why) => {
    const { requests, broken: told } = findIn(text, broken, other, text);
    expect(requests).toHaveLength(2);
    expect(told).toEqual([{ line: 2, why: expect.stringMatching(why) }]);
  });

  it('never stops the others from being found, whatever it is', () => {
    const junk = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.nat(text.length).map((end) => text.slice(0, end)),
        fc.constantFrom(
          '{',
          '}',
          '"mdiRequest":',
          '{"mdiRequest":1',
          '""mdiRequest"":',
          '\\"mdiRequest\\":{',
        ),
      ),
    );
    fc.assert(
      fc.property(junk, junk, (before, after) => {
        const { requests } = findIn(...before, text, ...after);
        expect(requests).toContainEqual(line);
      }),
    );
  });
});
