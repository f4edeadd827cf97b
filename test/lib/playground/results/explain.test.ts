import { describe, expect, it } from 'vitest';
import { whyThisAnswer, whyThisModel } from '../../../../lib/playground/results/explain.ts';
import { answer, classified, deviceReady, inTime, small } from './races.ts';

const said = (...args: Parameters<typeof classified>) =>
  whyThisAnswer(classified(...args)).replaceAll('\u00a0', ' ');

describe('whyThisAnswer', () => {
  it('says that the cloud was in time and better', () => {
    expect(said({})).toBe(
      'The cloud was in time, with 120 ms to spare, and big (96.0 %) is more accurate than small (57.0 %).',
    );
  });

  it('does not call a model more accurate than itself', () => {
    expect(said({}, { model: small })).toBe(
      'The cloud was in time, with 120 ms to spare, and its model is no worse.',
    );
  });

  it('says that the device’s run was saved', () => {
    expect(said({ device: { state: 'waiting' } })).toBe(
      'The cloud was in time, with 120 ms to spare: the device did not have to run.',
    );
  });

  it('says that the cloud was too late', () => {
    const atTheEnd = { timing: { slaMs: 250, totalMs: 250, timerErrorMs: 0 } };
    expect(said({ winner: 'device', cloud: { state: 'running', startMs: 0 } }, atTheEnd)).toBe(
      'The cloud had not answered after 250 ms, at the SLA’s end. The device’s answer had been ready for 242 ms.',
    );
  });

  it('says why the cloud failed', () => {
    const error = new Error('the service could not be reached');
    expect(said({ winner: 'device', cloud: { state: 'failed', error } })).toContain(
      'The cloud failed (the service could not be reached), so the device answers.',
    );
  });

  it('says that both were in time and the device better', () => {
    const model = { ...small, accuracyPct: 99 };
    expect(said({ winner: 'device', cloud: inTime }, { model })).toContain('the more accurate one');
  });

  it('says that the device was sure, or alone', () => {
    const answer = { model: small, predictions: [], elapsedMs: 8, chance: 0.996 };
    const race = {
      winner: 'device',
      cloud: { state: 'skipped' },
      device: { ...deviceReady, answer },
    } as const;
    expect(said(race)).toBe(
      'The device was sure: of answers like this one 99.6 % are right. The cloud was not asked.',
    );
    expect(whyThisAnswer(classified(race), 'device-only')).toBe('Only the device was asked.');
  });

  it.each(['cloud', 'device'] as const)('says that nobody was in time, and the %s first', (who) => {
    const late = { slaMs: 250, totalMs: 300, timerErrorMs: 0 };
    const ended = { endMs: 299 };
    const cloud = who === 'cloud' ? { ...inTime, ...ended } : ({ state: 'running' } as const);
    const device = { ...deviceReady, ...ended };
    expect(said({ winner: who, cloud, device }, { timing: late })).toContain(
      `the ${who} was first after it`,
    );
  });

  it('says when an answer was ready in time and handed over late', () => {
    const late = { slaMs: 250, totalMs: 283, timerErrorMs: 33 };
    const cloud = { state: 'running', startMs: 0 } as const;
    expect(said({ winner: 'device', cloud }, { timing: late })).toBe(
      'The device’s answer was ready after 8.0 ms, but the page got it late: its thread was busy, or the browser’s timer late.',
    );
  });
});

describe('whyThisModel', () => {
  const why = (more: Partial<typeof answer>) =>
    whyThisModel({ ...answer, ...more }).replaceAll('\u00a0', ' ');

  it('derives the budget and names the base model', () => {
    expect(why({})).toBe(
      'Budget 130 ms = SLA 250 ms − 2 × 60 ms (the upload took 60 ms). Of the models that fit, big is the most accurate, and none takes about as long.',
    );
  });

  it('names the service’s own start where the request waited for it', () => {
    const timing = { ...answer.timing, startMs: 20, budgetMs: 110 };
    expect(why({ timing })).toContain(
      'Budget 110 ms = SLA 250 ms − 2 × 60 ms − 20 ms for the service’s own start (the upload',
    );
  });

  it('tells who was drawn among the eligible', () => {
    const eligible = ['big', 'other', 'third'].map((model) => ({ model, probability: 1 / 3 }));
    const selection = { ...answer.selection, eligible };
    expect(why({ selection })).toContain('2 more take about as long, and it was drawn');
    expect(why({ selection, model: { ...answer.model, name: 'third' } })).toContain(
      'third was drawn among them',
    );
  });

  it('claims nothing of other strategies', () => {
    const selection = { ...answer.selection, strategy: 'static-latency' };
    expect(why({ selection })).toContain('By static-latency, big answers.');
  });

  it('says when the network has eaten the SLA', () => {
    const timing = { ...answer.timing, inputMs: 200, budgetMs: -150 };
    expect(why({ timing })).toContain('Budget −150 ms');
    expect(why({ timing })).toContain('Nothing is left, so big answers: as fast as any');
  });
});
