/** A property's facts and its doors, against the simulated Seam. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHotel, run, type TestHotel } from './open-hotel.js';

let hotel: TestHotel;
beforeEach(async () => {
  hotel = await openHotel({ rooms: 1_000, activities: { memoryMs: 60_000 } });
});
afterEach(() => hotel.close());

it('resolveProperty returns what a stay needs, the access system included, and sends no request to Seam', async () => {
  const { propertyId, simulator } = hotel;
  const window = { arrival: '2026-11-23', departure: '2026-11-26' };
  expect(await run(hotel.activities.resolveProperty, { propertyId, window })).toEqual({
    propertyId,
    name: simulator.property.name,
    timeZone: 'Europe/Berlin',
    policy: simulator.property.policy,
    acsSystemId: simulator.property.seam.acsSystemId,
    window: { from: '2026-11-23T14:00Z', to: '2026-11-26T10:00Z' },
  });
  expect(await run(hotel.activities.resolveProperty, { propertyId })).not.toHaveProperty('window');
  expect(hotel.asked).toEqual([]);
});

describe('doors', () => {
  it('resolveDoors finds the doors of existing rooms on any page, and reports unknown rooms', async () => {
    const { propertyId, simulator } = hotel;
    const doors = await run(hotel.activities.resolveDoors, { propertyId, rooms: ['102', '10010', 'Attic'] });
    expect(doors).toMatchObject({
      rooms: [
        { room: '102', acsEntranceId: simulator.hotel.door('102').id, position: 1 },
        { room: '10010', acsEntranceId: simulator.hotel.door('10010').id, position: 999 },
      ],
      unknownRooms: ['Attic'],
    });
    expect(doors.commonDoors.map(({ name }) => name)).toContain('Gym');
  });

  it('resolveDoors reads the doors once for a hundred stays that ask together', async () => {
    const { propertyId } = hotel;
    await run(hotel.activities.resolveDoors, { propertyId, rooms: ['101'] });
    const forOne = hotel.asked.length;
    hotel.client.http.interceptors.request.clear();
    await Promise.all(
      Array.from({ length: 100 }, () => run(hotel.activities.resolveDoors, { propertyId, rooms: ['101'] })),
    );
    expect(hotel.asked).toHaveLength(forOne);
  });
});

describe("the access system's time zone", () => {
  const problem = async (
    zone: string | null,
    trust: 'trusted' | 'doubted' = 'trusted',
  ): Promise<string | undefined> => {
    hotel.simulator.hotel.setZoneAtSeam({ timeZone: zone, trust });
    return (await run(hotel.activities.resolveDoors, { propertyId: hotel.propertyId, rooms: ['101'] })).zoneProblem;
  };

  it.each(['Europe/Berlin', 'Arctic/Longyearbyen'])(
    "a time zone whose clocks show the hotel's time is not a problem: %s",
    async (zone) => {
      expect(await problem(zone)).toBeUndefined();
    },
  );

  it('a time zone whose clocks show another time is a problem, reported with both names', async () => {
    expect(await problem('Europe/London')).toBe(
      "the access system's time zone at Seam is Europe/London, the property's is Europe/Berlin",
    );
  });

  it.each([
    ['Seam knows none', null, 'trusted'],
    ['Seam doubts it', 'Europe/Berlin', 'doubted'],
    ['Seam reports an unknown zone', 'Mars/Base', 'trusted'],
  ] as const)("the access system's time zone is a problem where %s", async (_why, zone, trust) => {
    expect(await problem(zone, trust)).toContain("the property's is Europe/Berlin");
  });
});
