/**
 * The three blocks of Seam's guide "Issuing Various Types of Guest Mobile Credentials", as Seam published them, run by Seam's official
 * Python client against the simulator as it starts. Only typing slips, placeholders and dates are corrected
 * (`test/vendor/python/run_guide.py`). Doors show the result.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/package-root.js';
import { findTool } from '../../../src/temporal/binaries.js';
import { tapOf, type Guest } from './builders.js';
import { openSimulator, type TestSimulator } from './support.js';

const folder = path.join(packageRoot(), 'test/vendor/python');
const python = findTool('python');

let simulator: TestSimulator;
beforeEach(async () => {
  simulator = await openSimulator({ rooms: 4, providerLatencyMs: 300 });
});
afterEach(() => simulator.close());

/** Runs a block of the guide and returns the credentials that it created, once the provider has them. */
async function runBlock(block: string, first: Guest, second?: Guest): Promise<readonly string[]> {
  const day = 86_400_000;
  const values = {
    system: simulator.acsSystemId,
    manager: simulator.credentialManagerAcsSystemId,
    user: first.acsUserId,
    second_user: second?.acsUserId,
    starts_at: new Date(simulator.hotel.now()).toISOString(),
    ends_at: new Date(simulator.hotel.now() + 3 * day).toISOString(),
  };
  const env = { ...process.env, SEAM_API_KEY: simulator.apiKey, SEAM_ENDPOINT: simulator.url };
  const running = promisify(execFile)(python ?? '', [path.join(folder, 'run_guide.py'), block], { env });
  running.child.stdin?.end(JSON.stringify(values));
  const { stdout } = await running;
  simulator.hotel.settle();
  return JSON.parse(stdout);
}

describe.skipIf(python === undefined)("Seam's guide, run by Seam's Python client", () => {
  test('the block for a single guest in a single room opens that room and the main entrance', async () => {
    const guest = simulator.hotel.addGuest();
    expect(await runBlock('single_guest.py.txt', guest)).toHaveLength(1);
    expect(tapOf(simulator.hotel, guest, '101')).toBe('opened');
    expect(tapOf(simulator.hotel, guest, 'Main Entrance')).toBe('opened');
    expect(tapOf(simulator.hotel, guest, '102')).toBe('not-this-door');
  });

  test('the block for a returning guest replaces the earlier key of the guest', async () => {
    const guest = simulator.hotel.addGuest();
    const [earlier] = await runBlock('single_guest.py.txt', guest);
    const [later] = await runBlock('returning_guest.py.txt', guest);
    const keys = simulator.hotel.credentials.list({
      acs_user_id: guest.acsUserId,
      is_multi_phone_sync_credential: true,
    });
    expect(keys.map(({ credential }) => credential.id)).toEqual([later]);
    expect(earlier).not.toBe(later);
    expect(tapOf(simulator.hotel, guest, '101')).toBe('opened');
  });

  test('the block for several guests joins the first key at once, and no guest locks the other out', async () => {
    const [ada, ben] = [simulator.hotel.addGuest(), simulator.hotel.addGuest()];
    expect(await runBlock('several_guests.py.txt', ada, ben)).toHaveLength(2);
    for (const guest of [ben, ada, ben]) {
      expect(tapOf(simulator.hotel, guest, '101')).toBe('opened');
      expect(tapOf(simulator.hotel, guest, 'Main Entrance')).toBe('opened');
    }
  });
});
