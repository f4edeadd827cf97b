import { SessionTokens } from '../lib/local/shared/session-tokens.ts';
import { isOwnHost, isOwnPage } from '../lib/local/http/own-hosts.ts';
const t = new SessionTokens(); const token = t.issue();
for (let r = 0; r < 3; r++) { let s = performance.now(); for (let i = 0; i < 100000; i++) t.accepts(token); console.log('accepts us', ((performance.now() - s) / 100).toFixed(2));
s = performance.now(); for (let i = 0; i < 100000; i++) isOwnHost('127.0.0.1:8787', []) && isOwnPage({ host: '127.0.0.1:8787', origin: 'http://127.0.0.1:8787' }); console.log('host+origin us', ((performance.now() - s) / 100).toFixed(2)); }
