/** Tests that the check against apaleo's published models can fail. */
import { expect, test } from 'vitest';
import { unlikePublished } from './published-models.js';
import { aWireReservation, inUnit } from './reservation.js';

test('a reservation of the stand-in matches the published model', () => {
  expect(unlikePublished('ReservationModel', aWireReservation(inUnit('101')))).toEqual([]);
});

test.each([
  ['a field that is missing', { modified: undefined }, ["/ must have required property 'modified'"]],
  ['a field that apaleo does not have', { roomNumber: '101' }, ['/ must NOT have additional properties: roomNumber']],
  ['a wrong type', { adults: 'two' }, ['/adults must be number']],
  ['a status that there is not', { status: 'Dreaming' }, ['/status must be equal to one of the allowed values']],
  ['a fraction of a second', { arrival: '2026-11-23T14:00:00.000Z' }, ['/arrival must match format "date-time"']],
])('the check against the published model names %s', (_what, changes, differences) => {
  expect(unlikePublished('ReservationModel', { ...aWireReservation(), ...changes })).toEqual(differences);
});

test('the check against the published parameters names a parameter that apaleo does not have', () => {
  expect(unlikePublished('bookingReservationsGet.Params', { propertyIds: 'MUC', modifiedSince: 'today' })).toEqual([
    '/ must NOT have additional properties: modifiedSince',
  ]);
});
