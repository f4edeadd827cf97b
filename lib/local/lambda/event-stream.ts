import { EventStreamCodec } from '@smithy/core/event-streams';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);

/**
 * A part of a streamed response, in the AWS event stream format.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
 */
export function payloadChunk(payload: Uint8Array): Uint8Array {
  return event('PayloadChunk', 'application/octet-stream', payload);
}

/**
 * The last event of a streamed response.
 *
 * @param error - the JSON of the function's or the platform's error, if there was one
 */
export function invokeComplete(error?: Buffer): Uint8Array {
  const body = error ? { ErrorCode: 'Unhandled', ErrorDetails: error.toString() } : {};
  return event('InvokeComplete', 'application/json', Buffer.from(JSON.stringify(body)));
}

function event(type: string, contentType: string, body: Uint8Array): Uint8Array {
  return codec.encode({
    headers: {
      ':message-type': { type: 'string', value: 'event' },
      ':event-type': { type: 'string', value: type },
      ':content-type': { type: 'string', value: contentType },
    },
    body,
  });
}
