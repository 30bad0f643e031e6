/** The mapping from Seam's entrances to rooms and common doors. */
import { describe, expect, it } from 'vitest';
import { findDoors } from '../../../src/seam/entrances.js';
import type { Entrance } from '../../../src/seam/schemas.js';
import { propertySchema, type Property } from '../../../src/domain/model/property-schema.js';

function mapping(doors: unknown = {}): Property['doors'] {
  const seam = { acsSystemId: 'sys', credentialManagerAcsSystemId: 'cm' };
  return propertySchema.parse({ propertyId: 'p', name: 'P', timeZone: 'UTC', seam, doors }).doors;
}

function door(display_name: string, door_category = 'guest', more: Partial<Entrance> = {}): Entrance {
  const door_name = `VL ${display_name}`;
  return {
    acs_entrance_id: `id-${display_name}`,
    display_name,
    errors: [],
    warnings: [],
    visionline_metadata: { door_name, door_category },
    ...more,
  };
}

function removed(entrance: Entrance): Entrance {
  return { ...entrance, errors: [{ error_code: 'entrance_removed' }] };
}

const hotel = [
  door('1001'),
  door('102'),
  door('101'),
  door('Gym', 'common'),
  door('Garage', 'common (PMS)'),
  door('Main Entrance', 'entrance'),
  door('Lift', 'elevator reader'),
];

describe('rooms', () => {
  it('rooms are found by display name, with their position in the natural order of guest rooms', () => {
    expect(findDoors(hotel, ['102', '1001'], mapping())).toMatchObject({
      rooms: [
        { room: '102', acsEntranceId: 'id-102', position: 1 },
        { room: '1001', acsEntranceId: 'id-1001', position: 2 },
      ],
      unknownRooms: [],
    });
  });

  it('rooms are found by door name and pattern', () => {
    const byDoorName = mapping({ roomFrom: 'door_name', roomPattern: 'VL {room}' });
    expect(findDoors(hotel, ['101'], byDoorName).rooms).toMatchObject([{ room: '101', acsEntranceId: 'id-101' }]);
  });

  it('rooms are found by id where the mapping names one, whatever the door is called', () => {
    const mapped = mapping({ rooms: { Suite: 'id-Lift' } });
    expect(findDoors(hotel, ['Suite'], mapped).rooms).toMatchObject([{ room: 'Suite', acsEntranceId: 'id-Lift' }]);
  });

  it.each([
    ['has no door', ['999'], {}, hotel],
    ['is only part of a name', ['10'], {}, hotel],
    ['is a common door', ['Gym'], {}, hotel],
    ['has two doors', ['101'], {}, [...hotel, door('101', 'guest', { acs_entrance_id: 'another' })]],
    ['cannot be opened by phone', ['103'], {}, [...hotel, door('103', 'guest', { can_unlock_with_mobile_key: false })]],
    ['has only a removed door', ['103'], {}, [...hotel, removed(door('103'))]],
    ['is mapped to a removed door', ['103'], { rooms: { '103': 'id-103' } }, [...hotel, removed(door('103'))]],
    ['is mapped to a door that is not there', ['101'], { rooms: { '101': 'gone' } }, hotel],
    ['is named like a part of every object', ['constructor'], {}, hotel],
  ])('a room is unknown if it %s', (_why, rooms, doors, entrances) => {
    expect(findDoors(entrances, rooms, mapping(doors))).toMatchObject({ rooms: [], unknownRooms: rooms });
  });

  it('a room has the new door while Seam still lists the removed one of the same name', () => {
    const replaced = [removed(door('103', 'guest', { acs_entrance_id: 'old' })), ...hotel, door('103')];
    expect(findDoors(replaced, ['103'], mapping())).toMatchObject({
      rooms: [{ room: '103', acsEntranceId: 'id-103', position: 2 }],
      unknownRooms: [],
    });
  });

  it('a room name with special characters of a pattern is taken literally', () => {
    const room = '$& (1)';
    expect(findDoors([door(room)], [room], mapping()).rooms).toHaveLength(1);
  });
});

describe('common doors', () => {
  it('the common doors are by default those that Visionline calls common', () => {
    expect(findDoors(hotel, [], mapping()).commonDoors).toEqual([
      { acsEntranceId: 'id-Gym', name: 'Gym' },
      { acsEntranceId: 'id-Garage', name: 'Garage' },
    ]);
  });

  it('the common doors can be those of the listed categories', () => {
    const byCategory = mapping({ commonDoors: { kind: 'by-category', categories: ['entrance'] } });
    expect(findDoors(hotel, [], byCategory).commonDoors).toEqual([
      { acsEntranceId: 'id-Main Entrance', name: 'Main Entrance' },
    ]);
  });

  it('the common doors can be those that are listed by id', () => {
    const listed = mapping({ commonDoors: { kind: 'listed', acsEntranceIds: ['id-Lift'] } });
    expect(findDoors(hotel, [], listed).commonDoors).toEqual([{ acsEntranceId: 'id-Lift', name: 'Lift' }]);
  });
});
