import { expect, it } from 'vitest';
import { defined } from '../../../../src/domain/model/defined.js';

it('a field without a value is left out, and every other value is kept', () => {
  const fields: { room?: string; guest?: string; count: number; none: null; no: boolean } = defined({
    room: undefined as string | undefined,
    guest: 'G1',
    count: 0,
    none: null,
    no: false,
  });
  expect(Object.keys(fields)).toEqual(['guest', 'count', 'none', 'no']);
  expect(fields).toEqual({ guest: 'G1', count: 0, none: null, no: false });
});
