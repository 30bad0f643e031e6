import { expect, test } from 'vitest';
import { workersOf } from '../../../src/temporal/pollers.js';

test('the health check counts the worker of its machine, or the one with the configured identity', () => {
  expect(workersOf('box', undefined)('17@box')).toBe(true);
  expect(workersOf('box', '')('17@box')).toBe(true);
  expect(workersOf('box', undefined)('17@otherbox.box2')).toBe(false);
  expect(workersOf('box', 'worker-1')('worker-1')).toBe(true);
  expect(workersOf('box', 'worker-1')('worker-12')).toBe(false);
});
