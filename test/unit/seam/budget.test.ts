/** The request budget's rate and pauses, on a clock that the test moves. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBudget, DEFAULT_BUDGET, type Budget } from '../../../src/seam/budget.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function startCalls(budget: Budget, count: number): { readonly started: () => number } {
  let started = 0;
  for (let call = 0; call < count; call += 1) {
    void budget.run(() => Promise.resolve(++started), { priority: 'normal' });
  }
  return { started: () => started };
}

function pause(budget: Budget, pauseMs: number): void {
  budget.refused({ sentAt: performance.now(), pauseMs });
}

describe('the rate', () => {
  it('the budget starts no more calls in a second than its rate allows', async () => {
    const calls = startCalls(createBudget({ ...DEFAULT_BUDGET, requestsPerSecond: 4 }), 10);
    await vi.advanceTimersByTimeAsync(900);
    expect(calls.started()).toBe(4);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(calls.started()).toBe(8);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(calls.started()).toBe(10);
  });
});

describe('the allowed rate', () => {
  it('the allowed rate is the cap at first, none in a pause, and half of the cap after a refusal', async () => {
    const budget = createBudget({ ...DEFAULT_BUDGET, requestsPerSecond: 20 });
    expect(budget.rate()).toBe(20);
    pause(budget, 500);
    expect(budget.rate()).toBe(0);
    await vi.advanceTimersByTimeAsync(600);
    expect(budget.rate()).toBe(10);
  });
});

describe('a pause', () => {
  it('a pause holds calls back until it is over', async () => {
    const budget = createBudget(DEFAULT_BUDGET);
    pause(budget, 1_500);
    const calls = startCalls(budget, 2);
    await vi.advanceTimersByTimeAsync(1_400);
    expect(calls.started()).toBe(0);
    await vi.advanceTimersByTimeAsync(200);
    expect(calls.started()).toBe(2);
  });

  it('a pause is not shortened by a later, shorter one', async () => {
    const budget = createBudget(DEFAULT_BUDGET);
    pause(budget, 1_500);
    pause(budget, 100);
    const calls = startCalls(budget, 1);
    await vi.advanceTimersByTimeAsync(1_400);
    expect(calls.started()).toBe(0);
  });

  it('a long pause refuses calls, and reports the time that is left', async () => {
    const budget = createBudget(DEFAULT_BUDGET);
    pause(budget, 60_000);
    await vi.advanceTimersByTimeAsync(20_000);
    const turn = await budget.run(() => Promise.resolve('sent'), { priority: 'normal' });
    expect(turn).toEqual({ kind: 'paused', remainingMs: 40_000 });
  });
});

describe('urgent calls', () => {
  it('an urgent call starts although normal calls that hang take up their whole limit', async () => {
    const budget = createBudget({ ...DEFAULT_BUDGET, concurrency: 3, urgentConcurrency: 1 });
    let hanging = 0;
    const hang = (): Promise<never> => {
      hanging += 1;
      return new Promise(() => undefined);
    };
    for (let call = 0; call < 10; call += 1) void budget.run(hang, { priority: 'normal' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(hanging).toBe(3);
    const turn = await budget.run(() => Promise.resolve('deleted'), { priority: 'urgent' });
    expect(turn).toEqual({ kind: 'done', result: 'deleted' });
  });

  it('a normal call that is cancelled before it starts gives up its place', async () => {
    const budget = createBudget({ ...DEFAULT_BUDGET, concurrency: 1 });
    const cancel = new AbortController();
    let end = (): void => undefined;
    const first = budget.run(() => new Promise<void>((resolve) => (end = resolve)), { priority: 'normal' });
    const second = budget.run(() => Promise.resolve('sent'), { priority: 'normal', signal: cancel.signal });
    cancel.abort();
    expect(await second).toEqual({ kind: 'given-up' });
    end();
    expect((await first).kind).toBe('done');
  });
});

describe('a refusal by Seam', () => {
  it('after a refusal the budget starts calls one by one at half the rate, the urgent ones first', async () => {
    const budget = createBudget({ ...DEFAULT_BUDGET, requestsPerSecond: 20 });
    pause(budget, 0);
    const order: string[] = [];
    for (let call = 0; call < 9; call += 1) {
      void budget.run(async () => void order.push('normal'), { priority: 'normal' });
    }
    await vi.advanceTimersByTimeAsync(1);
    void budget.run(async () => void order.push('urgent'), { priority: 'urgent' });
    await vi.advanceTimersByTimeAsync(450);
    expect(order.length).toBeGreaterThanOrEqual(4);
    expect(order.length).toBeLessThanOrEqual(6);
    expect(order.indexOf('urgent')).toBeLessThanOrEqual(2);
  });

  it('a call that waits for the pace can be cancelled', async () => {
    const budget = createBudget({ ...DEFAULT_BUDGET, requestsPerSecond: 1 });
    pause(budget, 0);
    const cancel = new AbortController();
    void budget.run(() => Promise.resolve('first'), { priority: 'normal' });
    const waiting = [1, 2].map(() =>
      budget.run(() => Promise.resolve('sent'), { priority: 'normal', signal: cancel.signal }),
    );
    await vi.advanceTimersByTimeAsync(100);
    cancel.abort();
    expect(await Promise.all(waiting)).toEqual([{ kind: 'given-up' }, { kind: 'given-up' }]);
  });

  it('a pause of more than a minute is cut to a minute', async () => {
    const budget = createBudget(DEFAULT_BUDGET);
    pause(budget, 3_600_000);
    expect(await budget.run(() => Promise.resolve('sent'), { priority: 'normal' })).toEqual({
      kind: 'paused',
      remainingMs: 60_000,
    });
  });
});
