/** Workflow ids and their inverse. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ingestWorkflowId,
  parseIngestWorkflowId,
  parseStayWorkflowId,
  stayWorkflowId,
} from '../../../../src/domain/model/ids.js';

const part = fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' });

describe('the workflow id of a stay', () => {
  it('reads as the property and the reservation', () => {
    expect(stayWorkflowId({ propertyId: 'seaside', reservationId: 'R-1001' })).toBe('stay/seaside/R-1001');
  });

  it('can be read back, whatever the parts hold', () => {
    fc.assert(
      fc.property(part, part, (propertyId, reservationId) => {
        expect(parseStayWorkflowId(stayWorkflowId({ propertyId, reservationId }))).toEqual({
          propertyId,
          reservationId,
        });
      }),
    );
  });

  it('differs for different stays, also where parts hold a slash', () => {
    const ids = [
      stayWorkflowId({ propertyId: 'a/b', reservationId: 'c' }),
      stayWorkflowId({ propertyId: 'a', reservationId: 'b/c' }),
    ];
    expect(new Set(ids).size).toBe(2);
  });

  it.each(['', 'stay', 'stay/seaside', 'stay//R-1', 'stay/seaside/', 'room/seaside/101', 'stay/a/b/c', 'stay/%/R-1'])(
    'is not read from %j',
    (id) => {
      expect(parseStayWorkflowId(id)).toBeUndefined();
    },
  );

  it('is not read from anything that cannot be one', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const name = parseStayWorkflowId(text);
        expect(name === undefined || text.startsWith('stay/')).toBe(true);
      }),
    );
  });
});

describe('the workflow id of what reads a reservation', () => {
  it('can be read back, whatever the parts hold, and is no stay', () => {
    fc.assert(
      fc.property(part, part, (propertyId, reservationId) => {
        const id = ingestWorkflowId({ propertyId, reservationId });
        expect(parseIngestWorkflowId(id)).toEqual({ propertyId, reservationId });
        expect(parseStayWorkflowId(id)).toBeUndefined();
      }),
    );
  });

  it('reads as the contract has it', () => {
    expect(ingestWorkflowId({ propertyId: 'seaside', reservationId: 'R 1' })).toBe('ingest/seaside/R%201');
  });
});
