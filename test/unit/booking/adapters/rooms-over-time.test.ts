/** Conversion of stretches of time in rooms into the rooms of a snapshot. */
import { expect, test } from 'vitest';
import { roomsOver } from '../../../../src/booking/adapters/parts/rooms-over-time.js';

const STAY = { from: '2026-11-23T14:00Z', to: '2026-11-26T10:00Z' };

test('a room for the whole stay becomes a plain list', () => {
  expect(roomsOver(STAY, [{ room: '101', ...STAY }])).toEqual({ rooms: ['101'] });
});

test('a stay without any room gets an empty list', () => {
  expect(roomsOver(STAY, [])).toEqual({ rooms: [] });
  expect(roomsOver(STAY, [{ room: '101', from: '2026-11-27T14:00Z', to: '2026-11-28T10:00Z' }])).toEqual({ rooms: [] });
});

test('nights in the same room with hours between them become one stretch', () => {
  const nights = [
    { room: '101', from: '2026-11-23T15:00:00+01:00', to: '2026-11-24T11:00:00+01:00' },
    { room: '101', from: '2026-11-25T15:00:00+01:00', to: '2026-11-26T11:00:00+01:00' },
    { room: '101', from: '2026-11-24T15:00:00+01:00', to: '2026-11-25T11:00:00+01:00' },
  ];
  expect(roomsOver(STAY, nights)).toEqual({ rooms: ['101'] });
});

test('a move becomes one segment after the other, and a night without a room becomes none', () => {
  const times = [
    { room: '101', from: '2026-11-23T14:00Z', to: '2026-11-24T10:00Z' },
    { room: '102', from: '2026-11-24T14:00Z', to: '2026-11-26T10:00Z' },
  ];
  expect(roomsOver(STAY, times)).toEqual({
    segments: [
      { from: '2026-11-23T14:00Z', to: '2026-11-24T10:00Z', rooms: ['101'] },
      { from: '2026-11-24T14:00Z', to: '2026-11-26T10:00Z', rooms: ['102'] },
    ],
  });
  expect(roomsOver(STAY, times.slice(0, 1))).toEqual({
    segments: [{ from: '2026-11-23T14:00Z', to: '2026-11-24T10:00Z', rooms: ['101'] }],
  });
});

test('two rooms at a time share a segment, and a return to an earlier room becomes a segment of its own', () => {
  const both = [
    { room: '101', ...STAY },
    { room: '102', from: '2026-11-24T14:00Z', to: STAY.to },
  ];
  expect(roomsOver(STAY, both)).toEqual({
    segments: [
      { from: STAY.from, to: '2026-11-24T14:00Z', rooms: ['101'] },
      { from: '2026-11-24T14:00Z', to: STAY.to, rooms: ['101', '102'] },
    ],
  });
  const back = [
    { room: '101', from: STAY.from, to: '2026-11-24T10:00Z' },
    { room: '102', from: '2026-11-24T10:00Z', to: '2026-11-24T20:00Z' },
    { room: '101', from: '2026-11-24T20:00Z', to: STAY.to },
  ];
  expect(roomsOver(STAY, back)).toMatchObject({
    segments: [{ rooms: ['101'] }, { rooms: ['102'] }, { rooms: ['101'] }],
  });
});

test('time in a room outside of the stay is cut off', () => {
  const long = [{ room: '101', from: '2026-11-20T14:00Z', to: '2026-11-30T10:00Z' }];
  expect(roomsOver(STAY, long)).toEqual({ rooms: ['101'] });
});
