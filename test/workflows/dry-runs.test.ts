/** Dry runs ask the rooms: what they promise is what the change would bring. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DryRun, PlannedChange } from '../../src/client.js';
import { planSnapshot, snapshotToPlan } from '../../src/client/plan-snapshot.js';
import { propertySchema } from '../../src/domain/model/property-schema.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterAll(async () => world.stop());

const moveTo = (room: string): PlannedChange => ({ message: 'changeRooms', payload: { rooms: [room] } });

test('the dry run of a move to an occupied room shows who has it and makes no key, and the move does the same', async () => {
  const [own = '', taken = '', free = ''] = world.freeRooms(3);
  const stay = await world.book('plan-b', { rooms: [own] });
  const other = await world.book('plan-a', { rooms: [taken] });
  for (const one of [stay, other]) await one.until((view) => view.guests[0]?.keyState === 'issued');

  const planned = await world.client.planFor(stay.name, moveTo(taken));
  expect(planned.steps).toEqual([]);
  expect(planned.attention).toMatchObject([{ code: 'room-taken', message: expect.stringContaining('plan-a') }]);
  expect(Object.keys(planned).toSorted()).toEqual(['attention', 'steps']);
  expect((await world.client.room({ propertyId: PROPERTY_ID, room: taken })).waiting).toEqual([]);
  expect((await stay.view()).attention).toEqual([]);

  const toFree = await world.client.planFor(stay.name, moveTo(free));
  expect(toFree.steps.map((step) => step.do)).toEqual(['override', 'revoke']);
  expect(toFree.attention).toEqual([]);

  await stay.signal('changeRooms', { rooms: [taken] });
  const moved = await stay.until(({ attention }) => attention.length > 0);
  expect(moved.attention.map(({ code }) => code)).toEqual(['room-taken']);
  expect(await stay.tap('g1', own)).toBe('opened');
});

test('the dry run of a new stay in an occupied room shows that it would wait', async () => {
  const [room = ''] = world.freeRooms(1);
  const other = await world.book('plan-c', { rooms: [room] });
  await other.until((view) => view.guests[0]?.keyState === 'issued');
  const snapshot = await world.snapshotOf('plan-d', { rooms: [room] });
  const property = propertySchema.parse(world.simulator.property);
  const toPlan = snapshotToPlan(snapshot, property, await world.inMinutes(0));
  const planned = await planSnapshot(world.temporal, world.client, toPlan);
  expect(planned.steps.filter((step) => step.waitsFor === undefined)).toEqual([]);
  expect(planned.attention).toMatchObject([{ code: 'room-taken', message: expect.stringContaining('plan-c') }]);
});

test('the dry run of a move to a room without a door shows the attention and no key, and the move does the same', async () => {
  const stay = await world.book('plan-e', {});
  await stay.until((view) => view.guests[0]?.keyState === 'issued');
  const planned = await world.client.planFor(stay.name, moveTo('no-such-room'));
  expect(planned.steps.filter(({ do: kind, waitsFor }) => kind !== 'revoke' && waitsFor === undefined)).toEqual([]);
  const codes = ({ attention }: Pick<DryRun, 'attention'>): unknown[] =>
    attention.map(({ code, room }) => [code, room]);
  expect(codes(planned)).toContainEqual(['impossible-plan', 'no-such-room']);
  await stay.signal('changeRooms', { rooms: ['no-such-room'] });
  expect(codes(await stay.until(({ attention, settled }) => settled && attention.length > 0))).toEqual(codes(planned));
});

test('the dry run of a new stay in rooms with and without a door promises a key to the former only', async () => {
  const [room = ''] = world.freeRooms(1);
  const snapshot = await world.snapshotOf('plan-f', { rooms: [room, 'no-such-room'] });
  const property = propertySchema.parse(world.simulator.property);
  const toPlan = snapshotToPlan(snapshot, property, await world.inMinutes(0));
  const planned = await planSnapshot(world.temporal, world.client, toPlan);
  const stay = await world.book('plan-f', { rooms: [room, 'no-such-room'] });
  const booked = await stay.until(({ attention, keys }) => keys.length > 0 && attention.length > 0);
  expect(planned.attention.map(({ code }) => code)).toEqual(booked.attention.map(({ code }) => code));
  const ready = planned.steps.filter(({ waitsFor }) => waitsFor === undefined);
  expect(ready.map(({ rooms }) => rooms)).toEqual(booked.keys.map(({ rooms }) => rooms));
});

test('a dry run takes rooms for rooms with a door while Seam does not answer', async () => {
  const stay = await world.book('plan-g', {});
  await stay.until((view) => view.guests[0]?.keyState === 'issued');
  await world.disturb({ kind: 'drop-before', times: 10_000 });
  const planned = await world.client.planFor(stay.name, moveTo('not-asked-room'));
  await world.undisturb();
  expect(planned.steps.map((step) => step.do)).toEqual(['override', 'revoke']);
});
