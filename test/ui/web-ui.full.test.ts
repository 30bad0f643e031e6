/**
 * A stay as a person sees it in Temporal Web UI, in a real browser. Saves pictures in `.stayline/web-ui/`; the README's is one of
 * them (`docs/images/`).
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from '@temporalio/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStayClient, stayWorkflowId, type StayClient } from '../../src/client.js';
import { startStack, type Stack } from '../../src/dev/stack.js';
import { instantAt } from '../../src/domain/model/instants.js';
import { privateFolder } from '../../src/temporal/binaries.js';
import { connect } from '../../src/temporal/connection.js';
import { HAS_BROWSER, launchBrowser } from './browser.js';

const CONTACTS = ['Ada Lovelace', 'ada@example.com', '+4915112345678'];
const pictures = path.join(privateFolder(), 'web-ui');

let folder: string;
let stack: Stack;
let connection: Awaited<ReturnType<typeof connect>>;
let stays: StayClient;
let browser: Browser;
let page: Page;
const complaints: string[] = [];
const hosts = new Set<string>();
const name = { propertyId: 'simulated-hotel', reservationId: 'R-1001' };

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 100));
}

function settled(): Promise<void> {
  return until(async () => {
    const view = await stays.view(name);
    return view.settled && view.guests.every((guest) => guest.waitingFor !== 'phone');
  });
}

/** Opens a tab of the stay's page and waits until it shows a text. */
async function open(tab: string, text: string): Promise<string> {
  const { runId } = await new Client({ connection }).workflow.getHandle(stayWorkflowId(name)).describe();
  const id = encodeURIComponent(stayWorkflowId(name));
  await page.goto(`${stack.temporal.webUi}/namespaces/default/workflows/${id}/${runId}/${tab}`);
  const frames = (): Promise<string[]> =>
    Promise.all(
      page.frames().map((frame) =>
        frame
          .locator('body')
          .innerText()
          .catch(() => ''),
      ),
    );
  await until(async () => (await frames()).join('\n').includes(text));
  await page.screenshot({ path: path.join(pictures, `${tab}.png`) });
  return (await frames()).join('\n');
}

describe.skipIf(!HAS_BROWSER)('a stay in Temporal Web UI', () => {
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    folder = mkdtempSync(path.join(tmpdir(), 'stayline-ui-'));
    stack = await startStack({ folder, temporal: 'own', simulator: { port: 0 } });
    connection = await connect({ address: stack.temporal.address, namespace: stack.temporal.namespace });
    stays = createStayClient(new Client({ connection }));
    const guests = ['g1', 'g2', 'g3'].map((guestId, index) => ({
      guestId,
      primary: index === 0,
      name: CONTACTS[0],
      ...(index === 0 ? { email: CONTACTS[1], phone: CONTACTS[2] } : {}),
    }));
    await stays.applyReservation({
      ...name,
      revision: 1,
      status: 'in-house',
      window: { from: instantAt(Date.now() - 3_600_000), to: instantAt(Date.now() + 3 * 86_400_000) },
      rooms: ['101', '102'],
      guests,
    });
    const { hotel } = stack.simulator;
    await until(() => Promise.resolve(hotel.identities.list({}).length === guests.length));
    for (const identity of hotel.identities.list({})) hotel.phones.add(identity.id);
    await until(async () => (await stays.view(name)).guests.every((guest) => guest.keyState === 'issued'));
    await stays.signal(name, 'changeRooms', { rooms: ['103', '104'] });
    await settled();
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1500, height: 1000 } });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
  }, 300_000);

  afterAll(async () => {
    await browser.close();
    await connection.close();
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the Temporal Web UI timeline shows the reason for every key operation of a stay', async () => {
    const text = await open('timeline', 'override for guest');
    expect(text).toContain('first key of the lease on 101, 102');
    expect(text).toContain('moved from 101, 102');
    expect(text).toContain('joins the lease on 103, 104');
  });

  test('the static summary and the current details of a stay show who holds a key to which rooms', async () => {
    const text = await open('user-metadata', 'joiner on 103, 104');
    expect(text).toContain('Stay R-1001 at simulated-hotel');
    expect(text).toContain('in-house');
  });

  test('search attributes find a stay by property, room, phase and key', async () => {
    const text = await open('search-attributes', 'StayPhase');
    for (const attribute of [
      'StayProperty',
      'StayRooms',
      'StayArrival',
      'StayDeparture',
      'StayKeys',
      'StayKeysDue',
      'StayChangedAt',
    ]) {
      expect(text).toContain(attribute);
    }
  });

  test('no guest name, e-mail address or phone number appears in ids, summaries, details or search attributes of a stay', async () => {
    for (const [tab, text] of [
      ['timeline', 'override for guest'],
      ['user-metadata', 'joiner on 103, 104'],
      ['search-attributes', 'StayPhase'],
    ] as const) {
      const shown = await open(tab, text);
      for (const contact of CONTACTS) expect(shown).not.toContain(contact);
    }
  });

  test('the Web UI pages of a stay log no errors, and send requests to no other host than the server', () => {
    expect(complaints).toEqual([]);
    expect([...hosts]).toEqual([new URL(stack.temporal.webUi ?? '').host]);
  });
});
