/**
 * `stayline import` at size: ten thousand reservations, and again with a journal that was cut off half-way, as a crash leaves it.
 * Prints how long it took. (`import.test.ts` kills an import on the way.)
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openStayWorld } from '../../harness/stay-world.js';
import { addressOf, csvOf, importing, journaled } from './import-file.js';

const ROWS = 10_000;
/**
 * The worker bounds the import; it has the same two processors here. A confirmed reservation has its property, doors, guests and rooms
 * looked up at once. If all are confirmed, 14 a second are imported. Most are tentative, so that the file is the greater part of the work.
 */
const CONFIRMED_IN = 10;

test(
  'ten thousand reservations are imported, and a second run sends only those that are not in the journal',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'stayline-import-'));
    const world = await openStayWorld({ server: 'dev' });
    try {
      const file = path.join(folder, 'all.csv');
      writeFileSync(file, `${csvOf(ROWS, { confirmedIn: CONFIRMED_IN })}X-1,1,confirmed,never,never,,,\n`);
      const begun = Date.now();
      const first = await importing(addressOf(world), [file, '--property', 'seaside']);
      const seconds = (Date.now() - begun) / 1_000;
      process.stdout.write(
        `${ROWS} rows imported in ${seconds.toFixed(0)} s, ${(ROWS / seconds).toFixed(0)} a second\n`,
      );
      expect(first).toMatchObject({ code: 1, out: expect.stringContaining(`${ROWS} imported`) as unknown });
      const lines = journaled(file);
      expect(lines).toHaveLength(ROWS);
      const half = ROWS / 2;
      writeFileSync(`${file}.imported`, `\n${lines.slice(0, half).join('\n')}\n${lines[half]?.slice(0, -5)}`);
      const second = await importing(addressOf(world), [file, '--property', 'seaside']);
      expect(second.out).toContain(`${half} of ${ROWS} have been imported before`);
      expect(second.out).toContain(`0 imported, ${half} already recorded`);
    } finally {
      await world.stop();
      rmSync(folder, { recursive: true });
    }
  },
  2 * 60 * 60_000,
);
