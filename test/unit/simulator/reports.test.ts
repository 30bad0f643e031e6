/** Errors and warnings that Seam publishes, raised by the fault `report`. Every answer is checked against the published types. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REPORTS } from '../../../src/simulator/control/reports.js';
import { publishedReports } from '../../vendor/seam/contract.js';
import { giveKey, type Guest } from './builders.js';
import { openSimulator, type TestSimulator } from './support.js';

let simulator: TestSimulator;
let guest: Guest;
let keyId: string;
beforeEach(async () => {
  simulator = await openSimulator({ rooms: 2 });
  guest = simulator.hotel.addGuest();
  const now = simulator.hotel.now();
  const window = { from: new Date(now).toISOString(), to: new Date(now + 86_400_000).toISOString() };
  keyId = giveKey(simulator.hotel, guest, { doors: ['101'], ...window }).id;
});
afterEach(() => simulator.close());

type Resource = keyof typeof REPORTS;

/** The call that reads a resource, and its id. */
function readOf(resource: Resource): readonly [string, Readonly<Record<string, string>>] {
  switch (resource) {
    case 'acs_credential':
      return ['/acs/credentials/get', { acs_credential_id: keyId }];
    case 'acs_user':
      return ['/acs/users/get', { acs_user_id: guest.acsUserId }];
    case 'acs_entrance':
      return ['/acs/entrances/get', { acs_entrance_id: simulator.door('101') }];
    case 'acs_system':
      return ['/acs/systems/get', { acs_system_id: simulator.acsSystemId }];
    case 'user_identity':
      return ['/user_identities/get', { user_identity_id: guest.userIdentityId }];
    case 'phone':
      return ['/phones/get', { device_id: guest.deviceId }];
  }
}

const all = Object.entries(REPORTS).flatMap(([resource, lists]) =>
  (['errors', 'warnings'] as const).flatMap((list) => {
    const codes: readonly string[] =
      lists[list] === 'any' ? (list === 'errors' ? ['entrance_removed'] : []) : lists[list];
    return codes.map((code) => [resource as Resource, list, code] as const);
  }),
);

describe('a report of an error or a warning', () => {
  it('the simulator can report exactly the codes that Seam publishes', () => {
    expect(REPORTS).toEqual(publishedReports(Object.keys(REPORTS)));
  });

  it.each(all)(
    'a %s shows in its %s the published code %s while the fault is set, and no longer',
    async (resource, list, code) => {
      await simulator.control('/_sim/faults', { kind: 'report', resource, code });
      const [path, body] = readOf(resource);
      const field = list === 'errors' ? 'error_code' : 'warning_code';
      const reported = async (): Promise<readonly string[]> => {
        const answer = await simulator.seam(path, body);
        return answer.body[resource][list].map((one: Readonly<Record<string, string>>) => one[field]);
      };
      expect(await reported()).toContain(code);
      await simulator.fetch('/_sim/faults', { method: 'DELETE' });
      expect(await reported()).not.toContain(code);
    },
  );

  it('a report with an id is about that resource only, also in lists, and has the given message', async () => {
    const id = simulator.door('102');
    const message = 'Removed by ada@example.com';
    await simulator.control('/_sim/faults', {
      kind: 'report',
      resource: 'acs_entrance',
      code: 'entrance_removed',
      id,
      message,
    });
    const { body } = await simulator.seam('/acs/entrances/list', {});
    const reported = body.acs_entrances.filter((door: { errors: unknown[] }) => door.errors.length > 0);
    expect(reported).toMatchObject([{ display_name: '102', errors: [{ error_code: 'entrance_removed', message }] }]);
  });

  it.each([
    [{ kind: 'report', code: 'x' }, 'resource'],
    [{ kind: 'report', resource: 'acs_user' }, 'code'],
    [{ kind: 'report', resource: 'acs_user', code: 'acs_user_tired' }, 'acs_user_inactive'],
  ])('the report %j is refused, and the error names the mistake', async (body, message) => {
    const answer = await simulator.seam('/_sim/faults', body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain(message);
  });
});
