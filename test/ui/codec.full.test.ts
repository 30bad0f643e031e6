/** Payloads in Temporal Web UI, in a real browser: unreadable by themselves, readable with the codec server and a key. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeApiKey } from '../../src/booking/http/index.js';
import { startChild, type Child } from '../../src/dev/child-process.js';
import { privateFolder } from '../../src/temporal/binaries.js';
import { freePorts } from '../../src/temporal/ports.js';
import { aKey, GUEST } from '../e2e/encryption/world.js';
import { openRealWorld, type RealWorld } from '../harness/real-world.js';
import { HAS_BROWSER, launchBrowser } from './browser.js';

const pictures = path.join(privateFolder(), 'web-ui');
const STDERR = 2;
const key = aKey('k1');
const reader = makeApiKey({ keyId: 'engineer', properties: 'all', access: 'decode' });

let folder: string;
let world: RealWorld;
let codec: Child;
let codecUrl: string;
let history: string;
let browser: Browser;

beforeAll(async () => {
  if (!HAS_BROWSER) return;
  mkdirSync(pictures, { recursive: true });
  folder = mkdtempSync(path.join(tmpdir(), 'stayline-codec-'));
  const apiKeys = path.join(folder, 'keys.json');
  writeFileSync(apiKeys, JSON.stringify({ keys: [reader.record] }));
  world = await openRealWorld({ settings: { STAYLINE_ENCRYPTION_KEYS: key } });
  const { webUi = '' } = world.stack.temporal;
  const [port] = await freePorts(undefined);
  codecUrl = `http://127.0.0.1:${port}`;
  const env = {
    STAYLINE_ENCRYPTION_KEYS: key,
    STAYLINE_API_KEYS: apiKeys,
    STAYLINE_CODEC_ORIGIN: webUi,
    STAYLINE_CODEC_PORT: String(port),
    STAYLINE_LOG_LEVEL: 'warn',
  };
  codec = await startChild({ file: 'src/codec.ts', env, log: STDERR });
  const stay = await world.book('R-1', { guests: [GUEST] });
  await stay.until(({ guests: [guest] }) => guest?.keyState === 'issued');
  const { runId } = await world.temporal.workflow.getHandle(stay.workflowId).describe();
  history = `${webUi}/namespaces/default/workflows/${encodeURIComponent(stay.workflowId)}/${runId}/history`;
  browser = await launchBrowser();
}, 300_000);

afterAll(async () => {
  if (!HAS_BROWSER) return;
  await browser.close();
  await codec.end('SIGTERM');
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function openPage(): Promise<Page> {
  return browser.newPage({ viewport: { width: 1400, height: 1000 } });
}

/** Enters the codec server, as a person does in the dialog of Web UI. */
async function configureCodec(page: Page): Promise<void> {
  await page.goto(history);
  await page.getByTestId('data-encoder-status').click();
  const dialog = page.locator('#data-encoder-settings');
  await dialog.getByTestId('use-local-endpoint-input').click({ force: true });
  await dialog.getByTestId('data-encoder-endpoint-input').fill(codecUrl);
  await dialog.getByTestId('data-encoder-include-credentials').click();
  await dialog.getByTestId('confirm-modal-button').click();
}

/** Opens the event of the booking, and returns the text of the page once it shows the event's payload. */
async function textOfBooking(page: Page, shown: string): Promise<string> {
  await page.goto(history);
  await page.getByText('Workflow Execution Update Accepted').first().click();
  await page.getByText(shown).first().waitFor({ timeout: 120_000 });
  return page.locator('body').innerText();
}

describe.skipIf(!HAS_BROWSER)('Temporal Web UI', () => {
  test('a guest cannot be read in Web UI without the codec server', async () => {
    const page = await openPage();
    const text = await textOfBooking(page, 'updateId');
    await page.screenshot({ path: path.join(pictures, 'encrypted.png') });
    expect(text).not.toContain(GUEST.name);
    expect(text).not.toContain('reservationId');
    await page.close();
  });

  test('a guest can be read in Web UI by a person who has signed in to the codec server', async () => {
    const page = await openPage();
    await page.goto(codecUrl.replace('//', `//engineer:${reader.key}@`));
    expect(await page.locator('body').innerText()).toContain('Signed in as api-key:engineer.');
    await configureCodec(page);
    const text = await textOfBooking(page, GUEST.name);
    await page.screenshot({ path: path.join(pictures, 'decoded.png') });
    expect(text).toContain('reservationId');
    await page.close();
  });

  test('a person who has not signed in to the codec server reads nothing in Web UI', async () => {
    const page = await openPage();
    await configureCodec(page);
    const text = await textOfBooking(page, 'updateId');
    expect(text).not.toContain(GUEST.name);
    await page.close();
  });
});
