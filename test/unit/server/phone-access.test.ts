/** Phone access made at the simulated Seam, and the problems that callers of the HTTP API get instead. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PhoneAccessAtSeam } from '../../../src/booking/http/index.js';
import { createLog } from '../../../src/log.js';
import { openPhoneAccess } from '../../../src/server/phone-access.js';
import { startSimulator, type Simulator } from '../../../src/simulator/server.js';

let simulator: Simulator;
let access: PhoneAccessAtSeam;
const logged: string[] = [];

beforeEach(async () => {
  logged.length = 0;
  simulator = await startSimulator({ port: 0 });
  const auth = { kind: 'api-key', apiKey: simulator.apiKey } as const;
  access = openPhoneAccess(
    { endpoint: simulator.url, auth },
    createLog('info', { write: (line) => void logged.push(line) }),
  );
});
afterEach(() => simulator.close());

const make = (userIdentityId: string): ReturnType<PhoneAccessAtSeam['make']> =>
  access.make('client-session', simulator.property.seam.acsSystemId, {
    userIdentityId,
    userIdentifierKey: 'stay/seaside/R-1/g1',
    expiresAt: '2099-01-01T11:00Z',
  });

test('a client session lasts until the given minute, and is ended twice without an error', async () => {
  const { id } = simulator.hotel.identities.create({ user_identity_key: 'seaside/R-1/g1' });
  const { secret, expiresAt, clientSessionId } = await make(id);
  expect(secret).toMatch(/^seam_cst_/);
  expect(Date.parse(expiresAt)).toBe(Date.parse('2099-01-01T11:00:00Z'));
  await access.end(simulator.property.seam.acsSystemId, { clientSessionId });
  await access.end(simulator.property.seam.acsSystemId, { clientSessionId });
  expect(simulator.hotel.world.clientSessions.size).toBe(0);
});

test("Seam's refusal is a problem of its own, with Seam's reason", async () => {
  await expect(make('d0a5c1f2-5d4f-4f0e-8c55-5ad4a2f6a001')).rejects.toMatchObject({
    kind: 'seam-refused',
    message: expect.stringContaining('user_identity_not_found') as string,
  });
  expect(logged).toHaveLength(1);
});

test('while Seam does not answer, the caller is to come back', async () => {
  await simulator.close();
  await expect(make('d0a5c1f2-5d4f-4f0e-8c55-5ad4a2f6a001')).rejects.toMatchObject({ kind: 'unavailable' });
});
