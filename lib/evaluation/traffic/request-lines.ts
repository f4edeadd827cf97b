import { firstIssue } from '../../core/contract/first-issue.ts';
import { type RequestLine, requestLineSchema } from '../../service/request-line.ts';

/** The number of a line, from 1, and why it cannot be used. */
export interface BrokenLine {
  readonly line: number;
  readonly why: string;
}

/** What is told of the lines of a log, in order. */
export interface RequestLineSink {
  onRequest(request: RequestLine): void;
  onBroken(broken: BrokenLine): void;
}

/** The marker, plain or in a string of CSV (quotes doubled) or of JSON (quotes escaped). */
const marker = /(""|\\"|")mdiRequest\1\s*:/;
/** What the marker begins, to the end of its object: the lines are flat. */
const lineBody = /(""|\\"|")mdiRequest\1\s*:[^{}]*\}/g;
/** A pretty-printed object has a line for each of its fields. */
const longestObject = 40;

/**
 * Finds what the selector has logged of requests in the lines of a log, in whatever form the log comes: as they were
 * logged, behind a prefix, or inside the strings and objects of an export. Other lines are passed over.
 */
export class RequestLineFinder {
  readonly #sink: RequestLineSink;
  #lines = 0;
  #requests = 0;
  /** An object that has begun on an earlier line. */
  #open: { text: string; line: number; lines: number } | undefined;

  constructor(sink: RequestLineSink) {
    this.#sink = sink;
  }

  /** How many lines there were. */
  get lines(): number {
    return this.#lines;
  }

  /** How many requests were found in them. */
  get requests(): number {
    return this.#requests;
  }

  /** Takes the next line, without its end. */
  take(text: string): void {
    this.#lines++;
    const line = this.#lines;
    if (this.#open) {
      const open = this.#open;
      if (!marker.test(text) && !text.includes('{') && open.lines < longestObject) {
        open.text += `\n${text}`;
        open.lines++;
        if (!text.includes('}')) return;
        this.#open = undefined;
        this.#takeBodies(open.text, open.line);
        return;
      }
      this.#cutOff(open.line);
    }
    if (marker.test(text)) this.#takeMarked(text, line);
  }

  /** There are no more lines. */
  end(): void {
    if (this.#open) this.#cutOff(this.#open.line);
  }

  #takeMarked(text: string, line: number): void {
    // As it was logged, which most are, or its fields in another order.
    const whole = text.startsWith('{') ? parsed(text) : undefined;
    if (whole && 'mdiRequest' in whole) this.#takeObject(whole, line);
    else this.#takeBodies(text, line);
  }

  #takeBodies(text: string, line: number): void {
    let end = 0;
    for (const match of text.matchAll(lineBody)) {
      end = match.index + match[0].length;
      const [body, quote = ''] = match;
      const object = parsed(`{${quote === '"' ? body : body.replaceAll(quote, '"')}`);
      if (object) this.#takeObject(object, line);
      else this.#sink.onBroken({ line, why: 'not JSON' });
    }
    const rest = text.slice(end);
    if (!marker.test(rest)) return;
    const begun = rest.slice(rest.search(marker));
    // Either it goes on in the next line, or it has been cut off.
    if (/[{}]/.test(begun)) this.#cutOff(line);
    else this.#open = { text: begun, line, lines: 1 };
  }

  #takeObject(object: object, line: number): void {
    const { data, error } = requestLineSchema.safeParse(object);
    if (data) {
      this.#requests++;
      this.#sink.onRequest(data);
    } else {
      const why = firstIssue(error, { field: 'field', whole: 'the line' });
      this.#sink.onBroken({ line, why });
    }
  }

  #cutOff(line: number): void {
    this.#open = undefined;
    this.#sink.onBroken({ line, why: 'cut off before its end' });
  }
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
