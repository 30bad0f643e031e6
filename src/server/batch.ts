/** Batching of lookups: lookups that arrive at about the same time share one request, one request at a time. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface BatchOptions {
  /** Time that lookups are collected before each batch, in milliseconds. */
  readonly everyMs: number;
  /** Maximum number of different lookups in one batch. */
  readonly most: number;
}

/**
 * Returns a function that answers one question through batches.
 * @param ask runs one batch: it receives the different questions and resolves to a lookup of answers. If it fails,
 * every question of this batch fails
 */
export function batch<Answer>(
  ask: (questions: readonly string[]) => Promise<(question: string) => Answer>,
  { everyMs, most }: BatchOptions,
): (question: string) => Promise<Answer> {
  const waiting = new Map<string, Asked<Answer>>();
  let atWork = false;

  async function work(): Promise<void> {
    atWork = true;
    while (waiting.size > 0) {
      await sleep(everyMs);
      const go = [...waiting].slice(0, most);
      for (const [question] of go) waiting.delete(question);
      try {
        const answerTo = await ask(go.map(([question]) => question));
        for (const [question, { resolve }] of go) resolve(answerTo(question));
      } catch (error) {
        for (const [, { reject }] of go) reject(error);
      }
    }
    atWork = false;
  }

  return (question) => {
    const known = waiting.get(question);
    if (known !== undefined) return known.promise;
    const asked = openQuestion<Answer>();
    waiting.set(question, asked);
    if (!atWork) void work();
    return asked.promise;
  };
}

interface Asked<Answer> {
  readonly promise: Promise<Answer>;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

function openQuestion<Answer>(): Asked<Answer> {
  let resolve: (answer: Answer) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<Answer>((onAnswer, onError) => {
    resolve = onAnswer;
    reject = onError;
  });
  return { promise, resolve, reject };
}
