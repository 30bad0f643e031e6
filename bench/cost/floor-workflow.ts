/** The floor workflow: it does what a stay or a room did, by its shape, and decides nothing. */
import { defineSearchAttributeKey, type SearchAttributeUpdatePair } from '@temporalio/common';
import {
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { FloorActivity } from './floor-activity.js';
import type { Attribute, Move } from './shape.js';

export const floorSignal = defineSignal<[string]>('floorSignal');
export const floorUpdate = defineUpdate<string, [string]>('floorUpdate');

/** Returns true once all moves are made. */
export const floorDone = defineQuery<boolean>('floorDone');

/** The options are those of a stay's activities. */
const activities = Object.fromEntries(
  ['stays', 'seam', 'revokes'].map((taskQueue) => [
    taskQueue,
    proxyActivities<Record<string, FloorActivity>>({
      taskQueue,
      startToCloseTimeout: '2m',
      ...(taskQueue === 'stays' ? {} : { heartbeatTimeout: '3s' as const }),
    }),
  ]),
);

/** Work under way, which can be cancelled. */
interface Started {
  readonly scope: CancellationScope;
  readonly done: Promise<unknown>;
}

/** Makes the moves of a shape one after the other, and then waits for nothing. */
export async function floor(moves: readonly Move[]): Promise<void> {
  const answers = moves.flatMap((move) => (move.do === 'await-message' ? [move.answered] : []));
  let arrived = 0;
  const taken = (): string => 'x'.repeat(answers[arrived++] ?? 0);
  setHandler(floorSignal, () => void taken());
  setHandler(floorUpdate, taken);
  let done = false;
  setHandler(floorDone, () => done);

  const started = new Map<string, Started>();
  const signals: Promise<void>[] = [];
  let awaited = 0;
  for (const move of moves) {
    switch (move.do) {
      case 'start-activity':
        started.set(
          move.id,
          start(() => run(move)),
        );
        break;
      case 'start-timer':
        started.set(
          move.id,
          start(() => sleep(move.ms)),
        );
        break;
      case 'await-activity':
      case 'await-timer':
        await started.get(move.id)?.done;
        break;
      case 'cancel-activity':
      case 'cancel-timer':
        started.get(move.id)?.scope.cancel();
        break;
      case 'await-message':
        awaited += 1;
        await condition(() => arrived >= awaited);
        break;
      case 'upsert':
        upsertSearchAttributes(move.attributes.map(pairOf));
        break;
      case 'signal':
        signals.push(getExternalWorkflowHandle(move.workflowId).signal(floorSignal, 'x'.repeat(move.sent)));
        break;
      case 'await-signal-sent':
        await signals.shift();
        break;
      default:
        move satisfies never;
    }
  }
  done = true;
  await condition(() => false);
}

function run({ name, queue, summary, sent, ...asked }: Move & { readonly do: 'start-activity' }): Promise<unknown> {
  const activity = activities[queue]?.[name];
  if (activity === undefined) throw new Error(`No activity ${name} on the task queue ${queue}`);
  return activity.executeWithOptions({ summary: 'x'.repeat(summary) }, [{ ...asked, filler: 'x'.repeat(sent) }]);
}

function start(work: () => Promise<unknown>): Started {
  const scope = new CancellationScope();
  const done = scope.run(work).catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });
  return { scope, done };
}

function pairOf({ name, type, value }: Attribute): SearchAttributeUpdatePair {
  const key = defineSearchAttributeKey(name, TYPES[type] ?? 'KEYWORD');
  const typed = type === 'Datetime' && typeof value === 'string' ? new Date(value) : value;
  return { key, value: typed } as SearchAttributeUpdatePair;
}

const TYPES: Readonly<Record<string, SearchAttributeUpdatePair['key']['type']>> = {
  Text: 'TEXT',
  Keyword: 'KEYWORD',
  Int: 'INT',
  Double: 'DOUBLE',
  Bool: 'BOOL',
  Datetime: 'DATETIME',
  KeywordList: 'KEYWORD_LIST',
};
