/** Chromium for tests of pages; where the machine has none, these tests are skipped (`scripts/setup/tools.mjs`). */
import { chromium, type Browser } from 'playwright-core';
import { findTool } from '../../src/temporal/binaries.js';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const executablePath = findTool('chromium');

export const HAS_BROWSER = executablePath !== undefined;

/** Starts Chromium without a window, with a new profile. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath ?? '', headless: true, args: FLAGS });
}
