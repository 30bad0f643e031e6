/** A guest without an app, in a real browser: from the snapshot over the link on their phone to the opened door. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { privateFolder } from '../../src/temporal/binaries.js';
import { openApiWorld } from '../e2e/booking/http/api-world.js';
import { PROPERTY_ID } from '../harness/stay-world.js';
import { waitUntil } from '../harness/wait-until.js';
import { HAS_BROWSER, launchBrowser } from './browser.js';

const PATIENCE = { timeout: 120_000 };
const HOUR = 3_600_000;
const pictures = path.join(privateFolder(), 'instant-key');

describe.skipIf(!HAS_BROWSER)('an instant key', () => {
  test('the guest opens the link on their phone, and the phone opens the door', { timeout: 300_000 }, async () => {
    mkdirSync(pictures, { recursive: true });
    const world = await openApiWorld({ delivery: 'instant-key' });
    const browser = await launchBrowser();
    try {
      const [room = ''] = world.hotel.freeRooms(1);
      const stay = `/v1/properties/${PROPERTY_ID}/reservations/R-1`;
      const window = {
        from: new Date(Date.now() - HOUR).toISOString(),
        to: new Date(Date.now() + 48 * HOUR).toISOString(),
      };
      const guests = [{ guestId: 'g1', primary: true }];
      const snapshot = { revision: 1, status: 'in-house', window, rooms: [room], guests };
      expect((await world.call('PUT', stay, snapshot)).status).toBe(200);
      const { url, userIdentityId } = await waitUntil(async () => {
        const { status, body } = await world.call('POST', `${stay}/guests/g1/instant-key`);
        return status === 200 ? (body as { url: string; userIdentityId: string }) : undefined;
      }, PATIENCE);

      const page = await browser.newPage({ viewport: { width: 360, height: 640 } });
      const hosts = new Set<string>();
      page.on('request', (request) => hosts.add(new URL(request.url()).host));
      await page.goto(url);
      await page.screenshot({ path: path.join(pictures, 'link.png') });
      await page.getByRole('button', { name: 'Set up' }).click();
      await page.getByText('This phone is set up').waitFor();
      await page.screenshot({ path: path.join(pictures, 'set-up.png') });
      expect([...hosts]).toEqual([new URL(url).host]);

      const { hotel } = world.hotel.simulator;
      await waitUntil(() => hotel.tap({ userIdentityId }, hotel.door(room).id).opened, PATIENCE);
      await page.goto(url);
      await page.getByText('has been used').waitFor();
    } finally {
      await browser.close();
      await world.stop();
    }
  });
});
