/** Capacity limits of one Visionline key and of its label. */
import { describe, expect, it } from 'vitest';
import { labelProblem, overCapacity } from '../../../../../src/domain/stay/plan/capacity.js';
import type { DoorFacts } from '../../../../../src/domain/model/doors.js';

/** Returns the door facts of a hotel with rooms in a row, and with common doors. */
function doors(rooms: number, commonDoors = 0): DoorFacts {
  return {
    rooms: Array.from({ length: rooms }, (_, position) => ({
      room: `r${position}`,
      acsEntranceId: `e${position}`,
      position,
    })),
    commonDoors: Array.from({ length: commonDoors }, (_, index) => ({
      acsEntranceId: `c${index}`,
      name: `Door ${index}`,
    })),
    unknownRooms: [],
  };
}

function row(first: number, count: number, apart = 1): string[] {
  return Array.from({ length: count }, (_, index) => `r${first + index * apart}`);
}

describe('a key in the format rfid48', () => {
  it('a key in the format rfid48 holds 33 consecutive rooms and 7 more, and not one beyond', () => {
    expect(overCapacity('rfid48', row(0, 33), doors(100))).toBeUndefined();
    expect(overCapacity('rfid48', [...row(0, 33), ...row(40, 7, 2)], doors(100))).toBeUndefined();
    expect(overCapacity('rfid48', [...row(0, 33), ...row(40, 8, 2)], doors(100))).toMatch(
      /33 consecutive rooms and 7 more/,
    );
  });

  it('a key in the format rfid48 counts a 34th consecutive room as one of the 7 more', () => {
    expect(overCapacity('rfid48', row(0, 40), doors(100))).toBeUndefined();
    expect(overCapacity('rfid48', row(0, 41), doors(100))).toMatch(/leave 8 outside/);
  });

  it('a key in the format rfid48 holds 8 rooms without a neighbour among them, and not 9', () => {
    expect(overCapacity('rfid48', row(0, 8, 2), doors(100))).toBeUndefined();
    expect(overCapacity('rfid48', row(0, 9, 2), doors(100))).toMatch(/9 rooms leave 8/);
  });

  it('the capacity of a key in the format rfid48 does not depend on the order of its rooms', () => {
    expect(overCapacity('rfid48', row(0, 33).toReversed(), doors(100))).toBeUndefined();
  });

  it('a key in the format rfid48 holds 28 common doors, and not 29', () => {
    expect(overCapacity('rfid48', ['r0'], doors(1, 28))).toBeUndefined();
    expect(overCapacity('rfid48', ['r0'], doors(1, 29))).toMatch(/28 common doors, the property lists 29/);
  });
});

it('a key in the format TLCode holds 60 rooms and 40 common doors', () => {
  expect(overCapacity('TLCode', row(0, 60), doors(100, 40))).toBeUndefined();
});

describe('a label', () => {
  it('a label with known placeholders is valid', () => {
    expect(labelProblem('%ROOMNUM% - %SITENAME%', ['101'], 'Seaside')).toBeUndefined();
    expect(labelProblem('%ROOMRANGE% %CARDNUM%%UUID%%USERID%', ['101', '103'], 'Seaside')).toBeUndefined();
    expect(labelProblem(null, ['101'], 'Seaside')).toBeUndefined();
  });

  it('a label with an unknown placeholder is refused with that placeholder and the known ones', () => {
    expect(labelProblem('%ROOM%', ['101'], 'Seaside')).toMatch(/%ROOM%.*known placeholders are %ROOMNUM%/);
  });

  it('a label may be 32 characters long as printed, and no longer', () => {
    expect(labelProblem('%ROOMNUM%', ['x'.repeat(32)], '')).toBeUndefined();
    expect(labelProblem('%ROOMNUM%', ['x'.repeat(33)], '')).toMatch(/33 characters.*32/);
    expect(labelProblem('%ROOMLIST%', ['101', '102', '103', '104', '105', '106', '107', '108'], '')).toBeUndefined();
    expect(labelProblem('%ROOMLIST%!!', ['101', '102', '103', '104', '105', '106', '107', '108'], '')).toMatch(/33/);
  });
});
