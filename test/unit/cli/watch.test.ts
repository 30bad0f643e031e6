/** Lines that `stayline watch` prints for a view after the one before. */
import pc from 'picocolors';
import { expect, test } from 'vitest';
import type { StayView } from '../../../src/client.js';
import { showNews } from '../../../src/cli/watch.js';
import { aView } from '../../harness/a-view.js';

const plain = pc.createColors(false);
const inColour = pc.createColors(true);

const line = (what: string): StayView['timeline'][number] => ({ at: '2026-11-23T14:00Z', what });
test('only the new lines of a timeline are printed, also after it has lost its oldest ones', () => {
  const before = aView({ timeline: ['a', 'b', 'b'].map(line) });
  const after = aView({ timeline: ['b', 'b', 'b', 'c'].map(line) });
  expect(showNews(before, after, plain)).toBe('  2026-11-23T14:00Z  b\n  2026-11-23T14:00Z  c');
});

test('a view with nothing new prints nothing, in colour too', () => {
  const view = aView({ timeline: [line('a')] });
  expect(showNews(view, aView({ timeline: [line('a')], settled: false }), inColour)).toBe('');
});

test('a new attention is printed once, and again after it was resolved and opened again', () => {
  const open = (since: string): Partial<StayView> => ({
    attention: [{ code: 'phone-missing', since, message: 'a guest has no phone' }],
  });
  const first = aView(open('2026-11-23T14:00Z'));
  expect(showNews(aView({}), first, plain)).toBe('  phone-missing  2026-11-23T14:00Z  a guest has no phone');
  expect(showNews(first, first, plain)).toBe('');
  expect(showNews(first, aView(open('2026-11-23T15:00Z')), plain)).toContain('2026-11-23T15:00Z');
});
