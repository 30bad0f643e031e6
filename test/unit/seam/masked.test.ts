/** Seam's words are kept, without what may name a person or hold a number of theirs. */
import { expect, test } from 'vitest';
import { masked } from '../../../src/seam/masked.js';

test.each([
  ['The system is not reachable', 'The system is not reachable'],
  ['Cannot write to ada@example.org now', 'Cannot write to … now'],
  ['No acs_user with the id "3f2a-77"', 'No acs_user with the id …'],
  ["The guest 'Ada' doesn't exist", "The guest … doesn't exist"],
  ['The guest “Ada” and the guest "Bob', 'The guest … and the guest …'],
  ['Ada Lovelace <ada@example.org> is unknown', '… is unknown'],
  ['Phone +49 151 12345678 is taken', 'Phone … is taken'],
  ['door 101 of building B7 is offline', 'door … of building … is offline'],
  ['one\n\ttwo\u0000\u2028three', 'one two three'],
  ['Ægir Þórsson and Ὀδυσσεὺς Ἰθάκης are not users', '… and … are not users'],
])('the words %j are shown as %j', (text, shown) => {
  expect(masked(text)).toBe(shown);
});

test.each(['', '  ', '12345', '"everything"', '…'])('nothing is shown of %j', (text) => {
  expect(masked(text)).toBeUndefined();
});

test('no word of the name that was sent is shown, in whatever order and case', () => {
  expect(masked('LOVELACE, ada: the user ada-lovelace exists', ['Ada Lovelace'])).toBe('…: the user …-… exists');
});

test('long words of Seam are cut', () => {
  expect(masked('no way '.repeat(100))).toHaveLength(200);
});
