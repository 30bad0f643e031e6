/** A stay that is started again where an earlier run of it left keys and leases; judged by taps at the simulated locks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStayWorld, PROPERTY_ID, type StayWorld } from '../harness/stay-world.js';
import { roomQuery } from '../../workflows/room/messages.js';
import { roomWorkflowId } from '../../src/domain/model/ids.js';
import type { BookedStay } from '../harness/booked-stay.js';

let world: StayWorld;
beforeAll(async () => {
  world = await openStayWorld();
});
afterAll(async () => world.stop());

const ANN = { guestId: 'ann' };
const BEN = { guestId: 'ben' };
const MAIN = 'Main Entrance';

async function inHouse(name: string, room: string, guests: readonly { guestId: string }[]): Promise<BookedStay> {
  const stay = await world.book(name, { status: 'in-house', rooms: [room], guests: [...guests] });
  await stay.until((view) => view.guests.every(({ keyState }) => keyState === 'issued') && view.settled);
  return stay;
}

async function lose({ workflowId }: BookedStay): Promise<void> {
  await world.temporal.workflow.getHandle(workflowId).terminate('lost');
}

async function staysOf(room: string): Promise<readonly string[]> {
  const { leases } = await world.temporal.workflow
    .getHandle(roomWorkflowId({ propertyId: PROPERTY_ID, room }))
    .query(roomQuery);
  return leases.flatMap(({ stays }) => stays);
}

describe('a stay that is started again after its workflow was terminated', () => {
  test('ends the keys of guests who are no longer named, and re-keys those who are', async () => {
    const [room = ''] = world.freeRooms(1);
    const stay = await inHouse('again-guests', room, [ANN, BEN]);
    expect(await stay.whoOpens(MAIN, ['ann', 'ben'])).toEqual(['ann', 'ben']);
    await lose(stay);
    await stay.amend({ guests: [ANN] });
    await stay.until(({ keys, settled }) => settled && keys.some(({ state }) => state === 'live'));
    expect(await stay.whoOpens(MAIN, ['ann', 'ben'])).toEqual(['ann']);
    expect(await stay.whoOpens(room, ['ann', 'ben'])).toEqual(['ann']);
    expect((await stay.view()).keys.filter(({ state }) => state === 'live')).toHaveLength(1);
    await stay.amend({ status: 'departed' });
    await stay.until(({ phase }) => phase === 'over');
    expect(await stay.whoOpens(MAIN, ['ann', 'ben'])).toEqual([]);
  });

  test('ends every key and lease if the booking says meanwhile that the guests have left', async () => {
    const [room = ''] = world.freeRooms(1);
    const stay = await inHouse('again-left', room, [ANN, BEN]);
    await lose(stay);
    await stay.amend({ status: 'departed', guests: [BEN] });
    await stay.until(({ phase, settled, keys }) => phase === 'over' && settled && keys.length === 2);
    expect(await stay.whoOpens(MAIN, ['ann', 'ben'])).toEqual([]);
    await expect.poll(() => staysOf(room)).toEqual([]);
  });

  test('keeps its guests in their room until the next one is theirs, and gives the old one up then', async () => {
    const [own = '', taken = ''] = world.freeRooms(2);
    const stay = await inHouse('again-moved', own, [ANN]);
    const other = await inHouse('again-other', taken, [BEN]);
    await lose(stay);
    await stay.amend({ rooms: [taken] });
    await stay.until(({ leases = [], settled }) => settled && leases.some(({ room }) => room === own));
    expect(await stay.tap('ann', own)).toBe('opened');
    expect(await staysOf(own)).toEqual([stay.workflowId]);
    await other.amend({ status: 'departed' });
    await stay.until(
      ({ keys, settled }) => settled && keys.some((key) => key.rooms.includes(taken) && key.state === 'live'),
    );
    expect(await stay.tap('ann', taken)).toBe('opened');
    expect(await stay.tap('ann', own)).not.toBe('opened');
    await expect.poll(() => staysOf(own)).toEqual([]);
  });

  test('ends the key of a person who is no longer named, and leaves their key of another stay alone', async () => {
    const [own = '', others = ''] = world.freeRooms(2);
    const person = { guestId: 'ann', personId: 'P-again' };
    const stay = await inHouse('again-person', own, [BEN]);
    await stay.amend({ guests: [BEN, { guestId: 'cleo', personId: 'P-cleo' }] });
    await stay.until((view) => view.guests.every(({ keyState }) => keyState === 'issued') && view.settled);
    const elsewhere = await inHouse('again-elsewhere', others, [person]);
    await lose(stay);
    await stay.amend({ guests: [BEN] });
    await stay.until(({ keys, settled }) => settled && keys.some(({ state }) => state === 'live'));
    expect(await elsewhere.tap('ann', MAIN)).toBe('opened');
    expect(await elsewhere.tap('ann', others)).toBe('opened');
    const cleo = world.simulator.hotel.identities.find({ user_identity_key: `${PROPERTY_ID}/P-cleo` });
    const door = world.simulator.hotel.door(MAIN);
    expect(world.simulator.hotel.tap({ userIdentityId: cleo.id }, door.id, await world.now()).reason).not.toBe(
      'opened',
    );
  });
});

describe('a stay that is started where Temporal has no memory of it', () => {
  test('ends keys of the stay that Seam shows, also of guests whom the booking no longer names', async () => {
    const { hotel } = world.simulator;
    const [room = ''] = world.freeRooms(1);
    const identity = hotel.identities.create({ user_identity_key: `${PROPERTY_ID}/again-lost/dora` });
    hotel.phones.add(identity.id);
    const user = hotel.users.create({
      acs_system_id: hotel.world.acsSystemId,
      full_name: 'Guest',
      user_identity_id: identity.id,
    });
    hotel.credentials.create({
      acs_user_id: user.id,
      credential_manager_acs_system_id: world.simulator.property.seam.credentialManagerAcsSystemId,
      access_method: 'mobile_key',
      is_multi_phone_sync_credential: true,
      allowed_acs_entrance_ids: [hotel.door(room).id, hotel.door(MAIN).id],
      starts_at: await world.inMinutes(-60),
      ends_at: await world.inMinutes(3000),
      visionline_metadata: { card_format: 'rfid48', card_function_type: 'guest', override: true },
    } as never);
    await world.pass('1 second');
    const stay = await world.book('again-lost', { rooms: [room], guests: [ANN] });
    await stay.until(({ keys, settled }) => settled && keys.some(({ state }) => state === 'live'));
    expect(await stay.whoOpens(MAIN, ['ann', 'dora'])).toEqual(['ann']);
    expect(await stay.whoOpens(room, ['ann', 'dora'])).toEqual(['ann']);
  });
});
