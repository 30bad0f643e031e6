/** Workflow ids and their inverse. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalWorkflowId,
  ingestWorkflowId,
  parseIngestWorkflowId,
  parseStayWorkflowId,
  stayWorkflowId,
} from '../../../../src/domain/model/ids.js';

const part = fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' });

describe('the workflow id of a stay', () => {
  it('the workflow id of a stay consists of the property and the reservation', () => {
    expect(stayWorkflowId({ propertyId: 'seaside', reservationId: 'R-1001' })).toBe('stay/seaside/R-1001');
  });

  it('the workflow id of a stay can be parsed back, whatever its parts contain', () => {
    fc.assert(
      fc.property(part, part, (propertyId, reservationId) => {
        expect(parseStayWorkflowId(stayWorkflowId({ propertyId, reservationId }))).toEqual({
          propertyId,
          reservationId,
        });
      }),
    );
  });

  it('different stays have different workflow ids, even where parts contain a slash', () => {
    const ids = [
      stayWorkflowId({ propertyId: 'a/b', reservationId: 'c' }),
      stayWorkflowId({ propertyId: 'a', reservationId: 'b/c' }),
    ];
    expect(new Set(ids).size).toBe(2);
  });

  it.each(['', 'stay', 'stay/seaside', 'stay//R-1', 'stay/seaside/', 'room/seaside/101', 'stay/a/b/c', 'stay/%/R-1'])(
    'the text %j is not parsed as the workflow id of a stay',
    (id) => {
      expect(parseStayWorkflowId(id)).toBeUndefined();
    },
  );

  it('a text that cannot be the workflow id of a stay is not parsed as one', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const name = parseStayWorkflowId(text);
        expect(name === undefined || text.startsWith('stay/')).toBe(true);
      }),
    );
  });
});

describe('the spelling of a workflow id', () => {
  it.each([
    ['stay/seaside/Smith%20%282%29%20O%27Hara%21', "stay/seaside/Smith%20(2)%20O'Hara!"],
    ['stay/seaside/caf%c3%a9', 'stay/seaside/caf%C3%A9'],
    ['stay/seaside/café 1', 'stay/seaside/caf%C3%A9%201'],
    ['stay/%73easide/R%2D1', 'stay/seaside/R-1'],
    ['stay/seaside/R+1', 'stay/seaside/R%2B1'],
  ])('the workflow id %s is not parsed, because its one spelling is %s', (other, right) => {
    expect(canonicalWorkflowId(other)).toBe(right);
    expect(parseStayWorkflowId(other)).toBeUndefined();
    expect(parseStayWorkflowId(right)).toBeDefined();
  });

  it('no two texts are parsed as the workflow id of the same stay', () => {
    const letter = fc.constantFrom('a', '%', '2', '8', '(', '%28', '%61', '%c3%a9', '%C3%A9', 'é', ' ', '+');
    const text = fc.array(letter, { minLength: 1, maxLength: 6 }).map((letters) => `stay/p/${letters.join('')}`);
    fc.assert(
      fc.property(text, (workflowId) => {
        const name = parseStayWorkflowId(workflowId);
        expect(name === undefined || stayWorkflowId(name) === workflowId).toBe(true);
      }),
    );
  });
});

describe('the id of an ingest workflow', () => {
  it("the id of an ingest workflow can be parsed back, whatever its parts contain, and is not a stay's id", () => {
    fc.assert(
      fc.property(part, part, (propertyId, reservationId) => {
        const id = ingestWorkflowId({ propertyId, reservationId });
        expect(parseIngestWorkflowId(id)).toEqual({ propertyId, reservationId });
        expect(parseStayWorkflowId(id)).toBeUndefined();
      }),
    );
  });

  it('the id of an ingest workflow has the form that the contract defines', () => {
    expect(ingestWorkflowId({ propertyId: 'seaside', reservationId: 'R 1' })).toBe('ingest/seaside/R%201');
  });
});
