/**
 * Counters in workflow code, for coverage: a loader of the bundler that works on the TypeScript source, so that positions need no
 * source map.
 */
import { createInstrumenter } from 'istanbul-lib-instrument';
import { readFileSync } from 'node:fs';

function newInstrumenter() {
  return createInstrumenter({ esModules: true, parserPlugins: ['typescript'] });
}

/** Returns the counters of a source file, all zero, as the instrumented code numbers them. */
export function countersOf(file) {
  const instrumenter = newInstrumenter();
  instrumenter.instrumentSync(readFileSync(file, 'utf8'), file);
  return instrumenter.lastFileCoverage();
}

/** Loader: adds counters to a module. */
export default function instrument(source) {
  return newInstrumenter().instrumentSync(source, this.resourcePath);
}
