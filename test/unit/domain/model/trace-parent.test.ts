/** The header that carries a trace through Temporal: any sender may write it. */
import { expect, test } from 'vitest';
import { fieldsUnder, TRACE_HEADER, traceFieldsIn, traceFieldsOf } from '../../../../src/domain/model/trace-parent.js';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

test('the fields of a trace are read as they are', () => {
  const fields = { traceparent, tracestate: 'vendor=1' };
  expect(traceFieldsIn(fields)).toEqual(fields);
});

test.each([
  undefined,
  null,
  traceparent,
  [],
  {},
  { traceparent: 7 },
  { traceparent: 'x' },
  { traceparent: traceparent.toUpperCase() },
  { traceparent: `${traceparent}-more` },
])('content that names no trace is left out: %j', (content) => {
  expect(traceFieldsIn(content)).toBeUndefined();
});

test('the fields under a span keep the trace and its flags', () => {
  expect(fieldsUnder({ traceparent, tracestate: 'vendor=1' }, 'b7ad6b7169203331')).toEqual({
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-b7ad6b7169203331-01',
    tracestate: 'vendor=1',
  });
});

test('a header that cannot be decoded is left out, as is a missing one', () => {
  const fields = { traceparent };
  expect(traceFieldsOf({ [TRACE_HEADER]: JSON.stringify(fields) }, JSON.parse)).toEqual(fields);
  expect(traceFieldsOf({ [TRACE_HEADER]: '{' }, JSON.parse)).toBeUndefined();
  expect(traceFieldsOf({}, JSON.parse)).toBeUndefined();
});
