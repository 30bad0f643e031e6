/** The demo as a person runs it: a process of its own, checked by its exit code, its output and the files that it leaves. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { runDemo } from '../../../src/demo/demo.js';
import { books, settles, taps, type Person, type Story } from '../../../src/demo/script.js';
import { packageRoot } from '../../../src/package-root.js';
import { collecting } from '../../harness/collecting.js';

const WIDTH = 100;

function startDemo(): ReturnType<typeof spawn> {
  return spawn(process.execPath, ['--import', 'tsx', 'src/demo/main.ts'], {
    cwd: packageRoot(),
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TEMPORAL_ADDRESS: undefined, FORCE_COLOR: undefined },
  });
}

describe('the demo', () => {
  test('the demo shows the whole story with every door as expected, and exits with 0', async () => {
    const demo = startDemo();
    const [output, [code]] = await Promise.all([text(demo.stdout!), once(demo, 'exit')]);
    expect(output).not.toContain('✗');
    expect(code).toBe(0);
    expect(output).toMatch(/All \d+ checks passed/);
    for (const scenario of [
      'Single Guest in a Single Room',
      'Returning Guest to a Single Room',
      'Multiple Guests in Multiple Rooms',
    ]) {
      expect(output).toContain(scenario);
    }
    expect(output).toContain('SIGKILL for the worker');
    expect(output).toMatch(/\/namespaces\/default\/workflows\/stay%2Fseaside%2FR-1\n/);
    // The output is not a terminal, so it has no colour; and its lines fit into a terminal.
    expect(output).not.toContain('\u001b');
    const lines = output.split('\n').filter((line) => !line.includes('http'));
    expect(lines.filter((line) => line.length > WIDTH)).toEqual([]);
  }, 300_000);

  test('a demo interrupted in the middle of the story stops everything that it started', async () => {
    const demo = startDemo();
    const serverOf = /web ui +(http:\/\/[^/]+)/;
    let output = '';
    demo.stdout!.setEncoding('utf8');
    await new Promise<void>((resolve) => {
      demo.stdout!.on('data', (chunk: string) => {
        output += chunk;
        if (serverOf.test(output)) resolve();
      });
    });
    const webUi = serverOf.exec(output)![1]!;
    expect((await fetch(webUi)).ok).toBe(true);
    demo.kill('SIGINT');
    const [code] = await once(demo, 'exit');
    expect(code).toBe(1);
    expect(output).not.toContain('All ');
    await expect(fetch(webUi)).rejects.toThrow();
  }, 300_000);

  test('a door that does not respond as the story expects is shown, and the demo exits with 1', async () => {
    const ada: Person = { name: 'Ada', guestId: 'g1', phone: 'enrolled' };
    const wrongStory: Story = {
      title: 'A story that expects the wrong thing',
      about: 'Ada has a key to 101, and only to 101.',
      cast: [ada],
      chapters: [
        {
          title: 'Two taps',
          about: 'The second one cannot open.',
          reservations: ['R-1'],
          beats: [
            books('R-1', { rooms: ['101'], guests: [ada], startsInHours: 0, nights: 1 }),
            settles('R-1'),
            taps([ada, '101', 'opened'], [ada, '102', 'opened']),
          ],
        },
      ],
    };
    const out = collecting();
    const code = await runDemo({
      story: wrongStory,
      out: out.stream,
      signal: new AbortController().signal,
      atTheEnd: 'stop',
    });
    expect(code).toBe(1);
    expect(out.text()).toContain('✓ opened');
    expect(out.text()).toContain('✗ refused: the key on the phone is not for this door (expected: opened)');
    expect(out.text()).toContain('1 of 2 checks failed');
    const logs = /logs +(\S+)/.exec(out.text())![1]!;
    expect(existsSync(path.join(logs, 'worker.log'))).toBe(true);
    rmSync(logs, { recursive: true });
  });
});
