import type { IncomingMessage } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { PurgedConnections } from '../../../../lib/local/shared/purged-connections.ts';
import { SessionTokens } from '../../../../lib/local/shared/session-tokens.ts';

const tokens = new SessionTokens();

/** A connection, by its requests. */
function connection() {
  const resetAndDestroy = vi.fn();
  const socket = { resetAndDestroy };
  const request = (token?: string) =>
    ({ headers: { 'x-amz-security-token': token }, socket }) as unknown as IncomingMessage;
  return { request, resetAndDestroy };
}

describe('purged connections', () => {
  it('are reset when they are used again, whichever thread has purged them', () => {
    const runner = new PurgedConnections();
    const thread = new PurgedConnections(runner.memory);
    const token = tokens.issue();
    const old = connection();
    expect(thread.reset(old.request(token))).toBe(false);
    expect(thread.reset(old.request(token))).toBe(false);
    runner.purge(token);
    expect(old.resetAndDestroy).not.toHaveBeenCalled();
    expect(thread.reset(old.request(token))).toBe(true);
    expect(old.resetAndDestroy).toHaveBeenCalledOnce();
    expect(thread.reset(connection().request(token))).toBe(false);
  });

  it('are those of one environment', () => {
    const connections = new PurgedConnections();
    const [frozen, other] = [tokens.issue(), tokens.issue()];
    const its = connection();
    connections.reset(its.request(other));
    connections.purge(frozen);
    expect(connections.reset(its.request(other))).toBe(false);
  });

  it('are none of whoever is no environment', () => {
    const connections = new PurgedConnections();
    const { request } = connection();
    expect(connections.reset(request())).toBe(false);
    expect(connections.reset(request('a session token of a user'))).toBe(false);
  });
});
