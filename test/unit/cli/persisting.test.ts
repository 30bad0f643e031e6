import { expect, test } from 'vitest';
import { persisting } from '../../../src/cli/persisting.js';

const SILENT = new Error('no answer');
const REFUSED = new Error('refused');
const isAnswer = (error: unknown): boolean => error !== SILENT;

/** A call that fails with these errors, one after the other, and then succeeds. */
function failing(...errors: readonly Error[]): () => Promise<string> {
  const left = [...errors];
  return () => {
    const error = left.shift();
    return error === undefined ? Promise.resolve('done') : Promise.reject(error);
  };
}

test('a call without an answer is repeated once another call has been answered', async () => {
  const persist = persisting({ isAnswer, silenceMs: 600_000, pauseMs: 0 });
  await expect(persist(failing())).resolves.toEqual({ value: 'done', repeats: 0 });
  await expect(persist(failing(SILENT, SILENT, SILENT))).resolves.toEqual({ value: 'done', repeats: 3 });
});

test('a refusal is an answer: it is not repeated, and others may then be', async () => {
  const persist = persisting({ isAnswer, silenceMs: 600_000, pauseMs: 0 });
  await expect(persist(failing(REFUSED))).rejects.toBe(REFUSED);
  await expect(persist(failing(SILENT))).resolves.toEqual({ value: 'done', repeats: 1 });
});

test('the first call without an answer fails at once, as no worker may be running', async () => {
  const persist = persisting({ isAnswer, silenceMs: 600_000, pauseMs: 0 });
  await expect(persist(failing(SILENT))).rejects.toBe(SILENT);
});

test('a call fails once no call has been answered for too long', async () => {
  const persist = persisting({ isAnswer, silenceMs: -1, pauseMs: 0 });
  await persist(failing());
  await expect(persist(failing(SILENT))).rejects.toBe(SILENT);
});
