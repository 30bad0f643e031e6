/** Messages: no message ends the stay, a refused message changes nothing, and a repeated message takes effect once. */
import {
  ApplicationFailure,
  WithStartWorkflowOperation,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stayWorkflowId, StayRefused, type StayView } from '../../src/client.js';
import { readMessage } from '../../src/domain/model/ending.js';
import { messageNames } from '../../src/domain/model/message-schema.js';
import { PROPERTY_ID, openStayWorld, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterAll(async () => world.stop());

const idOf = (reservationId: string): string => stayWorkflowId({ propertyId: PROPERTY_ID, reservationId });
const settled = (reservationId: string): Promise<StayView> => viewUntil(reservationId, (view) => view.settled);

async function viewUntil(reservationId: string, condition: (view: StayView) => boolean): Promise<StayView> {
  for (;;) {
    const view = await world.client.view({ propertyId: PROPERTY_ID, reservationId });
    if (condition(view)) return view;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** An end makes sense without its wrong fields. */
function makesSense(name: string, payload: unknown): boolean {
  const known = messageNames.find((candidate) => candidate === name);
  return known !== undefined && readMessage(known, payload ?? {}).message !== undefined;
}

/** The failure of an update, as a client of any SDK sees it. */
async function refusal(sending: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await sending.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) throw error;
  return error.cause;
}

describe('signals', () => {
  test('signals with any senseless JSON leave the stay alive and its keys unchanged', async () => {
    const stay = await world.book('any-json', {});
    await stay.settled();
    const handle = world.temporal.workflow.getHandle(stay.workflowId);
    const fields = fc.dictionary(
      fc.constantFrom(
        'guests',
        'guestId',
        'rooms',
        'window',
        'mode',
        'reason',
        'requestId',
        'at',
        'by',
        '__proto__',
        'acsCredentialId',
      ),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...messageNames, 'noSuchSignal', 'constructor'),
        fc.oneof(fc.jsonValue(), fields),
        async (name, payload) => {
          fc.pre(!makesSense(name, payload));
          await handle.signal(name, payload);
        },
      ),
      { numRuns: 300 },
    );
    await handle.signal('addGuests', { guests: [{ guestId: 'g2' }], requestId: 'after-all-that' });
    const view = await stay.until((now) =>
      now.guests.some((guest) => guest.guestId === 'g2' && guest.keyState === 'issued'),
    );
    expect(view.guests).toContainEqual(expect.objectContaining({ guestId: 'g1', keyState: 'issued' }));
    expect(new Set(view.attention.map((notice) => notice.code))).toEqual(new Set(['ignored-message']));
    expect((await handle.describe()).status.name).toBe('RUNNING');
  });

  test('signals with unknown guests, fields or names raise attention ignored-message, which says what is wrong', async () => {
    const stay = await world.book('ignored', {});
    await stay.settled();
    const handle = world.temporal.workflow.getHandle(stay.workflowId);
    await handle.signal('removeGuest', { guestId: 'g7' });
    await handle.signal('addGuests', { guest: { guestId: 'g2' } });
    await handle.signal('hold');
    await handle.signal('openSesame', 1);
    const { attention } = await stay.until((view) => view.attention.length === 4);
    const messages = attention.map((notice) => notice.message);
    expect(messages[0]).toContain(`"g7" is not in this stay's party`);
    expect(messages[1]).toContain('guest is not a known field');
    expect(messages[2]).toContain('reason');
    expect(messages[3]).toContain('openSesame');
    await stay.signal('retry', {});
    expect((await stay.settled()).attention).toEqual([]);
  });

  test('moveOn changes nothing in a stay, and is no unknown message', async () => {
    const stay = await world.book('moved-on', {});
    const before = await stay.settled();
    await world.temporal.workflow.getHandle(stay.workflowId).signal('moveOn');
    expect(await stay.settled()).toEqual(before);
  });

  test('a signal that is repeated with its requestId takes effect once', async () => {
    const stay = await world.book('repeated', {});
    await stay.settled();
    const message = { guests: [{ guestId: 'g2' }], requestId: 'r-1' };
    await stay.signal('addGuests', message);
    await stay.settled();
    await stay.signal('removeGuest', { guestId: 'g2' });
    await stay.settled();
    await stay.signal('addGuests', message);
    const view = await stay.settled();
    expect(view.guests).toContainEqual(expect.objectContaining({ guestId: 'g2', keyState: 'gone' }));
  });
});

describe('the update applyReservation', () => {
  test('applyReservation refuses a snapshot with wrong fields as InvalidSnapshot, with each path, and changes nothing', async () => {
    const stay = await world.book('invalid', {});
    const before = await stay.settled();
    const handle = world.temporal.workflow.getHandle(stay.workflowId);
    const failure = await refusal(
      handle.executeUpdate('applyReservation', {
        args: [{ ...stay.snapshot, revision: 2, status: 'asleep', room: '7' }],
      }),
    );
    expect(failure.type).toBe('InvalidSnapshot');
    expect(failure.details).toEqual([
      {
        problems: expect.arrayContaining([
          expect.objectContaining({ path: 'status' }),
          expect.objectContaining({ path: 'room', message: 'is not a known field' }),
        ]),
      },
    ]);
    expect(await stay.view()).toEqual(before);
  });

  test('applyReservation refuses a snapshot of another reservation', async () => {
    const stay = await world.book('mine', {});
    await stay.settled();
    const handle = world.temporal.workflow.getHandle(stay.workflowId);
    const other = { ...stay.snapshot, revision: 2, reservationId: 'theirs' };
    const failure = await refusal(handle.executeUpdate('applyReservation', { args: [other] }));
    expect([failure.type, failure.message]).toEqual(['InvalidSnapshot', expect.stringContaining('reservationId')]);
  });

  test('applyReservation refuses an older revision, and other content under the same revision, as StaleRevision', async () => {
    const stay = await world.book('stale', { revision: 5 });
    const before = await stay.settled();
    await expect(world.client.applyReservation({ ...stay.snapshot, revision: 4 })).rejects.toMatchObject({
      type: 'StaleRevision',
    });
    const other = { ...stay.snapshot, guests: [{ guestId: 'g2' }] };
    await expect(world.client.applyReservation(other)).rejects.toBeInstanceOf(StayRefused);
    expect(await stay.view()).toEqual(before);
    await world.client.applyReservation({ ...other, supersede: true });
    const view = await stay.settled();
    expect(view.guests).toContainEqual(expect.objectContaining({ guestId: 'g2', keyState: 'issued' }));
  });

  test('applyReservation accepts the same revision with the same content and does nothing', async () => {
    const stay = await world.book('same', {});
    const before = await stay.settled();
    const { guests, ...rest } = stay.snapshot;
    await world.client.applyReservation({ guests, ...rest });
    expect(await stay.settled()).toEqual(before);
  });

  test('applyReservation refuses a stay whose window is over as StayOver', async () => {
    const window = { from: await world.inMinutes(-200), to: await world.inMinutes(-100) };
    const snapshot = await world.snapshotOf('past', { window });
    await expect(world.client.applyReservation(snapshot)).rejects.toMatchObject({ type: 'StayOver' });
  });

  test('two parallel updates applyReservation with start lead to one stay', async () => {
    const snapshot = await world.snapshotOf('twice', {});
    const [a, b] = await Promise.all([
      world.client.applyReservation(snapshot),
      world.client.applyReservation(snapshot),
    ]);
    expect([a.stay, b.stay]).toEqual([idOf('twice'), idOf('twice')]);
    const history = await world.temporal.workflow.getHandle(idOf('twice')).fetchHistory();
    expect(history.events?.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toHaveLength(2);
    expect(
      (await viewUntil('twice', () => true)).timeline.filter((line) => line.what.startsWith('snapshot')),
    ).toHaveLength(1);
  });
});

describe('a start', () => {
  test('an update-with-start by name with plain JSON, as any SDK can send it, starts the stay', async () => {
    const snapshot = await world.snapshotOf('plain', {});
    const operation = new WithStartWorkflowOperation('stay', {
      workflowId: idOf('plain'),
      taskQueue: 'stays',
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{}],
    });
    const view: unknown = await world.temporal.workflow.executeUpdateWithStart('applyReservation', {
      args: [JSON.parse(JSON.stringify(snapshot))],
      startWorkflowOperation: operation,
    });
    expect(view).toMatchObject({ schema: 1, stay: idOf('plain'), revision: 1 });
  });

  test('a stay that is started with a snapshot needs no message', async () => {
    const snapshot = await world.snapshotOf('started', { status: 'confirmed', window: await tomorrow() });
    await world.temporal.workflow.start('stay', {
      workflowId: idOf('started'),
      taskQueue: 'stays',
      args: [{ snapshot }],
    });
    expect(await settled('started')).toMatchObject({ phase: 'expected', revision: 1, rooms: snapshot.rooms });
  });

  test('a stay that is started empty keeps the signals that it receives before its snapshot', async () => {
    const handle = await world.temporal.workflow.start('stay', {
      workflowId: idOf('empty'),
      taskQueue: 'stays',
      args: [{}],
    });
    await handle.signal('addGuests', { guests: [{ guestId: 'g5' }] });
    await handle.signal('hold', { reason: 'not yet' });
    const snapshot = await world.snapshotOf('empty', {});
    await handle.executeUpdate('applyReservation', { args: [snapshot] });
    const view = await settled('empty');
    expect(view.guests.map((guest) => [guest.guestId, guest.waitingFor])).toEqual([
      ['g5', 'hold'],
      ['g1', 'hold'],
    ]);
  });

  test.each([
    ['a workflow id of another form', 'stay-42', {}],
    ['a workflow id with too many parts', 'stay/a/b/c', {}],
    ['a snapshot that is wrong', 'stay/seaside/bad-start', { snapshot: { propertyId: 'seaside' } }],
    [
      'a snapshot of another stay',
      'stay/seaside/bad-id',
      { snapshot: { propertyId: 'hill', reservationId: 'bad-id' } },
    ],
  ])('a start with %s fails as InvalidSnapshot', async (_what, workflowId, argument) => {
    const running = world.temporal.workflow.execute('stay', { workflowId, taskQueue: 'stays', args: [argument] });
    const error = await running.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect((error as WorkflowFailedError).cause).toMatchObject({ type: 'InvalidSnapshot' });
  });
});

describe('the query planFor', () => {
  test('the query planFor returns what a change would do and why, and does nothing', async () => {
    const stay = await world.book('planned', {});
    const before = await stay.settled();
    const dryRunResult = await world.client.planFor(stay.name, {
      message: 'addGuests',
      payload: { guests: [{ guestId: 'g2' }] },
    });
    expect(dryRunResult.steps).toMatchObject([
      { do: 'join', guestId: 'g2', why: expect.stringContaining('joins the lease') },
    ]);
    expect(await stay.view()).toEqual(before);
  });
});

async function tomorrow(): Promise<{ from: string; to: string }> {
  return { from: await world.inMinutes(24 * 60), to: await world.inMinutes(72 * 60) };
}
