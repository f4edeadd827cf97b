import { describe, expect, it } from 'vitest';
import { parseProfilerLog } from '../../../../lib/service/profiles/profiler-log.ts';

describe('parseProfilerLog', () => {
  const entry = { event: 'profile-progress', model: 'small', share: 0.5 };

  it('reads an entry as it was logged', () => {
    expect(parseProfilerLog(JSON.stringify(entry))).toEqual(entry);
  });

  it('reads it out of Lambda’s JSON log format', () => {
    const line = JSON.stringify({ timestamp: 'now', level: 'INFO', message: entry });
    expect(parseProfilerLog(line)).toEqual(entry);
  });

  it.each([
    'START RequestId: 1',
    '{"event":"profile-',
    '{"event":"profile-unknown","model":"small"}',
    JSON.stringify({ message: 'said "profile-progress"' }),
    '"profile-"',
  ])('takes nothing else for one: %s', (line) => {
    expect(parseProfilerLog(line)).toBeUndefined();
  });
});
