/** Problems that a check reports as sentences, for any input. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { check, describeProblems } from '../../../../src/domain/model/check.js';
import { messageNames, messageSchemas } from '../../../../src/domain/model/message-schema.js';
import { snapshotSchema } from '../../../../src/domain/model/snapshot-schema.js';

describe('a check', () => {
  it('a check never throws, and states for every wrong value what would be right', () => {
    const schemas = [snapshotSchema, ...messageNames.map((name) => messageSchemas[name])];
    fc.assert(
      fc.property(fc.constantFrom(...schemas), fc.jsonValue(), (schema, value) => {
        const checked = check<unknown>(schema, value);
        if (checked.ok) return;
        expect(checked.problems.length).toBeGreaterThan(0);
        for (const problem of checked.problems) expect(problem.message).toMatch(/^(must|is|has|holds) \S/);
      }),
    );
  });

  it('a check names each wrong field once', () => {
    const checked = check(snapshotSchema, {});
    const paths = checked.ok ? [] : checked.problems.map((problem) => problem.path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).toContain('propertyId');
  });

  it('a check of a thousand wrong fields names the first ones, and counts the others', () => {
    const guests = Array.from({ length: 100 }, (_, index) => ({ guestId: `g${index}`, rooms: Array(200).fill(0) }));
    const checked = check(messageSchemas.addGuests, { guests });
    const problems = checked.ok ? [] : checked.problems;
    expect(problems).toHaveLength(50);
    expect(problems[0]?.path).toBe('guests[0].rooms[0]');
    expect(problems.at(-1)).toEqual({ path: '', message: 'has 19951 more problems, which are not listed' });
  });

  it('a check names all of fifty wrong fields', () => {
    const guests = Array.from({ length: 50 }, () => ({ guestId: '' }));
    const checked = check(messageSchemas.addGuests, { guests });
    expect(checked.ok ? [] : checked.problems.map(({ path }) => path).at(-1)).toBe('guests[49].guestId');
  });

  it('a check of a list that is too long reports the length, and nothing about its items', () => {
    const guests = Array(100_000).fill(0);
    expect(check(messageSchemas.addGuests, { guests })).toEqual({
      ok: false,
      problems: [{ path: 'guests', message: 'must name at most 200 guests' }],
    });
  });

  it('a check names unknown fields in well-formed text, whatever their names are', () => {
    const checked = check(messageSchemas.checkIn, { 'half a pair \ud800': 1 });
    expect(checked.ok ? [] : checked.problems.map(({ path }) => path)).toEqual(['half a pair \ufffd']);
  });

  it.each([
    ['at sea', 'must be one of in, out'],
    [undefined, 'is missing; it must be one of in, out'],
  ])('a check of %j, which is none of the known values, names those', (where, message) => {
    const schema = z.object({ where: z.enum(['in', 'out']) });
    expect(check(schema, { where })).toEqual({ ok: false, problems: [{ path: 'where', message }] });
    expect(check(z.object({ where: z.literal('in') }), { where: 'out' })).toMatchObject({
      problems: [{ message: 'must be in' }],
    });
  });

  it('a problem without a path is described as a problem of the value', () => {
    expect(describeProblems([{ path: '', message: 'must be an object' }])).toBe('the value must be an object');
  });
});
