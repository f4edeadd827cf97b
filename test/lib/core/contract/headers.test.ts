import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInferHeaders } from '../../../../lib/core/contract/headers.ts';
import { ProblemError } from '../../../../lib/core/contract/problem.ts';

describe('parseInferHeaders', () => {
  it('reads what was measured as numbers, what was sent by its name', () => {
    const headers = {
      'mdi-sla-ms': '250',
      'mdi-upload-start': '1800000000000.25',
      'mdi-output-ms': '0',
      'mdi-output-input-ms': '60.125',
      'mdi-device-accuracy': '41.4',
      'mdi-view': '224x192',
      'mdi-upload-rung': 'view-webp-80',
      'content-type': 'image/jpeg',
    };
    expect(parseInferHeaders(headers)).toEqual({
      slaMs: 250,
      uploadStartMs: 1_800_000_000_000.25,
      outputMs: 0,
      outputInputMs: 60.125,
      deviceAccuracyPct: 41.4,
      view: '224x192',
      uploadRung: 'view-webp-80',
    });
  });

  it.each([
    ['Java', '1.5E-4', 1.5e-4],
    ['Java', '1.2345678E7', 12_345_678],
    ['Python', '2.5e-05', 2.5e-5],
    ['JavaScript', '12.300000000000182', 12.300000000000182],
    ['Go', '1e+06', 1_000_000],
  ])('reads a double as %s writes it: %s', (_, text, outputMs) => {
    expect(parseInferHeaders({ 'mdi-output-ms': text })).toEqual({ outputMs });
  });

  it('reads every double that it takes as it was written', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e14, noNaN: true }), (outputMs) => {
        expect(parseInferHeaders({ 'mdi-output-ms': String(outputMs) })).toEqual({
          outputMs: outputMs === 0 ? 0 : outputMs,
        });
      }),
    );
  });

  it('needs none', () => {
    expect(parseInferHeaders({})).toEqual({});
  });

  it.each([
    ['mdi-sla-ms', '0'],
    ['mdi-sla-ms', '-1'],
    ['mdi-sla-ms', '1e'],
    ['mdi-sla-ms', '1e-9'],
    ['mdi-sla-ms', '1e999'],
    ['mdi-upload-start', '1e15'],
    ['mdi-output-ms', '.5'],
    ['mdi-output-ms', '1.'],
    ['mdi-device-accuracy', '5e2'],
    ['mdi-sla-ms', '1000000000'],
    ['mdi-sla-ms', 'abc'],
    ['mdi-sla-ms', ''],
    ['mdi-sla-ms', '0x10'],
    ['mdi-sla-ms', '250,300'],
    ['mdi-sla-ms', ' 250'],
    ['mdi-upload-start', 'NaN'],
    ['mdi-upload-start', 'Infinity'],
    ['mdi-upload-start', '-5'],
    ['mdi-output-ms', '-1'],
    ['mdi-output-input-ms', '-1'],
    ['mdi-output-input-ms', 'NaN'],
    ['mdi-output-input-ms', '1e99'],
    ['mdi-device-accuracy', '101'],
    ['mdi-view', ''],
    ['mdi-view', '192'],
    ['mdi-view', '0x192'],
    ['mdi-view', '192X192'],
    ['mdi-view', '192x192,192x192'],
    ['mdi-view', '10000x1'],
    ['mdi-upload-rung', ''],
    ['mdi-upload-rung', 'View'],
    ['mdi-upload-rung', '-a'],
    ['mdi-upload-rung', 'a b'],
    ['mdi-upload-rung', 'a'.repeat(41)],
  ])('refuses %s: %j by its name', (name, value) => {
    expect(() => parseInferHeaders({ [name]: value })).toThrow(
      expect.objectContaining({ type: 'bad-header', message: expect.stringContaining(name) }),
    );
  });

  it.each([
    ['mdi-sla-ms', '1e2x', 'must be a decimal number, such as 250 or 12.5'],
    ['mdi-sla-ms', '0', 'must be at least 0.001'],
    ['mdi-sla-ms', '29001', 'must be at most 29000'],
    ['mdi-device-accuracy', '100.1', 'must be at most 100'],
    ['mdi-view', 'yes', 'must be WIDTHxHEIGHT, such as 192x192'],
    ['mdi-upload-rung', 'WebP', 'must be 1 to 40 lower-case letters, digits, . -'],
  ])('says what is wrong with %s: %s', (name, value, message) => {
    expect(() => parseInferHeaders({ [name]: value })).toThrow(message);
  });

  it('gives finite numbers or a problem, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          const { slaMs, uploadStartMs } = parseInferHeaders({
            'mdi-sla-ms': text,
            'mdi-upload-start': text,
          });
          expect(slaMs).toBeGreaterThan(0);
          expect(Number.isFinite(uploadStartMs)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(ProblemError);
        }
      }),
    );
  });
});
