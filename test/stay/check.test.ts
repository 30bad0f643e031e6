/** Findings of a check as sentences, whatever comes in. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check, describeProblems } from '../../src/stay/check.js';
import { messageNames, messageSchemas } from '../../src/stay/message-schema.js';
import { snapshotSchema } from '../../src/stay/snapshot-schema.js';

describe('a check', () => {
  it('never throws, and says of every wrong value what would be right', () => {
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

  it('names each field once', () => {
    const checked = check(snapshotSchema, {});
    const paths = checked.ok ? [] : checked.problems.map((problem) => problem.path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).toContain('propertyId');
  });

  it('of a value with no path speaks of the value', () => {
    expect(describeProblems([{ path: '', message: 'must be an object' }])).toBe('the value must be an object');
  });
});
