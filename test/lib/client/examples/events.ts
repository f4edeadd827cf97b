import { type ClientOptions, createClient } from '@mdinference/client';

/** The app's own metrics. */
declare function count(name: string, value?: number): void;

const onEvent: ClientOptions['onEvent'] = (event) => {
  if (event.type === 'end' && event.answer) {
    count(`answered by the ${event.answer.source}`);
    count(event.answer.inTime ? 'in time' : 'late');
    count('ms', event.answer.timing.totalMs);
  }
  if (event.type === 'model-loading') count('bytes', event.loadedBytes);
  if (event.type === 'model-failed' || event.type === 'headers-lost') console.warn(event);
};

export const client = createClient({
  endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
  slaMs: 250,
  onEvent,
});
