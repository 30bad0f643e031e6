/** Tests from OPERA's door lock interface through the HTTP server to phones at doors. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectOpera, type ConnectedOpera } from './connected.js';
import { openPublishedSchema } from './published-schema.js';

let connected: ConnectedOpera;
beforeAll(async () => {
  connected = await connectOpera();
});
afterAll(() => connected.close());

test("keys are issued, follow OPERA's Remove and New of an offline room move, and are removed by a single request", async () => {
  const { opera, hotel } = connected;
  const both = ['guest-1', 'guest-2'];
  expect(await opera.ask('New', 'R-1', { roomId: '101' })).toMatchObject({ responseCode: 'OK', roomId: '101' });
  expect(await opera.ask('Duplicate', 'R-1', { roomId: '101' })).toMatchObject({ responseCode: 'OK' });
  const { stay } = await hotel.stay('R-1', ({ settled }) => settled);
  expect(await stay.whoOpens('101', both)).toEqual(both);
  expect(await opera.ask('Read', 'R-1')).toMatchObject({ responseCode: 'OK', responseText: '2 keys to 101.' });

  expect(await opera.ask('Remove', 'R-1', { roomId: '101' })).toMatchObject({ responseCode: 'OK' });
  expect(await stay.whoOpens('101', both)).toEqual([]);
  expect(await opera.ask('New', 'R-1', { roomId: '102' })).toMatchObject({ responseCode: 'OK' });
  expect(await opera.ask('Duplicate', 'R-1', { roomId: '102' })).toMatchObject({ responseCode: 'OK' });
  expect(await stay.whoOpens('102', both)).toEqual(both);
  expect(await stay.whoOpens('101', both)).toEqual([]);

  // Late or repeated: the stay has moved on.
  expect(await opera.ask('Remove', 'R-1', { roomId: '101' })).toMatchObject({ responseCode: 'OK' });
  expect(await stay.whoOpens('102', both)).toEqual(both);

  expect(await opera.ask('Remove', 'R-1', { roomId: '102' })).toMatchObject({ responseCode: 'OK' });
  await hotel.stay('R-1', ({ phase }) => phase === 'over');
  expect(await stay.whoOpens('102', both)).toEqual([]);
});

const schema = openPublishedSchema();

test.skipIf(!schema.isHere)(
  'the published schema of Oracle refuses a request and an answer that differ from it',
  () => {
    expect(() => schema.checkRequest({ keyType: 'New' })).toThrow(/encoderTerminal/);
    expect(() => schema.checkAnswer({ responseCode: 'PERHAPS' })).toThrow(/responseCode/);
  },
);
