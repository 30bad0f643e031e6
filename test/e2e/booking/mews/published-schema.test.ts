/** Tests that the check against Mews's published schema can fail. */
import { describe, expect, test } from 'vitest';
import { answerAsPublished, requestAsPublished } from './published-schema.js';
import { ADA, aWireReservation, aWireResource, ENTERPRISE, guidOf, roomId } from './reservation.js';
import { startMews } from './stand-in.js';

const RESERVATIONS = 'reservations/getAll/2023-06-06';

describe('an answer', () => {
  const reservations = (changes: object): unknown => ({ Reservations: [{ ...aWireReservation(), ...changes }] });

  test('an answer of the stand-in matches the published schema', () => {
    answerAsPublished(RESERVATIONS, reservations({}));
    answerAsPublished('customers/getAll', { Customers: [ADA], Documents: null, Cursor: ADA.Id });
    answerAsPublished('resources/getAll', { Resources: [aWireResource(roomId('101'))] });
  });

  test.each([
    ['a required field that is missing', { Number: undefined }, 'Reservations.*.Number expected string'],
    ['a required field that is null', { UpdaterProfileId: null }, 'Reservations.*.UpdaterProfileId'],
    ['a required field further down', { Options: {} }, 'Reservations.*.Options.OwnerCheckedIn expected boolean'],
    ['a field that Mews does not have', { RoomNumber: '101' }, 'Reservations.*.RoomNumber is not published'],
    ['a wrong type', { AssignedResourceLocked: 'no' }, 'Reservations.*.AssignedResourceLocked expected boolean'],
    ['a state that there is not', { State: 'Dreaming' }, 'Reservations.*.State'],
    ['an id that is not a GUID', { AssignedResourceId: '101' }, 'Reservations.*.AssignedResourceId'],
    ['a time that is not to the second', { UpdatedUtc: '2026-11-20T14:58:02.123Z' }, 'Reservations.*.UpdatedUtc'],
  ])('an answer is refused for %s', (_what, changes, named) => {
    const refused = expect(() => answerAsPublished(RESERVATIONS, reservations(changes)));
    refused.toThrow(`${RESERVATIONS}, answer: not as Mews publishes it: ${named}`);
  });

  test('an answer is refused with the names of all its wrong fields, of each kind', () => {
    const { HasOtaEmail: _, ...customer } = { ...ADA, Nickname: 'Countess' };
    expect(() => answerAsPublished('customers/getAll', { Customers: [customer, customer], Addresses: [] })).toThrow(
      'Customers.*.HasOtaEmail expected boolean, received undefined; Customers.*.Nickname is not published; Addresses is not published',
    );
    const bed = { ...aWireResource(roomId('101')), Data: { Discriminator: 'Object', Value: { FloorNumber: '1' } } };
    expect(() => answerAsPublished('resources/getAll', { Resources: [bed] })).toThrow('Data.Value.FloorNumber');
    expect(() => answerAsPublished('companionships/getAll', { Companionships: [{ Id: 'a/b' }] })).toThrow(
      /Companionships.\*.Id .*Companionships.\*.CustomerId .*Companionships.\*.ReservationGroupId/,
    );
    expect(() => answerAsPublished('commands/update', { Commands: [] })).toThrow('Commands is not published');
  });

  test('an answer with a command is refused for fields that its device does not have', () => {
    const Device = { Id: guidOf('device'), Type: 'KeyCutter', Name: 'Front desk' };
    const Data = { KeyCount: 1, LockIds: [], StartUtc: '2026-11-23T14:00:00Z', LastName: 'Example', Door: '101' };
    const command = { Id: guidOf('c-1'), State: 'Pending', CreatedUtc: '2026-11-20T14:58:02Z', Device, Data };
    expect(() => answerAsPublished('commands/getAllByIds', { Commands: [command] })).toThrow(
      'Commands.*.Data.EndUtc expected string, received undefined; Commands.*.Data.Door is not published',
    );
  });

  test('an unsolicited message that differs from the published schema is refused as well', () => {
    const event = { Type: 'DeviceCommand', Id: guidOf('c-1'), State: 'Pending' };
    expect(() => answerAsPublished('WebSocket', { Events: [{ ...event, Notes: 'now' }] })).toThrow(
      'WebSocket, answer: not as Mews publishes it: Events.*.Notes is not published',
    );
    const told = { Discriminator: 'ServiceOrderUpdated', Value: {} };
    expect(() => answerAsPublished('webhook', { EnterpriseId: ENTERPRISE, Events: [told] })).toThrow(
      /IntegrationId expected string, received undefined; Events.\*.Value.Id/,
    );
  });
});

describe('a request', () => {
  const tokens = { ClientToken: 'a', AccessToken: 'b', Client: 'Stayline' };
  const Limitation = { Count: 100 };
  const UpdatedUtc = { StartUtc: '2026-01-01T00:00:00Z', EndUtc: '2026-04-03T00:00:00Z' };

  test('a request that matches the published schema is accepted', () => {
    expect(requestAsPublished(RESERVATIONS, { ...tokens, UpdatedUtc, Limitation })).toMatchObject({ UpdatedUtc });
  });

  test.each([
    ['a parameter that Mews does not know', { Limitation, ModifiedUtc: UpdatedUtc }, 'ModifiedUtc is not published'],
    ['a limitation without its count', { Limitation: {} }, 'Limitation.Count expected number'],
    ['too large a page', { Limitation: { Count: 1_001 } }, 'Limitation.Count'],
    ['no client', { Limitation, Client: undefined }, 'Client expected string'],
    ['too many ids', { Limitation, ReservationIds: Array(1_001).fill(guidOf('a')) }, 'ReservationIds'],
    [
      'more than three months',
      { Limitation, UpdatedUtc: { ...UpdatedUtc, EndUtc: '2026-04-04T00:00:00Z' } },
      'UpdatedUtc longer than three months',
    ],
  ])('a request is refused for %s', (_what, changes, named) => {
    const refused = expect(() => requestAsPublished(RESERVATIONS, { ...tokens, ...changes }));
    refused.toThrow(`${RESERVATIONS}, request: not as Mews publishes it: ${named}`);
  });

  test('a request that differs from the published schema gets 400, and the stand-in reports it on close', async () => {
    const standIn = await startMews();
    const answer = await fetch(`${standIn.url}/api/connector/v1/companionships/getAll`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...standIn.tokens, Client: 'Stayline', Extent: { Rooms: true }, Limitation }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ Message: expect.stringContaining('Extent.Rooms') });
    await expect(standIn.close()).rejects.toThrow(
      'companionships/getAll, request: not as Mews publishes it: Extent.Rooms is not published',
    );
  });
});
