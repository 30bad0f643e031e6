/** The API's page (`/docs`) in a real browser: a reader sends its example as it is, and a call is refused only by the API itself. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiWorld, type ApiWorld } from '../e2e/booking/http/api-world.js';
import { PROPERTY_ID } from '../harness/stay-world.js';
import { HAS_BROWSER, launchBrowser } from './browser.js';

let world: ApiWorld;
let browser: Browser;
let page: Page;
const complaints: string[] = [];
const hosts = new Set<string>();

/** Opens the form of a call. */
async function form(operationId: string): Promise<Locator> {
  const call = page.locator(`.opblock[id$="${operationId}"]`);
  await call.locator('.opblock-summary-control').click();
  await call.getByRole('button', { name: 'Try it out' }).click();
  return call;
}

/** Fills the path's fields, sends the call and returns the status and body of the answer. */
async function send(
  call: Locator,
  fields: Readonly<Record<string, string>>,
): Promise<{ status: string; body: string }> {
  for (const [field, value] of Object.entries(fields)) {
    await call.locator(`tr[data-param-name="${field}"] input`).fill(value);
  }
  await call.getByRole('button', { name: 'Execute' }).click();
  const answer = call.locator('.live-responses-table tbody tr').first();
  return {
    status: (await answer.locator('.response-col_status').innerText()).trim(),
    body: await answer.locator('.response-col_description').innerText(),
  };
}

describe.skipIf(!HAS_BROWSER)("the API's page", () => {
  beforeAll(async () => {
    world = await openApiWorld();
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1200, height: 1000 } });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    await page.goto(`${world.url}/docs`);
    await page.getByRole('button', { name: 'Authorize' }).click();
    const dialog = page.locator('.auth-container');
    await dialog.locator('input').fill(world.keys.writer);
    await dialog.getByRole('button', { name: 'Apply credentials' }).click();
    await dialog.getByRole('button', { name: 'Close' }).click();
  }, 300_000);

  afterAll(async () => {
    await browser.close();
    await world.stop();
  });

  test('the example of putReservation creates a stay, and getReservation shows it', async () => {
    const fields = { propertyId: PROPERTY_ID, reservationId: 'R-1001' };
    const put = await send(await form('putReservation'), fields);
    expect(put).toMatchObject({ status: '200', body: expect.stringContaining('"revision"') });
    const get = await send(await form('getReservation'), fields);
    expect(get).toMatchObject({ status: '200', body: expect.stringContaining('"guests"') });
  });

  test('the page logs no errors, and sends requests to no other host than the server', () => {
    expect(complaints).toEqual([]);
    expect([...hosts]).toEqual([new URL(world.url).host]);
  });

  test('a page that was fetched by HTTP from another machine sends its calls by HTTP too', async () => {
    const { headers } = await world.call('GET', '/docs/static/index.html', undefined, { key: null });
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
  });
});
