import { expect, test } from 'vitest';
import { limitLog } from '../../../src/http/log-limit.js';

test('one line of a kind is written in a minute, and the next one gives the number of those left out', () => {
  let now = 0;
  const written: string[] = [];
  const limited = limitLog(() => now);
  const say = (kind: string): void => limited(kind, (leftOut) => written.push(`${kind} ${leftOut}`));
  for (let i = 0; i < 100; i++) say('forged');
  say('other');
  now = 59_999;
  say('forged');
  now = 60_000;
  say('forged');
  say('forged');
  now = 120_000;
  say('forged');
  expect(written).toEqual(['forged 0', 'other 0', 'forged 100', 'forged 1']);
});
