/**
 * The audit of a hotel's keys, on the real server: nothing in a clean hotel, and each difference that is planted at the simulated Seam. The
 * stays repair their own; the locks and a second audit judge that. A foreign key is reported and stays.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditKeys } from '../../../src/client/audit-keys.js';
import type { DriftKind } from '../../../src/domain/model/drift.js';
import type { CredentialRecord } from '../../../src/simulator/hotel/records.js';
import type { BookedStay } from '../../harness/booked-stay.js';
import { startOddSeam, type OddSeam } from '../../harness/odd-seam.js';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../../harness/stay-world.js';

const LISTS = ['/acs/credentials/list', '/acs/users/list', '/user_identities/list'];

let seam: OddSeam;
let world: StayWorld;
beforeAll(async () => {
  let url = '';
  seam = await startOddSeam(() => url);
  world = await openStayWorld({
    server: 'dev',
    properties: { mountain: {} },
    // Under these settings, each planted change is one difference.
    switches: { joinersSurviveAnchorDeletion: true },
    reachSeamAt: (simulatorUrl) => {
      url = simulatorUrl;
      return seam.url;
    },
  });
});
afterAll(async () => {
  await world.stop();
  await seam.close();
});

async function bookedWithKey(reservationId: string): Promise<BookedStay> {
  const stay = await world.book(reservationId, {});
  await hasKey(stay);
  return stay;
}

async function hasKey(stay: BookedStay): Promise<void> {
  await stay.until((view) => view.settled && view.guests.every(({ keyState }) => keyState === 'issued'));
}

/** The guest's live key at Seam. */
async function keyOf(stay: BookedStay): Promise<CredentialRecord> {
  const { keys } = await stay.view();
  const id = keys.find(({ state }) => state === 'live')?.acsCredentialId ?? '';
  return recordOf(id);
}

function recordOf(id: string): CredentialRecord {
  const record = world.simulator.hotel.world.credentials.get(id);
  if (record === undefined) throw new Error(`Seam has no credential ${id}`);
  return record;
}

/** Changes what Seam has of a key, as a lock system or another program may: the stay receives no event. */
function tamper(record: CredentialRecord, change: Partial<CredentialRecord>): void {
  Object.assign(record, change);
}

/** Creates a key for a user, as another program does. */
function keyFor(acsUserId: string, rooms: readonly string[], joinTo?: string): string {
  const { hotel } = world.simulator;
  const at = hotel.now();
  const { id } = hotel.credentials.create({
    access_method: 'mobile_key',
    acs_user_id: acsUserId,
    is_multi_phone_sync_credential: true,
    allowed_acs_entrance_ids: rooms.map((room) => hotel.door(room).id),
    starts_at: new Date(at).toISOString(),
    ends_at: new Date(at + 24 * 60 * 60_000).toISOString(),
    visionline_metadata: {
      card_format: 'rfid48',
      card_function_type: 'guest',
      ...(joinTo === undefined ? { override: true } : { joiner_acs_credential_ids: [joinTo] }),
    },
  });
  return id;
}

/** Creates a key for one of our guests. Seam would end the guest's other key, so another user gets it first. */
function extraKeyFor(acsUserId: string | null, rooms: readonly string[], joinTo?: string): string {
  const id = keyFor(world.simulator.hotel.addGuest().acsUserId, rooms, joinTo);
  tamper(recordOf(id), { userId: acsUserId });
  return id;
}

/** One free room of the hotel, by its name. */
function freeRoom(): string {
  return world.freeRooms(1)[0] ?? '';
}

test('a clean hotel has no differences, and an audit of it costs one call for each list', async () => {
  for (let n = 0; n < 5; n++) await bookedWithKey(`clean-${n}`);
  // Another hotel in the same building.
  await hasKey(await world.book('other', { propertyId: 'mountain' }));
  const before = seam.received.length;
  expect(await auditKeys(world.temporal, PROPERTY_ID)).toEqual({
    ...{ stays: 5, unanswered: [], credentials: 5, differences: [], more: 0 },
  });
  const calls = seam.received.slice(before).filter((path) => path !== '/acs/entrances/list');
  expect(calls).toEqual(LISTS);
});

test('each planted difference is found once, the stays repair theirs, and a key of somebody else stays', async () => {
  const { hotel } = world.simulator;
  const planted: [DriftKind, string][] = [];
  const stays: BookedStay[] = [];
  const plant = async (
    kind: DriftKind,
    act: (key: CredentialRecord, stay: BookedStay) => string | void,
  ): Promise<void> => {
    const stay = await bookedWithKey(`planted-${kind}`);
    stays.push(stay);
    const key = await keyOf(stay);
    planted.push([kind, act(key, stay) ?? key.id]);
  };
  const shifted = (key: CredentialRecord, hours: number): void =>
    void hotel.credentials.update({
      acs_credential_id: key.id,
      ends_at: new Date(key.endsAt + hours * 60 * 60_000).toISOString(),
    });

  await plant('missing', (key) => {
    tamper(key, { life: 'gone' });
    hotel.world.present.credentials.delete(key.id);
  });
  await plant('ended', (key) => tamper(key, { validity: 'invalid' }));
  await plant('opens-longer', (key) => shifted(key, 48));
  await plant('opens-shorter', (key) => shifted(key, -2));
  await plant('opens-more', (key) => tamper(key, { guestDoorIds: [...key.guestDoorIds, hotel.door(freeRoom()).id] }));
  await plant('opens-less', (key) => tamper(key, { commonDoorIds: [] }));
  await plant('other-owner', (key) => tamper(key, { userId: hotel.addGuest().acsUserId }));
  await plant('other-kind', (key) => tamper(key, { joinedTo: [key.id] }));
  await plant('unclaimed', (key) => extraKeyFor(key.userId, [freeRoom()]));
  await plant('doubled', (key, stay) => {
    const id = extraKeyFor(key.userId, stay.snapshot.rooms ?? [], key.id);
    tamper(recordOf(id), { guestDoorIds: key.guestDoorIds, commonDoorIds: key.commonDoorIds });
    return id;
  });
  await plant('alive', (key) => key.id);
  const revived = await keyOf(stays.at(-1) as BookedStay);
  const { validity } = revived;
  await stays.at(-1)?.signal('replaceKey', { guestId: 'g1', mode: 'convenient' });
  await stays.at(-1)?.until((view) => view.settled && view.keys.some(({ state }) => state === 'dead'));
  tamper(revived, { life: 'live', validity, deletingSince: null });
  hotel.world.present.credentials.add(revived.id);

  const ended = await bookedWithKey('planted-after-the-end');
  const { userId: endedUser } = await keyOf(ended);
  await ended.signal('checkOut', {});
  await ended.until(({ settled, keys }) => settled && keys.every(({ state }) => state === 'dead'));
  await world.temporal.workflow.getHandle(ended.workflowId).terminate('as after its window');
  planted.push(['unclaimed', keyFor(endedUser ?? '', [freeRoom()])]);
  const foreign = keyFor(hotel.addGuest().acsUserId, [freeRoom()]);
  planted.push(['foreign', foreign]);
  hotel.settle();

  const audit = await auditKeys(world.temporal, PROPERTY_ID);
  const found = audit.differences.map(({ kind, acsCredentialId }) => [kind, acsCredentialId]);
  expect(found.toSorted()).toEqual(planted.map(([kind, id]) => [kind, id]).toSorted());

  // There may be a reason for the end of these keys, such as a desk card: the desk decides.
  for (const stay of stays.filter(({ name }) => /-(missing|ended)$/.test(name.reservationId))) {
    await stay.until(({ attention }) => attention.some(({ code }) => code === 'key-invalidated'));
    await stay.signal('force', { reason: 'the guest has no card' });
  }
  for (const stay of stays) await hasKey(stay);
  await expect
    .poll(async () => (await auditKeys(world.temporal, PROPERTY_ID)).differences, { timeout: 120_000, interval: 1_000 })
    .toMatchObject([{ kind: 'foreign', acsCredentialId: foreign }]);
  for (const stay of stays) {
    await hasKey(stay);
    const [room = ''] = stay.snapshot.rooms ?? [];
    expect(await stay.whoOpens(room, ['g1']), stay.workflowId).toEqual(['g1']);
  }
  expect(recordOf(foreign)).toMatchObject({ life: 'live', validity: 'valid' });
});
