import { expect, test } from 'vitest';
import { createLog } from '../../src/log.js';
import { temporalLogger } from '../../src/temporal/runtime.js';

function lines(act: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const written: string[] = [];
  act(createLog('info', { write: (line) => void written.push(line) }));
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("a log entry of the SDK becomes one line of JSON with our level's name and its fields", () => {
  const [line] = lines((log) => temporalLogger(log).warn('poll failed', { taskQueue: 'stays' }));
  expect(line).toMatchObject({ level: 'warn', msg: 'poll failed', taskQueue: 'stays' });
});

test('a log entry below the configured level is not written', () => {
  expect(lines((log) => temporalLogger(log).debug('detail'))).toEqual([]);
});

test('an error is logged with its type, message and stack', () => {
  const [line] = lines((log) => log.error({ error: new TypeError('broken') }, 'it did not work'));
  expect(line).toMatchObject({ error: { type: 'TypeError', message: 'broken', stack: expect.any(String) as string } });
});
