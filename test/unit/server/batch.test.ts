import { expect, test } from 'vitest';
import { batch } from '../../../src/server/batch.js';

interface Oracle {
  readonly goes: (readonly string[])[];
  readonly ask: (question: string) => Promise<string>;
}

function anOracle(most: number, failing: readonly string[] = []): Oracle {
  const goes: (readonly string[])[] = [];
  let underWay = 0;
  const ask = batch(
    async (questions) => {
      goes.push(questions);
      underWay += 1;
      expect(underWay).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      if (questions.some((question) => failing.includes(question))) throw new Error('no answer');
      return (question) => `${question}!`;
    },
    { everyMs: 1, most },
  );
  return { goes, ask };
}

test('concurrent questions share one batch, each question is asked once, and all callers get their answers', async () => {
  const { goes, ask } = anOracle(50);
  expect(await Promise.all(['a', 'b', 'a'].map(ask))).toEqual(['a!', 'b!', 'a!']);
  expect(goes).toEqual([['a', 'b']]);
  expect(await ask('a')).toBe('a!');
  expect(goes).toHaveLength(2);
});

test('questions beyond the limit of a batch are split into several batches, one after another', async () => {
  const { goes, ask } = anOracle(2);
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map(ask));
  expect(goes).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
});

test('a failed batch fails for its own callers and for no one else', async () => {
  const { ask } = anOracle(2, ['a']);
  const answers = await Promise.allSettled(['a', 'b', 'c'].map(ask));
  expect(answers.map((answer) => answer.status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(await ask('b')).toBe('b!');
});
